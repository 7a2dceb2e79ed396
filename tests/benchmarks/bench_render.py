"""Scrape and render in the process: ours beside the library's, on the same samples."""

from collections.abc import Callable
from functools import cache
from itertools import count, cycle

import pytest
from prometheus_client import generate_latest
from prometheus_client.openmetrics.exposition import generate_latest as generate_openmetrics

from solix_exporter.metrics.slice_lines import SliceLines
from solix_exporter.model.snapshot import Snapshot
from tests.benchmarks.conftest import Time
from tests.benchmarks.figures import Figures
from tests.benchmarks.homes import changed, registry_of, samples_in, street_of, text_of
from tests.scraping import homes_text

SAMPLES = 2000
_VARIANTS = 32
"""Rounds with powers of their own: what is rendered never was the same a moment ago."""

Work = Callable[[], object]


@cache
def _snapshots() -> tuple[Snapshot, ...]:
    parts = street_of(SAMPLES)
    return tuple(
        Snapshot(tuple(changed(part, more_w + 1) for part in parts)) for more_w in range(_VARIANTS)
    )


def _library_work(*, openmetrics: bool) -> Work:
    registry = registry_of(street_of(SAMPLES))
    return lambda: (generate_openmetrics if openmetrics else generate_latest)(registry)


def _changed_work(*, openmetrics: bool) -> Work:
    snapshots = cycle(_snapshots())
    lines = SliceLines()
    return lambda: homes_text(next(snapshots), openmetrics=openmetrics, lines=lines)


_LARGE = 32_000
"""Samples of 200 sites."""
FLEET = "Render, 32,000 samples"

FORMATS = {"text": False, "OpenMetrics": True}


@pytest.mark.parametrize("form", FORMATS)
def test_the_library(timed: Time, figures: Figures, form: str) -> None:
    if form == "text":
        figures.add("Render", "samples", samples_in(text_of(street_of(SAMPLES))), "")
    timed("Render", f"library, {form}", _library_work(openmetrics=FORMATS[form]))


@pytest.mark.parametrize("form", FORMATS)
def test_all_homes_changed(timed: Time, figures: Figures, form: str) -> None:
    ours = timed("Render", f"all changed, {form}", _changed_work(openmetrics=FORMATS[form]))
    figures.add(
        "Render", f"a sample, {form}", ours / figures.value("Render", "samples") * 1e6, "us"
    )
    figures.add_ratio(
        "Render", f"times the library, {form}", f"all changed, {form}", f"library, {form}"
    )


def _with_changes(homes: int) -> Work:
    """Return the work of making the lines again after so many homes have changed."""
    parts, lines, rounds = street_of(_LARGE), SliceLines(), count(1)
    lines.of(Snapshot(parts))

    def work() -> None:
        more_w = next(rounds)
        new = (changed(part, more_w) for part in parts[:homes])
        lines.of(Snapshot((*new, *parts[homes:])))

    return work


def test_one_home_of_many_changed(timed: Time, figures: Figures) -> None:
    figures.add(FLEET, "homes", len(street_of(_LARGE)), "")
    timed(FLEET, "one changed", _with_changes(1))


def test_all_homes_of_many_changed(timed: Time, figures: Figures) -> None:
    timed(FLEET, "all changed", _with_changes(len(street_of(_LARGE))))
    figures.add_ratio(FLEET, "all beside one", "one changed", "all changed")
