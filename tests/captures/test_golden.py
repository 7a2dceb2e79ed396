"""The whole `/metrics` of every captured system: the same text as agreed.

The golden texts name things by their place ("site-1", "device-2"), so that nothing of a capture
is in them. What their numbers should be is worked out in `test_scenes.py`; they hold everything
else. `python -m tests.captures.test_golden` writes them anew; read the difference first.
"""

import asyncio
import logging
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.exported import CAPTURES, Answers
from tests.replay.golden_text import golden_lines
from tests.replay.replayed import replayed

GOLDEN = Path(__file__).parent / "golden"
FOLDERS = (
    "Mqtt_SB1_C1000",
    "Powerpanel_Tou",
    "SB1_0Wswitch_PPSc1000_NoEnergy",
    "SB1_DischargePrio",
    "SB1_Dual_NoEnergy",
    "SB1_NoEnergy",
    "SB2_AC_UseTime",
    "SB2_SB1_AI_Input_50",
    "SB2_SM_AiMode_Schedule_invalid",
    "SB2_SM_ManMode_Schedule",
    "SB2_SM_NoPvEnergy_Invalid",
    "SB2_SP_SpMode_Schedule",
    "SB3_SB2AC_Shelly_Smart_Complete",
    "SB3_SM_Smart",
)

OF_THE_HOME = re.compile(r"solix_(site|device|battery|pv|port|meter|plug|inverter|ev)_")


async def agreed_text(folder: Path) -> str:
    """Return the samples of the home after all polls ran once."""
    moment = datetime(2026, 6, 20, tzinfo=UTC)
    text = await replayed(Answers(folder, moment, "Europe/Berlin"))
    return "".join(f"{line}\n" for line in golden_lines(text, OF_THE_HOME))


@pytest.mark.parametrize("folder", FOLDERS)
async def test_a_replayed_capture_gives_the_agreed_metrics(
    captures: Path, folder: str, caplog: pytest.LogCaptureFixture
) -> None:
    text = await agreed_text(captures / folder)
    assert text == (GOLDEN / f"{folder}.txt").read_text()
    assert [entry for entry in caplog.records if entry.levelno >= logging.ERROR] == []


def test_every_capture_with_a_scene_is_held(captures: Path) -> None:
    assert sorted({file.parent.name for file in captures.glob("*/scene_*.json")}) == sorted(FOLDERS)


if __name__ == "__main__":
    for name in FOLDERS:
        (GOLDEN / f"{name}.txt").write_text(asyncio.run(agreed_text(CAPTURES / name)))
