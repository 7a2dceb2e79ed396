"""Scrape and render in the process: ours beside the library's, on the same samples."""

from collections.abc import Callable
from functools import cache
from itertools import cycle

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.openmetrics.exposition import generate_latest as generate_openmetrics

from solix_exporter.metrics.exposition import render_snapshot
from solix_exporter.metrics.slice_lines import SliceLines
from solix_exporter.model.snapshot import Snapshot
from tests.benchmarks.conftest import Time
from tests.benchmarks.figures import Figures
from tests.benchmarks.homes import changed, registry_of, samples_in, street, text_of

SAMPLES = 2000
_VARIANTS = 32
"""Rounds with powers of their own: what is rendered never was the same a moment ago."""

Work = Callable[[], object]


@cache
def _homes() -> int:
    return round(SAMPLES / samples_in(text_of(street(1))))


@cache
def _library() -> CollectorRegistry:
    return registry_of(text_of(street(_homes())))


@cache
def _snapshots() -> tuple[Snapshot, ...]:
    parts = street(_homes())
    return tuple(
        Snapshot(tuple(changed(part, more_w + 1) for part in parts)) for more_w in range(_VARIANTS)
    )


def _library_work(*, openmetrics: bool) -> Work:
    registry = _library()
    return lambda: (generate_openmetrics if openmetrics else generate_latest)(registry)


def _changed_work(*, openmetrics: bool) -> Work:
    snapshots = cycle(_snapshots())
    lines = SliceLines()
    return lambda: render_snapshot(lines.of(next(snapshots)), openmetrics=openmetrics)


FORMATS = {"text": False, "OpenMetrics": True}


@pytest.mark.parametrize("form", FORMATS)
def test_the_library(timed: Time, figures: Figures, form: str) -> None:
    if form == "text":
        figures.add("Render", "samples", samples_in(text_of(street(_homes()))), "")
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
