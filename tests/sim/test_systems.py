"""Each kind of system: its scene, its own services, and their consistency."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from solix_exporter.clock import ManualClock
from solix_exporter.sim import SimulatedCloud, scenario_names
from tests.sim.conftest import StartCloud
from tests.sim.raw_client import RawClient

SCENE = "power_service/v1/site/get_scen_info"
PANEL = "charging_energy_service/energy_statistics"
HOME_SYSTEM = "charging_hes_svc/get_energy_statistics"
NEW_YORK = ZoneInfo("America/New_York")


def test_the_scenarios_cover_all_kinds_of_systems() -> None:
    assert {
        "home",
        "sb1",
        "sb1-dual",
        "sb2-plugs",
        "sb2-ac",
        "cascade",
        "sb3",
        "multisystem",
        "mi80",
        "power-panel",
        "x1",
        "ev-charger",
        "member",
        "all",
    } <= set(scenario_names())


@pytest.mark.parametrize(
    "scenario", ["sb1", "sb1-dual", "sb2-plugs", "sb2-ac", "sb3", "multisystem"]
)
async def test_totals_and_banks_of_a_scene_agree(
    start_cloud: StartCloud, clock: ManualClock, scenario: str
) -> None:
    cloud, client = await start_cloud(scenario=scenario)
    site_id = cloud.site_ids[0]
    for _ in range(12):
        clock.advance(7300)
        scene = await client.ask(SCENE, site_id=site_id)
        truth = cloud.truth(site_id)
        totals = scene["solarbank_info"]
        banks = totals["solarbank_list"]
        assert sum(int(b["photovoltaic_power"]) for b in banks) == truth.pv_w
        assert sum(int(b["output_power"]) for b in banks) == truth.output_w
        assert sum(int(b["bat_charge_power"]) for b in banks) == truth.battery_charge_w
        assert sum(int(b["bat_discharge_power"]) for b in banks) == truth.battery_discharge_w
        assert int(totals["grid_to_battery_power"]) == truth.grid_to_battery_w
        for bank in banks:
            assert int(bank["output_power"]) >= 0
            assert bank["charging_power"] == bank["output_power"]
        imported = int((scene["grid_info"] or {}).get("grid_to_home_power", "0"))
        exported = int((scene["grid_info"] or {}).get("photovoltaic_to_grid_power", "0"))
        assert int(scene["home_load_power"]) == truth.output_w + imported - exported


async def test_a_cascades_totals_cover_the_second_bank_only(
    start_cloud: StartCloud, clock: ManualClock
) -> None:
    cloud, client = await start_cloud(scenario="cascade")
    site_id = cloud.site_ids[0]
    fed_at_night = 0
    for _ in range(24):
        clock.advance(3600)
        banks = (await client.ask(SCENE, site_id=site_id))["solarbank_info"]
        second, *first = banks["solarbank_list"]
        truth = cloud.truth(site_id)
        upstream = truth.upstream
        assert upstream is not None
        assert [bank["device_pn"] for bank in first] == ["A17C0", "A17C0"]
        assert int(banks["total_photovoltaic_power"]) == int(second["photovoltaic_power"])
        assert truth.strings_w[-1] == upstream.output_w
        assert sum(int(bank["output_power"]) for bank in first) == upstream.output_w
        fed_at_night += upstream.output_w if not sum(truth.strings_w[:-1]) else 0
    assert fed_at_night > 0, "the first banks feed the second one after dark"


async def test_a_tariff_charges_from_the_grid_in_the_cheap_hours(
    start_cloud: StartCloud, clock: ManualClock
) -> None:
    cloud, _ = await start_cloud(scenario="sb2-ac")
    clock.advance((datetime(2026, 1, 14, tzinfo=UTC) - clock.now()).total_seconds())
    by_hour: dict[int, int] = {}
    for _ in range(96):
        local = clock.now().astimezone(ZoneInfo("Europe/Berlin")).hour
        charged = cloud.truth(cloud.site_ids[0]).grid_to_battery_w
        by_hour[local] = max(by_hour.get(local, 0), charged)
        clock.advance(900)
    assert max(by_hour[hour] for hour in range(6)) == 500
    assert max(by_hour[hour] for hour in range(6, 24)) == 0


async def panel_day(
    client: RawClient, site_id: str, source: str, path: str = PANEL, **span: str
) -> dict[str, Any]:
    span = {"dateType": "day", "start": "2026-06-20", "end": "2026-06-20"} | span
    data = await client.ask(path, siteId=site_id, sourceType=source, **span)
    assert isinstance(data, dict)
    return data


async def test_a_panels_day_is_288_means_up_to_the_last_finished_slot(
    start_cloud: StartCloud, clock: ManualClock
) -> None:
    cloud, client = await start_cloud(scenario="power-panel")
    site_id = cloud.site_ids[0]
    hes = await panel_day(client, site_id, "hes")
    local = clock.now().astimezone(NEW_YORK)
    levels = [level for level in hes["chargeLevel"] if level["value"] != "0"]
    assert len(hes["power"]) == len(hes["chargeLevel"]) == 288
    assert levels[-1]["time"] == (local - timedelta(minutes=7)).strftime("%H:55")
    charge, discharge = (float(info["value"]) for info in hes["power"][0]["powerInfos"])
    assert charge <= 0 <= discharge
    home = await panel_day(client, site_id, "home")
    curve_kwh = sum(float(point["powerInfos"][0]["value"]) for point in home["power"]) / 12
    assert curve_kwh == pytest.approx(float(home["totalEnergy"]), rel=0.01)
    assert home["powerUnit"] == "KW"
    assert sum(int(row["percent"].rstrip("%")) for row in home["aggregates"]) in {99, 100, 101}


async def test_a_panels_week_balances(start_cloud: StartCloud) -> None:
    cloud, client = await start_cloud(scenario="power-panel")
    span = {"dateType": "week", "start": "2026-06-13", "end": "2026-06-19"}
    found = {
        source: await panel_day(client, cloud.site_ids[0], source, **span)
        for source in ("hes", "home", "grid", "solar")
    }

    def part(source: str, kind: str) -> float:
        rows = found[source]["aggregates"]
        return sum(float(row["value"]) for row in rows if row["type"] == kind)

    totals = {source: float(answer["totalEnergy"]) for source, answer in found.items()}
    assert all(len(answer["energy"]) == 7 for answer in found.values())
    assert all(answer["power"] is None for answer in found.values())
    for source, answer in found.items():
        days = sum(float(item["value"]) for item in answer["energy"])
        assert days == pytest.approx(totals[source], abs=0.08)
    assert totals["home"] == pytest.approx(
        sum(part("home", kind) for kind in ("hes", "solar", "grid")), abs=0.05
    )
    assert totals["solar"] == pytest.approx(
        sum(part("solar", kind) for kind in ("hes", "home", "grid")), abs=0.05
    )
    charged = float(found["hes"]["totalImportedEnergy"])
    assert charged == pytest.approx(part("solar", "hes") + part("grid", "hes"), abs=0.05)


async def test_a_home_system_has_one_signed_power_and_a_car(start_cloud: StartCloud) -> None:
    cloud, client = await start_cloud(scenario="x1")
    site_id = cloud.site_ids[0]
    info = await client.ask("charging_hes_svc/get_system_running_info", siteId=site_id)
    tree = await client.ask("charging_hes_svc/get_hes_dev_info", siteId=site_id)
    assert info["batCount"] == 3
    assert info["hasEvCharger"] is True
    assert tree["results"][0]["sn"] == info["mainSn"]
    assert [part["type"] for part in tree["results"][0]["subDevInfo"]] == [
        "ems",
        "pcs",
        "pack",
        "pack",
        "pack",
    ]
    hes = await panel_day(client, site_id, "hes", HOME_SYSTEM)
    assert all(len(point["powerInfos"]) == 1 for point in hes["power"])
    values = [float(point["powerInfos"][0]["value"]) for point in hes["power"]]
    assert min(values) < 0 < max(values)
    assert hes["power"][0]["isFix"] is False
    assert hes["power"][-1]["isFix"] is True
    week = {"dateType": "week", "start": "2026-06-01", "end": "2026-06-14"}
    car = await panel_day(client, site_id, "evCharger", HOME_SYSTEM, **week)
    assert float(car["totalEnergy"]) > 5
    refused = await client.send(HOME_SYSTEM, {"siteId": "x", "sourceType": "hes"})
    assert refused.code == 10000


async def test_other_systems_are_not_home_systems(start_cloud: StartCloud) -> None:
    cloud, client = await start_cloud()
    site_id = cloud.site_ids[0]
    info = await client.ask("charging_hes_svc/get_system_running_info", siteId=site_id)
    assert info["mainSn"] == ""
    tree = await client.send("charging_hes_svc/get_hes_dev_info", {"siteId": site_id})
    assert tree.code == -1
    statistics = await client.send(HOME_SYSTEM, {"siteId": site_id, "sourceType": "hes"})
    assert statistics.code == 10000


async def test_an_inverter_stands_alone(start_cloud: StartCloud, clock: ManualClock) -> None:
    cloud, client = await start_cloud(scenario="mi80")
    sites = await client.ask("power_service/v1/site/get_site_list")
    bound = (await client.ask("power_service/v1/app/get_relate_and_bind_devices"))["data"]
    assert sites["site_list"] == []
    assert [device["product_code"] for device in bound] == ["A5143"]
    sn = bound[0]["device_sn"]
    status = (await client.ask("charging_pv_svc/getPvStatus", sns=sn))["pvStatuses"]
    assert status == [{"sn": sn, "power": cloud.truth(cloud.site_ids[0]).pv_w, "status": 1}]
    ask = {"sn": sn, "version": "1"}
    path = "charging_pv_svc/statisticsPv"
    week = await client.ask(path, **ask, type="week", start="2026-06-18", end="2026-06-19")
    day = await client.ask(path, **ask, type="day", start="2026-06-19", end="")
    assert [item["index"] for item in week["energy"]] == [1, 2]
    assert len(day["curve"]) == 288
    curve_kwh = sum(point["power"] for point in day["curve"]) / 12000
    assert curve_kwh == pytest.approx(week["energy"][1]["energy"], abs=0.006)
    total = await client.ask("charging_pv_svc/getPvTotalStatistics", sn=sn)
    lifetime_kwh = cloud.truth(cloud.site_ids[0]).lifetime_wh / 1000
    factor = 1000 if total["energyUnit"] == "MWh" else 1
    assert total["energy"] * factor == pytest.approx(lifetime_kwh, rel=0.01)


async def test_a_wall_box_charges_the_car(start_cloud: StartCloud, clock: ManualClock) -> None:
    cloud, client = await start_cloud(scenario="ev-charger")
    site_id = cloud.site_ids[0]
    powers = set()
    for _ in range(6 * 48):
        clock.advance(1800)
        scene = await client.ask(SCENE, site_id=site_id)
        pile = scene["charging_pile_info"]["charging_pile_list"][0]
        assert int(pile["power"]) == cloud.truth(site_id).ev_w
        assert pile["operating_state"] == (2 if pile["power"] != "0" else 0)
        powers.add(pile["power"])
    assert powers == {"0", "11000"}
    orders = "power_service/v1/app/order/get_charge_order_stats"
    stats = await client.ask(
        orders, device_sn=pile["device_sn"], date_type="all", start_date="", end_date=""
    )
    total = stats["total_stats"]
    assert total["charge_count"] == len(stats["date_list"]) > 10
    assert total["charge_total"] == pytest.approx(
        sum(item["date_stats"]["charge_total"] for item in stats["date_list"]), abs=0.5
    )
    cars = (await client.ask("power_service/v1/app/vehicle/get_vehicle_list"))["vehicle_list"]
    assert len(cars) == 1
    detail = await client.ask(
        "power_service/v1/app/vehicle/get_vehicle_detail", vehicle_id=cars[0]["vehicle_id"]
    )
    assert detail.items() > cars[0].items()


async def test_a_multisystem_has_a_dock_that_the_scene_hides(start_cloud: StartCloud) -> None:
    cloud, client = await start_cloud(scenario="multisystem")
    site_id = cloud.site_ids[0]
    scene = await client.ask(SCENE, site_id=site_id)
    limit = await client.ask("power_service/v1/site/get_power_limit", site_id=site_id)
    assert scene["combiner_box_info"] == {"combiner_box_list": []}
    assert limit["parallel_type"] == "AE100"
    assert limit["ae100_info"]["device_pn"] == "AE100"
    assert len(limit["device_info"]) == 3
    assert all(bank["pv_power"] for bank in scene["solarbank_info"]["solarbank_list"])


async def test_spot_prices_of_tomorrow_are_published_at_one(
    start_cloud: StartCloud, clock: ManualClock
) -> None:
    _, client = await start_cloud(scenario="sb3")
    path = "power_service/v1/dynamic_price/price_detail"
    body = {"company": "Nordpool", "area": "GER", "date": "1781949600", "device_sn": ""}
    after = await client.ask(path, **body)
    assert len(after["today_price_trend"]) == len(after["tomorrow_price_trend"]) == 24
    clock.advance(-3600)
    before = await client.ask(path, **body)
    assert before["tomorrow_price_trend"] == []
    assert before["tomorrow_avg_price"] == "0.00"
    assert before["today_price_trend"] == after["today_price_trend"]
    assert (await client.send(path, body | {"area": ""})).code == -1


async def test_a_kind_of_parameter_that_is_not_there_is_a_bad_request(
    start_cloud: StartCloud,
) -> None:
    cloud, client = await start_cloud()
    path = "power_service/v1/site/get_site_device_param"
    body = {"site_id": cloud.site_ids[0], "param_type": "9"}
    answer = await client.send(path, body)
    assert answer.status == 400
    assert answer.text.startswith('error: value "9" is not defined in options "[1 2 3')
    assert (await client.send(path, body | {"param_type": "4"})).code == 10004


async def test_a_fleet_is_many_accounts_whose_physics_is_created_lazily(
    start_cloud: StartCloud, clock: ManualClock
) -> None:
    cloud, client = await start_cloud(scenario="member", fleet=1000, log_in=False)
    assert len(cloud.accounts) == 2000
    assert len(set(cloud.site_ids)) == 1000
    truths = {cloud.truth(site_id).pv_w for site_id in cloud.site_ids[:20]}
    assert len(truths) > 10, "each home has its own weather"
    last = cloud.accounts[-2]
    await client.log_in(last.email, last.password)
    sites = (await client.ask("power_service/v1/site/get_site_list"))["site_list"]
    assert [site["site_id"] for site in sites] == [cloud.site_ids[-1]]
    foreign = await client.send(SCENE, {"site_id": cloud.site_ids[0]})
    assert foreign.code == 10000


def test_the_error_for_an_unknown_scenario_lists_the_known_ones(clock: ManualClock) -> None:
    with pytest.raises(ValueError, match=r"'castle', choose one of: home, sb1"):
        SimulatedCloud(clock, scenario="castle")


async def test_without_a_meter_the_output_counts_as_the_homes_use(
    start_cloud: StartCloud, clock: ManualClock
) -> None:
    cloud, client = await start_cloud(scenario="sb2-plugs")
    site_id = cloud.site_ids[0]
    for _ in range(8):
        clock.advance(3 * 3600)
        scene = await client.ask(SCENE, site_id=site_id)
        truth = cloud.truth(site_id)
        assert scene["grid_info"] is None
        assert int(scene["home_load_power"]) == truth.output_w
        assert int(scene["smart_plug_info"]["total_power"]) == truth.plug_w
        assert int(scene["other_loads_power"]) == max(0, truth.output_w - truth.plug_w)
    usage = await client.ask(
        "power_service/v1/site/energy_analysis",
        site_id=site_id,
        device_sn="",
        type="week",
        device_type="home_usage",
        start_time="2026-06-19",
        end_time="2026-06-19",
    )
    parts = float(usage["battery_to_home_total"]) + float(usage["solar_to_home_total"])
    assert usage["grid_to_home_total"] == "0.00"
    assert float(usage["home_usage_total"]) == pytest.approx(parts, abs=0.02)


async def test_an_inverter_in_a_site_shows_in_its_scene(
    start_cloud: StartCloud, clock: ManualClock
) -> None:
    cloud, client = await start_cloud(scenario="sb1")
    scene = await client.ask(SCENE, site_id=cloud.site_ids[0])
    (inverter,) = scene["solar_list"]
    assert inverter["device_pn"] == "A5143"
    assert float(inverter["generate_power"]) == cloud.truth(cloud.site_ids[0]).output_w


@pytest.mark.parametrize(
    ("scenario", "behind", "process"),
    [("sb1", "A5143", "A5143"), ("cascade", "A17CX", ""), ("home", "A17CX", "")],
)
async def test_a_banks_inverter_is_reported_as_in_the_captures(
    start_cloud: StartCloud, scenario: str, behind: str, process: str
) -> None:
    """`A17CX` is a second-generation bank; all banks of a captured cascade have it."""
    cloud, client = await start_cloud(scenario=scenario)
    scene = await client.ask(SCENE, site_id=cloud.site_ids[0])
    app = "power_service/v1/app/compatible"
    for bank in scene["solarbank_info"]["solarbank_list"]:
        serial = bank["device_sn"]
        info = await client.ask(f"{app}/get_compatible_solar_info", solarbank_sn=serial)
        update = await client.ask(f"{app}/get_compatible_process", solarbank_sn=serial)
        assert info["solar_model"] == behind
        assert update["solar_info"]["solar_model"] == process


@pytest.mark.parametrize(("scenario", "legal_w"), [("home", 800), ("sb3", 1200)])
async def test_a_bank_has_the_limit_of_the_system_and_no_own_one(
    start_cloud: StartCloud, scenario: str, legal_w: int
) -> None:
    cloud, client = await start_cloud(scenario=scenario)
    path = "power_service/v1/site/get_power_limit"
    limits = await client.ask(path, site_id=cloud.site_ids[0])
    assert limits["legal_power_limit"] == legal_w
    for bank in limits["device_info"]:
        assert bank["power_limit"] == 0
        assert bank["power_limit_option"] is None
        assert bank["power_limit_option_real"] is None


async def test_a_component_reports_its_version_in_one_field(start_cloud: StartCloud) -> None:
    cloud, client = await start_cloud(scenario="home")
    scene = await client.ask(SCENE, site_id=cloud.site_ids[0])
    serial = scene["solarbank_info"]["solarbank_list"][0]["device_sn"]
    asked = [{"device_sn": serial, "version": ""}]
    firmware = await client.ask("app/ota/batch/check_update", device_list=asked)
    for part in firmware["update_infos"][0]["children"]:
        assert part["rom_version_name"].startswith("v")
        assert part["sub_current_version"] == ""


@pytest.mark.parametrize("scenario", ["sb1", "sb1-dual", "cascade"])
async def test_a_first_generation_bank_keeps_to_its_charge_priority(
    start_cloud: StartCloud, clock: ManualClock, scenario: str
) -> None:
    # A bank with an inverter that can hold back gives nothing from a battery below that charge.
    cloud, client = await start_cloud(scenario=scenario)
    (site_id,) = cloud.site_ids
    discharged = set()
    for _ in range(24):
        banks = (await client.ask(SCENE, site_id=site_id))["solarbank_info"]["solarbank_list"]
        for bank in (bank for bank in banks if bank["device_pn"] == "A17C0"):
            load = await client.ask(
                "power_service/v1/app/device/get_device_home_load",
                site_id=site_id,
                device_sn=bank["device_sn"],
            )
            (slot,) = json.loads(load["home_load_data"])["ranges"]
            if int(bank["bat_discharge_power"]):
                assert int(bank["battery_power"]) >= slot["charge_priority"]
                discharged.add(bank["device_sn"])
        clock.advance(3600)
    assert discharged
