"""The backup windows that owners set, from captured schedules and scenes."""

from datetime import datetime
from pathlib import Path

import pytest

from tests.captures.test_details import BERLIN, metrics_at, value
from tests.poll.rig import Rig

NAMES = (
    "solix_site_backup_start_timestamp_seconds",
    "solix_site_backup_end_timestamp_seconds",
    "solix_site_backup_enabled",
)

WINDOWS = [
    # A minute on 2025-01-29; three hours on 2025-07-02 and 2025-07-07. All are off by now.
    ("SB2_AC_UseTime", "a283", (1738105709, 1738105769, 0)),
    ("SB3_SB2AC_Shelly_Smart_Complete", "0dfe", (1751458200, 1751469000, 0)),
    ("SB3_SM_Smart", "aa87", (1751840220, 1751851020, 0)),
    # Never set.
    ("SB3_SB2AC_Shelly_Smart_Complete", "6b1c", (None, None, 0)),
    # Older schedules know no window.
    ("SB2_SM_ManMode_Schedule", "0eb4", (None, None, None)),
    ("SB1_NoEnergy", "9e40", (None, None, None)),
]


@pytest.mark.parametrize(("folder", "site", "expected"), WINDOWS)
async def test_the_backup_window(
    captures: Path, folder: str, site: str, expected: tuple[float | None, ...]
) -> None:
    metrics = await metrics_at(captures / folder, "2025-07-18 13:23")
    assert tuple(value(metrics, name, f'site_id="{site}') for name in NAMES) == expected


async def test_a_member_sees_the_times_in_the_scene(captures: Path) -> None:
    now = datetime(2025, 7, 18, 13, 23, tzinfo=BERLIN)
    rig = Rig(captures / "SB2_AC_UseTime", now, disabled=("usage_schedule",))
    await rig.poll()
    found = tuple(value(rig.metrics(), name, 'site_id="a283') for name in NAMES)
    assert found == (1738105709, 1738105769, None)
