"""Smart Meter Gen 2 (AE1X0): high word first."""

from dataclasses import dataclass
from datetime import datetime

from solix_exporter.sim.answers.bank_shares import split
from solix_exporter.sim.modbus.lifetimes import Lifetimes
from solix_exporter.sim.modbus.registers import (
    INPUT,
    Block,
    Mark,
    Number,
    Register,
    Text,
    Total,
    Version,
    doubles,
)
from solix_exporter.sim.modbus.surroundings import current_a, frequency_hz, voltage_v
from solix_exporter.sim.truth import Truth
from solix_exporter.sim.world import SimDevice, SimSite

_THREE_PHASES = 2
_SHARES = (5, 3, 2)
"""How a home's power is spread over its phases."""
_FIRST, _SECOND = 10638, 10669
_COUNTS_PER_KWH = 10


@dataclass(frozen=True, slots=True)
class MeterState:
    """What a meter measures; powers are positive for import."""

    part_number: str
    sn: str
    firmware: str
    phase_count: int
    """As its register has it: 1 is one phase, 2 are three."""
    voltages_v: tuple[float, ...]
    currents_a: tuple[float, ...]
    powers_w: tuple[int, ...]
    power_w: int
    import_wh: float
    export_wh: float
    frequency_hz: float
    counts_per_kwh: int = _COUNTS_PER_KWH


def meter_state(
    _site: SimSite, device: SimDevice, truth: Truth, lifetimes: Lifetimes, at: datetime
) -> MeterState:
    """Return the state of a three-phase meter at the grid connection."""
    power_w = truth.grid_import_w - truth.grid_export_w
    sign = -1 if power_w < 0 else 1
    powers = tuple(sign * part for part in split(abs(power_w), _SHARES))
    voltages = tuple(voltage_v(at, phase) for phase in range(len(_SHARES)))
    return MeterState(
        part_number=device.spec.pn,
        sn=device.sn,
        firmware=device.product.firmware.removeprefix("v"),
        phase_count=_THREE_PHASES,
        voltages_v=voltages,
        currents_a=tuple(map(current_a, powers, voltages)),
        powers_w=powers,
        power_w=power_w,
        import_wh=lifetimes.grid_import,
        export_wh=lifetimes.export,
        frequency_hz=frequency_hz(at),
    )


def meter_blocks(state: MeterState) -> tuple[Block, ...]:
    """Return the registers of a meter."""
    return (
        Block(
            (
                Text(10620, state.part_number, 10),
                Number(10630, state.phase_count),
                *_clamps(state),
                *_energies(state),
                *_second_clamps(),
                Version(10696, state.firmware),
                Text(10702, state.sn, 10, Mark.SERIAL),
                Text(32768, state.part_number, 5, Mark.PART_NUMBER),
            ),
            INPUT,
        ),
    )


def _clamps(state: MeterState) -> tuple[Register, ...]:
    return (
        *(Number(10632 + phase, volts, 10) for phase, volts in enumerate(state.voltages_v)),
        *(Number(10635 + phase, amps, 100) for phase, amps in enumerate(state.currents_a)),
        *(doubles(_FIRST + 2 * phase, watts) for phase, watts in enumerate(state.powers_w)),
        doubles(10644, state.power_w),
        doubles(10646, -round(abs(state.power_w) * 0.2)),
        Number(10648, 0.98, 1000),
        Number(10649, state.frequency_hz, 100),
    )


def _energies(state: MeterState) -> tuple[Register, ...]:
    registers: list[Register] = []
    for first, energy_wh in ((10650, state.import_wh), (10658, state.export_wh)):
        parts = [energy_wh * part / sum(_SHARES) for part in _SHARES]
        registers += [
            Total(first + 2 * index, part_wh, state.counts_per_kwh)
            for index, part_wh in enumerate([*parts, energy_wh])
        ]
    return tuple(registers)


def _second_clamps() -> tuple[Register, ...]:
    """Return the registers of clamps that nobody fitted."""
    return (
        *(Number(10666 + phase, 0) for phase in range(len(_SHARES))),
        *(doubles(_SECOND + 2 * phase, 0) for phase in range(len(_SHARES))),
        doubles(10675, 0),
    )
