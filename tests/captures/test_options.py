"""What owners can choose from, and the AC sockets of several banks together."""

from pathlib import Path
from typing import Any

import pytest

from tests.captures.test_details import metrics_at, value
from tests.exported import Exports
from tests.replay.edited import edited, setting
from tests.replay.replayed import replay
from tests.scraping import Scrape

CHOICES = [
    ("SB1_DischargePrio", "ed92", "100", "800", "0"),
    ("SB1_NoEnergy", "9e40", "100", "800", "0"),
    ("SB2_AC_UseTime", "a283", "0", "800", "10"),
    # The newer bank's, not the 100 to 1200 W of the banks behind it.
    ("SB2_SB1_AI_Input_50", "c71f", "0", "800", "10"),
    ("SB3_SM_Smart", "aa87", "0", "1200", "10"),
]


@pytest.mark.parametrize(("folder", "site", "lowest", "highest", "step"), CHOICES)
async def test_presets_to_choose_from(
    captures: Path, folder: str, site: str, lowest: str, highest: str, step: str
) -> None:
    metrics = await metrics_at(captures / folder, "2025-07-18 13:23")
    labels = (f'lowest_watts="{lowest}"', f'highest_watts="{highest}"', f'step_watts="{step}"')
    name = "solix_site_output_preset_options_info"
    assert value(metrics, name, f'site_id="{site}', *labels) == 1


async def test_a_system_without_a_schedule_offers_nothing(captures: Path) -> None:
    metrics = await metrics_at(captures / "Powerpanel_Tou", "2025-07-18 13:23")
    assert [name for name in metrics if name.startswith("solix_site_output_preset")] == []


async def test_a_captured_socket_that_gives_nothing(captures: Path) -> None:
    metrics = await metrics_at(captures / "SB3_SM_Smart", "2025-07-18 13:23")
    assert value(metrics, "solix_site_ac_socket_power_watts") == 0
    # A bank of the first generation has no socket, although the cloud sends the zero.
    first = await metrics_at(captures / "SB1_DischargePrio", "2024-12-17 16:00")
    assert value(first, "solix_site_ac_socket_power_watts") is None


def socket_in_use(data: Any) -> None:  # noqa: ANN401  JSON
    data["solarbank_info"]["ac_power"] = "120"


async def test_sockets_of_several_banks_are_the_sites(exports: Exports, tmp_path: Path) -> None:
    # Made by hand: no capture has several banks of the newer generations, nor a socket in use.
    changes = {
        "scene_*.json": socket_in_use,
        "power_limit_*.json": setting(
            power_limit_option=[{"limit": 800, "limit_real": 800}, {"limit": 3600}]
        ),
    }
    found = Scrape(await replay(edited(exports.of("multisystem"), tmp_path, changes)))
    assert found.one("solix_site_ac_socket_power_watts") == 120
    assert found.all("solix_device_ac_socket_power_watts") == []
    assert found.one("solix_site_output_limit_options_info", options="800,3600") == 1
    # Of the devices, the dock takes over what is the system's.
    assert found.all("solix_device_output_limit_options_info") == [1]
