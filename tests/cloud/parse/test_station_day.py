"""Curves of a day: the power panel's from a capture, the X1's by hand after reference 05, 3.4."""

from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest

from solix_exporter.cloud.parse.home_system_day import (
    SOURCE_TYPES,
    hes_day_parser,
    panel_day_parser,
)
from solix_exporter.cloud.record import Record
from solix_exporter.model.energy import Flow
from solix_exporter.model.home_system import (
    Curves,
    CurveSlot,
    EnergySource,
    SocSlot,
    SourceDay,
)
from solix_exporter.poll.slots import averages_at, last_measured_end, newest_slot_end
from tests.records import captured

SITE = "492cbe8c-e2a9-b6c4-c7ee-45b3ef4260e0"
DAY = date(2026, 6, 9)
SOURCES = {
    EnergySource.BATTERY: "hes",
    EnergySource.PV: "solar",
    EnergySource.HOME: "home",
    EnergySource.GRID: "grid",
}


def panel_day(captures: Path, source: EnergySource) -> SourceDay:
    folder = captures / "Powerpanel_Tou"
    parse = panel_day_parser(source)
    return parse(captured(folder, f"charging_energy_{SOURCES[source]}_today_{SITE}"))


def hes_day(source: str, values: dict[str, str], **fields: Any) -> SourceDay:  # noqa: ANN401 - JSON
    """Return a hand-made answer of an X1: one signed value a slot, kW."""
    power = [
        {"time": at, "powerInfos": [{"type": source, "value": value}]}
        for at, value in values.items()
    ]
    (asked,) = (known for known, spelling in SOURCE_TYPES.items() if spelling == source)
    return hes_day_parser(asked)(Record({"power": power, "powerUnit": "KW"} | fields))


def test_a_panel_sends_charge_and_discharge_as_two_values(captures: Path) -> None:
    battery = panel_day(captures, EnergySource.BATTERY)
    slots = {slot.start: slot for slot in battery.slots}
    assert len(battery.slots) == len(battery.soc) == 288
    # "-2.63" and "0.00" kW at midnight; "-0.01" and "0.11" at 20:55.
    assert slots[time(0, 0)] == CurveSlot(time(0, 0), 2630.0, 0.0)
    assert slots[time(20, 55)] == CurveSlot(time(20, 55), 10.0, 110.0)
    # Today 10.44 kWh came out.
    assert battery.exported_wh == 10440.0


def test_a_panel_tells_no_power_into_the_grid(captures: Path) -> None:
    grid = panel_day(captures, EnergySource.GRID)
    slots = {slot.start: slot for slot in grid.slots}
    assert slots[time(21, 25)] == CurveSlot(time(21, 25), 4110.0, None)
    assert grid.exported_wh == 0.0


def test_beside_a_panels_curves_stands_the_energy_of_its_day(captures: Path) -> None:
    # 04, 7.2: the same as a one-day range has.
    flows = {source: panel_day(captures, source).flows for source in SOURCES}
    assert flows == {
        EnergySource.BATTERY: {Flow.BATTERY_DISCHARGE: 10440.0, Flow.BATTERY_CHARGE: 10320.0},
        EnergySource.PV: {Flow.PV: 0.0, Flow.PV_TO_BATTERY: 0.0, Flow.PV_TO_GRID: 0.0},
        EnergySource.HOME: {
            Flow.HOME: 88600.0,
            Flow.BATTERY_TO_HOME: 10440.0,
            Flow.PV_TO_HOME: 0.0,
            Flow.GRID_TO_HOME: 78160.0,
        },
        EnergySource.GRID: {
            Flow.GRID_IMPORT: 88480.0,
            Flow.GRID_EXPORT: 0.0,
            Flow.GRID_TO_BATTERY: 10320.0,
            Flow.GRID_TO_HOME: 78160.0,
        },
    }


def test_a_curve_without_one_day_of_energy_leaves_it_to_the_statistics() -> None:
    parse = panel_day_parser(EnergySource.HOME)
    assert parse(Record({"power": None, "energy": None})).flows is None
    assert hes_day("home", {"12:00": "1.00"}, energy=[{"value": "3.00"}]).flows is None


def test_nothing_of_a_curve_is_left_unread(captures: Path) -> None:
    for source, spelling in SOURCES.items():
        record = captured(captures / "Powerpanel_Tou", f"charging_energy_{spelling}_today_{SITE}")
        panel_day_parser(source)(record)
        assert (record.unread(), record.malformed) == ((), ())


def test_the_averages_of_a_capture_are_those_of_the_newest_slot_that_is_over(
    captures: Path,
) -> None:
    # Exported at 21:31:07; slots from 21:30 on are 0 because they are not delivered yet.
    battery = panel_day(captures, EnergySource.BATTERY)
    assert last_measured_end(battery, DAY) == datetime(2026, 6, 9, 21, 30)  # noqa: DTZ001 - site's clock
    end = newest_slot_end(battery, DAY, datetime(2026, 6, 9, 21, 31, 7))  # noqa: DTZ001
    assert end == datetime(2026, 6, 9, 21, 30)  # noqa: DTZ001
    averages = averages_at(end, {source: panel_day(captures, source) for source in SOURCES}, None)
    site = averages.site
    # The other reader of this capture has charge 0.00, discharge 0.00, solar 0.00, home 4.11,
    # import 4.11, export 0.00 kW and a charge of 17 %.
    assert (site.battery_charge_power_w, site.battery_discharge_power_w) == (0.0, 0.0)
    assert (site.pv_power_w, site.home_load_power_w) == (0.0, 4110.0)
    assert (site.grid_import_power_w, site.grid_export_power_w) == (4110.0, 0.0)
    assert (site.soc_ratio, averages.battery.soc_ratio) == (0.17, 0.17)


def test_the_slot_under_way_is_not_taken(captures: Path) -> None:
    battery = panel_day(captures, EnergySource.BATTERY)
    now = datetime(2026, 6, 9, 21, 28)  # noqa: DTZ001
    assert newest_slot_end(battery, DAY, now) == datetime(2026, 6, 9, 21, 25)  # noqa: DTZ001


def test_a_day_without_any_state_of_charge_has_no_newest_slot() -> None:
    battery = SourceDay(soc=(SocSlot(time(0, 0), 0.0), SocSlot(time(0, 5), 0.0)))
    assert last_measured_end(battery, DAY) is None
    assert newest_slot_end(battery, DAY, datetime(2026, 6, 9, 12)) is None  # noqa: DTZ001


@pytest.mark.parametrize(
    ("source", "value", "expected"),
    [
        ("hes", "-1.25", (1250.0, 0.0)),
        ("hes", "0.80", (0.0, 800.0)),
        ("hes", "-0.00", (0.0, 0.0)),
        ("grid", "2.10", (2100.0, 0.0)),
        ("grid", "-0.35", (0.0, 350.0)),
        ("solar", "3.00", (None, 3000.0)),
        ("home", "1.50", (1500.0, None)),
        ("evCharger", "7.20", (7200.0, None)),
    ],
)
def test_an_x1_sends_one_signed_value(
    source: str, value: str, expected: tuple[float | None, float | None]
) -> None:
    # Hand-made after reference 05, 3.4: no capture of an X1 exists.
    (slot,) = hes_day(source, {"12:00": value}).slots
    assert (slot.in_w, slot.out_w) == expected


def test_an_x1_delivers_the_power_into_the_grid_itself() -> None:
    # Hand-made after reference 05, 3.4.
    level = [{"time": "12:00", "value": "64"}, {"time": "12:05", "value": "0"}]
    curves = {
        EnergySource.BATTERY: hes_day("hes", {"12:00": "-1.00"}, chargeLevel=level),
        EnergySource.PV: hes_day("solar", {"12:00": "4.00"}),
        EnergySource.HOME: hes_day("home", {"12:00": "1.00"}),
        EnergySource.GRID: hes_day("grid", {"12:00": "-2.00"}),
        EnergySource.EV_CHARGER: hes_day("evCharger", {"12:00": "0.50"}),
    }
    averages = averages_at(datetime(2026, 6, 9, 12, 5), curves, None)  # noqa: DTZ001
    assert (averages.site.grid_import_power_w, averages.site.grid_export_power_w) == (0.0, 2000.0)
    assert (averages.site.battery_charge_power_w, averages.site.soc_ratio) == (1000.0, 0.64)
    assert averages.ev_power_w == 500.0


PANEL_SLOTS = {
    EnergySource.PV: CurveSlot(time(12, 0), None, 5000.0),
    EnergySource.BATTERY: CurveSlot(time(12, 0), 1000.0, 0.0),
    EnergySource.HOME: CurveSlot(time(12, 0), 1500.0, None),
    EnergySource.GRID: CurveSlot(time(12, 0), 0.0, None),
}


def panel_noon(exported_wh: float | None) -> Curves:
    """A panel at noon, by hand: 5 kW of PV, 1 kW into the battery, 1.5 kW into the home."""
    return {
        source: SourceDay(slots=(slot,), exported_wh=exported_wh)
        for source, slot in PANEL_SLOTS.items()
    }


NOON = datetime(2026, 6, 9, 12, 5)  # noqa: DTZ001


@pytest.mark.parametrize(
    ("total_wh", "before_wh", "before_end", "expected_w"),
    [
        # First answer: 5000 - 1000 - 1500 = 2500 W are left for the grid.
        (9000.0, None, None, 2500.0),
        # 200 Wh in 5 minutes are 2400 W; in 10 minutes 1200 W.
        (9200.0, 9000.0, datetime(2026, 6, 9, 12, 0), 2400.0),  # noqa: DTZ001
        (9200.0, 9000.0, datetime(2026, 6, 9, 11, 55), 1200.0),  # noqa: DTZ001
        # A total that fell started anew at midnight: 50 Wh in 5 minutes.
        (50.0, 9000.0, datetime(2026, 6, 9, 12, 0), 600.0),  # noqa: DTZ001
        # 900 kWh in 5 minutes, and what is left of them when they are taken back.
        (900_000.0, 9000.0, datetime(2026, 6, 9, 12, 0), 2500.0),  # noqa: DTZ001
        (9000.0, 900_000.0, datetime(2026, 6, 9, 12, 0), 2500.0),  # noqa: DTZ001
        # Hours later the growth is no answer about the newest slot.
        (9200.0, 1000.0, datetime(2026, 6, 9, 8, 0), 2500.0),  # noqa: DTZ001
        (None, 9000.0, datetime(2026, 6, 9, 12, 0), None),  # noqa: DTZ001
    ],
)
def test_a_panels_power_into_the_grid_is_the_growth_of_its_total(
    total_wh: float | None,
    before_wh: float | None,
    before_end: datetime | None,
    expected_w: float | None,
) -> None:
    before = averages_at(before_end, panel_noon(before_wh), None) if before_end else None
    averages = averages_at(NOON, panel_noon(total_wh), before)
    assert averages.site.grid_export_power_w == expected_w


def test_an_unreadable_slot_is_left_out_and_told() -> None:
    record = Record(
        {
            "power": [
                {"time": "12:00", "powerInfos": [{"type": "solar", "value": "much"}]},
                {"time": "noon", "powerInfos": [{"type": "solar", "value": "1.00"}]},
                {"time": "12:10", "powerInfos": [{"type": "solar", "value": "1.00"}]},
            ],
            "powerUnit": "KW",
        }
    )
    day = hes_day_parser(EnergySource.PV)(record)
    assert [slot.start for slot in day.slots] == [time(12, 10)]
    assert record.malformed == ("power[].powerInfos[].value",)


def test_a_curve_is_of_the_source_that_was_asked_for_whatever_its_slots_are_called() -> None:
    # No capture holds a curve of an X1, so nobody knows what `type` says in it.
    power = [{"time": "12:00", "powerInfos": [{"type": "battery", "value": "-1.25"}]}]
    record = Record({"power": power, "powerUnit": "KW"})
    day = hes_day_parser(EnergySource.BATTERY)(record)
    assert day.slots == (CurveSlot(time(12, 0), 1250.0, 0.0),)
    assert record.unread() == ()
