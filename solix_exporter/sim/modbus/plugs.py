"""Smart Plug Gen 2 (A17X8; the first generation has the same number and no Modbus)."""

from dataclasses import dataclass
from datetime import datetime

from solix_exporter.sim.hardware import Role
from solix_exporter.sim.modbus.lifetimes import Lifetimes
from solix_exporter.sim.modbus.registers import INPUT, Block, Mark, Number, Text
from solix_exporter.sim.modbus.surroundings import current_a, voltage_v
from solix_exporter.sim.truth import Truth
from solix_exporter.sim.world import SimDevice, SimSite


@dataclass(frozen=True, slots=True)
class PlugState:
    """What a plug measures."""

    part_number: str
    sn: str
    is_on: bool
    power_w: int
    voltage_v: float
    current_a: float


def plug_state(
    site: SimSite, device: SimDevice, truth: Truth, _lifetimes: Lifetimes, at: datetime
) -> PlugState:
    """Return the state of a plug."""
    plugs = site.of(Role.PLUG)
    power_w = next(
        watts for plug, watts in zip(plugs, truth.plugs_w, strict=True) if plug is device
    )
    volts = voltage_v(at, 0)
    return PlugState(
        part_number=device.spec.pn,
        sn=device.sn,
        is_on=True,
        power_w=power_w,
        voltage_v=volts,
        current_a=current_a(power_w, volts),
    )


def plug_blocks(state: PlugState) -> tuple[Block, ...]:
    """Return the registers of a plug; the one that switches it cannot be read."""
    return (
        Block(
            (
                Text(30000, state.part_number, 5),
                Text(30005, state.sn, 12, Mark.SERIAL),
                Number(30029, state.is_on),
                Number(30030, state.power_w, 10),
                Number(30031, state.voltage_v, 10),
                Number(30032, state.current_a, 100),
                Text(32768, state.part_number, 5, Mark.PART_NUMBER),
            ),
            INPUT,
        ),
    )
