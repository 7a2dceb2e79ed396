"""The metrics of batteries."""

from solix_exporter.metrics.device_rows import DEVICE, DEVICE_NOW
from solix_exporter.metrics.subjects import AnyMetric

BATTERY = DEVICE_NOW.child(lambda now: now.battery)
SCHEDULED = DEVICE.child(lambda device: device.details.in_force)
SOC_LIMITS = DEVICE.child(lambda device: device.details.soc_limits)

_BANK = "solarbank_list[]"

BATTERY_METRICS: tuple[AnyMetric, ...] = (
    BATTERY.gauge(
        "solix_battery_soc_ratio",
        "State of charge, 0-1; of an X1 the system's, at its primary controller.",
        f"{_BANK}.battery_power, energy_statistics chargeLevel[]",
        lambda b: b.soc_ratio,
    ),
    BATTERY.gauge(
        "solix_battery_stored_energy_watthours",
        "What the battery holds: state of charge times capacity.",
        f"{_BANK}.battery_power and the model's capacity",
        lambda b: b.stored_energy_wh,
    ),
    BATTERY.gauge(
        "solix_battery_capacity_watthours",
        "Capacity: configured, else as the device reports it, else that of the model times one plus"
        " the expansion packs, taken as equally large. An X1"
        " controller counts its modules and a panel its power stations, which have rows of their"
        " own: for a sum take solix_site_battery_capacity_watthours.",
        f"{_BANK}.sub_package_num",
        lambda b: b.capacity_wh,
    ),
    BATTERY.gauge(
        "solix_battery_charge_power_watts",
        "Power into the battery.",
        f"{_BANK}.bat_charge_power, else PV and grid in minus output",
        lambda b: b.charge_power_w,
    ),
    BATTERY.gauge(
        "solix_battery_discharge_power_watts",
        "Power out of the battery.",
        f"{_BANK}.bat_discharge_power, else output minus PV and grid in",
        lambda b: b.discharge_power_w,
    ),
    BATTERY.gauge(
        "solix_battery_grid_charge_power_watts",
        "Power from the grid into the battery.",
        "grid_to_battery_power",
        lambda b: b.grid_charge_power_w,
    ),
    BATTERY.gauge(
        "solix_battery_heating_power_watts",
        "Power of the battery's heating.",
        f"{_BANK}.heating_power or pei_heating_power",
        lambda b: b.heating_power_w,
    ),
    BATTERY.gauge(
        "solix_battery_expansion_packs",
        "Expansion packs on the battery.",
        f"{_BANK}.sub_package_num",
        lambda b: b.expansion_packs,
    ),
    BATTERY.gauge(
        "solix_battery_health_ratio",
        "What is left of the capacity that the battery had when new, 0-1.",
        "MQTT: battery_soh. Modbus: 10015",
        lambda b: b.health_ratio,
    ),
    BATTERY.gauge(
        "solix_battery_voltage_volts",
        "Voltage of the battery.",
        "MQTT: battery_voltage",
        lambda b: b.voltage_v,
    ),
    BATTERY.gauge(
        "solix_battery_temperature_celsius",
        "Temperature of the cells, where a sensor of their own reports it.",
        "MQTT: battery_1_temperature",
        lambda b: b.temperature_c,
    ),
)

BATTERY_LIMIT_METRICS: tuple[AnyMetric, ...] = (
    DEVICE.gauge(
        "solix_battery_reserve_ratio",
        "State of charge below which the battery is not discharged, 0-1.",
        "discharge_lower_limit, power_cutoff_data[] or soc_list[], output_cutoff_data",
        lambda device: device.reserve_ratio,
    ),
    SOC_LIMITS.gauge(
        "solix_battery_charge_limit_ratio",
        "State of charge above which the battery is not charged, 0-1.",
        "charge_upper_limit",
        lambda limits: limits.upper_ratio,
    ),
    SOC_LIMITS.gauge(
        "solix_battery_backup_reserve_ratio",
        "State of charge that is kept for an outage, 0-1; absent while that is switched off.",
        "backup_reserve, backup_reserve_switch",
        lambda limits: limits.backup_reserve_ratio if limits.is_backup_reserve_on else None,
    ),
    SCHEDULED.gauge(
        "solix_battery_charge_priority_ratio",
        "State of charge below which a first-generation solarbank is filled first, 0-1, by the"
        " schedule's slot of the hour. It has an effect where the micro inverter can hold output"
        " back.",
        "home_load_data ranges[].charge_priority",
        lambda held: held.charge_priority_ratio,
    ),
    SCHEDULED.flag(
        "solix_battery_discharge_priority_enabled",
        "Whether discharging has priority in a first-generation solarbank, by the schedule's slot"
        " of the hour; absent for firmware without the switch.",
        "home_load_data ranges[].priority_discharge_switch",
        lambda held: held.is_discharge_priority_on,
    ),
)
