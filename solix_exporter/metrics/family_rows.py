"""The rows of power panels, stand-alone devices and vehicles."""

from collections.abc import Iterator

from solix_exporter.metrics.homes import DEVICE, SITE
from solix_exporter.metrics.subjects import AnyMetric, Subject
from solix_exporter.metrics.text_format import Labels
from solix_exporter.model.snapshot import AccountSlice
from solix_exporter.model.vehicle import Vehicle


def _vehicles(part: AccountSlice) -> Iterator[tuple[Labels, Vehicle]]:
    for vehicle in part.vehicles:
        yield (("vehicle_id", vehicle.vehicle_id),), vehicle


BACKUP = SITE.part(lambda site: site.backup)
CHARGE_TOTALS = DEVICE.part(lambda device: device.details.charge_totals)
CHARGER_SETTINGS = DEVICE.part(lambda device: device.details.charger_settings)
CHARGER_MODES = DEVICE.part(lambda device: device.details.charger_modes or None)

VEHICLE: Subject[Vehicle] = Subject(("vehicle_id",), _vehicles)

_ORDERS = "get_charge_order_stats total_stats"

STATION_METRICS: tuple[AnyMetric, ...] = (
    BACKUP.each(
        "solix_site_backup_active",
        "Whether a power panel holds its batteries full because an outage is expected: by the"
        " cloud's warning (auto) or by the owner's plan (manual).",
        "get_site_device_disaster_status",
        ("kind", lambda b: (("auto", b.is_auto), ("manual", b.is_manual))),
    ),
)

CHARGER_METRICS: tuple[AnyMetric, ...] = (
    CHARGE_TOTALS.counter(
        "solix_ev_charger_lifetime_energy_watthours_total",
        "Energy of all charging orders.",
        f"{_ORDERS}.charge_total",
        lambda c: c.energy_wh,
    ),
    CHARGE_TOTALS.counter(
        "solix_ev_charger_lifetime_charging_seconds_total",
        "Time of all charging orders.",
        f"{_ORDERS}.charge_time",
        lambda c: c.duration_s,
    ),
    CHARGE_TOTALS.counter(
        "solix_ev_charger_lifetime_charges_total",
        "Number of charging orders.",
        f"{_ORDERS}.charge_count",
        lambda c: c.charges,
    ),
    CHARGE_TOTALS.counter(
        "solix_ev_charger_lifetime_co2_savings_grams_total",
        "CO2 saved by all charging orders.",
        f"{_ORDERS}.co2_saving",
        lambda c: c.co2_savings_g,
    ),
    CHARGE_TOTALS.each(
        "solix_ev_charger_lifetime_cost_total",
        "Cost of all charging orders, in the currency of the label.",
        f"{_ORDERS}.cost",
        ("currency", lambda c: ((c.currency, c.cost),)),
        kind="counter",
    ),
    CHARGE_TOTALS.each(
        "solix_ev_charger_lifetime_savings_total",
        "Money saved by all charging orders, in the currency of the label.",
        f"{_ORDERS}.cost_saving",
        ("currency", lambda c: ((c.currency, c.cost_savings),)),
        kind="counter",
    ),
    CHARGER_SETTINGS.each(
        "solix_charger_switch_enabled",
        "Whether a switch of the charger is on.",
        "device_setting",
        ("switch", lambda c: c.switches),
    ),
    CHARGER_MODES.each(
        "solix_charger_mode_power_watts",
        "What the ports may give together in a charging mode of the owner's, by its number, else"
        " its id.",
        "charging_mode_list[].total_power",
        ("mode", lambda modes: ((mode.number, mode.power_w) for mode in modes)),
    ),
)

VEHICLE_METRICS: tuple[AnyMetric, ...] = (
    VEHICLE.info(
        "solix_vehicle_info",
        "Names and facts of a vehicle, always 1; join them by vehicle_id.",
        ("account", "name", "brand", "model", "year"),
        lambda v: (v.account, v.name, v.brand, v.model, str(v.year or "")),
    ),
    VEHICLE.gauge(
        "solix_vehicle_battery_capacity_watthours",
        "Capacity of the vehicle's battery, as entered in the app.",
        "vehicle_list[].battery_capacity",
        lambda v: v.capacity_wh,
    ),
    VEHICLE.gauge(
        "solix_vehicle_charge_power_limit_watts",
        "What the vehicle's AC charger takes at most.",
        "get_vehicle_detail ac_max_charging_power",
        lambda v: v.charge_power_limit_w,
    ),
    VEHICLE.gauge(
        "solix_vehicle_consumption_watthours_per_100_kilometers",
        "What the vehicle needs for 100 km.",
        "get_vehicle_detail energy_consumption_per_100km",
        lambda v: v.consumption_wh_per_100_km,
    ),
)
