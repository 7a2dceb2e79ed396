"""Devices that report by themselves and the cloud: one set of series, whoever speaks."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solix_exporter.cache import ACCOUNT, Cache, Life
from solix_exporter.cache.site_book import SITE_BOOK_FILE, SiteBook
from solix_exporter.cache.site_book import Home as Place
from solix_exporter.cloud.endpoints.home_systems import HES_DEV_INFO
from solix_exporter.cloud.endpoints.sites import SITE_LIST
from solix_exporter.model.battery import Battery, BatteryPack
from solix_exporter.model.device import DeviceReadings, Output
from solix_exporter.model.freshness import Freshness
from solix_exporter.model.home_system import HomeSystemPart, HomeSystemStructure
from solix_exporter.model.limits import DeviceLimits, SocLimits
from solix_exporter.model.ports import Port, PortStatus
from solix_exporter.model.products import product_of
from solix_exporter.model.report import Source
from solix_exporter.model.site import Access, SiteListing, SiteReadings, SiteType
from tests.moments import at
from tests.reporting import (
    BANK,
    METER,
    NAME,
    PLUG,
    SITE,
    Home,
    adds_up,
    bank_live,
    bank_scene,
    meter_readings,
    plug_readings,
)

DAY_S = 86400.0

BALANCE = (
    "solix_site_pv_power_watts",
    "solix_site_grid_import_power_watts",
    "solix_site_battery_discharge_power_watts",
    "solix_site_battery_charge_power_watts",
    "solix_site_grid_export_power_watts",
    "solix_site_home_load_power_watts",
)


def balance(home: Home, at_s: float) -> list[float]:
    return [value for name in BALANCE for value in home.values(at_s, name)]


@pytest.mark.parametrize("source", [Source.MQTT, Source.MODBUS])
@pytest.mark.parametrize("first", ["cloud", "device"])
def test_both_sources_give_the_series_of_the_cloud_and_new_ones_none_twice(
    source: Source, first: str
) -> None:
    alone = Home()
    alone.cloud()
    home = Home()
    if first == "cloud":
        home.cloud()
        home.report(10, bank_live(), source=source)
    else:
        home.report(10, bank_live(), source=source)
        home.cloud()
    before, now = alone.series(20), home.series(20)
    assert before <= now
    new = {name for name, _ in now - before}
    of_source = {
        Source.MQTT: "solix_device_message_timestamp_seconds",
        Source.MODBUS: "solix_site_third_party_pv_power_watts",
    }
    assert new == {
        of_source[source],
        "solix_battery_health_ratio",
        "solix_grid_frequency_hertz",
    }


def test_the_newest_source_goes_first_and_the_next_fills_what_it_lacks() -> None:
    home = Home()
    home.cloud()
    home.report(10, bank_live())
    assert home.values(20, "solix_battery_soc_ratio") == [0.52]
    assert home.values(20, "solix_battery_capacity_watthours") == [7000]
    assert home.values(20, "solix_battery_discharge_power_watts") == [380]
    assert home.values(20, "solix_device_source", source="modbus") == [1]
    assert home.values(20, "solix_device_source", source="cloud") == [0]
    home.cloud(30)
    assert home.values(31, "solix_battery_soc_ratio") == [0.5]
    assert home.values(31, "solix_battery_health_ratio") == [0.99]
    assert home.values(31, "solix_device_source", source="cloud") == [1]


def test_a_source_that_falls_silent_leaves_its_place_and_takes_it_back() -> None:
    home = Home()
    home.cloud()
    home.report(10, bank_live())
    assert home.values(39, "solix_battery_soc_ratio") == [0.52]
    assert home.values(40, "solix_battery_soc_ratio") == [0.5]
    assert home.values(40, "solix_battery_health_ratio") == []
    assert home.values(40, "solix_device_source_timestamp_seconds", source="modbus") == [
        at(10).wall_s
    ]
    home.report(45, bank_live())
    assert home.values(46, "solix_battery_soc_ratio") == [0.52]


def test_an_invalid_scene_is_no_source() -> None:
    home = Home()
    invalid = DeviceReadings(is_online=True, is_data_valid=False)
    home.cloud(20, {BANK: ("A17E2", invalid)}, SiteReadings(is_data_valid=False))
    assert home.values(21, "solix_device_source", source="cloud") == []
    assert home.values(21, "solix_device_data_valid") == [0]
    home.report(10, bank_live())
    assert home.values(21, "solix_device_source", source="modbus") == [1]
    assert home.values(21, "solix_device_data_valid") == [1]
    assert home.values(21, "solix_device_online") == [1]
    assert balance(home, 21) == [500, 20, 380, 0, 0, 900]


def test_without_the_cloud_the_device_goes_on_in_its_site() -> None:
    home = Home()
    home.cloud()
    for seconds in range(0, 7200, 5):
        home.report(seconds, bank_live())
    assert home.values(7200, "solix_battery_soc_ratio", site_id=SITE) == [0.52]
    assert home.values(7200, "solix_device_data_valid") == [1]
    assert home.values(7200, "solix_site_data_valid") == [1]
    assert balance(home, 7200) == [500, 20, 380, 0, 0, 900]
    # What only the cloud knows is gone.
    assert home.values(7200, "solix_device_output_power_watts") == []
    assert home.values(7240, "solix_battery_soc_ratio") == []


def test_settings_come_from_the_cloud_first() -> None:
    home = Home()
    home.cloud()
    local = replace(
        bank_live(),
        output=Output(preset_w=999),
        limits=DeviceLimits(output_w=800, ac_input_w=1200),
        soc_limits=SocLimits(lower_ratio=0.2, upper_ratio=0.95),
    )
    home.report(10, local)
    assert home.values(20, "solix_device_output_preset_watts") == [150]
    assert home.values(20, "solix_battery_reserve_ratio") == [0.1]
    # The cloud has not reported these.
    assert home.values(20, "solix_battery_charge_limit_ratio") == [0.95]
    assert home.values(20, "solix_device_output_limit_watts") == [800]


def test_a_source_can_be_told_to_fill_only() -> None:
    home = Home()
    home.cache.set_fills(frozenset({(BANK, Source.MODBUS)}))
    home.cloud()
    home.report(10, bank_live())
    assert home.values(20, "solix_battery_soc_ratio") == [0.5]
    assert home.values(20, "solix_battery_health_ratio") == [0.99]
    assert home.values(20, "solix_device_source", source="cloud") == [1]
    assert balance(home, 20) == [300, 250, 0, 100, 0, 450]
    # The cloud falls silent.
    home.report(1000, bank_live())
    assert home.values(1001, "solix_battery_soc_ratio") == [0.52]
    assert balance(home, 1001) == [500, 20, 380, 0, 0, 900]
    home.cloud(1000)
    home.cache.set_fills(frozenset())
    home.report(1002, bank_live())
    assert home.values(1003, "solix_battery_soc_ratio") == [0.52]


def test_messages_do_not_touch_the_totals_of_the_site() -> None:
    home = Home()
    home.cloud()
    home.report(10, bank_live(), source=Source.MQTT)
    assert home.values(20, "solix_battery_discharge_power_watts") == [380]
    assert balance(home, 20) == [300, 250, 0, 100, 0, 450]
    assert home.values(20, "solix_device_message_timestamp_seconds") == [at(10).wall_s]


# --- totals of a site ----------------------------------------------------------------------


def test_the_only_bank_with_a_meter_gives_the_totals_of_its_site() -> None:
    home = Home()
    home.cloud()
    home.report(10, bank_live())
    assert balance(home, 20) == [500, 20, 380, 0, 0, 900]
    assert adds_up(balance(home, 20))
    assert home.values(20, "solix_site_other_load_power_watts") == [880]
    assert home.values(20, "solix_site_plug_power_watts") == [20]
    assert home.values(20, "solix_site_output_power_watts") == [880]
    assert home.values(20, "solix_site_usage_mode", mode="smartmeter") == [1]
    assert balance(home, 40) == [300, 250, 0, 100, 0, 450]


def test_a_bank_without_a_meter_leaves_the_totals_to_the_scene() -> None:
    home = Home()
    home.cloud()
    unmetered = bank_live(grid_import_power_w=0, home_load_power_w=0)
    home.report(10, unmetered)
    assert balance(home, 20) == [300, 250, 0, 100, 0, 450]
    home.report(25, bank_live(grid_import_power_w=7, home_load_power_w=887))
    assert balance(home, 26) == [500, 7, 380, 0, 0, 887]
    # Once the meter has moved, a 0 is measured.
    home.report(30, bank_live(grid_import_power_w=0, home_load_power_w=880))
    assert balance(home, 31) == [500, 0, 380, 0, 0, 880]


def test_a_capacity_that_the_device_reports_goes_before_the_tables_in_the_site_too() -> None:
    home = Home(Cache())
    home.cloud()
    packs = DeviceReadings(battery=Battery(capacity_wh=14_000))
    home.report(10, packs, valid_s=900, kind="slow", source=Source.MQTT)
    assert home.values(20, "solix_battery_capacity_watthours") == [14_000]
    assert home.values(20, "solix_site_battery_capacity_watthours") == [14_000]
    assert home.values(20, "solix_site_battery_stored_energy_watthours") == [7000]
    home.cache.set_capacities({BANK: 10_000})
    assert home.values(21, "solix_battery_capacity_watthours") == [10_000]
    assert home.values(21, "solix_site_battery_capacity_watthours") == [10_000]


def test_captured_reports_are_live_on_any_day() -> None:
    home = Home(Cache(freshness=Freshness(is_judged=False)))
    home.cloud(0)
    home.cache.of("other")
    home.report(-DAY_S, bank_live())
    home.report(-DAY_S, meter_readings(3), METER, part_number="AE1X0")
    assert home.values(10, "solix_battery_health_ratio") == [0.99]
    assert home.values(10, "solix_meter_import_power_watts") == [3]


def test_of_several_banks_none_gives_the_totals() -> None:
    home = Home()
    home.cloud(devices={BANK: ("A17E2", bank_scene()), "BANK2": ("A17E2", bank_scene())})
    home.report(10, bank_live())
    assert balance(home, 20) == [300, 250, 0, 100, 0, 450]


def test_a_local_meter_goes_before_the_bank_and_the_home_follows() -> None:
    home = Home()
    home.cloud(devices={BANK: ("A17E2", bank_scene()), METER: ("AE1X0", meter_readings(250))})
    home.report(10, bank_live())
    home.report(12, meter_readings(0, 35), METER, part_number="AE1X0")
    assert balance(home, 20) == [500, 0, 380, 0, 35, 845]
    assert adds_up(balance(home, 20))


def test_a_local_meter_alone_leaves_the_totals_to_the_scene() -> None:
    home = Home()
    home.cloud(devices={BANK: ("A17E2", bank_scene()), METER: ("AE1X0", meter_readings(250))})
    home.report(12, meter_readings(0, 35), METER, part_number="AE1X0")
    assert balance(home, 20) == [300, 250, 0, 100, 0, 450]
    assert home.values(20, "solix_meter_export_power_watts") == [35]


def test_a_scene_of_the_same_instant_gives_the_same_totals() -> None:
    home = Home()
    same = SiteReadings(
        pv_power_w=500,
        home_load_power_w=900,
        grid_import_power_w=20,
        grid_export_power_w=0,
        battery_charge_power_w=0,
        battery_discharge_power_w=380,
    )
    home.cloud(site=same)
    before = balance(home, 5)
    home.report(10, bank_live())
    assert balance(home, 20) == before == balance(home, 100)


# --- devices that no account names ---------------------------------------------------------


def test_a_home_without_an_account_is_a_local_site() -> None:
    home = Home()
    home.report(0, bank_live())
    home.report(1, meter_readings(40), METER, part_number="AE1X0")
    home.report(2, plug_readings(15.5), PLUG, part_number="A17X8")
    assert home.values(3, "solix_battery_soc_ratio", site_id="local", device_sn=BANK) == [0.52]
    assert home.values(3, "solix_plug_power_watts", device_sn=PLUG) == [15.5]
    assert home.values(3, "solix_site_plug_power_watts", site_id="local") == [15.5]
    assert balance(home, 3) == [500, 40, 380, 0, 0, 920]
    assert home.values(3, "solix_site_battery_stored_energy_watthours") == [0.52 * 7000]
    assert home.values(3, "solix_site_info", site_id="local", site_type="virtual") == [1]
    assert home.values(40, "solix_site_data_valid", site_id="local") == [0]
    assert balance(home, 40) == []


def test_a_configured_name_makes_a_local_site_of_its_own() -> None:
    home = Home()
    home.report(0, bank_live(), site="cabin")
    home.report(0, meter_readings(40), METER, part_number="AE1X0")
    assert home.values(3, "solix_battery_soc_ratio", site_id="local-cabin") == [0.52]
    assert home.values(3, "solix_site_grid_import_power_watts", site_id="local") == [40]
    assert home.snapshot_names(3) == ["Cabin", "Local"]


def test_an_unknown_device_waits_for_the_accounts_to_name_theirs() -> None:
    home = Home()
    home.cache.of(NAME)
    for seconds in range(0, 150, 5):
        home.report(seconds, bank_live())
        shown = home.values(seconds, "solix_battery_soc_ratio")
        assert shown == ([] if seconds < 120 else [0.52])
    home.cloud(150)
    home.report(155, bank_live())
    assert home.values(156, "solix_battery_soc_ratio") == [0.52]
    assert home.values(156, "solix_site_info", site_id="local") == []
    assert home.values(156, "solix_battery_soc_ratio", site_id=SITE) == [0.52]


def test_a_device_that_no_account_names_is_local_at_once() -> None:
    home = Home()
    home.cloud(devices={"OTHER": ("A17C1", bank_scene())})
    home.report(5, bank_live())
    assert home.values(6, "solix_battery_soc_ratio", site_id="local") == [0.52]


def test_after_a_restart_a_device_is_in_its_site_before_the_cloud_answers(tmp_path: Path) -> None:
    file = tmp_path / SITE_BOOK_FILE
    first = Home(Cache(site_book=SiteBook(file)))
    first.cloud()
    first.report(5, bank_live())
    first.samples(6)
    first.report(10, bank_live())
    first.samples(11)
    again = Home(Cache(site_book=SiteBook(file)))
    again.cache.of(NAME)
    again.report(0, bank_live())
    assert again.values(1, "solix_battery_soc_ratio", site_id=SITE, device_sn=BANK) == [0.52]
    before = again.samples(1)
    assert balance(again, 1) == [500, 20, 380, 0, 0, 900]
    again.cloud(2)
    after = again.samples(3)
    assert before.keys() <= after.keys()


def test_a_site_that_is_only_listed_yet_is_shown_once(tmp_path: Path) -> None:
    book = SiteBook(tmp_path / SITE_BOOK_FILE)
    first = Home(Cache(site_book=book))
    first.cloud()
    first.report(5, bank_live())
    first.samples(6)
    first.report(10, bank_live())
    again = Home(Cache(site_book=SiteBook(tmp_path / SITE_BOOK_FILE)))
    parts = again.cache.of(NAME)
    again.report(0, bank_live())
    listing = SiteListing(SITE, "Home", SiteType.SOLARBANK, Access.OWNER)
    parts[SITE_LIST].replace(ACCOUNT, (listing,), Life(at(1), 600))
    assert len(again.values(2, "solix_site_info", site_id=SITE)) == 1
    assert again.values(2, "solix_battery_soc_ratio", site_id=SITE) == [0.52]


def test_of_a_remembered_site_with_several_banks_only_the_devices_are_shown(tmp_path: Path) -> None:
    first = Home(Cache(site_book=SiteBook(tmp_path / SITE_BOOK_FILE)))
    first.cloud(devices={BANK: ("A17E2", bank_scene()), "BANK2": ("A17E2", bank_scene())})
    first.samples(4)
    first.report(5, bank_live())
    again = Home(Cache(site_book=SiteBook(tmp_path / SITE_BOOK_FILE)))
    again.cache.of(NAME)
    again.report(0, bank_live())
    assert again.values(2, "solix_battery_soc_ratio", site_id=SITE) == [0.52]
    assert again.snapshot_names(2) == []


def test_a_remembered_device_is_local_without_its_account(tmp_path: Path) -> None:
    book = SiteBook(tmp_path / SITE_BOOK_FILE)
    book.note(BANK, Place(NAME, SITE, "Cellar"))
    home = Home(Cache(site_book=SiteBook(tmp_path / SITE_BOOK_FILE)))
    home.report(0, bank_live())
    assert home.values(1, "solix_battery_soc_ratio", site_id="local") == [0.52]


def test_a_removed_device_is_forgotten_by_the_book(tmp_path: Path) -> None:
    book = SiteBook(tmp_path / SITE_BOOK_FILE)
    book.note(BANK, Place(NAME, SITE, "Cellar"))
    home = Home(Cache(site_book=book))
    home.cloud(devices={"OTHER": ("A17C1", bank_scene())})
    home.report(5, bank_live())
    assert SiteBook(tmp_path / SITE_BOOK_FILE).find(BANK) is None


def test_a_damaged_book_is_no_book(tmp_path: Path) -> None:
    file = tmp_path / SITE_BOOK_FILE
    file.write_text(
        '{"devices": {"A": 5, "B": {"account": 7}, "C": {"account": "x"}},'
        ' "sites": {"A": 5, "B": {"account": "x", "name": "y", "site_type": "castle",'
        ' "access": "owner", "timezone": "", "currency": "", "banks": []}, "C": {"banks": [5]}}}'
    )
    book = SiteBook(file)
    assert [book.find_site(site_id) for site_id in "ABC"] == [None, None, None]
    assert [book.find(sn) for sn in "ABC"] == [None, None, Place("x", "", "")]


def test_forgetting_the_account_makes_the_device_local() -> None:
    home = Home()
    home.cloud()
    home.report(5, bank_live())
    assert home.values(6, "solix_battery_soc_ratio", site_id=SITE) == [0.52]
    home.cache.forget(NAME)
    assert home.values(7, "solix_battery_soc_ratio", site_id="local") == [0.52]


def test_forgetting_modbus_leaves_the_series_of_the_cloud() -> None:
    home = Home()
    home.cloud()
    before = home.samples(1)
    home.report(5, bank_live())
    home.samples(6)
    home.cache.reports.keep_only(Source.MODBUS, ())
    assert home.samples(7) == before


# --- power stations ------------------------------------------------------------------------


def test_a_power_station_shows_what_its_messages_say() -> None:
    home = Home()
    home.cloud()
    home.bound(0, {"C1000": "A1761"})
    station = DeviceReadings(
        temperature_c=-12,
        battery=Battery(soc_ratio=0.0),
        packs=(BatteryPack("main", soc_ratio=0.0), BatteryPack("1", "PACK1", soc_ratio=0.01)),
        ports=(
            Port("usb_c_1", 0, 45, status=PortStatus.INPUT),
            Port("ac_output", 120, 0, status=PortStatus.OUTPUT),
        ),
        remaining_empty_s=0,
    )
    home.report(10, station, "C1000", Source.MQTT, "A1761", 60, "0405")
    labels = {"device_sn": "C1000"}
    assert home.values(11, "solix_battery_soc_ratio", **labels) == [0]
    assert home.values(11, "solix_device_temperature_celsius", **labels) == [-12]
    assert home.values(11, "solix_battery_capacity_watthours", **labels) == [2112]
    assert home.values(11, "solix_battery_pack_soc_ratio", pack="1", **labels) == [0.01]
    assert home.values(11, "solix_port_input_power_watts", port="usb_c_1", **labels) == [45]
    assert home.values(11, "solix_port_status", port="usb_c_1", status="input") == [1]
    assert home.values(11, "solix_port_status", port="usb_c_1", status="output") == [0]
    assert home.values(11, "solix_device_remaining_seconds", direction="empty") == [0]
    assert home.values(11, "solix_device_remaining_seconds", direction="full") == []
    assert home.values(80, "solix_battery_soc_ratio", **labels) == []
    assert home.values(80, "solix_battery_capacity_watthours", **labels) == [1056]
    assert home.values(80, "solix_device_data_valid", **labels) == [0]


def test_nothing_new_is_the_same_snapshot() -> None:
    home = Home()
    home.cloud()
    home.report(0, bank_live())
    home.report(0, meter_readings(40), METER, part_number="AE1X0")
    first = home.cache.snapshot(at(1))
    assert home.cache.snapshot(at(25)) is first
    assert home.cache.snapshot(at(31)) is not first
    home.report(32, meter_readings(41), METER, part_number="AE1X0")
    later = home.cache.snapshot(at(33))
    assert later.slices[0] is home.cache.snapshot(at(34)).slices[0]


# --- in any order ---------------------------------------------------------------------------

Step = Callable[[Home], None]

STEPS: dict[str, Step] = {
    "scene": lambda home: home.cloud(0),
    "live": lambda home: home.report(5, bank_live()),
    "message": lambda home: home.report(
        6, DeviceReadings(battery=Battery(soc_ratio=0.6)), source=Source.MQTT, kind="0405"
    ),
    "slow": lambda home: home.report(
        1, DeviceReadings(temperature_c=-12, pv_power_w=1), valid_s=900, kind="slow"
    ),
    "meter": lambda home: home.report(4, meter_readings(33), METER, part_number="AE1X0"),
    "plug": lambda home: home.report(3, plug_readings(5), PLUG, part_number="A17X8"),
}


@given(st.permutations(sorted(STEPS)), st.lists(st.integers(0, 5), max_size=3))
def test_the_snapshot_does_not_depend_on_who_came_first(order: list[str], looks: list[int]) -> None:
    expected, home = Home(), Home()
    for name in sorted(STEPS):
        STEPS[name](expected)
    for place, name in enumerate(order):
        STEPS[name](home)
        if place in looks:
            home.samples(7)
    assert home.samples(8) == expected.samples(8)


# --- X1 ------------------------------------------------------------------------------------


def test_the_only_controller_of_an_x1_gives_the_totals_of_its_system() -> None:
    home = Home()
    x1 = {"CTRL": "A5102", "MODULE": "A5220", "DONGLE": "A5450"}
    home.cloud(devices={sn: (number, None) for sn, number in x1.items()}, site=SiteReadings())
    structure = HomeSystemStructure(
        tuple(HomeSystemPart(sn, product_of(number), main_sn="CTRL") for sn, number in x1.items())
    )
    parts = home.cache.of(NAME)
    listing = SiteListing(SITE, "Home", SiteType.HES, Access.OWNER)
    parts[SITE_LIST].replace(ACCOUNT, (listing,), Life(at(0), 600))
    parts[HES_DEV_INFO].replace(SITE, structure, Life(at(0), 600))
    parts.scenes.keep_only(())
    home.report(10, bank_live(), "CTRL", part_number="A5102")
    assert balance(home, 20) == [500, 20, 380, 0, 0, 900]
    assert home.values(20, "solix_battery_soc_ratio", device_sn="CTRL") == [0.52]
