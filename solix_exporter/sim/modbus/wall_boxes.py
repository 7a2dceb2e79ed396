"""V1 Smart EV Charger (A5191): high word first; after descriptions of its document."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from solix_exporter.sim.answers.bank_shares import split
from solix_exporter.sim.consumption import EPOCH
from solix_exporter.sim.modbus.lifetimes import Lifetimes
from solix_exporter.sim.modbus.registers import (
    HOLDING,
    INPUT,
    Block,
    Mark,
    Number,
    Register,
    Text,
    doubles,
)
from solix_exporter.sim.modbus.surroundings import current_a, temperature_c, voltage_v
from solix_exporter.sim.truth import Truth
from solix_exporter.sim.weather import STEP_S
from solix_exporter.sim.world import SimDevice, SimSite

IDLE, CHARGING = 0, 2
_PHASES = 3


@dataclass(frozen=True, slots=True)
class WallBoxState:
    """What a wall box measures."""

    part_number: str
    sn: str
    firmware: str
    rated_w: int
    voltages_v: tuple[float, ...]
    currents_a: tuple[float, ...]
    powers_w: tuple[int, ...]
    power_w: int
    session_s: int
    session_wh: int
    relay_c: int
    status: int
    """0 idle, 1 preparing, 2 charging, 3 and 4 paused, 5 completed, 6 to 8 others."""


def wall_box_state(
    site: SimSite, device: SimDevice, truth: Truth, _lifetimes: Lifetimes, at: datetime
) -> WallBoxState:
    """Return the state of a wall box; without a car its session is empty."""
    ev = site.spec.plant.ev
    powers = tuple(split(truth.ev_w, (1,) * _PHASES))
    voltages = tuple(voltage_v(at, phase) for phase in range(_PHASES))
    begin = _session_begin(site, at)
    return WallBoxState(
        part_number=device.spec.pn,
        sn=device.sn,
        firmware=device.product.firmware.removeprefix("v"),
        rated_w=ev.power_w if ev else 11000,
        voltages_v=voltages,
        currents_a=tuple(map(current_a, powers, voltages)),
        powers_w=powers,
        power_w=truth.ev_w,
        session_s=int((at - begin).total_seconds()),
        session_wh=int(site.home.ev_wh(begin, at)) if begin < at else 0,
        relay_c=round(temperature_c(at, truth.ev_w)),
        status=CHARGING if truth.ev_w else IDLE,
    )


def _session_begin(site: SimSite, at: datetime) -> datetime:
    """Return when the car that charges now began to, on this day in UTC; `at` without one."""
    elapsed = at - EPOCH
    powers = site.home.day(elapsed.days).ev
    step = first = int((elapsed.total_seconds() % 86400.0) // STEP_S) + 1
    while first and powers[first - 1]:
        first -= 1
    if first == step:
        return at
    return EPOCH + timedelta(days=elapsed.days, seconds=first * STEP_S)


def wall_box_blocks(state: WallBoxState) -> tuple[Block, ...]:
    """Return the registers of a wall box; its commands have a function of their own."""
    commands = tuple(Number(address, 0) for address in range(21000, 21006))
    return (Block((*_identity(state), *_measured(state)), INPUT), Block(commands, HOLDING))


def _identity(state: WallBoxState) -> tuple[Register, ...]:
    return (
        Number(20000, 1),
        Text(20001, state.part_number, 10, Mark.PART_NUMBER),
        Text(20011, state.sn, 12, Mark.SERIAL),
        Text(20023, state.firmware, 6),
        doubles(20035, state.rated_w),
    )


def _measured(state: WallBoxState) -> tuple[Register, ...]:
    between = [round(volts * 3**0.5, 1) for volts in state.voltages_v]
    return (
        *(Number(20041 + index, 0) for index in range(12)),
        *(
            Number(20053 + index, volts, 10)
            for index, volts in enumerate([*state.voltages_v, *between])
        ),
        *(Number(20059 + phase, amps, 100) for phase, amps in enumerate(state.currents_a)),
        *(doubles(20062 + 2 * phase, watts) for phase, watts in enumerate(state.powers_w)),
        doubles(20068, state.power_w),
        doubles(20082, state.session_s),
        doubles(20084, state.session_wh),
        Number(20093, state.relay_c),
        Number(20094, state.relay_c),
        Number(20097, state.status),
        Number(20099, 0),
        Number(20100, 1),
    )
