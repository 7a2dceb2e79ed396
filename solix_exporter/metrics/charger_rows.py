"""The metrics of EV chargers and chargers."""

from solix_exporter.metrics.device_rows import DEVICE, DEVICE_NOW
from solix_exporter.metrics.site_rows import CURVE, MEAN
from solix_exporter.metrics.subjects import AnyMetric
from solix_exporter.model.device import EvChargerStatus

EV_CHARGER = DEVICE_NOW.child(lambda now: now.ev_charger)
CHARGE_TOTALS = DEVICE.child(lambda device: device.details.charge_totals)
CHARGER_SETTINGS = DEVICE.child(lambda device: device.details.charger_settings)
CHARGER_MODES = DEVICE.child(lambda device: device.details.charger_modes or None)

_ORDERS = "get_charge_order_stats total_stats"

EV_CHARGER_METRICS: tuple[AnyMetric, ...] = (
    EV_CHARGER.states(
        "solix_ev_charger_status",
        "What the EV charger does: 1 for the status that is on, 0 for the others.",
        "charging_pile_list[].operating_state, evChargerInfos[].evChargerStatus",
        ("status", EvChargerStatus, lambda e: e.status),
    ),
    EV_CHARGER.gauge(
        "solix_ev_charger_power_watts",
        f"Charging power.{MEAN}",
        f"charging_pile_list[].power, {CURVE} evCharger",
        lambda e: e.power_w,
    ),
    EV_CHARGER.gauge(
        "solix_ev_charger_session_energy_watthours",
        "Energy of the running charging session, or of the last one.",
        "Modbus: 20084",
        lambda e: e.session_energy_wh,
    ),
    EV_CHARGER.gauge(
        "solix_ev_charger_session_seconds",
        "Duration of the running charging session, or of the last one.",
        "Modbus: 20082",
        lambda e: e.session_s,
    ),
    EV_CHARGER.flag(
        "solix_ev_charger_cable_connected",
        "Whether a vehicle's cable is plugged in.",
        "MQTT: plug_status",
        lambda e: e.is_cable_connected,
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
