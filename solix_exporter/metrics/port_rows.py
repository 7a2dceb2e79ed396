"""The metrics of ports, switches and phases, and of packs and PV inputs one by one."""

from collections.abc import Callable, Iterable, Iterator

from solix_exporter.metrics.device_rows import DEVICE, DEVICE_NOW, PLUG
from solix_exporter.metrics.subjects import AnyMetric, Value
from solix_exporter.model.battery import BatteryPack
from solix_exporter.model.device import Device, DeviceReadings
from solix_exporter.model.ports import Phase, Port, PortStatus
from solix_exporter.model.products import DeviceType

PACKS = DEVICE_NOW.child(lambda now: now.packs or None)
PORTS = DEVICE_NOW.child(lambda now: now.ports or None)
SWITCHES = DEVICE_NOW.child(lambda now: now.switches or None)
TOTALS = DEVICE_NOW.child(lambda now: now.totals)

Phases = tuple[Phase, ...]
Packs = tuple[BatteryPack, ...]
Ports = tuple[Port, ...]


def _phases(is_of: Callable[[DeviceType], bool]) -> Callable[[Device], Phases | None]:
    """Return what finds the phases of devices of a kind: they are metrics of their own."""

    def find(device: Device) -> Phases | None:
        now = device.now
        return (now.phases or None) if now and is_of(device.product.device_type) else None

    return find


METER_PHASES = DEVICE.child(_phases(lambda kind: kind is DeviceType.SMARTMETER))
CHARGER_PHASES = DEVICE.child(_phases(lambda kind: kind is DeviceType.EV_CHARGER))
GRID_PHASES = DEVICE.child(
    _phases(lambda kind: kind not in {DeviceType.SMARTMETER, DeviceType.EV_CHARGER})
)


def _of_phase(get: Callable[[Phase], Value]) -> Callable[[Phases], Iterable[tuple[str, Value]]]:
    return lambda phases: ((one.phase, get(one)) for one in phases)


def _of_pack(get: Callable[[BatteryPack], Value]) -> Callable[[Packs], Iterable[tuple[str, Value]]]:
    return lambda packs: ((one.pack, get(one)) for one in packs)


def _of_port(get: Callable[[Port], Value]) -> Callable[[Ports], Iterable[tuple[str, Value]]]:
    return lambda ports: ((one.port, get(one)) for one in ports)


def _statuses(ports: Ports) -> Iterator[tuple[tuple[str, ...], Value]]:
    for port in ports:
        if port.status is not None:
            for status in PortStatus:
                yield (port.port, status.value), float(port.status is status)


def _pack_infos(packs: Packs) -> Iterator[tuple[tuple[str, ...], Value]]:
    return (((pack.pack, pack.sn, pack.pack_type), 1.0) for pack in packs)


def _remaining(now: DeviceReadings) -> Iterator[tuple[str, Value]]:
    yield "empty", now.remaining_empty_s
    yield "full", now.remaining_full_s


PACK_METRICS: tuple[AnyMetric, ...] = (
    PACKS.each_of(
        "solix_battery_pack_info",
        "Serial number and type of a pack of the battery, always 1.",
        "MQTT: exp_1_sn.., exp_1_type..",
        (("pack", "pack_sn", "pack_type"), _pack_infos),
    ),
    PACKS.each(
        "solix_battery_pack_soc_ratio",
        "State of charge of one pack, 0-1.",
        "MQTT: main_battery_soc, exp_1_soc..",
        ("pack", _of_pack(lambda pack: pack.soc_ratio)),
    ),
    PACKS.each(
        "solix_battery_pack_health_ratio",
        "What is left of the capacity that one pack had when new, 0-1.",
        "MQTT: battery_soh, exp_1_soh..",
        ("pack", _of_pack(lambda pack: pack.health_ratio)),
    ),
    PACKS.each(
        "solix_battery_pack_temperature_celsius",
        "Temperature of one pack.",
        "MQTT: temperature, exp_1_temperature..",
        ("pack", _of_pack(lambda pack: pack.temperature_c)),
    ),
)
"""Packs of batteries."""

PORT_METRICS: tuple[AnyMetric, ...] = (
    DEVICE_NOW.gauge(
        "solix_device_temperature_celsius",
        "Temperature of the device.",
        "MQTT: temperature. Modbus: 10156",
        lambda d: d.temperature_c,
    ),
    DEVICE_NOW.each(
        "solix_device_remaining_seconds",
        "Time until the battery is empty or full, as the device estimates it; absent while it has"
        " no estimate.",
        "MQTT: remaining_time_hours",
        ("direction", _remaining),
    ),
    TOTALS.gauge(
        "solix_device_ac_output_power_watts",
        "Power out of all AC ports together.",
        "MQTT: ac_output_power_total",
        lambda t: t.ac_output_power_w,
    ),
    TOTALS.gauge(
        "solix_device_dc_output_power_watts",
        "Power out of all DC and USB ports together.",
        "MQTT: dc_output_power_total",
        lambda t: t.dc_output_power_w,
    ),
    TOTALS.gauge(
        "solix_device_dc_input_power_watts",
        "Power into all DC ports together, PV included.",
        "MQTT: dc_input_power_total",
        lambda t: t.dc_input_power_w,
    ),
    PORTS.each(
        "solix_port_output_power_watts",
        "Power out of a port.",
        "MQTT: ac_output_power, usbc_1_power..",
        ("port", _of_port(lambda port: port.output_power_w)),
    ),
    PORTS.each(
        "solix_port_input_power_watts",
        "Power into a port.",
        "MQTT: ac_input_power, dc_input_power, usbc_1_power..",
        ("port", _of_port(lambda port: port.input_power_w)),
    ),
    PORTS.each(
        "solix_port_voltage_volts",
        "Voltage of a port.",
        "MQTT: usbc_1_voltage..",
        ("port", _of_port(lambda port: port.voltage_v)),
    ),
    PORTS.each(
        "solix_port_current_amperes",
        "Current of a port.",
        "MQTT: usbc_1_current..",
        ("port", _of_port(lambda port: port.current_a)),
    ),
    PORTS.each_of(
        "solix_port_status",
        "What a port does: 1 for the status that is on, 0 for the others.",
        "MQTT: usbc_1_status..",
        (("port", "status"), _statuses),
    ),
    SWITCHES.each(
        "solix_device_switch_on",
        "Whether a switch of the device is on.",
        "MQTT: ac_output_power_switch, dc_output_power_switch and others",
        ("switch", lambda switches: ((one.switch, one.is_on) for one in switches)),
    ),
    DEVICE_NOW.each(
        "solix_pv_input_voltage_volts",
        "Voltage of one PV input.",
        "MQTT: pv_voltage. Modbus: 10167..10181",
        ("input", lambda d: ((pv.name, pv.voltage_v) for pv in d.pv_inputs)),
    ),
    DEVICE_NOW.each(
        "solix_pv_input_current_amperes",
        "Current of one PV input.",
        "Modbus: 10168..10182",
        ("input", lambda d: ((pv.name, pv.current_a) for pv in d.pv_inputs)),
    ),
    PLUG.gauge(
        "solix_plug_voltage_volts",
        "Voltage at the smart plug.",
        "Modbus: 30031",
        lambda plug: plug.voltage_v,
    ),
    PLUG.gauge(
        "solix_plug_current_amperes",
        "Current through the smart plug.",
        "Modbus: 30032",
        lambda plug: plug.current_a,
    ),
    PLUG.flag(
        "solix_plug_on",
        "Whether the smart plug is switched on.",
        "MQTT: device_switch. Modbus: 30029",
        lambda plug: plug.is_on,
    ),
)
"""Temperature, estimates, ports and inputs."""

PHASE_METRICS: tuple[AnyMetric, ...] = (
    DEVICE_NOW.gauge(
        "solix_grid_frequency_hertz",
        "Frequency of the grid at the device.",
        "MQTT: ac_frequency. Modbus: 10213, 10649",
        lambda d: d.grid_frequency_hz,
    ),
    GRID_PHASES.each(
        "solix_grid_voltage_volts",
        "Voltage of the grid at the device, by phase.",
        "MQTT: voltage_l1... Modbus: 10202..10204",
        ("phase", _of_phase(lambda phase: phase.voltage_v)),
    ),
    GRID_PHASES.each(
        "solix_grid_current_amperes",
        "Current between the device and the grid, by phase, without a direction.",
        "MQTT: current_l1... Modbus: 10205..10207",
        ("phase", _of_phase(lambda phase: phase.current_a)),
    ),
    METER_PHASES.each(
        "solix_meter_phase_voltage_volts",
        "Voltage at the smart meter, by phase.",
        "Modbus: 10632..10634",
        ("phase", _of_phase(lambda phase: phase.voltage_v)),
    ),
    METER_PHASES.each(
        "solix_meter_phase_current_amperes",
        "Current through the smart meter, by phase, without a direction.",
        "Modbus: 10635..10637",
        ("phase", _of_phase(lambda phase: phase.current_a)),
    ),
    METER_PHASES.each(
        "solix_meter_phase_import_power_watts",
        "Power drawn from the grid, by phase.",
        "Modbus: 10638..10642, positive",
        ("phase", _of_phase(lambda phase: phase.import_power_w)),
    ),
    METER_PHASES.each(
        "solix_meter_phase_export_power_watts",
        "Power fed into the grid, by phase.",
        "Modbus: 10638..10642, negative",
        ("phase", _of_phase(lambda phase: phase.export_power_w)),
    ),
    METER_PHASES.each(
        "solix_meter_phase_power_factor_ratio",
        "Active power over apparent power, by phase.",
        "Modbus: 10648",
        ("phase", _of_phase(lambda phase: phase.power_factor)),
    ),
    CHARGER_PHASES.each(
        "solix_ev_charger_phase_voltage_volts",
        "Voltage at the EV charger, by phase.",
        "Modbus: 20053..20055",
        ("phase", _of_phase(lambda phase: phase.voltage_v)),
    ),
    CHARGER_PHASES.each(
        "solix_ev_charger_phase_current_amperes",
        "Current into the EV charger, by phase.",
        "Modbus: 20059..20061",
        ("phase", _of_phase(lambda phase: phase.current_a)),
    ),
    CHARGER_PHASES.each(
        "solix_ev_charger_phase_power_watts",
        "Charging power, by phase.",
        "Modbus: 20062..20066",
        ("phase", _of_phase(lambda phase: phase.import_power_w)),
    ),
)
"""Frequency and phases of grid connections, meters and EV chargers."""
