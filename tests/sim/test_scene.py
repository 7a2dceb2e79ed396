from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from solix_exporter.clock import ManualClock
from solix_exporter.sim import SimulatedCloud
from tests.sim.raw_client import RawClient

SCENE = "power_service/v1/site/get_scen_info"
Home = tuple[SimulatedCloud, RawClient]


@pytest.mark.parametrize("hours", range(0, 48, 3))
async def test_a_scene_is_true_and_adds_up(home: Home, clock: ManualClock, hours: int) -> None:
    cloud, client = home
    clock.advance(3600 * hours + 17)
    site_id = cloud.site_ids[0]
    scene = await client.ask(SCENE, site_id=site_id)
    truth = cloud.truth(site_id)
    banks, grid = scene["solarbank_info"], scene["grid_info"]
    bank = banks["solarbank_list"][0]

    assert int(banks["total_photovoltaic_power"]) == truth.pv_w == int(bank["photovoltaic_power"])
    assert float(banks["total_output_power"]) == truth.output_w == int(bank["output_power"])
    assert int(banks["total_charging_power"]) == truth.battery_charge_w
    assert int(banks["battery_discharge_power"]) == truth.battery_discharge_w
    assert int(grid["grid_to_home_power"]) == truth.grid_import_w
    assert int(grid["photovoltaic_to_grid_power"]) == truth.grid_export_w
    assert int(scene["home_load_power"]) == truth.home_w
    assert [int(p["current_power"]) for p in scene["smart_plug_info"]["smartplug_list"]] == list(
        truth.plugs_w
    )
    assert abs(int(bank["battery_power"]) / 100 - truth.soc_ratio) <= 0.005
    assert abs(float(banks["total_battery_power"]) - truth.soc_ratio) <= 0.005

    home_load = int(scene["home_load_power"])
    assert home_load == (
        float(banks["total_output_power"])
        + int(grid["grid_to_home_power"])
        - int(grid["photovoltaic_to_grid_power"])
    )
    assert int(scene["other_loads_power"]) == home_load - int(
        scene["smart_plug_info"]["total_power"]
    )
    assert int(banks["total_photovoltaic_power"]) == sum(
        int(banks[f"solar_power_{number}"]) for number in (1, 2, 3, 4)
    )
    assert truth.pv_w + truth.battery_discharge_w == truth.output_w + truth.battery_charge_w


async def test_the_time_stamp_is_site_time_and_at_most_a_minute_old(
    home: Home, clock: ManualClock
) -> None:
    cloud, client = home
    zone = ZoneInfo("Europe/Berlin")
    for _ in range(20):
        clock.advance(37)
        scene = await client.ask(SCENE, site_id=cloud.site_ids[0])
        stamp = datetime.fromisoformat(scene["solarbank_info"]["updated_time"])
        lag = clock.now() - stamp.replace(tzinfo=zone)
        assert timedelta(0) <= lag < timedelta(seconds=61)


async def test_a_foreign_site_is_refused(home: Home) -> None:
    _, client = home
    answer = await client.send(SCENE, {"site_id": "00000000-0000-0000-0000-000000000000"})
    assert (answer.status, answer.code) == (200, 10000)


async def test_the_lists_name_the_same_devices(home: Home) -> None:
    cloud, client = home
    site_id = cloud.site_ids[0]
    sites = (await client.ask("power_service/v1/site/get_site_list"))["site_list"]
    listed = {device["device_sn"] for device in sites[0]["site_device_list"]}
    bound = (await client.ask("power_service/v1/app/get_relate_and_bind_devices"))["data"]
    detail = await client.ask("power_service/v1/site/get_site_detail", site_id=site_id)
    detailed = {
        device["device_sn"]
        for name, devices in detail.items()
        if name.endswith("_list")
        for device in devices
    }
    assert listed == detailed == {device["device_sn"] for device in bound}
    assert len(listed) == 4
    assert sites[0]["device_type_list"] == [3, 6, 7]
    assert sites[0]["ms_type"] == 1
    assert detail["site_info"]["ms_type"] == 0


async def test_the_same_seed_gives_the_same_identities(clock: ManualClock) -> None:
    assert SimulatedCloud(clock, seed=4).site_ids == SimulatedCloud(clock, seed=4).site_ids
    assert SimulatedCloud(clock, seed=4).site_ids != SimulatedCloud(clock, seed=5).site_ids
