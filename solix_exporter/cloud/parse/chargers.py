"""EV chargers and desktop chargers outside any system; no capture holds one.

The shapes are those of the reference.
"""

from solix_exporter.cloud.record import Record
from solix_exporter.model.standalone import ChargerMode, ChargerSettings, ChargeTotals
from solix_exporter.units import GRAMS, WATTHOURS

CHARGER_SWITCHES = {
    "charging_mode_status": "charging_mode",
    "compatibility_status": "compatibility",
    "antiloss_mode_status": "anti_loss",
    "temperature_mode_status": "temperature_mode",
    "charging_device_identity_status": "device_identity",
}
"""The cloud's name of a switch -> the label."""


def parse_charge_totals(record: Record) -> ChargeTotals:
    """Return all charging orders of an EV charger together.

    Source: `power_service/v1/app/order/get_charge_order_stats` with `date_type` all,
    `total_stats`; time in s, the unit of CO2 under a misspelled key.
    """
    record.ignore("date_list")
    totals = record.record("total_stats")
    totals.ignore("mile_age")
    return ChargeTotals(
        energy_wh=totals.quantity("charge_total", "charge_unit", WATTHOURS, usual="kwh"),
        duration_s=totals.number("charge_time"),
        charges=totals.integer("charge_count"),
        cost=totals.number("cost"),
        cost_savings=totals.number("cost_saving"),
        currency_symbol=totals.text("cost_unit"),
        co2_savings_g=totals.quantity("co2_saving", "co2_saveing_unit", GRAMS, usual="kg"),
    )


def parse_charger_settings(record: Record) -> ChargerSettings:
    """Return the switches of a charger.

    Source: `mini_power/v1/app/setting/get_device_setting`, `device_setting`; 0 or 1 each.
    """
    settings = record.record("device_setting")
    positions = ((name, settings.flag(key)) for key, name in CHARGER_SWITCHES.items())
    return ChargerSettings(tuple((name, is_on) for name, is_on in positions if is_on is not None))


def parse_charger_modes(record: Record) -> tuple[ChargerMode, ...]:
    """Return the charging modes that the owner defined.

    Source: `mini_power/v1/app/charging/get_charging_mode_list`, `charging_mode_list[]`; W. Of
    several with the same number the first counts: the number tells their series apart.
    """
    modes: dict[str, ChargerMode] = {}
    for entry in record.records("charging_mode_list"):
        mode = _mode(entry)
        modes.setdefault(mode.number, mode)
    return tuple(modes.values())


def _mode(entry: Record) -> ChargerMode:
    entry.ignore("name", "max_total_power", "auto_exit", "has_charge_protocol", "power_settings")
    number, mode_id = entry.text("number"), entry.text("id")
    return ChargerMode(number or mode_id, entry.number("total_power"))
