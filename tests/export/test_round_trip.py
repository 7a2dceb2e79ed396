"""An export, replayed, shows the same as the live systems but for identities."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from solix_exporter.config import Settings
from solix_exporter.service import Exporter, Use
from solix_exporter.sim import SimulatedCloud, scenario_names
from tests.export.rig import StillClock, collect, systems_of, write

NOON = datetime(2026, 6, 20, 11, 2, 30, tzinfo=UTC)

SettingsFor = Callable[..., Settings]


@pytest.mark.parametrize("scenario", scenario_names())
async def test_an_export_replayed_shows_the_same_system(
    scenario: str, settings_for: SettingsFor, tmp_path: Path
) -> None:
    clock = StillClock(NOON)
    cloud = SimulatedCloud(clock, scenario=scenario, seed=1, endpoint_limit=0)
    await cloud.start()
    try:
        settings = settings_for(
            cloud,
            cloud={"endpoint_limit": 0, "headroom": 0},
            # A replay asks for the grid's own statistics, too: they cost it nothing.
            poll={"energy_extra": ["grid"]},
        )
        live = Exporter(settings, clock, use=Use.ONCE)
        await live.poll_once()
        collection = await collect(settings, clock)
    finally:
        await cloud.stop()
    folder = write(collection, settings, clock, tmp_path / "export")
    replayed = Exporter(
        Settings.model_validate({"state_dir": tmp_path}), clock, [folder], use=Use.ONCE
    )
    await replayed.poll_once()
    assert systems_of(live)
    assert systems_of(replayed) == systems_of(live)
