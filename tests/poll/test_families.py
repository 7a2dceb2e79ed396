"""Stand-alone devices, vehicles and totals; what has no capture is made by hand after 03 and 05."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from solix_exporter.clock import moment_of
from solix_exporter.cloud.replay import SUMMARY
from solix_exporter.errors import CloudError
from solix_exporter.model.prices import PriceNow, PriceType
from solix_exporter.model.site import Access, SiteType
from solix_exporter.model.tariff import Tariff
from solix_exporter.poll.averages import AVERAGES, AveragesPoll
from solix_exporter.poll.inventory import Inventory
from solix_exporter.poll.inverters import InverterPoll
from solix_exporter.poll.schedule import SCHEDULE, ScheduleRow, SlowPollName
from solix_exporter.poll.targets import all_owned_devices
from tests.exported import EXPORTED_AT, Exported, Exports
from tests.poll.rig import OTHER_SYSTEMS, Rig, write_answer


@pytest.fixture
def mi80(exports: Exports) -> Exported:
    """The export of a micro inverter alone."""
    return exports.of("mi80")


@pytest.fixture
def panel(exports: Exports) -> Exported:
    """The export of a power panel in the US with two power stations."""
    return exports.of("power-panel")


async def polled(folder: Path, now: datetime = EXPORTED_AT, **options: Any) -> Rig:  # noqa: ANN401 - those of a rig
    """Poll everything once, in the order in which the polls start."""
    rig = Rig(folder, now, **options)
    await rig.poll()
    await InverterPoll(rig.account, rig.tools, 60.0).job().run()
    return rig


async def test_a_stand_alone_inverter_makes_a_site_of_its_own(mi80: Exported) -> None:
    (status,) = mi80.answer("device_pv_status_*.json")["pvStatuses"]
    totals = mi80.answer("device_pv_total_statistics_*.json")
    assert (totals["energyUnit"], totals["reductionCo2Unit"]) == ("MWh", "kg")
    assert (totals["powerConfig"], status["status"]) == ("800W", 1)
    rig = await polled(mi80.folder)
    site, metrics = rig.site, rig.metrics()
    site_id = f"virtual-{status['sn']}"
    assert (site.site_id, site.site_type, site.access) == (site_id, SiteType.VIRTUAL, Access.OWNER)
    assert (site.timezone, site.currency) == ("Europe/Berlin", "EUR")
    labels = f'{{site_id="{site_id}"}}'
    assert metrics[f"solix_site_pv_power_watts{labels}"] == status["power"] > 0
    energy = metrics[f"solix_site_lifetime_energy_watthours_total{labels}"]
    assert energy == pytest.approx(totals["energy"] * 1e6)
    co2_g = metrics[f"solix_site_lifetime_co2_savings_grams_total{labels}"]
    assert co2_g == totals["reductionCo2"] * 1000
    savings = f'solix_site_lifetime_savings_total{{currency="EUR",site_id="{site_id}"}}'
    assert metrics[savings] == totals["saveMoney"]
    device = f'{{device_sn="{status["sn"]}",site_id="{site_id}"}}'
    assert metrics[f"solix_inverter_power_watts{device}"] == status["power"]
    assert metrics[f"solix_inverter_power_limit_watts{device}"] == 800.0
    assert metrics[f"solix_device_online{device}"] == 1.0


async def test_an_inverter_beside_systems_makes_a_site_of_its_own(exports: Exports) -> None:
    # Bound to the account, in no list of its sites; others are a part of a solarbank's site.
    folder = exports.of("all").folder
    bound = json.loads((folder / SUMMARY).read_bytes())["devices"]
    inverters = [row for row in bound if row["model"] == "A5143"]
    alone = {f"virtual-{row['device_sn']}" for row in inverters if not row["site_id"]}
    assert 0 < len(alone) < len(inverters)
    sites = (await polled(folder)).snapshot.sites
    assert {site.site_id for site in sites if site.site_type is SiteType.VIRTUAL} == alone


@pytest.mark.parametrize("answers", [(), ("site_list",)], ids=["no site list", "no scene"])
async def test_no_inverter_is_called_alone_before_the_sites_told_what_is_in_them(
    tmp_path: Path, answers: tuple[str, ...]
) -> None:
    site = {"site_id": "S", "site_name": "Home", "power_site_type": 2, "ms_type": 1}
    bound = [{"device_sn": "MI", "product_code": "A5143"}]
    scene = {
        "solarbank_info": {"solarbank_list": [{"device_sn": "SB", "device_pn": "A17C0"}]},
        "solar_list": [{"device_sn": "MI", "device_pn": "A5143", "generate_power": "10"}],
    }
    write_answer(tmp_path, "bind_devices", {"data": bound})
    for name in answers:
        write_answer(tmp_path, name, {"site_list": [site]})
    rig = Rig(tmp_path)
    with pytest.raises(CloudError):
        await rig.sites.run()
    await rig.slow[SlowPollName.DEVICES].run()
    # Else its energy would be counted as that of a site of its own.
    assert [known.site_id for known in rig.snapshot.sites] == ["S"] * len(answers)
    write_answer(tmp_path, "site_list", {"site_list": [site]})
    write_answer(tmp_path, "scene_S", scene)
    await rig.sites.run()
    assert [(known.sn, known.site_id) for known in rig.snapshot.devices] == [
        ("SB", "S"),
        ("MI", "S"),
    ]


async def test_an_inverter_that_is_unbound_takes_its_site_along(tmp_path: Path) -> None:
    write_answer(tmp_path, "site_list", {"site_list": []})
    bound = {"device_sn": "MI", "product_code": "A5143", "alias_name": "Shed"}
    write_answer(tmp_path, "bind_devices", {"data": [bound]})
    status = {"pvStatuses": [{"sn": "MI", "power": 12, "status": 1}]}
    write_answer(tmp_path, "device_pv_status_MI", status)
    rig = await polled(tmp_path)
    assert [site.name for site in rig.snapshot.sites] == ["Shed"]
    write_answer(tmp_path, "bind_devices", {"data": []})
    rig.clock.advance(600)
    await rig.poll()
    assert (rig.snapshot.sites, rig.snapshot.devices) == ((), ())


async def test_an_inverter_that_the_account_may_not_ask_for_is_left_alone_for_a_day(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write_answer(tmp_path, "site_list", {"site_list": []})
    bound = {"device_sn": "MI", "product_code": "A5140"}
    write_answer(tmp_path, "bind_devices", {"data": [bound]})
    write_answer(tmp_path, "device_pv_status_MI", None, code=160003)
    rig = Rig(tmp_path)
    await rig.poll()
    poll = InverterPoll(rig.account, rig.tools, 60.0)
    with caplog.at_level("INFO"):
        for _ in range(3):
            await poll.run()
            rig.clock.advance(60)
    assert rig.asked()["getPvStatus"] == 1
    assert len([entry for entry in caplog.records if "not available" in entry.message]) == 1
    rig.clock.advance(86400)
    await poll.run()
    assert rig.asked()["getPvStatus"] == 2


async def test_the_status_of_an_inverter_outlives_a_short_outage(tmp_path: Path) -> None:
    write_answer(tmp_path, "site_list", {"site_list": []})
    bound = {"device_sn": "MI", "product_code": "A5140"}
    write_answer(tmp_path, "bind_devices", {"data": [bound]})
    status = {"sn": "MI", "power": 120, "status": 1}
    write_answer(tmp_path, "device_pv_status_MI", {"pvStatuses": [status]})
    rig = Rig(tmp_path)
    await rig.poll()
    await InverterPoll(rig.account, rig.tools, 60.0).run()
    for after_s, is_fresh in ((599, True), (2, False)):
        rig.clock.advance(after_s)
        found = rig.parts.inverter_status.fresh("MI", moment_of(rig.clock))
        assert (found is not None) == is_fresh


async def test_an_account_of_stand_alone_devices_is_not_called_empty(
    mi80: Exported, caplog: pytest.LogCaptureFixture
) -> None:
    rig = await polled(mi80.folder)
    rig.clock.advance(60)
    await rig.sites.run()
    assert "no site" not in caplog.text


async def test_an_account_that_stays_empty_is_asked_about_its_country(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write_answer(tmp_path, "site_list", {"site_list": []})
    rig = Rig(tmp_path)
    await rig.sites.run()
    assert "The country is wrong" not in caplog.text
    await rig.sites.run()
    assert "The country is wrong" in caplog.text


@pytest.mark.parametrize(("part_number", "capacity_wh"), [("A1761", 1056.0), ("A1790", 3840.0)])
async def test_a_stand_alone_power_station_shows_what_is_known(
    exports: Exports, tmp_path: Path, part_number: str, capacity_wh: float
) -> None:
    exported = exports.of("power-panel")
    folder = shutil.copytree(exported.folder, tmp_path / "panel")
    bound = exported.answer("bind_devices.json")
    station = next(row for row in bound["data"] if row["product_code"].startswith("A1790"))
    station["product_code"] = part_number
    write_answer(folder, "bind_devices", bound)
    rig = await polled(folder, country="US")
    device = rig.device(station["device_sn"])
    assert (device.site_id, device.product.device_type.value) == (None, "pps")
    metrics = rig.metrics()
    labels = f'{{device_sn="{device.sn}"}}'
    assert metrics[f"solix_battery_capacity_watthours{labels}"] == capacity_wh
    assert f"solix_device_online{labels}" in metrics
    # No answer holds its power or its state of charge.
    assert f"solix_battery_soc_ratio{labels}" not in metrics


@pytest.mark.parametrize(
    ("part_number", "device_type"),
    [
        ("A17A5", "powercooler"),
        ("A7320", "generator"),
        ("A2345", "charger"),
        ("A110A", "powerbank"),
        ("A17E1", "home_backup"),
        ("AE100", "combiner_box"),
        ("AE103", "solarbank"),
        ("A5191", "ev_charger"),
        ("A1782", "solarbank_pps"),
    ],
)
async def test_a_device_that_the_cloud_tells_nothing_about_has_identity_and_connection(
    tmp_path: Path, part_number: str, device_type: str
) -> None:
    # Hand-made after reference 05, 4: the list of bound devices is all there is.
    write_answer(tmp_path, "site_list", {"site_list": []})
    bound = {
        "device_sn": "SN1",
        "product_code": part_number,
        "alias_name": "Mine",
        "wifi_online": True,
        "relate_type": ["ble", "wifi"],
        "device_sw_version": "v1.0.4",
        "ms_device_type": 1,
    }
    write_answer(tmp_path, "bind_devices", {"data": [bound]})
    rig = await polled(tmp_path)
    device = rig.device("SN1")
    assert (device.product.device_type.value, device.name, device.firmware) == (
        device_type,
        "Mine",
        "1.0.4",
    )
    assert rig.metrics()['solix_device_online{device_sn="SN1"}'] == 1.0


@pytest.fixture
def docked(tmp_path: Path) -> Path:
    """A system with a power dock, which its scene does not name: hand-made after 02, 3.12b."""
    bank = {"device_sn": "BANK", "device_pn": "A17C5", "battery_power": "50"}
    limits = {
        "legal_power_limit": 3600,
        "parallel_type": "AE100",
        "ac_input_power_unit": "2400W",
        "ae100_info": {"device_pn": "AE100", "device_sn": "DOCK", "device_name": "Power Dock"},
    }
    site = {"site_id": "S", "site_name": "Home", "power_site_type": 12, "ms_type": 1}
    write_answer(tmp_path, "site_list", {"site_list": [site]})
    scene = {"solarbank_list": [bank], "is_display_data": True}
    boxes: dict[str, list[object]] = {"combiner_box_list": []}
    write_answer(tmp_path, "scene_S", {"solarbank_info": scene, "combiner_box_info": boxes})
    write_answer(tmp_path, "power_limit_S", limits)
    write_answer(tmp_path, "device_parm_18_S", {"param_data": '{"switch_0w": 1}'})
    write_answer(tmp_path, "bind_devices", {"data": []})
    return tmp_path


async def test_a_dock_that_only_the_power_limits_name_is_a_device_of_the_site(docked: Path) -> None:
    rig = await polled(docked)
    dock, metrics = rig.device("DOCK"), rig.metrics()
    assert (dock.site_id, dock.product.device_type.value) == ("S", "combiner_box")
    labels = '{device_sn="DOCK",site_id="S"}'
    assert metrics[f"solix_device_output_limit_watts{labels}"] == 3600.0
    assert metrics[f"solix_device_ac_input_limit_watts{labels}"] == 2400.0
    assert metrics[f"solix_device_export_allowed{labels}"] == 0.0
    # The firmware of what is not bound to the account is not asked for.
    inventory = Inventory(rig.parts, rig.clock.now())
    assert [target.body["device_list"] for target in all_owned_devices(inventory)] == [
        [{"device_sn": "BANK", "version": ""}]
    ]


async def test_a_dock_that_is_bound_is_one_device(docked: Path) -> None:
    bound = {"device_sn": "DOCK", "product_code": "AE100", "wifi_online": True}
    write_answer(docked, "bind_devices", {"data": [bound]})
    rig = await polled(docked)
    assert rig.device("DOCK").site_id == "S"
    assert rig.metrics()['solix_device_online{device_sn="DOCK",site_id="S"}'] == 1.0


async def test_a_device_that_only_speaks_bluetooth_is_not_connected_to_the_cloud(
    tmp_path: Path,
) -> None:
    # Hand-made after reference 05, 4: a cooler of the first series.
    write_answer(tmp_path, "site_list", {"site_list": []})
    bound = {"device_sn": "COLD", "product_code": "A17A0", "wifi_online": False}
    write_answer(tmp_path, "bind_devices", {"data": [bound | {"relate_type": ["ble"]}]})
    rig = await polled(tmp_path)
    assert rig.metrics()['solix_device_online{device_sn="COLD"}'] == 0.0


async def test_the_devices_of_an_x1_tell_their_own_connection(tmp_path: Path) -> None:
    # Hand-made after reference 05, 3.6: `hes_data` of the list of bound devices.
    write_answer(tmp_path, "site_list", {"site_list": []})
    hes = {"online_status": 1, "master_slave_status": 1, "grid_status": 0, "network_status": 2}
    bound = {"device_sn": "X1", "product_code": "A5103", "wifi_online": False, "hes_data": hes}
    write_answer(tmp_path, "bind_devices", {"data": [bound | {"relate_type": ["wifi"]}]})
    rig = await polled(tmp_path)
    assert rig.metrics()['solix_device_online{device_sn="X1"}'] == 1.0


async def test_the_totals_of_a_panel_come_from_its_status(panel: Exported) -> None:
    # The scene of such a site sends three zeros.
    status = panel.answer("charging_system_running_info_*.json")
    rig = await polled(panel.folder, country="US")
    totals = rig.site.lifetime
    assert totals is not None
    assert (status["system_power_generation_unit"], status["save_carbon_unit"]) == ("MWh", "kg")
    assert totals.energy_wh == pytest.approx(status["total_system_power_generation"] * 1e6)
    assert totals.co2_savings_g == pytest.approx(status["save_carbon_footprint"] * 1000)
    assert totals.savings == status["total_system_savings"] > 0
    assert rig.site.currency == "USD"


async def test_a_vehicle_shows_its_list_entry_and_its_details(tmp_path: Path) -> None:
    # Hand-made after reference 03, 2.26.
    write_answer(tmp_path, "site_list", {"site_list": []})
    write_answer(tmp_path, "bind_devices", {"data": []})
    vehicle = {
        "vehicle_id": "7e2f",
        "vehicle_name": "Family car",
        "brand": "BMW",
        "model": "iX3",
        "productive_year": 2023,
        "battery_capacity": 73.8,
    }
    write_answer(tmp_path, "user_vehicles", {"vehicle_list": [vehicle]})
    details = {"ac_max_charging_power": 11, "energy_consumption_per_100km": 18.6}
    write_answer(tmp_path, "user_vehicle_details_7e2f", vehicle | details)
    rig = await polled(tmp_path)
    metrics = rig.metrics()
    info = (
        'solix_vehicle_info{account="home",brand="BMW",model="iX3",name="Family car",'
        'vehicle_id="7e2f",year="2023"}'
    )
    assert metrics[info] == 1.0
    labels = '{vehicle_id="7e2f"}'
    assert metrics[f"solix_vehicle_battery_capacity_watthours{labels}"] == 73_800.0
    assert metrics[f"solix_vehicle_charge_power_limit_watts{labels}"] == 11_000.0
    consumption = "solix_vehicle_consumption_watthours_per_100_kilometers"
    assert metrics[f"{consumption}{labels}"] == pytest.approx(18_600.0)
    write_answer(tmp_path, "user_vehicles", {"vehicle_list": []})
    rig.clock.advance(1800)
    await rig.poll()
    assert rig.snapshot.vehicles == ()


async def test_an_ev_charger_shows_the_sum_of_its_orders(tmp_path: Path) -> None:
    # Hand-made after reference 03, 2.24.
    write_answer(tmp_path, "site_list", {"site_list": []})
    bound = {"device_sn": "EV1", "product_code": "A5191", "ms_device_type": 2}
    write_answer(tmp_path, "bind_devices", {"data": [bound]})
    totals = {"charge_unit": "kWh", "charge_total": 812.4, "charge_count": 58, "charge_time": 3600}
    totals |= {"cost": 243.72, "cost_unit": "€", "cost_saving": 61.1}
    write_answer(tmp_path, "charge_order_stats_all_EV1", {"total_stats": totals})
    metrics = (await polled(tmp_path)).metrics()
    labels = '{device_sn="EV1"}'
    assert metrics[f"solix_ev_charger_lifetime_energy_watthours_total{labels}"] == 812_400.0
    assert metrics[f"solix_ev_charger_lifetime_charges_total{labels}"] == 58.0
    cost = 'solix_ev_charger_lifetime_cost_total{currency="EUR",device_sn="EV1"}'
    assert metrics[cost] == 243.72


async def test_a_prime_charger_shows_its_switches_and_modes(tmp_path: Path) -> None:
    # Hand-made after reference 03, 2.25.
    write_answer(tmp_path, "site_list", {"site_list": []})
    bound = [
        {"device_sn": "PRIME", "product_code": "A2345", "ms_device_type": 1},
        {"device_sn": "OTHER", "product_code": "A2687", "ms_device_type": 1},
    ]
    write_answer(tmp_path, "bind_devices", {"data": bound})
    settings = {"device_setting": {"charging_mode_status": 1, "antiloss_mode_status": 0}}
    write_answer(tmp_path, "charger_device_setting_PRIME", settings)
    modes = {"charging_mode_list": [{"id": 7, "number": 2, "name": "Night", "total_power": 100}]}
    write_answer(tmp_path, "charger_charging_modes_PRIME", modes)
    rig = await polled(tmp_path)
    metrics = rig.metrics()
    switch = "solix_charger_switch_enabled"
    assert metrics[f'{switch}{{device_sn="PRIME",switch="charging_mode"}}'] == 1.0
    assert metrics[f'{switch}{{device_sn="PRIME",switch="anti_loss"}}'] == 0.0
    assert metrics['solix_charger_mode_power_watts{device_sn="PRIME",mode="2"}'] == 100.0
    # No other model answers, so none is asked.
    assert rig.asked()["get_device_setting"] == 1


async def test_the_price_of_a_panel_is_that_of_its_contract_now(captures: Path) -> None:
    # 21:31 of a Tuesday in New York: 0.15 $; the site's own price is 0, "fixed".
    now = datetime(2026, 6, 10, 1, 31, tzinfo=UTC)
    rig = await polled(captures / "Powerpanel_Tou", now=now, country="US")
    held = rig.parts.in_force.latest("492cbe8c-e2a9-b6c4-c7ee-45b3ef4260e0")
    assert held is not None
    assert held.tariff is Tariff.MID_PEAK
    assert held.price == PriceNow(0.15, "$", PriceType.USE_TIME)


async def test_the_price_of_a_stand_alone_inverter_is_its_own(mi80: Exported) -> None:
    rig = await polled(mi80.folder)
    held = rig.parts.in_force.latest(rig.site.site_id)
    assert held is not None
    (tier,) = mi80.answer("device_pv_price_*.json")["tieredElecPrices"]
    assert held.price == PriceNow(tier["price"], "€", PriceType.FIXED)


async def test_a_virtual_site_is_not_asked_for_as_a_real_one(mi80: Exported) -> None:
    rig = await polled(mi80.folder)
    asked = set(rig.asked())
    assert not asked & {"get_scen_info", "get_wifi_info_list", "get_site_price", "co2_ranking"}


async def test_the_signal_of_a_panel_is_shown(panel: Exported) -> None:
    rig = await polled(panel.folder, country="US")
    (main,) = [device for device in rig.snapshot.devices if device.site_id]
    wifi = panel.answer(f"charging_wifi_info_{main.sn}.json")
    assert main.details.radio is not None
    assert main.details.radio.signal_ratio == wifi["rssi"] / 100


async def test_the_totals_of_f3000s_come_from_their_statistics(tmp_path: Path) -> None:
    # Hand-made after reference 05, 4.4: those of the scene do not count.
    site = {"site_id": "F", "site_name": "Cabin", "power_site_type": 13, "ms_type": 1}
    write_answer(tmp_path, "site_list", {"site_list": [site]})
    write_answer(tmp_path, "bind_devices", {"data": []})
    station = {"device_pn": "A1782", "device_sn": "F1", "status": "1", "battery_power": "40"}
    zeros = [{"type": "1", "total": "0.00", "unit": "kwh"}]
    scene = {"solarbank_pps_info": {"pps_list": [station]}, "statistics": zeros}
    write_answer(tmp_path, "scene_F", scene)
    totals = [
        {"type": "1", "total": "12.50", "unit": "kwh"},
        {"type": "3", "total": "3.75", "unit": "$"},
    ]
    write_answer(tmp_path, "energy_pps_today_F", {"statistics": totals, "power": []})
    rig = await polled(tmp_path, country="US")
    shown = rig.site.lifetime
    assert shown is not None
    assert (shown.energy_wh, shown.savings, rig.site.currency) == (12_500.0, 3.75, "USD")
    assert rig.asked()["energy_analysis"] == 1
    rig.clock.advance(600)
    await rig.poll()
    assert rig.asked()["energy_analysis"] == 1


async def test_a_member_of_a_panel_is_not_asked_what_only_owners_see(
    tmp_path: Path, panel: Exported
) -> None:
    folder = shutil.copytree(panel.folder, tmp_path / "panel")
    listed = json.loads((folder / "site_list.json").read_bytes())["data"]
    listed["site_list"][0]["ms_type"] = 2
    write_answer(folder, "site_list", listed)
    write_answer(folder, "bind_devices", {"data": []})
    rig = await polled(folder, country="US")
    await AveragesPoll(AVERAGES[0], rig.account, rig.tools).run()
    asked = rig.asked()
    for_owners = {"get_wifi_info", "get_utility_rate_plan", "get_site_price"}
    assert not set(asked) & (for_owners | {"get_site_device_disaster_status"})
    # Reference 05, 6: averages and totals are told to members, too.
    assert (asked["energy_statistics"], asked["get_system_running_info"]) == (4, 1)
    assert rig.site.access is Access.MEMBER


async def test_a_backup_that_goes_on_is_shown(tmp_path: Path, panel: Exported) -> None:
    folder = shutil.copytree(panel.folder, tmp_path / "panel")
    (site_id,) = (site["site_id"] for site in panel.answer("site_list.json")["site_list"])
    # As the capture PowerPanel_ManualBackup has it: 1 is on, 2 is off.
    status = {"auto_disaster_status": 2, "manual_disaster_status": 1}
    write_answer(folder, f"charging_site_device_disaster_status_{site_id}", status)
    metrics = (await polled(folder, country="US")).metrics()
    backup = "solix_site_backup_active"
    assert metrics[f'{backup}{{kind="manual",site_id="{site_id}"}}'] == 1.0
    assert metrics[f'{backup}{{kind="auto",site_id="{site_id}"}}'] == 0.0


@pytest.fixture
def everything(tmp_path: Path) -> Path:
    """An account with one of each family: hand-made, with no more than the polls need."""
    panel = {"device_sn": "PANEL", "device_model": "A17B1"}
    sites = [
        {"site_id": "P", "power_site_type": 4, "ms_type": 1, "site_device_list": [panel]},
        {"site_id": "X", "power_site_type": 9, "ms_type": 1},
        {"site_id": "F", "power_site_type": 13, "ms_type": 1},
    ]
    write_answer(tmp_path, "site_list", {"site_list": sites})
    for site_id in ("P", "F"):
        write_answer(tmp_path, f"scene_{site_id}", {"home_info": {}})
    write_answer(tmp_path, "hes_dev_info_X", {"results": [{"sn": "MAIN", "pn": "A5103"}]})
    models = {"MI": "A5143", "PRIME": "A2345", "EV": "A5191"}
    bound = [
        {"device_sn": sn, "product_code": model, "ms_device_type": 1}
        for sn, model in models.items()
    ]
    write_answer(tmp_path, "bind_devices", {"data": bound})
    write_answer(tmp_path, "user_vehicles", {"vehicle_list": [{"vehicle_id": "CAR"}]})
    return tmp_path


ROWS = [row for rows in SCHEDULE.values() for row in rows if row.name in OTHER_SYSTEMS]


@pytest.mark.parametrize("row", ROWS, ids=[row.name for row in ROWS])
async def test_each_row_of_other_systems_can_be_switched_off_alone(
    everything: Path, row: ScheduleRow
) -> None:
    asked = await Rig(everything).poll()
    gone = asked - await Rig(everything, disabled=(row.name,)).poll()
    needs = {"user_vehicles": {"get_vehicle_detail": 1}, "hes_dev_info": {"get_wifi_info": 1}}
    endpoint = row.endpoint.path.rsplit("/", 1)[-1]
    assert gone == {endpoint: 1} | needs.get(row.name, {})
