"""Since when devices are there and when their firmware changed, from captured answers."""

from datetime import datetime
from pathlib import Path

import pytest

from tests.captures.test_details import BERLIN, rig_at, value

DATES = [
    # Updated, then added to the site: 11:35:39 UTC.
    ("SB3_SM_Smart", "200Z", 1747913739, "2025-05-22 13:33:58"),
    ("SB2_SP_SpMode_Schedule", "81QC", 1720950672, "2024-09-07 10:45:41"),
    ("SB1_DischargePrio", "9J7O", 1695392386, "2024-12-17 12:11:49"),
    # In a cascade each has a time of its own; none was updated yet.
    ("SB2_SB1_AI_Input_50", "6SFN", 1735924816, None),
    ("SB2_SB1_AI_Input_50", "3K3Y", 1735925314, None),
    # The bank's numbers are not valid, its identity is.
    ("SB2_SM_AiMode_Schedule_invalid", "YF81", 1719046667, None),
]


@pytest.mark.parametrize(("folder", "sn", "installed", "changed"), DATES)
async def test_when_a_device_came_and_changed(
    captures: Path, folder: str, sn: str, installed: float, changed: str | None
) -> None:
    rig = rig_at(captures / folder, "2025-07-18 13:23")
    await rig.poll()
    metrics, label = rig.metrics(), f'device_sn="{sn}'
    assert value(metrics, "solix_device_installed_timestamp_seconds", label) == installed
    at = datetime.fromisoformat(changed).replace(tzinfo=BERLIN).timestamp() if changed else None
    assert value(metrics, "solix_device_firmware_changed_timestamp_seconds", label) == at


async def test_a_device_without_firmware_is_not_asked_about(captures: Path) -> None:
    rig = rig_at(captures / "SB3_SM_Smart", "2025-07-18 13:23")
    await rig.poll()
    # Of bank, meter of another maker and micro inverter the bank alone has a version.
    assert rig.asked()["get_upgrade_record"] == 1
    for _ in range(3):
        rig.clock.advance(600)
        await rig.poll()
    assert rig.asked()["get_upgrade_record"] == 1
