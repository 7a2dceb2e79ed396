"""X1 (A5101, A5102, A5103): low word first, low byte first; after descriptions of its document."""

from dataclasses import dataclass
from datetime import datetime

from solix_exporter.sim.hardware import Role
from solix_exporter.sim.modbus.banks import CHARGING, DISCHARGING, STANDBY, PvSensor
from solix_exporter.sim.modbus.lifetimes import Lifetimes
from solix_exporter.sim.modbus.meters import MeterState, meter_state
from solix_exporter.sim.modbus.registers import (
    HOLDING,
    INPUT,
    Block,
    Mark,
    Number,
    Register,
    Text,
    Total,
    doubles,
)
from solix_exporter.sim.modbus.surroundings import (
    current_a,
    frequency_hz,
    temperature_c,
    voltage_v,
)
from solix_exporter.sim.truth import Truth
from solix_exporter.sim.world import SimDevice, SimSite

_ON_GRID = 1
_MODEL = "X1-H12K-T"
_RATED_W = 12000
_STRINGS = 8
_COUNTS_PER_KWH = 100
_PHASES = 3
_APP_DECIDES = 20


@dataclass(frozen=True, slots=True)
class X1State:
    """What a home system measures; signs as in `BankState`."""

    sn: str
    firmware: str
    status: int
    pv_w: int
    ac_w: int
    """AC side of the inverter, positive delivers."""
    battery_w: int
    home_w: int
    grid_w: int
    soc_percent: int
    health_percent: int
    charge_limit_w: int
    discharge_limit_w: int
    mode: int
    temperature_c: float
    strings: tuple[PvSensor, ...]
    voltages_v: tuple[float, ...]
    currents_a: tuple[float, ...]
    frequency_hz: float
    module_count: int
    capacity_wh: int
    lifetimes: Lifetimes
    pv_today_wh: float
    meter: MeterState


def x1_state(
    site: SimSite, device: SimDevice, truth: Truth, lifetimes: Lifetimes, at: datetime
) -> X1State:
    """Return the state of the one controller of a home system."""
    plant = site.spec.plant
    voltages = tuple(voltage_v(at, phase) for phase in range(_PHASES))
    return X1State(
        sn=device.sn,
        firmware=device.product.firmware.removeprefix("v"),
        status=_status(truth),
        pv_w=truth.pv_w,
        ac_w=truth.output_w,
        battery_w=truth.battery_discharge_w - truth.battery_charge_w,
        home_w=truth.home_w,
        grid_w=truth.grid_import_w - truth.grid_export_w,
        soc_percent=round(100 * truth.soc_ratio),
        health_percent=98,
        charge_limit_w=plant.battery.charge_limit_w,
        discharge_limit_w=plant.battery.discharge_limit_w,
        mode=_APP_DECIDES,
        temperature_c=temperature_c(at, truth.battery_charge_w + truth.battery_discharge_w),
        strings=tuple(map(_string, truth.strings_w)),
        voltages_v=voltages,
        currents_a=tuple(current_a(truth.output_w / _PHASES, volts) for volts in voltages),
        frequency_hz=frequency_hz(at),
        module_count=len(site.of(Role.HES_PART)),
        capacity_wh=truth.capacity_wh,
        lifetimes=lifetimes,
        pv_today_wh=site.home.energy(at.replace(hour=0, minute=0, second=0, microsecond=0), at).pv,
        meter=meter_state(site, device, truth, lifetimes, at),
    )


def _status(truth: Truth) -> int:
    if truth.battery_charge_w:
        return CHARGING
    return DISCHARGING if truth.battery_discharge_w else STANDBY


def _string(power_w: int) -> PvSensor:
    volts = round(420.0 + power_w / 40.0, 1) if power_w else 31.0
    return PvSensor(volts, current_a(power_w, volts) if power_w else -0.04)


def x1_blocks(state: X1State) -> tuple[Block, ...]:
    """Return the registers of a home system; the settings have a function of their own."""
    measured = (
        *_live(state),
        *_totals(state),
        *_identity(state),
        *_strings(state),
        *_electrical(state),
        *_meter(state.meter),
    )
    settings = (doubles(10060, 0), Number(10064, state.mode), doubles(10071, 0))
    return (Block(measured, INPUT), Block(settings, HOLDING))


def _live(state: X1State) -> tuple[Register, ...]:
    return (
        Number(10000, _ON_GRID),
        Number(10001, state.status),
        doubles(10002, state.pv_w),
        doubles(10004, 0),
        doubles(10006, state.ac_w),
        doubles(10008, state.battery_w),
        doubles(10010, state.home_w),
        doubles(10012, state.grid_w),
        Number(10014, state.soc_percent, mark=Mark.SOC),
        Number(10015, state.health_percent),
        doubles(10036, state.charge_limit_w),
        doubles(10038, state.discharge_limit_w),
    )


def _totals(state: X1State) -> tuple[Register, ...]:
    ever, gain = state.lifetimes, _COUNTS_PER_KWH
    return (
        Total(10016, state.pv_today_wh, gain),
        Total(10018, ever.pv, gain),
        Total(10022, ever.charge, gain),
        Total(10026, ever.home, gain),
        Total(10262, ever.charge, gain),
        Total(10264, ever.discharge, gain),
    )


def _identity(state: X1State) -> tuple[Register, ...]:
    return (
        Text(10090, _MODEL, 10),
        Text(10100, state.sn, 12, Mark.SERIAL),
        Text(10112, state.firmware, 6),
        Text(10118, "V1.0", 6),
        doubles(10124, _RATED_W),
        Number(10130, len(state.strings)),
        Number(10132, 0),
        Number(10143, _ON_GRID),
    )


def _strings(state: X1State) -> tuple[Register, ...]:
    sensors = [*state.strings, *[PvSensor(0.0, 0.0)] * (_STRINGS - len(state.strings))]
    registers: list[Register] = []
    for index, sensor in enumerate(sensors):
        registers += [
            Number(10167 + 2 * index, sensor.voltage_v, 10),
            Number(10168 + 2 * index, sensor.current_a, 100),
        ]
    return (*registers, doubles(10183, state.pv_w))


def _electrical(state: X1State) -> tuple[Register, ...]:
    return (
        Number(10156, state.temperature_c, 10),
        Number(10199, round(state.voltages_v[0] * 3**0.5, 1), 10),
        *(Number(10202 + phase, volts, 10) for phase, volts in enumerate(state.voltages_v)),
        *(Number(10205 + phase, amps, 100) for phase, amps in enumerate(state.currents_a)),
        Number(10212, 1, 1000),
        Number(10213, state.frequency_hz, 100),
        Number(10224, state.voltages_v[0], 10),
        doubles(10233, 0),
        Number(10249, state.module_count),
        Number(10250, state.capacity_wh / 1000, 10, words=2),
        Number(10253, 402.5, 10),
        doubles(10254, state.battery_w),
        Number(10258, 0),
        *(Number(address, 0) for address in range(10267, 10274)),
    )


def _meter(state: MeterState) -> tuple[Register, ...]:
    return (
        Text(10620, "", 10),
        Number(10630, state.phase_count),
        Number(10631, 0),
        *(Number(10632 + phase, volts, 10) for phase, volts in enumerate(state.voltages_v)),
        *(Number(10635 + phase, amps, 100) for phase, amps in enumerate(state.currents_a)),
        *(doubles(10638 + 2 * phase, watts) for phase, watts in enumerate(state.powers_w)),
        doubles(10644, state.power_w),
        Number(10649, state.frequency_hz, 100),
        Total(10656, state.import_wh, _COUNTS_PER_KWH),
        Total(10664, state.export_wh, _COUNTS_PER_KWH),
        Text(10750, "", 8),
    )
