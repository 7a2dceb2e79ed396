"""What a parser reads is shown, or stands here with the reason why it is not.

Two steps: a change of a field must change what its parser returns; and each field of what parsers
return must be in the snapshot, which `/api/v1/snapshot` gives whole, or lead to something shown.
"""

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from itertools import islice
from typing import Any, get_args, get_type_hints

from solix_exporter.cloud.endpoints import BY_NAME
from solix_exporter.cloud.endpoints.endpoint import AnyEndpoint
from solix_exporter.metrics.catalogue import CATALOGUE
from solix_exporter.model.snapshot import Snapshot
from tests.exported import Exports
from tests.read_fields import ReadFields, answers_to

SCENARIOS = (
    "home", "sb1-dual", "sb2-ac", "cascade", "sb3", "multisystem", "mi80", "power-panel", "x1",
    "ev-charger", "charger",
)  # fmt: skip
PER_FOLDER = 2

WEEKENDS = {"use_time": [{"is_same": 0, "weekday": [], "weekday_price": [],
                          "weekend": [{"start_time": 0, "end_time": 24, "type": 1}],
                          "weekend_price": [{"type": 1, "price": "0.3"}]}]}  # fmt: skip
BY_HAND: dict[str, tuple[object, ...]] = {
    # What no simulated system has.
    "scene_info": (
        {
            "solarbank_info": {
                "is_display_data": True,
                "pei_heating_power": "5",
                "solarbank_list": [{"device_sn": "A", "device_pn": "A17C1", "is_display": True}],
            }
        },
    ),
    "bind_devices": (
        {"data": [{"device_sn": "A", "ms_device_type": 2, "owner_user_id": "someone else"}]},
    ),
    "usage_schedule": ({"param_data": WEEKENDS},),
    "site_price": (WEEKENDS,),
    "hes_dev_info": (
        {
            "ats": {"sn": "A", "pn": "A5341", "name": "A", "aliasName": "", "type": "ats"},
            "results": [
                {
                    "sn": "B",
                    "name": "B",
                    "subDevInfo": [{"sn": "C", "pn": "A5220", "name": "C", "type": "pack"}],
                }
            ],
        },
    ),
    "power_limit": ({"all_power_limit": 800, "ae100_info": {"device_sn": "D"}},),
    "charger_charging_modes": ({"charging_mode_list": [{"number": "", "id": "m"}]},),
}

_UNIT_ALONE = "only looked at: the figures are kWh whatever it says, but a strange word is counted"
_NO_TOTAL = "unit of totals that this statistic does not use"
_OF_RANGE = "fills in where the daily value is missing"
NO_DIFFERENCE = {
    r"energy_\w+ power_unit": _UNIT_ALONE,
    r"power_limit power_unit": "only looked at: it says kwh of W, but a strange word is counted",
    r"energy_\w+ (charge_unit|total_energy_unit)": _NO_TOTAL,
    r"energy_\w+ trend_unit": "unit of values that are 0 in this statistic of the simulated home",
    r"energy_solarbank charge_trend\[\]\.\w+": "a second series counts in the grid's answer alone",
    r"\w+_energy_hes(_today)? aggregates\[\]\.\w+": "parts of sums that the totals have already",
    r"\w+_energy_\w+ total(Im|Ex)portedEnergy(Unit)?": _OF_RANGE,
    r"scene_info solarbank_info\.battery_discharge_power": "0 in captures that discharge; the banks"
    " and the difference of the totals tell it",
    r"system_settings param_data": "an empty text where the devices keep their own settings",
}
"""Patterns of endpoint and field that are read and change nothing, and why."""


def read_by(endpoint: AnyEndpoint, exports: Exports) -> ReadFields:
    found = ReadFields(endpoint)
    for scenario in SCENARIOS:
        for data in islice(answers_to(endpoint, exports.of(scenario).folder), PER_FOLDER):
            found.look_at(data)
    for data in BY_HAND.get(endpoint.name, ()):
        found.look_at(data)
    return found


def test_what_is_read_makes_a_difference_or_has_a_reason(exports: Exports) -> None:
    idle = {
        f"{endpoint.name} {path}"
        for endpoint in BY_NAME.values()
        if endpoint.parse
        for path in read_by(endpoint, exports).idle
    }
    known = {name for name in idle if any(re.fullmatch(rule, name) for rule in NO_DIFFERENCE)}
    assert idle - known == set()
    unused = [rule for rule in NO_DIFFERENCE if not any(re.fullmatch(rule, n) for n in known)]
    assert unused == []


_INFO = "solix_device_info"
LEADS_TO = {
    "BankSchedule.choice": "solix_site_output_preset_options_info",
    "BankSlot.power_w": "solix_site_output_preset_watts",
    "BankSlot.bank_powers_w": "solix_device_output_preset_watts",
    "BankSlot.is_export_allowed": "solix_device_export_allowed",
    "BankSlot.charge_priority_ratio": "solix_battery_charge_priority_ratio",
    "BankSlot.is_discharge_priority_on": "solix_battery_discharge_priority_enabled",
    "Co2Ranking.trees": "solix_site_co2_equivalent_trees",
    "CurveSlot.in_w": "solix_site_grid_import_power_watts",
    "CurveSlot.out_w": "solix_site_pv_power_watts",
    "DeviceListing.sn": _INFO,
    "DeviceListing.product": _INFO,
    "DeviceListing.name": _INFO,
    "DeviceListing.readings": "solix_device_online",
    "DeviceListing.installed_at": "solix_device_installed_timestamp_seconds",
    "DeviceListing.room": "solix_device_details_info",
    "DeviceListing.pv_names": "solix_pv_input_info",
    "EnergyDay.flows": "solix_site_day_pv_energy_watthours",
    "EnergyDay.devices": "solix_plug_day_energy_watthours",
    "FirmwareHistory.changed_at_local": "solix_device_firmware_changed_timestamp_seconds",
    "InverterStatus.power_w": "solix_inverter_power_watts",
    "InverterStatus.is_online": "solix_device_online",
    "InverterTotals.lifetime": "solix_site_lifetime_energy_watthours_total",
    "InverterTotals.power_limit_w": "solix_inverter_power_limit_watts",
    "MarketPrices.currency": "solix_site_electricity_spot_price",
    "MarketPrices.today": "solix_site_electricity_spot_price",
    "MarketPrices.tomorrow": "solix_site_electricity_spot_price",
    "PowerSlot.power_w": "solix_site_output_preset_watts",
    "PvForecast.produced_wh": "solix_site_pv_forecast_today_watthours",
    "PvForecast.hours": "solix_site_pv_forecast_watthours",
    "PvForecast.next_24_hours_wh": "solix_site_pv_forecast_watthours",
    "Scene.site": "solix_site_pv_power_watts",
    "Scene.devices": _INFO,
    "Season.currency_symbol": "solix_site_electricity_price",
    "SiteListing.site_id": "solix_site_info",
    "SiteListing.name": "solix_site_info",
    "SiteListing.site_type": "solix_site_info",
    "SiteListing.access": "solix_site_info",
    "SiteListing.devices": _INFO,
    "SitePrice.price": "solix_site_electricity_price",
    "SitePrice.price_type": "solix_site_electricity_price",
    "SitePrice.feed_in_price": "solix_site_feed_in_price",
    "SitePrice.currency_symbol": "solix_site_info",
    "SitePrice.seasons": "solix_site_tariff",
    "SocSlot.soc_ratio": "solix_battery_soc_ratio",
    "SourceDay.slots": "solix_site_pv_power_watts",
    "SourceDay.soc": "solix_site_battery_soc_ratio",
    "SourceDay.exported_wh": "solix_site_grid_export_power_watts",
    "SourceDay.flows": "solix_site_day_pv_energy_watthours",
    "HomeSystemPart.sn": _INFO,
    "HomeSystemPart.product": _INFO,
    "HomeSystemPart.name": _INFO,
    "HomeSystemPart.main_sn": _INFO,
    "HomeSystemStatus.lifetime": "solix_site_lifetime_energy_watthours_total",
    "HomeSystemStatus.is_connected": "solix_device_online",
    "HomeSystemStatus.connected": "solix_device_online",
    "HomeSystemStatus.ev_chargers": "solix_ev_charger_status",
    "HomeSystemStructure.parts": _INFO,
    "TariffDay.prices": "solix_site_electricity_price",
    "TariffSlot.tariff": "solix_site_tariff",
    "UsageSchedule.mode": "solix_site_usage_mode",
    "UsageSchedule.backup": "solix_site_backup_enabled",
    "UsageSchedule.default_power_w": "solix_site_output_preset_watts",
    "UsageSchedule.choice": "solix_site_output_preset_options_info",
    "VehicleDetails.capacity_wh": "solix_vehicle_battery_capacity_watthours",
    "VehicleDetails.charge_power_limit_w": "solix_vehicle_charge_power_limit_watts",
    "VehicleDetails.consumption_wh_per_100_km": (
        "solix_vehicle_consumption_watthours_per_100_kilometers"
    ),
    "VehicleListing.vehicle_id": "solix_vehicle_info",
    "VehicleListing.name": "solix_vehicle_info",
    "VehicleListing.brand": "solix_vehicle_info",
    "VehicleListing.model": "solix_vehicle_info",
    "VehicleListing.year": "solix_vehicle_info",
    "VehicleListing.capacity_wh": "solix_vehicle_battery_capacity_watthours",
    "WifiList.by_sn": "solix_device_wifi_rssi_dbm",
    "WifiList.unnamed": "solix_device_wifi_signal_ratio",
}
"""Fields of answers that the snapshot does not hold as they are, and a metric that they make."""

_WHEN = "says when something holds: what holds now is shown, a plan is not"
_WHICH = "says whose the readings are"
_SYMBOL = "only translates currency symbols into the ISO codes that are shown"
_SECRET = "opens the broker; secrets are shown nowhere"
_WHERE = "says where and as whom to connect; solix_mqtt_connection_state shows whether that works"
NOT_SHOWN = {
    "BankSchedule.slots": _WHEN,
    "BankSlot.start_min": _WHEN,
    "BankSlot.end_min": _WHEN,
    "BrokerAccess.host": _WHERE,
    "BrokerAccess.port": _WHERE,
    "BrokerAccess.user_id": _SECRET,
    "BrokerAccess.app_name": _WHERE,
    "BrokerAccess.thing_name": _WHERE,
    "BrokerAccess.certificate_id": _SECRET,
    "BrokerAccess.certificate_pem": _SECRET,
    "BrokerAccess.private_key_pem": _SECRET,
    "BrokerAccess.root_ca_pem": "checks the broker's certificate",
    "Currencies.codes": _SYMBOL,
    "Currencies.default_symbol": _SYMBOL,
    "CurveSlot.start": "the time of an average: the newest one is shown",
    "DayPlan.weekdays": _WHEN,
    "DayPlan.slots": _WHEN,
    "DeviceListing.wifi_place": _WHICH,
    "DeviceListing.switches": "feature switches, of which one decides which limits are real",
    "EnergyAnswer.days": "days other than today are the ledger's",
    "EnergyDay.day": "says which row of the ledger it is",
    "InverterStatus.sn": _WHICH,
    "PowerSlot.start_min": _WHEN,
    "PowerSlot.end_min": _WHEN,
    "PowerSlot.is_grid_charge": "makes the preset 0: the home gets nothing meanwhile",
    "PriceProvider.country": "chooses fees and VAT",
    "PriceProvider.company": "says whom to ask for prices",
    "PriceProvider.area": "says whom to ask for prices",
    "PvForecast.made_at": "says which day a forecast is of; another day's is not shown",
    "Season.first_month": _WHEN,
    "Season.last_month": _WHEN,
    "Season.weekday": _WHEN,
    "Season.weekend": _WHEN,
    "SiteListing.type_code": "decides who is asked about the optimiser; site_type is shown",
    "SitePrice.provider": "says whom to ask for prices",
    "SocSlot.start": "the time of a reading: the newest one is shown",
    "HomeSystemPart.is_module": "counts the modules, which give the capacity",
    "HomeSystemStatus.main_sn": "says which controller has the system's readings",
    "HomeSystemStatus.has_ev_charger": "decides whether the chargers are asked about",
    "HomeSystemStatus.module_count": "shows whether the list of modules is whole",
    "TariffDay.slots": _WHEN,
    "TariffSlot.start_hour": _WHEN,
    "TariffSlot.end_hour": _WHEN,
    "UsageSchedule.manual": _WHEN,
    "UsageSchedule.plugs": _WHEN,
    "UsageSchedule.seasons": _WHEN,
}
"""Fields that a parser reads and no metric, no key of the JSON and no tool shows, and why."""


def classes_in(hint: Any, seen: set[type]) -> Iterator[type]:  # noqa: ANN401  any annotation
    """Give every class of the model that an annotation holds, however deep."""
    if is_dataclass(hint) and isinstance(hint, type) and hint not in seen:
        seen.add(hint)
        yield hint
        inner = list(get_type_hints(hint).values())
        properties = (what.fget for what in vars(hint).values() if isinstance(what, property))
        inner += [get_type_hints(getter).get("return") for getter in properties if getter]
        for one in inner:
            yield from classes_in(one, seen)
    for one in get_args(hint):
        yield from classes_in(one, seen)


def test_what_parsers_return_is_shown_or_has_a_reason() -> None:
    in_json = set(classes_in(Snapshot, set()))
    results = [get_type_hints(row.parse)["return"] for row in BY_NAME.values() if row.parse]
    parsed = {found for result in results for found in classes_in(result, set())}
    others = {f"{found.__name__}.{row.name}" for found in parsed - in_json for row in fields(found)}
    assert others == LEADS_TO.keys() | NOT_SHOWN.keys()
    assert not LEADS_TO.keys() & NOT_SHOWN.keys()
    assert set(LEADS_TO.values()) <= {row.name for row in CATALOGUE}
