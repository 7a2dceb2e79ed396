"""Where power enters and leaves a device: ports, switches, phases, and their totals.

None means "not reported" and is never 0. Powers in W and >= 0.
"""

from dataclasses import dataclass
from enum import Enum


class PortStatus(Enum):
    """What a port does; the value is the `status` label."""

    OFF = "off"
    OUTPUT = "output"
    INPUT = "input"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Port:
    """One port of a power station, charger or power bank."""

    port: str
    """Label value: "ac_output", "ac_input", "ac_1".., "usb_c_1".., "usb_a_1".., "dc_12v", "car",
    "xt60", "pv", "dc_input"."""
    output_power_w: float | None = None
    input_power_w: float | None = None
    voltage_v: float | None = None
    current_a: float | None = None
    status: PortStatus | None = None


@dataclass(frozen=True, slots=True)
class Switch:
    """A switch that the device reports."""

    switch: str
    """Label value, such as "ac_output"."""
    is_on: bool | None = None


@dataclass(frozen=True, slots=True)
class PowerTotals:
    """The powers of all ports of a kind together."""

    ac_output_power_w: float | None = None
    ac_input_power_w: float | None = None
    dc_output_power_w: float | None = None
    dc_input_power_w: float | None = None


@dataclass(frozen=True, slots=True)
class Phase:
    """One phase of a grid connection, meter or EV charger."""

    phase: str
    """Label value: "l1", "l2", "l3"."""
    voltage_v: float | None = None
    current_a: float | None = None
    """Without a sign."""
    import_power_w: float | None = None
    """What an EV charger draws, too."""
    export_power_w: float | None = None
    power_factor: float | None = None


@dataclass(frozen=True, slots=True)
class SystemPowers:
    """What a solarbank with a meter reports about its whole site, as its registers say it.

    A bank without a meter reports zeros: the cache believes home load and grid only after one of
    them has moved.
    """

    third_party_pv_power_w: float | None = None
    """PV that is not the bank's own."""
    home_load_power_w: float | None = None
    grid_import_power_w: float | None = None
    grid_export_power_w: float | None = None
