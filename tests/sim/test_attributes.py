"""Attributes and Wi-Fi signals of simulated devices, as captured ones have them."""

from typing import Any

import pytest

from solix_exporter.sim import SimulatedCloud
from tests.sim.conftest import StartCloud
from tests.sim.raw_client import RawClient

ATTRIBUTES = "power_service/v1/app/device/get_device_attrs"
ALL = ["rssi", "pv_power_limit", "legal_power_limit", "power_limit_option", "switch_0w",
       "power_limit_option_real", "enable_0w", "ip_region", "regulation_code", "pps_use_time",
       "currency", "tag"]  # fmt: skip

DEFAULTS = {
    "currency": "$", "enable_0w": 0, "legal_power_limit": 0, "power_limit_option": [350, 600, 800],
    "power_limit_option_real": [350, 600, 800], "pps_use_time": "", "pv_power_limit": 3600,
    "regulation_code": 0, "switch_0w": 1,
}  # fmt: skip


async def attributes_of(client: RawClient) -> dict[str, dict[str, Any]]:
    """Return the attributes of the bound devices by part number."""
    bound = (await client.ask("power_service/v1/app/get_relate_and_bind_devices"))["data"]
    found = {}
    for device in bound:
        answer = await client.ask(ATTRIBUTES, device_sn=device["device_sn"], attributes=ALL)
        found[device["product_code"]] = answer["attributes"]
    return found


async def test_every_device_has_the_same_values_but_for_three(start_cloud: StartCloud) -> None:
    # Capture Powerpanel_Tou: the panel tells its region and no signal, the F3800 a signal alone.
    _, client = await start_cloud(scenario="power-panel")
    found = await attributes_of(client)
    for attributes in found.values():
        assert attributes.items() >= DEFAULTS.items()
        assert attributes.keys() == set(ALL)
        assert attributes["tag"]["img"].endswith("/icon/a17x8/living_room.png")
    assert (found["A17B1"]["ip_region"], found["A17B1"]["rssi"]) == ("US", "")
    assert found["A1790"]["ip_region"] == "UNKNOWN"
    assert int(found["A1790"]["rssi"]) < 0


async def test_a_meter_of_another_maker_has_no_signal(start_cloud: StartCloud) -> None:
    # Captures SB2_AC_UseTime, SB2_SB1_AI_Input_50 and SB3_SB2AC_Shelly_Smart_Complete.
    cloud, client = await start_cloud(scenario="sb3")
    found = await attributes_of(client)
    assert found["SHEMP3"]["rssi"] == ""
    assert int(found["A17C5"]["rssi"]) < 0
    assert await wifi_models(cloud, client) == {"A17C5"}


@pytest.mark.parametrize(
    ("scenario", "models"), [("sb2-ac", {"A17C2"}), ("home", {"A17C1", "A17X7", "A17X8"})]
)
async def test_who_is_in_the_list_of_wifi_signals(
    start_cloud: StartCloud, scenario: str, models: set[str]
) -> None:
    cloud, client = await start_cloud(scenario=scenario)
    assert await wifi_models(cloud, client) == models


async def wifi_models(cloud: SimulatedCloud, client: RawClient) -> set[str]:
    bound = (await client.ask("power_service/v1/app/get_relate_and_bind_devices"))["data"]
    model_of = {device["device_sn"]: device["product_code"] for device in bound}
    path = "power_service/v1/site/get_wifi_info_list"
    links = (await client.ask(path, site_id=cloud.site_ids[0]))["wifi_info_list"]
    return {model_of[link["device_sn"]] for link in links}
