"""The powers that several sources may report about a device, to be held against each other."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from solix_exporter.model.device import DeviceReadings

COMPARED: Mapping[str, Callable[[DeviceReadings], float | None]] = MappingProxyType(
    {
        "pv_power": lambda now: now.pv_power_w,
        "battery_charge_power": lambda now: now.battery.charge_power_w if now.battery else None,
        "battery_discharge_power": lambda now: (
            now.battery.discharge_power_w if now.battery else None
        ),
        "output_power": lambda now: now.output.power_w if now.output else None,
        "home_output_power": lambda now: now.output.home_power_w if now.output else None,
        "meter_import_power": lambda now: now.meter.import_power_w if now.meter else None,
        "meter_export_power": lambda now: now.meter.export_power_w if now.meter else None,
        "plug_power": lambda now: now.plug.power_w if now.plug else None,
        "inverter_power": lambda now: now.inverter.power_w if now.inverter else None,
        "ev_charger_power": lambda now: now.ev_charger.power_w if now.ev_charger else None,
    }
)
"""By the `field` label."""
