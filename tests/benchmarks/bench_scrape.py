"""A scrape of a snapshot that has not changed: from memory, beside the library's rendering."""

import time

import pytest
from prometheus_client import generate_latest

from solix_exporter.metrics.exposition import Exposition
from solix_exporter.metrics.own import OwnMetrics
from solix_exporter.model.snapshot import Snapshot
from tests.benchmarks.conftest import Time
from tests.benchmarks.figures import Figures
from tests.benchmarks.homes import registry_of, street_of

AREA = "Scrape from memory"
SAMPLES = 2000
LIBRARY = "library, rendered"
ENCODINGS = {"plain": "", "gzip": "gzip"}
_ROUNDS, _SCRAPES = 500, 20


def test_the_library(timed: Time) -> None:
    registry = registry_of(street_of(SAMPLES))
    timed(AREA, LIBRARY, lambda: generate_latest(registry))


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_scrape(figures: Figures, encoding: str) -> None:
    name = f"exporter, {encoding}"
    figures.add(AREA, name, _fastest_s(ENCODINGS[encoding]) * 1e6, "us")
    figures.add_ratio(AREA, f"times the library, {encoding}", name, LIBRARY)


def _fastest_s(encoding: str) -> float:
    """Return the time of one scrape in the fastest round."""
    snapshot = Snapshot(street_of(SAMPLES))
    exposition = Exposition(lambda: snapshot, OwnMetrics("0"))
    return min(_round_s(exposition, encoding) for _ in range(_ROUNDS))


def _round_s(exposition: Exposition, encoding: str) -> float:
    started_s = time.perf_counter()
    for _ in range(_SCRAPES):
        exposition.scrape("", encoding)
    return (time.perf_counter() - started_s) / _SCRAPES
