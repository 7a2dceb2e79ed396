"""Solarbank Max AC (A17E2), 4 (AE103) and Max (AE111, AE113): one map, high word first."""

from dataclasses import dataclass, replace
from datetime import datetime

from solix_exporter.sim.answers.bank_shares import BankShare, capacity_wh, shares
from solix_exporter.sim.flows import CHARGE_GAIN, DISCHARGE_COST
from solix_exporter.sim.modbus.lifetimes import Lifetimes
from solix_exporter.sim.modbus.registers import (
    EITHER,
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

STANDBY, CHARGING, DISCHARGING, ASLEEP = range(4)
SELF_CONSUMPTION = 0
_MODES_OFFERED = 0b0110_1111
_LIMITS_SUPPORTED = 0b1111
_DARK_V = 14.6
"""Voltage of a PV input at night."""
_DARK_A = -0.02
"""A sensor's error, which is why the currents are signed."""


@dataclass(frozen=True, slots=True)
class PvSensor:
    """One PV input."""

    voltage_v: float
    current_a: float


@dataclass(frozen=True, slots=True)
class BankState:
    """What a bank measures and is set to."""

    part_number: str
    sn: str
    firmware: str
    """Without a leading v."""
    clock_s: int
    """Seconds since 1970."""
    status: int
    """0 standby, 1 charging, 2 discharging, 3 asleep."""
    pv_w: int
    other_pv_w: int
    battery_w: int
    """At AC: positive discharges."""
    home_w: int
    """0 without a meter."""
    grid_w: int
    """Positive imports; 0 without a meter."""
    soc_percent: int
    health_percent: int
    charge_limit_w: int
    """From the grid."""
    discharge_limit_w: int
    """To the grid."""
    mode: int
    setpoint_w: int
    """Positive discharges; in force in mode 3 only."""
    temperature_c: float
    pv_inputs: tuple[PvSensor, ...]
    """The first three; the fourth has no register. Only AE103 has any."""
    voltage_v: float
    output_w: int
    """AC output, positive feeds the home."""
    current_a: float
    frequency_hz: float
    capacity_wh: int
    """With expansion packs."""
    cells_w: int
    """Inside, with the losses: positive charges."""
    lifetimes: Lifetimes
    has_limits_register: bool
    """Whether its firmware tells which limits it supports."""
    charge_limit_percent: int = 100
    discharge_limit_percent: int = 10
    backup_reserve_percent: int = 50
    is_backup_reserve_on: bool = False


def bank_state(
    site: SimSite, device: SimDevice, truth: Truth, lifetimes: Lifetimes, at: datetime
) -> BankState:
    """Return the state of a bank, with the powers that the cloud shows for it."""
    banks = shares(site, truth)
    share = next(bank for bank in banks if bank.device is device)
    plant = site.spec.plant
    volts = voltage_v(at, 0)
    is_metered = site.is_metered
    return BankState(
        part_number=device.spec.pn,
        sn=device.sn,
        firmware=device.product.firmware.removeprefix("v"),
        clock_s=int(at.timestamp()),
        status=_status(share),
        pv_w=share.pv_w,
        other_pv_w=0,
        battery_w=share.discharge_w - share.charge_w,
        home_w=truth.home_w if is_metered else 0,
        grid_w=truth.grid_import_w - truth.grid_export_w if is_metered else 0,
        soc_percent=round(100 * share.soc_ratio),
        health_percent=99,
        charge_limit_w=plant.grid_charge_w or 1000,
        discharge_limit_w=plant.output_limit_w,
        mode=SELF_CONSUMPTION,
        setpoint_w=0,
        temperature_c=temperature_c(at, share.charge_w + share.discharge_w),
        pv_inputs=_pv_sensors(device, share),
        voltage_v=volts,
        output_w=share.output_w,
        current_a=current_a(abs(share.output_w), volts),
        frequency_hz=frequency_hz(at),
        capacity_wh=capacity_wh(device),
        cells_w=(share.charge_w * CHARGE_GAIN - share.discharge_w * DISCHARGE_COST) // 1000,
        lifetimes=lifetimes.shared_by(len(banks)),
        has_limits_register=device.spec.pn != "AE103",
    )


def asleep(state: BankState) -> BankState:
    """Return the state of a bank that neither charges nor delivers; the grid serves the home."""
    return replace(
        state,
        status=ASLEEP,
        pv_w=0,
        battery_w=0,
        grid_w=state.home_w,
        output_w=0,
        current_a=0.0,
        cells_w=0,
        pv_inputs=tuple(PvSensor(_DARK_V, _DARK_A) for _ in state.pv_inputs),
    )


def _status(share: BankShare) -> int:
    if share.charge_w:
        return CHARGING
    return DISCHARGING if share.discharge_w else STANDBY


def _pv_sensors(device: SimDevice, share: BankShare) -> tuple[PvSensor, ...]:
    if device.spec.pn != "AE103":
        return ()
    return tuple(_pv_sensor(power_w) for power_w in share.inputs_w[:3])


def _pv_sensor(power_w: int) -> PvSensor:
    if not power_w:
        return PvSensor(_DARK_V, _DARK_A)
    volts = round(31.0 + power_w / 100.0, 1)
    return PvSensor(volts, current_a(power_w, volts))


def bank_blocks(state: BankState) -> tuple[Block, ...]:
    """Return the registers of a bank; both functions read all of them."""
    registers = (
        *_live(state),
        *_settings(state),
        *_identity(state),
        *_electrical(state),
        *_pv_inputs(state),
        *_totals(state.lifetimes),
    )
    return (Block(registers, EITHER),)


def _live(state: BankState) -> tuple[Register, ...]:
    return (
        Number(10000, 1),
        Number(10001, state.status),
        doubles(10002, state.pv_w),
        doubles(10004, state.other_pv_w),
        doubles(10008, state.battery_w),
        doubles(10010, state.home_w),
        doubles(10012, state.grid_w),
        Number(10014, state.soc_percent, mark=Mark.SOC),
        Number(10015, state.health_percent),
        doubles(10036, state.charge_limit_w),
        doubles(10038, state.discharge_limit_w),
        Number(10256, state.soc_percent, mark=Mark.SOC),
    )


def _settings(state: BankState) -> tuple[Register, ...]:
    limits = (Number(32775, _LIMITS_SUPPORTED),) if state.has_limits_register else ()
    return (
        doubles(10060, state.clock_s),
        Number(10064, state.mode),
        doubles(10071, state.setpoint_w),
        # Read as part of a block; what it means is not known.
        Number(10074, 0),
        Number(32774, _MODES_OFFERED),
        *limits,
        Number(60000, state.charge_limit_percent),
        Number(60001, state.discharge_limit_percent),
        Number(60002, state.backup_reserve_percent),
        Number(60003, state.is_backup_reserve_on),
    )


def _identity(state: BankState) -> tuple[Register, ...]:
    return (
        Text(10090, state.part_number, 10),
        Text(10100, state.sn, 12, Mark.SERIAL),
        Text(10112, state.firmware, 6),
        Text(10118, "HW01", 5, is_low_byte_first=True),
        Text(32768, state.part_number, 5, Mark.PART_NUMBER),
    )


def _electrical(state: BankState) -> tuple[Register, ...]:
    return (
        Number(10156, state.temperature_c, 10),
        Number(10199, state.voltage_v, 10),
        Number(10202, state.voltage_v, 10),
        Number(10205, state.current_a, 100),
        doubles(10208, state.output_w),
        Number(10213, state.frequency_hz, 100),
        Number(10224, state.voltage_v, 10),
        Number(10250, state.capacity_wh / 1000, 10, words=2),
        doubles(10254, state.cells_w),
    )


def _pv_inputs(state: BankState) -> tuple[Register, ...]:
    registers: list[Register] = []
    for index, sensor in enumerate(state.pv_inputs):
        registers += [
            Number(10167 + 2 * index, sensor.voltage_v, 10),
            Number(10168 + 2 * index, sensor.current_a, 100),
        ]
    return tuple(registers)


def _totals(lifetimes: Lifetimes) -> tuple[Register, ...]:
    return (
        Total(10018, lifetimes.pv),
        Total(10022, lifetimes.charge),
        Total(10026, lifetimes.home),
        Total(10030, lifetimes.export),
        Total(10034, lifetimes.output),
        Total(10262, lifetimes.charge),
        Total(10264, lifetimes.discharge),
    )
