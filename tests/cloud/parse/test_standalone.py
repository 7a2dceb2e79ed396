"""Devices outside any system; without a capture they are made by hand after 03 and 05."""

from pathlib import Path

import pytest

from solix_exporter.cloud.parse.chargers import (
    parse_charge_totals,
    parse_charger_modes,
    parse_charger_settings,
)
from solix_exporter.cloud.parse.inverters import parse_inverter_status, parse_inverter_totals
from solix_exporter.cloud.parse.vehicles import parse_vehicle_details, parse_vehicles
from solix_exporter.cloud.record import Record
from solix_exporter.errors import UnexpectedPayload
from solix_exporter.model.standalone import ChargerMode, InverterStatus
from solix_exporter.model.vehicle import VehicleDetails, VehicleListing
from tests.records import captured


@pytest.mark.parametrize(
    ("folder", "sn", "power_w", "is_online"),
    [
        ("MI80_Standalone", "3IEDXXFMD2I3", 302.0, True),
        ("SB3_SM_Smart", "M55A0NSED232", 0.0, False),
    ],
)
def test_the_status_of_an_inverter(
    captures: Path, folder: str, sn: str, power_w: float, *, is_online: bool
) -> None:  # fmt: skip
    record = captured(captures / folder, f"device_pv_status_{sn}")
    assert parse_inverter_status(record) == (InverterStatus(sn, power_w, is_online),)
    assert (record.unread(), record.malformed) == ((), ())


@pytest.mark.parametrize(
    ("folder", "sn", "energy_wh", "co2_g", "savings"),
    [
        # 76.61 kWh, 77 kg, 30.6 €
        ("MI80_Standalone", "3IEDXXFMD2I3", 76_610.0, 77_000.0, 30.6),
        # 1.25 MWh, 1249 kg, 313.1 €
        ("SB3_SM_Smart", "M55A0NSED232", 1_250_000.0, 1_249_000.0, 313.1),
    ],
)
def test_the_totals_of_an_inverter(
    captures: Path, folder: str, sn: str, energy_wh: float, co2_g: float, savings: float
) -> None:  # fmt: skip
    record = captured(captures / folder, f"device_pv_total_statistics_{sn}")
    totals = parse_inverter_totals(record)
    assert totals.lifetime.energy_wh == pytest.approx(energy_wh)
    assert totals.lifetime.co2_savings_g == co2_g
    assert (totals.lifetime.savings, totals.lifetime.currency_symbol) == (savings, "€")
    assert totals.power_limit_w == 800.0
    assert (record.unread(), record.malformed) == ((), ())


def test_the_captured_accounts_have_no_vehicle(captures: Path) -> None:
    assert parse_vehicles(captured(captures / "Powerpanel_Tou", "user_vehicles")) == ()


def test_a_vehicle_and_its_details() -> None:
    # Hand-made after reference 03, 2.26: kWh, kW, kWh/100 km.
    vehicle = {
        "vehicle_id": "7e2f",
        "vehicle_name": "Family car",
        "brand": "BMW",
        "model": "iX3",
        "productive_year": 2023,
        "is_default_vehicle": True,
        "is_smart_charging": False,
        "is_connected_to_enodeapi": False,
        "battery_capacity": 73.8,
        "update_time": 1750000000,
    }
    listed = Record({"vehicle_list": [vehicle]})
    assert parse_vehicles(listed) == (
        VehicleListing("7e2f", "Family car", "BMW", "iX3", 2023, 73_800.0),
    )
    details = Record(vehicle | {"ac_max_charging_power": 11, "energy_consumption_per_100km": 18.6})
    assert parse_vehicle_details(details) == VehicleDetails(73_800.0, 11_000.0, 18_600.0)
    assert (listed.unread(), details.unread()) == ((), ())


def test_what_the_owner_left_open_is_not_reported() -> None:
    # Hand-made after reference 03, 2.26.
    record = Record({"vehicle_list": [{"vehicle_id": "7e2f", "productive_year": 0}]})
    (vehicle,) = parse_vehicles(record)
    assert (vehicle.year, vehicle.capacity_wh) == (None, None)


def test_an_answer_without_a_list_is_not_an_account_without_vehicles() -> None:
    with pytest.raises(UnexpectedPayload):
        parse_vehicles(Record({}))


def test_the_totals_of_an_ev_charger() -> None:
    # Hand-made after reference 03, 2.24, misspelling included.
    record = Record(
        {
            "total_stats": {
                "charge_unit": "kWh",
                "charge_total": 812.4,
                "charge_time": 417600,
                "charge_count": 58,
                "cost": 243.72,
                "cost_unit": "€",
                "cost_saving": 61.1,
                "co2_saving": 402.5,
                "co2_saveing_unit": "kg",
                "mile_age": 4368,
            },
            "date_list": [],
        }
    )
    totals = parse_charge_totals(record)
    assert (totals.energy_wh, totals.duration_s, totals.charges) == (812_400.0, 417_600.0, 58)
    assert (totals.cost, totals.cost_savings, totals.currency_symbol) == (243.72, 61.1, "€")
    assert totals.co2_savings_g == 402_500.0
    assert (record.unread(), record.malformed) == ((), ())


def test_the_switches_and_modes_of_a_charger() -> None:
    # Hand-made after reference 03, 2.25; a switch that is not told is no switch that is off.
    settings = {"charging_mode_status": 1, "compatibility_status": 0}
    assert parse_charger_settings(Record({"device_setting": settings})).switches == (
        ("charging_mode", True),
        ("compatibility", False),
    )
    mode = {"id": 3, "number": 1, "name": "Night", "total_power": 100, "max_total_power": 250}
    assert parse_charger_modes(Record({"charging_mode_list": [mode]})) == (ChargerMode("1", 100.0),)


def test_modes_that_a_number_cannot_tell_apart_make_no_series_twice() -> None:
    modes = [
        {"id": 7, "number": 1, "total_power": 100},
        {"id": 8, "number": 1, "total_power": 60},
        {"id": 9, "total_power": 30},
        {"id": 10, "number": None, "total_power": 20},
    ]
    assert parse_charger_modes(Record({"charging_mode_list": modes})) == (
        ChargerMode("1", 100.0),
        ChargerMode("9", 30.0),
        ChargerMode("10", 20.0),
    )
