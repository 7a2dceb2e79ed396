"""The averages of panels and X1 systems: which slot, how many requests, for how long it counts."""

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from solix_exporter.errors import TransientError
from solix_exporter.model.site import Site
from solix_exporter.poll.averages import AVERAGES, AveragesPoll
from tests.exported import EXPORTED_AT, Exported, Exports
from tests.poll.rig import Rig, write_answer

PANEL_SITE = "492cbe8c-e2a9-b6c4-c7ee-45b3ef4260e0"
PANEL = "UUBABYAH2ONIAPD4"
CAPTURED_AT = datetime(2026, 6, 10, 1, 31, 7, tzinfo=UTC)
"""21:31:07 of the evening before in New York, where the captured panel stands."""

STATISTICS = "energy_statistics"
PANELS, X1S = AVERAGES


@pytest.fixture
async def panel(captures: Path) -> Rig:
    """The captured panel at the moment of its export, its sites and devices polled."""
    rig = Rig(captures / "Powerpanel_Tou", CAPTURED_AT, country="US")
    await rig.poll()
    return rig


@pytest.fixture
def ranch(exports: Exports) -> Exported:
    """The export of a simulated panel, at 7:02:30 in the morning in New York."""
    return exports.of("power-panel")


async def watched(folder: Path, before: timedelta = timedelta()) -> Rig:
    """Return a panel's system, its sites polled so long before its export."""
    rig = Rig(folder, EXPORTED_AT - before, country="US")
    await rig.sites.run()
    return rig


def averages_of(rig: Rig) -> AveragesPoll:
    return AveragesPoll(PANELS, rig.account, rig.tools)


async def test_the_capture_gives_what_its_other_reader_found(panel: Rig) -> None:
    await averages_of(panel).run()
    now = panel.site.now
    assert now is not None
    # 4.11 kW home and grid import, nothing else, 17 % of the account's two F3800 of 3840 Wh.
    assert (now.home_load_power_w, now.grid_import_power_w) == (4110.0, 4110.0)
    assert (now.pv_power_w, now.grid_export_power_w) == (0.0, 0.0)
    assert (now.battery_charge_power_w, now.battery_discharge_power_w) == (0.0, 0.0)
    assert (now.soc_ratio, now.capacity_wh, now.stored_energy_wh) == (0.17, 7680.0, 1305.6)
    # The slot 21:25 ended at 21:30 in New York.
    assert panel.site.data_at == datetime(2026, 6, 10, 1, 30, tzinfo=UTC)


async def test_the_panel_itself_shows_the_battery(panel: Rig) -> None:
    await averages_of(panel).run()
    metrics = panel.metrics()
    labels = f'{{device_sn="{PANEL}",site_id="{PANEL_SITE}"}}'
    assert metrics[f"solix_battery_soc_ratio{labels}"] == 0.17
    assert metrics[f"solix_battery_capacity_watthours{labels}"] == 7680.0
    assert metrics[f"solix_battery_stored_energy_watthours{labels}"] == 1305.6


@pytest.mark.parametrize(
    ("configured", "capacity_wh"),
    [({PANEL: 11_520.0}, 11_520.0), ({"9DNBH3D0PLDBLX1Y": 7680.0}, 11_520.0)],
)
async def test_a_configured_capacity_goes_before_the_models(
    captures: Path, configured: dict[str, float], capacity_wh: float
) -> None:
    folder = captures / "Powerpanel_Tou"
    rig = Rig(folder, CAPTURED_AT, country="US", capacities=configured)
    await rig.poll()
    await averages_of(rig).run()
    now = rig.site.now
    assert now is not None
    assert (now.capacity_wh, now.stored_energy_wh) == (capacity_wh, 1958.4)


def bound(sn: str, part_number: str, **more: object) -> dict[str, object]:
    return {"device_sn": sn, "product_code": part_number, "ms_device_type": 1} | more


TWO_STATIONS = [bound("P1", "A17B1"), bound("S1", "A1790"), bound("S2", "A1790P")]


@pytest.fixture
def small_panel(tmp_path: Path) -> Path:
    """A panel at 50 %, hand-made after the capture; a test tells what is bound to the account."""
    panel = {"device_sn": "P1", "device_model": "A17B1"}
    site = {"site_id": "P", "ms_type": 1, "power_site_type": 4, "site_device_list": [panel]}
    write_answer(tmp_path, "site_list", {"site_list": [site]})
    write_answer(tmp_path, "scene_P", {"site_id": "P"})
    level = [{"time": "11:50", "value": "50"}]
    for source in ("hes", "solar", "home", "grid"):
        power = [{"time": "11:50", "powerInfos": [{"value": "0.00"}]}]
        answer = {"power": power, "powerUnit": "KW", "chargeLevel": level}
        write_answer(tmp_path, f"charging_energy_{source}_today_P", answer)
    return tmp_path


async def panel_capacity_wh(folder: Path, listed: list[dict[str, object]]) -> float | None:
    write_answer(folder, "bind_devices", {"data": listed})
    rig = Rig(folder, datetime(2026, 6, 20, 9, 57, tzinfo=UTC))
    await rig.poll()
    await averages_of(rig).run()
    site = next(site for site in rig.snapshot.sites if site.site_id == "P")
    assert site.now is not None
    assert site.now.soc_ratio == 0.5
    shown = rig.device("P1").now
    assert shown is not None
    assert shown.battery is not None
    assert shown.battery.capacity_wh == site.now.capacity_wh
    return site.now.capacity_wh


@pytest.mark.parametrize(
    ("listed", "capacity_wh"),
    [
        (TWO_STATIONS, 7680.0),
        # No other station can be behind a panel.
        ([*TWO_STATIONS, bound("C", "A1761")], 7680.0),
        # Somebody else's, who shares it, is not behind this panel.
        ([*TWO_STATIONS, bound("S3", "A1790", ms_device_type=2)], 7680.0),
        ([bound("P1", "A17B1")], None),
        ([], None),
        # Nobody tells which of two panels a station is behind.
        ([*TWO_STATIONS, bound("P2", "A17B1")], None),
    ],
)
async def test_a_panel_has_the_capacity_of_the_accounts_stations_where_it_is_the_only_one(
    small_panel: Path, listed: list[dict[str, object]], capacity_wh: float | None
) -> None:
    assert await panel_capacity_wh(small_panel, listed) == capacity_wh


async def test_a_station_in_another_system_is_not_behind_the_panel(small_panel: Path) -> None:
    answer = json.loads((small_panel / "site_list.json").read_text())["data"]
    other = {"device_sn": "S2", "device_model": "A1790P"}
    away = {"site_id": "AWAY", "ms_type": 1, "power_site_type": 1, "site_device_list": [other]}
    write_answer(small_panel, "site_list", {"site_list": [*answer["site_list"], away]})
    write_answer(small_panel, "scene_AWAY", {"site_id": "AWAY"})
    assert await panel_capacity_wh(small_panel, TWO_STATIONS) == 3840.0


async def test_a_member_does_not_lend_its_own_stations_to_a_shared_panel(
    small_panel: Path,
) -> None:
    answer = json.loads((small_panel / "site_list.json").read_text())["data"]
    answer["site_list"][0]["ms_type"] = 2
    write_answer(small_panel, "site_list", answer)
    assert await panel_capacity_wh(small_panel, TWO_STATIONS[1:]) is None


async def test_the_first_slot_costs_four_requests_and_no_new_slot_costs_one(
    ranch: Exported,
) -> None:
    rig = await watched(ranch.folder)
    poll = averages_of(rig)
    await poll.run()
    assert rig.asked()[STATISTICS] == 4
    # Until 7:05 there cannot be a new one; at 7:06:30 the export has none.
    rig.clock.advance(120)
    await poll.run()
    assert rig.asked()[STATISTICS] == 4
    rig.clock.advance(120)
    await poll.run()
    assert rig.asked()[STATISTICS] == 5


async def test_each_new_slot_costs_four_requests(ranch: Exported) -> None:
    # At 6:47:30 the slot 6:40 is the newest one that is over, at 6:52:30 the next one.
    rig = await watched(ranch.folder, before=timedelta(minutes=15))
    poll = averages_of(rig)
    await poll.run()
    rig.clock.advance(300)
    await poll.run()
    assert rig.asked()[STATISTICS] == 8
    assert rig.site.data_at == datetime(2026, 6, 20, 10, 50, tzinfo=UTC)


async def test_averages_without_a_new_slot_leave_after_three_intervals(ranch: Exported) -> None:
    rig = await watched(ranch.folder)
    poll = averages_of(rig)
    await poll.run()
    assert "solix_site_home_load_power_watts" in str(rig.metrics())
    for _ in range(3):
        rig.clock.advance(300)
        await poll.run()
    assert rig.site.measured is None
    assert "solix_site_home_load_power_watts" not in str(rig.metrics())
    # When they were measured is history and stays.
    assert rig.site.data_at == datetime(2026, 6, 20, 11, 0, tzinfo=UTC)


def curve_of_battery(folder: Path) -> str:
    """Return the name of the answer that is asked first."""
    (file,) = folder.glob("charging_energy_hes_today_*.json")
    return file.stem


async def test_a_day_without_a_slot_is_sought_on_its_neighbours_the_first_time_only(
    tmp_path: Path, ranch: Exported
) -> None:
    folder = shutil.copytree(ranch.folder, tmp_path / "panel")
    write_answer(folder, curve_of_battery(folder), {"power": [], "powerUnit": ""})
    rig = await watched(folder)
    await averages_of(rig).run()
    # Today, tomorrow and yesterday of the battery; no other curve.
    assert rig.asked()[STATISTICS] == 3
    assert rig.site.measured is None


async def test_a_curve_that_fails_leaves_what_is_known(tmp_path: Path, ranch: Exported) -> None:
    folder = shutil.copytree(ranch.folder, tmp_path / "panel")
    rig = await watched(folder)
    poll = averages_of(rig)
    await poll.run()
    write_answer(folder, curve_of_battery(folder), None, code=21105)
    rig.clock.advance(300)
    with pytest.raises(TransientError):
        await poll.run()
    assert rig.site.measured is not None


def write_curve(folder: Path, source: str, values: dict[str, str], **more: object) -> None:
    """Put a hand-made curve of an X1 into a folder (reference 05, 3.4)."""
    power = [
        {"time": at, "powerInfos": [{"type": source, "value": value}], "isFix": False}
        for at, value in values.items()
    ]
    write_answer(
        folder, f"hes_energy_{source}_today_X1", {"power": power, "powerUnit": "KW"} | more
    )


@pytest.fixture
def x1(tmp_path: Path) -> Path:
    """An X1 with two controllers, four modules and an EV charger: hand-made after reference 05."""
    site = {"site_id": "X1", "site_name": "House", "ms_type": 1, "power_site_type": 9}
    write_answer(tmp_path, "site_list", {"site_list": [site | {"site_device_list": None}]})
    write_answer(tmp_path, "bind_devices", {"data": []})
    modules = [{"sn": f"PACK{n}", "pn": "A5220", "type": "pack", "name": ""} for n in range(1, 4)]
    controllers = [
        {"sn": "MAIN", "pn": "A5103", "type": "pcs", "name": "X1", "subDevInfo": modules},
        {
            "sn": "SECOND",
            "pn": "A5103",
            "type": "pcs",
            "subDevInfo": [{"sn": "PACK4", "pn": "A5220", "type": "pack"}],
        },
    ]
    write_answer(tmp_path, "hes_dev_info_X1", {"results": controllers})
    status = {
        "mainSn": "MAIN",
        "connected": True,
        "totalSystemPowerGeneration": 4210.5,
        "systemPowerGenerationUnit": "KWh",
        "saveCarbonFootprint": 4.2,
        "saveCarbonUnit": "t",
        "totalSystemSavings": 1263.15,
        "systemSavingsPriceUnit": "€",
        "hasEvCharger": True,
        "evChargerInfos": [{"evChargerSn": "BOX", "evChargerStatus": 2}],
    }
    write_answer(tmp_path, "hes_system_running_info_X1", status)
    level = [{"time": "11:50", "value": "55"}, {"time": "11:55", "value": "0"}]
    write_curve(tmp_path, "hes", {"11:50": "-1.20"}, chargeLevel=level)
    write_curve(tmp_path, "solar", {"11:50": "6.00"})
    write_curve(tmp_path, "home", {"11:50": "1.80"})
    write_curve(tmp_path, "grid", {"11:50": "-3.00"})
    write_curve(tmp_path, "evCharger", {"11:50": "1.10"})
    return tmp_path


async def x1_polled(folder: Path) -> Rig:
    """Poll the X1 at 11:57 in Berlin."""
    rig = Rig(folder, datetime(2026, 6, 20, 9, 57, tzinfo=UTC))
    await rig.poll()
    await AveragesPoll(X1S, rig.account, rig.tools).run()
    return rig


async def test_an_x1_shows_its_averages_and_totals(x1: Path) -> None:
    rig = await x1_polled(x1)
    site: Site = rig.site
    now, totals = site.now, site.lifetime
    assert now is not None
    assert totals is not None
    assert (now.pv_power_w, now.home_load_power_w) == (6000.0, 1800.0)
    assert (now.grid_import_power_w, now.grid_export_power_w) == (0.0, 3000.0)
    assert (now.battery_charge_power_w, now.battery_discharge_power_w) == (1200.0, 0.0)
    # 55 % of four modules of 5000 Wh: those of both controllers.
    assert (now.soc_ratio, now.capacity_wh, now.stored_energy_wh) == (0.55, 20_000.0, 11_000.0)
    assert (totals.energy_wh, totals.co2_savings_g, totals.savings) == (
        4_210_500,
        4_200_000,
        1263.15,
    )
    assert site.currency == "EUR"


async def test_an_x1_shows_its_parts(x1: Path) -> None:
    rig = await x1_polled(x1)
    mains = {device.sn: device.main_device_sn for device in rig.snapshot.devices}
    assert mains == {
        "MAIN": "",
        "SECOND": "",
        "PACK1": "MAIN",
        "PACK2": "MAIN",
        "PACK3": "MAIN",
        "PACK4": "SECOND",
        "BOX": "",
    }
    metrics = rig.metrics()
    capacity = "solix_battery_capacity_watthours"
    assert metrics[f'{capacity}{{device_sn="MAIN",site_id="X1"}}'] == 15_000.0
    assert metrics[f'{capacity}{{device_sn="SECOND",site_id="X1"}}'] == 5_000.0
    assert metrics[f'{capacity}{{device_sn="PACK1",site_id="X1"}}'] == 5_000.0
    # The system's state of charge stands at the primary controller.
    soc = "solix_battery_soc_ratio"
    assert [name for name in metrics if name.startswith(soc)] == [
        f'{soc}{{device_sn="MAIN",site_id="X1"}}'
    ]
    assert metrics['solix_device_online{device_sn="PACK4",site_id="X1"}'] == 1.0
    status = 'solix_ev_charger_status{device_sn="BOX",site_id="X1",status="charging"}'
    assert metrics[status] == 1.0
    assert metrics['solix_ev_charger_power_watts{device_sn="BOX",site_id="X1"}'] == 1100.0


def write_second_controller(folder: Path, modules: list[dict[str, str]]) -> None:
    main = {"sn": "MAIN", "pn": "A5103", "subDevInfo": [{"sn": "P1", "pn": "A5220"}]}
    second = {"sn": "SECOND", "pn": "A5103", "subDevInfo": modules}
    write_answer(folder, "hes_dev_info_X1", {"results": [main, second]})


async def test_a_controller_without_modules_leaves_the_capacity_of_the_others(x1: Path) -> None:
    write_second_controller(x1, [])
    now = (await x1_polled(x1)).site.now
    assert now is not None
    assert (now.capacity_wh, now.stored_energy_wh) == (5_000.0, 2_750.0)


async def test_an_x1_that_lists_too_few_modules_has_no_known_capacity(x1: Path) -> None:
    status = json.loads((x1 / "hes_system_running_info_X1.json").read_text())["data"]
    write_answer(x1, "hes_system_running_info_X1", status | {"batCount": 5})
    now = (await x1_polled(x1)).site.now
    assert now is not None
    assert (now.soc_ratio, now.capacity_wh, now.stored_energy_wh) == (0.55, None, None)
    write_answer(x1, "hes_system_running_info_X1", status | {"batCount": 4})
    now = (await x1_polled(x1)).site.now
    assert now is not None
    assert now.capacity_wh == 20_000.0


@pytest.mark.parametrize(("configured", "capacity_wh"), [({}, None), ({"P2": 8_000.0}, 13_000.0)])
async def test_a_module_of_an_unknown_model_counts_with_what_is_configured(
    x1: Path, configured: dict[str, float], capacity_wh: float | None
) -> None:
    # 05, 3.2: `type` tells a battery module. 5000 Wh would be too little for the two.
    write_second_controller(x1, [{"sn": "P2", "pn": "A5999", "type": "pack"}])
    rig = Rig(x1, datetime(2026, 6, 20, 9, 57, tzinfo=UTC), capacities=configured)
    await rig.poll()
    await AveragesPoll(X1S, rig.account, rig.tools).run()
    now, battery = rig.site.now, rig.device("SECOND").now
    assert now is not None
    assert now.capacity_wh == capacity_wh
    assert battery is not None
    assert battery.battery is not None
    assert battery.battery.expansion_packs == 1


async def test_an_x1_with_an_ev_charger_costs_five_requests_a_slot(x1: Path) -> None:
    rig = await x1_polled(x1)
    assert rig.asked()["get_energy_statistics"] == 5


async def test_the_family_without_systems_has_nothing_to_do(ranch: Exported) -> None:
    rig = await watched(ranch.folder)
    job = AveragesPoll(X1S, rig.account, rig.tools).job()
    before = rig.asked().total()
    assert await job.run()
    assert (job.has_run, rig.asked().total()) == (False, before)
