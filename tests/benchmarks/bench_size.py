"""How many samples and bytes one scrape of each kind of system has."""

import gzip
from pathlib import Path

import pytest

from solix_exporter.app.exporter import Exporter
from solix_exporter.clock import ManualClock
from solix_exporter.sim import SimulatedCloud, cloud_scenario_names
from tests.benchmarks.exporter_days import NOON, poll_twice, settings_for
from tests.benchmarks.figures import Figures

AREA = "one scrape"
_HOMES = 20
_OPENMETRICS = "application/openmetrics-text;version=1.0.0"
_OWN = ("solix_cloud_", "solix_exporter_", "solix_poll", "solix_log", "process_", "python_")
"""What an exporter tells of itself; without an account's label it is there once."""


@pytest.mark.parametrize("scenario", cloud_scenario_names())
async def test_a_scrape(figures: Figures, tmp_path: Path, scenario: str) -> None:
    body = await _scrape(scenario, tmp_path)
    figures.add(AREA, scenario, _samples(body) - _samples(body, own_only=True), "samples")


async def test_many_homes(figures: Figures, tmp_path: Path) -> None:
    one = await _scrape("home", tmp_path / "one")
    many = await _scrape("home", tmp_path / "many", fleet=_HOMES + 1)
    figures.add(AREA, "the exporter itself", _samples(one, own_only=True), "samples")
    for name, size, unit in (
        ("samples", _samples, "samples"),
        ("plain", lambda body: len(body) / 1e3, "kB"),
        ("gzip", lambda body: len(gzip.compress(body, 6)) / 1e3, "kB"),
    ):
        figures.add(AREA, f"one home, all in all, {name}", size(one), unit)
        each = (size(many) - size(one)) / _HOMES
        figures.add(AREA, f"each further home, {name}", each, unit)


def _samples(body: bytes, *, own_only: bool = False) -> int:
    lines = [line for line in body.decode().splitlines() if not line.startswith("#")]
    return sum(
        not own_only or (line.startswith(_OWN) and 'account="' not in line) for line in lines
    )


async def _scrape(scenario: str, folder: Path, fleet: int = 1) -> bytes:
    """Return what is served once every poll has run twice."""
    clock = ManualClock(NOON)
    cloud = SimulatedCloud(clock, scenario=scenario, seed=1, endpoint_limit=0, fleet=fleet)
    await cloud.start()
    try:
        exporter = Exporter(settings_for(cloud, folder, is_member=scenario == "member"), clock)
        await poll_twice(exporter)
        return bytes(exporter.exposition.scrape(_OPENMETRICS, "").body)
    finally:
        await cloud.stop()
