"""The ports and switches of a device, from the values of a message.

A port's power is positive in both directions; its status alone says which one it is. A C200X that
charges through USB-C reports 89 W there, like one that gives 89 W.
"""

from collections.abc import Iterator

from solix_exporter.model.ports import Port, PortStatus, PowerTotals, Switch
from solix_exporter.mqtt.plausible import Reported

_STATUSES = {0: PortStatus.OFF, 1: PortStatus.OUTPUT, 2: PortStatus.INPUT, 3: PortStatus.OFF}
"""3 is standby."""

_PORTS = (
    *((f"usb_c_{number}", f"usbc_{number}") for number in range(1, 5)),
    *((f"usb_a_{number}", f"usba_{number}") for number in range(1, 3)),
    ("usb", "usb"),
)
"""(label, beginning of the names in the table)"""

_SWITCHES = (
    ("ac_output", "ac_output_power_switch"),
    ("ac_input", "ac_input_power_switch"),
    ("dc_output", "dc_output_power_switch"),
    ("dc_input", "dc_input_power_switch"),
    ("ac_fast_charge", "ac_fast_charge_switch"),
    ("ac_socket", "ac_socket_switch"),
    ("device", "device_switch"),
    ("display", "display_switch"),
    ("energy_saving", "energy_saving_switch"),
    ("modbus", "modbus_switch"),
    ("port_memory", "port_memory_switch"),
    ("storm_guard", "storm_guard_switch"),
    ("usb_a", "usba_switch"),
    *((f"usb_c_{number}", f"usbc_{number}_switch") for number in range(1, 5)),
)
"""(label, name in the table)"""


def read_ports(reported: Reported) -> tuple[Port, ...]:
    """Return the ports that the message mentions."""
    found = (*_fixed(reported), *_usb(reported), *_car_sockets(reported))
    return tuple(port for port in found if port != Port(port.port))


def _fixed(reported: Reported) -> Iterator[Port]:
    yield Port("ac_output", output_power_w=reported.power_w("ac_output_power"))
    yield Port("ac_input", input_power_w=reported.power_w("ac_input_power"))
    yield Port("dc_input", input_power_w=reported.power_w("dc_input_power"))


def _usb(reported: Reported) -> Iterator[Port]:
    for label, name in _PORTS:
        # Only what cannot take power is a port that gives it where no status says so.
        yield _port(reported, label, name, takes=not label.startswith("usb_a"))


def _car_sockets(reported: Reported) -> Iterator[Port]:
    has_two = "dc_12v_2_power" in reported or "dc_12v_2_status" in reported
    for number in (1, 2):
        label = f"dc_12v_{number}" if has_two else "dc_12v"
        yield _port(reported, label, f"dc_12v_{number}", takes=True)


def _port(reported: Reported, label: str, name: str, *, takes: bool) -> Port:
    status = port_status(reported.number(f"{name}_status"))
    power_w = reported.power_w(f"{name}_power")
    may_take = takes and bool(reported.number("dc_input_power_total"))
    output_w, input_w = _directions(power_w, status, may_take=may_take)
    return Port(
        label,
        output_power_w=output_w,
        input_power_w=input_w,
        voltage_v=reported.voltage_v(f"{name}_voltage"),
        current_a=reported.current_a(f"{name}_current"),
        status=status,
    )


def port_status(code: float | None) -> PortStatus | None:
    """Return what a port does, None where the message does not say."""
    if code is None:
        return None
    return _STATUSES.get(int(code), PortStatus.UNKNOWN)


def _directions(
    power_w: float | None, status: PortStatus | None, *, may_take: bool
) -> tuple[float | None, float | None]:
    """Return the power out of and into a port, None where the direction is not known."""
    if power_w is None or status is PortStatus.UNKNOWN or (status is None and may_take):
        return None, None
    if status is PortStatus.OFF:
        return 0.0, 0.0
    if status is PortStatus.INPUT:
        return 0.0, power_w
    return power_w, 0.0 if status is PortStatus.OUTPUT else None


def read_switches(reported: Reported) -> tuple[Switch, ...]:
    """Return the switches that the message mentions."""
    found = (Switch(label, reported.flag(name)) for label, name in _SWITCHES)
    return tuple(switch for switch in found if switch.is_on is not None)


def read_totals(reported: Reported) -> PowerTotals | None:
    """Return the powers of all ports of a kind."""
    dc_output_w = reported.power_w("dc_output_power_total")
    if dc_output_w is None:
        dc_output_w = reported.power_w("dc_output_power")
    totals = PowerTotals(
        ac_output_power_w=reported.power_w("ac_output_power_total"),
        ac_input_power_w=reported.power_w("ac_input_power_total"),
        dc_output_power_w=dc_output_w,
        dc_input_power_w=reported.power_w("dc_input_power_total"),
    )
    return totals if totals != PowerTotals() else None
