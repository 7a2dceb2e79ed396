"""A unit that nobody knows is counted where it stands, and its number is not shown as another."""

import copy
from typing import Any

import orjson
import pytest

from solix_exporter.cloud.decode import decode
from solix_exporter.cloud.endpoints.chargers import (
    EV_CHARGE_TOTALS,
    PV_STATISTICS,
    PV_TOTAL_STATISTICS,
)
from solix_exporter.cloud.endpoints.endpoint import Endpoint
from solix_exporter.cloud.endpoints.home_systems import (
    CHARGING_SYSTEM_RUNNING_INFO,
    CHARGING_UTILITY_RATE_PLAN,
    HES_DAY,
    HES_ENERGY,
    HES_SYSTEM_RUNNING_INFO,
    PANEL_DAY,
    PANEL_ENERGY,
)
from solix_exporter.cloud.endpoints.sites import (
    FORECAST,
    POWER_LIMIT,
    PPS_TOTALS,
    SCENE_INFO,
    SITE_ENERGY,
)
from solix_exporter.model.energy import Flow
from solix_exporter.model.home_system import EnergySource
from tests.poll.rig import Listener

_LIFETIME = [{"type": "1", "total": "3.5", "unit": "kwh"}, {"type": "2", "total": "2", "unit": "t"}]
_SCENE = {
    "home_info": {"home_name": "Home"},
    "solarbank_info": {
        "power_unit": "W",
        "total_photovoltaic_power": "500",
        "solarbank_list": [
            {"device_sn": "BANK", "device_pn": "A17C1", "power_unit": "W", "output_power": "7"}
        ],
    },
    "smart_plug_info": {
        "smartplug_list": [{"device_sn": "PLUG", "power_unit": "W", "current_power": "42"}]
    },
    "solar_list": [{"device_sn": "MI", "power_unit": "W", "generate_power": "300"}],
    "charging_pile_info": {
        "charging_pile_list": [{"device_sn": "EV", "power_unit": "W", "power": "7400"}]
    },
    "statistics": _LIFETIME,
}
_F3000_SCENE = {
    "home_info": {"home_name": "Home"},
    "solarbank_pps_info": {
        "pps_list": [{"device_sn": "F3000", "power_unit": "W", "pv_power": "11"}]
    },
}
_SLOT = {"time": "10:00", "powerInfos": [{"value": "1.5"}]}
_CURVE = {
    "powerUnit": "kW",
    "power": [_SLOT],
    "totalExportedEnergy": "2.5",
    "totalExportedEnergyUnit": "KWh",
}
_STATIONS_DAY = {
    "energyUnit": "KWh",
    "energy": [{"value": "4.0", "negValue": "1.0"}],
    "totalImportedEnergy": "4.0",
    "totalImportedEnergyUnit": "KWh",
    "totalExportedEnergy": "1.0",
    "totalExportedEnergyUnit": "KWh",
    "aggregates": [{"type": "hes", "imported": True, "value": "3.0", "unit": "KWh"}],
}
_ANALYSIS = {
    "power_unit": "wh",
    "trend_unit": "kwh",
    "charge_unit": "kwh",
    "total_energy_unit": "kwh",
    "power": [{"time": "2026-06-20", "value": "1.50"}],
    "charge_total": "0.70",
    "solar_to_battery_total": "0.60",
}

PLACES: list[tuple[Endpoint[Any], dict[str, Any], str]] = [
    (SCENE_INFO, _SCENE, "solarbank_info.power_unit"),
    (SCENE_INFO, _SCENE, "solarbank_info.solarbank_list[].power_unit"),
    (SCENE_INFO, _SCENE, "smart_plug_info.smartplug_list[].power_unit"),
    (SCENE_INFO, _SCENE, "solar_list[].power_unit"),
    (SCENE_INFO, _SCENE, "charging_pile_info.charging_pile_list[].power_unit"),
    (SCENE_INFO, _F3000_SCENE, "solarbank_pps_info.pps_list[].power_unit"),
    (SCENE_INFO, _SCENE, "statistics[].unit"),
    (PPS_TOTALS, {"statistics": _LIFETIME}, "statistics[].unit"),
    (SITE_ENERGY["solarbank"], _ANALYSIS, "trend_unit"),
    (SITE_ENERGY["solarbank"], _ANALYSIS, "charge_unit"),
    (SITE_ENERGY["solarbank"], _ANALYSIS, "total_energy_unit"),
    (SITE_ENERGY["solarbank"], _ANALYSIS, "power_unit"),
    (PANEL_ENERGY["grid"], _STATIONS_DAY, "energyUnit"),
    (PANEL_ENERGY["grid"], _STATIONS_DAY, "aggregates[].unit"),
    (HES_ENERGY["hes"], _STATIONS_DAY, "totalImportedEnergyUnit"),
    (PV_STATISTICS, {"energyUnit": "kWh", "energy": [{"energy": "1.0"}]}, "energyUnit"),
    (PANEL_DAY[EnergySource.GRID], _CURVE, "powerUnit"),
    (PANEL_DAY[EnergySource.GRID], _CURVE, "totalExportedEnergyUnit"),
    (HES_DAY[EnergySource.GRID], _CURVE, "powerUnit"),
    (
        CHARGING_SYSTEM_RUNNING_INFO,
        {"total_system_power_generation": "1", "system_power_generation_unit": "KWh"},
        "system_power_generation_unit",
    ),
    (
        CHARGING_SYSTEM_RUNNING_INFO,
        {"save_carbon_footprint": "1", "save_carbon_unit": "kg"},
        "save_carbon_unit",
    ),
    (
        HES_SYSTEM_RUNNING_INFO,
        {"mainSn": "X", "totalSystemPowerGeneration": 3, "systemPowerGenerationUnit": "KWh"},
        "systemPowerGenerationUnit",
    ),
    (HES_SYSTEM_RUNNING_INFO, {"mainSn": "X", "saveCarbonFootprint": 3, "saveCarbonUnit": "kg"},
     "saveCarbonUnit"),
    (PV_TOTAL_STATISTICS, {"energy": 76.61, "energyUnit": "kWh"}, "energyUnit"),
    (PV_TOTAL_STATISTICS, {"reductionCo2": 77, "reductionCo2Unit": "kg"}, "reductionCo2Unit"),
    (EV_CHARGE_TOTALS, {"total_stats": {"charge_total": 5, "charge_unit": "kWh"}},
     "total_stats.charge_unit"),
    (EV_CHARGE_TOTALS, {"total_stats": {"co2_saving": 5, "co2_saveing_unit": "kg"}},
     "total_stats.co2_saveing_unit"),
    (
        FORECAST,
        {
            "local_time": "2026-06-20 10:00:00",
            "trend_unit": "w",
            "forecast_trend": [{"time": "11:00", "value": "402.00"}],
        },
        "trend_unit",
    ),
    (
        FORECAST,
        {"local_time": "2026-06-20 10:00:00", "solar_total": "1.9", "total_energy_unit": "kwh"},
        "total_energy_unit",
    ),
    (
        CHARGING_UTILITY_RATE_PLAN,
        {"peak_sessions": [{"peak_valley_prices": [{"buy": "0.3", "energy_unit": "kWh"}]}]},
        "peak_sessions[].peak_valley_prices[].energy_unit",
    ),
    (POWER_LIMIT, {"power_unit": "kwh", "legal_power_limit": 800}, "power_unit"),
]  # fmt: skip
"""Every place at which a number that is read has a unit beside it."""

MISLEADING = {"power_unit"}
"""Known to say something else than the numbers of its answer are; those stand as they are."""


def _with_unit(data: dict[str, Any], path: str, unit: str) -> dict[str, Any]:
    """Return the answer with another unit at a path."""
    spoilt = copy.deepcopy(data)
    items: list[dict[str, Any]] = [spoilt]
    *parents, key = path.split(".")
    for parent in parents:
        found = [item[parent.removesuffix("[]")] for item in items]
        items = [one for value in found for one in (value if isinstance(value, list) else [value])]
    for item in items:
        assert item[key], "the unit is in the answer"
        item[key] = unit
    return spoilt


def _answer(endpoint: Endpoint[Any], data: dict[str, Any], listener: Listener) -> object:
    return decode(endpoint, orjson.dumps({"code": 0, "data": data}), listener)


@pytest.mark.parametrize(("endpoint", "data", "path"), PLACES)
def test_an_unknown_unit_is_counted_and_its_number_left_out(
    endpoint: Endpoint[Any], data: dict[str, Any], path: str
) -> None:
    listener, before = Listener(), Listener()
    right = _answer(endpoint, data, before)
    found = _answer(endpoint, _with_unit(data, path, "kkWh"), listener)
    assert before.malformed == []
    assert set(listener.malformed) == {(endpoint.label, path)}
    assert path in listener.unread[endpoint.label], "the drift report names it"
    assert (found == right) == (path in MISLEADING)


def test_a_scene_in_kilowatts_is_shown_in_watts() -> None:
    scene = _answer(SCENE_INFO, _with_unit(_SCENE, "solarbank_info.power_unit", "kW"), Listener())
    assert scene.site.pv_power_w == 500_000  # type: ignore[attr-defined]


def test_a_days_trend_and_its_charge_keep_to_their_own_units() -> None:
    data = _ANALYSIS | {"trend_unit": "wh", "charge_unit": "mwh"}
    (day,) = _answer(SITE_ENERGY["solarbank"], data, Listener()).days  # type: ignore[attr-defined]
    assert day.flows == {
        Flow.BATTERY_DISCHARGE: 1.5,
        Flow.BATTERY_CHARGE: 700_000,
        Flow.PV_TO_BATTERY: 600,
    }


@pytest.mark.parametrize(
    ("total", "energy_wh", "malformed"), [("3.5", None, ["statistics[].unit"]), ("0", 0, [])]
)
def test_a_number_without_a_unit_is_counted_unless_it_is_zero(
    total: str, energy_wh: float | None, malformed: list[str]
) -> None:
    listener = Listener()
    data = {"statistics": [{"type": "1", "total": total, "unit": ""}]}
    found = _answer(PPS_TOTALS, data, listener)
    assert found.energy_wh == energy_wh  # type: ignore[attr-defined]
    assert [field for _, field in listener.malformed] == malformed
