"""The whole `/metrics` of every captured system: lint-clean, and the same text as agreed.

The golden texts name things by their place ("site-1", "device-2"), so that nothing of a capture
is in them. What their numbers should be is worked out in `test_scenes.py`; they hold everything
else. `python -m tests.captures.test_golden` writes them anew; read the difference first.
"""

import asyncio
import logging
import re
import subprocess
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from solix_exporter.clock import ManualClock
from solix_exporter.config import Settings
from solix_exporter.service import Exporter
from tests.conftest import CAPTURES
from tests.scraping import samples_of, scrape_text

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

_OF_THE_HOME = re.compile(r"^solix_(site|device|battery|pv|meter|plug|inverter|ev)_")
_NAMES = re.compile(r',?\b(account|name)="[^"]*"')
_SITE = re.compile(r'site_id="([^"]+)"')
_DEVICE = re.compile(r'device_sn="([^"]+)"')


async def replayed(folder: Path, rounds: int = 1) -> str:
    """Return the scrape of a capture after some rounds of its polls, ten minutes apart."""
    with tempfile.TemporaryDirectory() as state_dir:
        settings = Settings.model_validate({"state_dir": state_dir, "timezone": "Europe/Berlin"})
        clock = ManualClock(datetime(2026, 6, 20, tzinfo=UTC))
        exporter = Exporter(settings, clock, [folder])
        for number in range(rounds):
            clock.advance(600 * min(number, 1))
            for job in exporter.jobs:
                await job.run()
        return scrape_text(exporter)


def normalised(text: str) -> str:
    """Return the samples of the home, ids by place, of states only those that are on."""
    lines = [line for line in text.splitlines() if _OF_THE_HOME.match(line)]
    lines = [line for line in lines if not _is_state_off(line)]
    for kind, pattern in (("site", _SITE), ("device", _DEVICE)):
        ids = dict.fromkeys(found for line in lines for found in pattern.findall(line))
        for place, found in enumerate(ids, start=1):
            lines = [line.replace(f'"{found}"', f'"{kind}-{place}"') for line in lines]
    return "".join(_NAMES.sub("", line).replace("{,", "{") + "\n" for line in lines)


def _is_state_off(line: str) -> bool:
    return line.endswith(" 0.0") and bool(re.search(r'\b(status|mode|tariff)="', line))


@pytest.mark.parametrize("folder", FOLDERS)
async def test_a_replayed_capture_gives_the_agreed_metrics(
    captures: Path, folder: str, caplog: pytest.LogCaptureFixture
) -> None:
    text = await replayed(captures / folder)
    assert normalised(text) == (GOLDEN / f"{folder}.txt").read_text()
    assert [entry for entry in caplog.records if entry.levelno >= logging.ERROR] == []


@pytest.mark.parametrize("folder", FOLDERS)
async def test_promtool_has_nothing_to_say(captures: Path, folder: str, promtool: str) -> None:
    text = await replayed(captures / folder)
    checked = subprocess.run(  # noqa: ASYNC221, S603 - a short check with our own text
        [promtool, "check", "metrics"], input=text, capture_output=True, text=True, check=False
    )
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")


@pytest.mark.parametrize("folder", FOLDERS)
async def test_no_reading_of_a_capture_is_implausible(captures: Path, folder: str) -> None:
    samples = samples_of(await replayed(captures / folder, rounds=3))
    rejected = {
        reason: value
        for (name, labels), value in samples.items()
        for reason in dict(labels).values()
        if name == "solix_readings_rejected_total"
    }
    assert {reason: rejected[reason] for reason in ("soc_jump", "lifetime_backwards")} == {
        "soc_jump": 0,
        "lifetime_backwards": 0,
    }


def test_every_capture_with_a_scene_is_held(captures: Path) -> None:
    assert sorted({file.parent.name for file in captures.glob("*/scene_*.json")}) == sorted(FOLDERS)


if __name__ == "__main__":
    for name in FOLDERS:
        (GOLDEN / f"{name}.txt").write_text(normalised(asyncio.run(replayed(CAPTURES / name))))
