"""The fields of the live points: the readings of sites and devices by the name written.

Names carry the unit: `_w`, `_wh`, `_v`, `_c`, `_s`, `_ratio` (0-1). Every field is a number.
"""

from collections.abc import Callable, Iterator
from typing import TypeVar

from solix_exporter.model.battery import Battery
from solix_exporter.model.device import Device, DeviceReadings, Output
from solix_exporter.model.site import Site, SiteReadings

T = TypeVar("T")
Reading = tuple[str, float | None]
"""Name of the field and its value; None is not reported."""
Row = tuple[str, Callable[[T], float | None]]

SITE_FIELDS: tuple[Row[SiteReadings], ...] = (
    ("pv_power_w", lambda s: s.pv_power_w),
    ("home_load_power_w", lambda s: s.home_load_power_w),
    ("other_load_power_w", lambda s: s.other_load_power_w),
    ("plug_power_w", lambda s: s.plug_power_w),
    ("output_power_w", lambda s: s.output_power_w),
    ("grid_import_power_w", lambda s: s.grid_import_power_w),
    ("grid_export_power_w", lambda s: s.grid_export_power_w),
    ("battery_charge_power_w", lambda s: s.battery_charge_power_w),
    ("battery_discharge_power_w", lambda s: s.battery_discharge_power_w),
    ("grid_to_battery_power_w", lambda s: s.grid_to_battery_power_w),
    ("third_party_pv_power_w", lambda s: s.third_party_pv_power_w),
    ("battery_soc_ratio", lambda s: s.soc_ratio),
    ("battery_stored_energy_wh", lambda s: s.stored_energy_wh),
    ("battery_capacity_wh", lambda s: s.capacity_wh),
    ("output_preset_w", lambda s: s.output_preset_w),
)

BATTERY_FIELDS: tuple[Row[Battery], ...] = (
    ("battery_soc_ratio", lambda b: b.soc_ratio),
    ("battery_stored_energy_wh", lambda b: b.stored_energy_wh),
    ("battery_capacity_wh", lambda b: b.capacity_wh),
    ("battery_charge_power_w", lambda b: b.charge_power_w),
    ("battery_discharge_power_w", lambda b: b.discharge_power_w),
    ("battery_grid_charge_power_w", lambda b: b.grid_charge_power_w),
    ("battery_heating_power_w", lambda b: b.heating_power_w),
    ("battery_health_ratio", lambda b: b.health_ratio),
    ("battery_voltage_v", lambda b: b.voltage_v),
)

OUTPUT_FIELDS: tuple[Row[Output], ...] = (
    ("output_power_w", lambda o: o.power_w),
    ("home_output_power_w", lambda o: o.home_power_w),
    ("ac_socket_power_w", lambda o: o.ac_socket_power_w),
    ("ac_input_power_w", lambda o: o.ac_input_power_w),
    ("output_preset_w", lambda o: o.preset_w),
)

DEVICE_FIELDS: tuple[Row[DeviceReadings], ...] = (
    ("pv_power_w", lambda d: d.pv_power_w),
    ("meter_import_power_w", lambda d: d.meter.import_power_w if d.meter else None),
    ("meter_export_power_w", lambda d: d.meter.export_power_w if d.meter else None),
    ("plug_power_w", lambda d: d.plug.power_w if d.plug else None),
    ("inverter_power_w", lambda d: d.inverter.power_w if d.inverter else None),
    ("ev_charger_power_w", lambda d: d.ev_charger.power_w if d.ev_charger else None),
    ("temperature_c", lambda d: d.temperature_c),
    ("remaining_empty_s", lambda d: d.remaining_empty_s),
    ("remaining_full_s", lambda d: d.remaining_full_s),
    ("ac_output_power_w", lambda d: d.totals.ac_output_power_w if d.totals else None),
    ("dc_output_power_w", lambda d: d.totals.dc_output_power_w if d.totals else None),
    ("dc_input_power_w", lambda d: d.totals.dc_input_power_w if d.totals else None),
)


def site_readings(site: Site) -> Iterator[Reading]:
    """Give the readings of a site; none if it has none now."""
    if site.now:
        yield from _read(SITE_FIELDS, site.now)


def device_readings(device: Device) -> Iterator[Reading]:
    """Give the readings of a device; none if it has none now."""
    now = device.now
    if now is None:
        return
    yield from _read(DEVICE_FIELDS, now)
    yield from ((f"pv_input_{pv.name}_power_w", pv.power_w) for pv in now.pv_inputs)
    for port in now.ports:
        yield f"port_{port.port}_output_power_w", port.output_power_w
        yield f"port_{port.port}_input_power_w", port.input_power_w
    if now.battery:
        yield from _read(BATTERY_FIELDS, now.battery)
    if now.output:
        yield from _read(OUTPUT_FIELDS, now.output)


def _read(rows: tuple[Row[T], ...], item: T) -> Iterator[Reading]:
    return ((name, get(item)) for name, get in rows)
