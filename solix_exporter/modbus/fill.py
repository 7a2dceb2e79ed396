"""Puts the values of registers into the capabilities of a device.

What a device does not report stays None; 0 W is a reading.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeVar

from solix_exporter.modbus.registers import Field, Key, Value
from solix_exporter.model.battery import Battery
from solix_exporter.model.control import ControlMode
from solix_exporter.model.device import (
    ChargingStatus,
    DeviceReadings,
    EvCharger,
    EvChargerStatus,
    GridMeter,
    Output,
    Plug,
    PvInput,
)
from solix_exporter.model.lifetime import LifetimeEnergy, LifetimeFlow
from solix_exporter.model.limits import DeviceLimits, SocLimits
from solix_exporter.model.ports import Phase, SystemPowers

_STATES = {
    0: ChargingStatus.STANDBY,
    1: ChargingStatus.CHARGE,
    2: ChargingStatus.DISCHARGE,
    3: ChargingStatus.SLEEP,
}
_MODES = {
    0: ControlMode.SELF_CONSUMPTION,
    1: ControlMode.TIME_OF_USE,
    2: ControlMode.RAPID_CHARGE,
    3: ControlMode.THIRD_PARTY,
    4: ControlMode.CUSTOM,
    5: ControlMode.SOCKET_OVERLAY,
    6: ControlMode.SMART,
    7: ControlMode.DYNAMIC_TARIFF,
    20: ControlMode.APP,
}
_EV_STATES = {
    0: EvChargerStatus.STANDBY,
    1: EvChargerStatus.PREPARING,
    2: EvChargerStatus.CHARGING,
    3: EvChargerStatus.CHARGER_PAUSED,
    4: EvChargerStatus.VEHICLE_PAUSED,
    5: EvChargerStatus.COMPLETED,
    6: EvChargerStatus.RESERVING,
    7: EvChargerStatus.DISABLED,
    8: EvChargerStatus.ERROR,
}
_FLOWS = (
    (Field.PV_ENERGY, LifetimeFlow.PV),
    (Field.CHARGE_ENERGY, LifetimeFlow.CHARGE),
    (Field.DISCHARGE_ENERGY, LifetimeFlow.DISCHARGE),
    (Field.HOME_ENERGY, LifetimeFlow.CONSUMED),
    (Field.IMPORT_ENERGY, LifetimeFlow.GRID_IMPORT),
    (Field.EXPORT_ENERGY, LifetimeFlow.GRID_EXPORT),
)
CODES: Mapping[Field, Mapping[int, Enum]] = {
    Field.BATTERY_STATE: _STATES,
    Field.CONTROL_MODE: _MODES,
    Field.EV_STATE: _EV_STATES,
}
"""What the codes of these fields mean."""

_LIMITS = (
    Field.CHARGE_LIMIT,
    Field.DISCHARGE_LIMIT,
    Field.BACKUP_RESERVE,
    Field.BACKUP_RESERVE_ON,
)
"""By their bits in LIMITS_OFFERED."""
_THREE_PHASES = 2

T = TypeVar("T")


@dataclass(slots=True)
class Values:
    """The values of one read; takes note of those that cannot be true."""

    by_key: Mapping[Key, Value]
    most_pv_w: float | None = None
    limits_offered: int | None = None
    """None where the firmware does not say which limits it has."""
    rejected: list[str] = field(default_factory=list)
    """Reasons, as the label of solix_readings_rejected_total."""

    def number(self, name: Field, index: int = 0) -> float | None:
        """Return a number, None where it is not reported."""
        value = self.by_key.get((name, index))
        return None if value is None or isinstance(value, str) else value

    def ratio(self, name: Field) -> float | None:
        """Return a share, None beyond 100 %."""
        ratio = self.number(name)
        if ratio is not None and not 0 <= ratio <= 1:
            self.rejected.append("soc_range")
            return None
        return ratio

    def above(self, name: Field, index: int = 0) -> float | None:
        """Return the positive half of a power, 0 while it is negative."""
        power_w = self.number(name, index)
        return None if power_w is None else max(0.0, power_w)

    def below(self, name: Field, index: int = 0) -> float | None:
        """Return the negative half without its sign."""
        power_w = self.number(name, index)
        return None if power_w is None else max(0.0, -power_w)

    def code(self, name: Field) -> int | None:
        """Return a code."""
        number = self.number(name)
        return None if number is None else int(number)

    def flag(self, name: Field) -> bool | None:
        """Return whether a code is not 0."""
        code = self.code(name)
        return None if code is None else code != 0


def live_readings(values: Values) -> DeviceReadings:
    """Return what the live registers report, of whatever product."""
    state, ev_state = values.code(Field.BATTERY_STATE), values.code(Field.EV_STATE)
    return DeviceReadings(
        status=None if state is None else _STATES.get(state, ChargingStatus.UNKNOWN),
        pv_power_w=_pv_power(values),
        pv_inputs=_pv_inputs(values),
        battery=_or_none(_battery(values)),
        output=_or_none(_output(values)),
        meter=_or_none(_meter(values)),
        plug=_or_none(
            Plug(
                power_w=values.number(Field.PLUG_POWER),
                voltage_v=values.number(Field.PLUG_VOLTAGE),
                current_a=values.number(Field.PLUG_CURRENT),
                is_on=values.flag(Field.RELAY),
            )
        ),
        ev_charger=_or_none(
            EvCharger(
                power_w=values.number(Field.EV_POWER),
                status=None
                if ev_state is None
                else _EV_STATES.get(ev_state, EvChargerStatus.UNKNOWN),
                session_energy_wh=values.number(Field.EV_SESSION_ENERGY),
                session_s=values.number(Field.EV_SESSION_TIME),
            )
        ),
        phases=_phases(values),
        temperature_c=values.number(Field.TEMPERATURE),
        grid_frequency_hz=values.number(Field.FREQUENCY) or None,
        lifetime_energy=_lifetime(values),
        system=_or_none(_system(values)),
        limits=_or_none(
            DeviceLimits(
                output_w=values.number(Field.OUTPUT_LIMIT),
                ac_input_w=values.number(Field.AC_INPUT_LIMIT),
            )
        ),
    )


def settings_readings(values: Values) -> DeviceReadings:
    """Return what the settings' registers report."""
    mode = values.code(Field.CONTROL_MODE)
    is_controlled = mode is not None and _MODES.get(mode) is ControlMode.THIRD_PARTY
    return DeviceReadings(
        control_mode=None if mode is None else _MODES.get(mode, ControlMode.UNKNOWN),
        discharge_setpoint_w=values.above(Field.SETPOINT) if is_controlled else None,
        charge_setpoint_w=values.below(Field.SETPOINT) if is_controlled else None,
        soc_limits=_or_none(_soc_limits(values)),
    )


def slow_readings(values: Values) -> DeviceReadings:
    """Return what the slow registers report."""
    return DeviceReadings(
        temperature_c=values.number(Field.TEMPERATURE),
        battery=_or_none(Battery(capacity_wh=values.number(Field.CAPACITY) or None)),
        phases=_grid_phases(values),
    )


def _pv_power(values: Values) -> float | None:
    power_w = values.number(Field.PV_POWER)
    if power_w is not None and values.most_pv_w is not None and power_w > values.most_pv_w:
        values.rejected.append("pv_range")
        return None
    return power_w


def _pv_inputs(values: Values) -> tuple[PvInput, ...]:
    """Return the strings; their power is only told by voltage and current."""
    inputs = []
    for index in range(1, 9):
        voltage_v = values.number(Field.STRING_VOLTAGE, index)
        current_a = values.number(Field.STRING_CURRENT, index)
        if voltage_v is None and current_a is None:
            continue
        power_w = None
        if voltage_v is not None and current_a is not None:
            power_w = round(voltage_v * current_a, 3)
        inputs.append(PvInput(str(index), power_w, voltage_v, current_a))
    return tuple(inputs)


def _battery(values: Values) -> Battery:
    return Battery(
        soc_ratio=values.ratio(Field.SOC),
        capacity_wh=values.number(Field.CAPACITY) or None,
        charge_power_w=values.below(Field.BATTERY_POWER),
        discharge_power_w=values.above(Field.BATTERY_POWER),
        health_ratio=values.ratio(Field.HEALTH) or None,
    )


def _output(values: Values) -> Output:
    return Output(
        power_w=values.above(Field.AC_POWER), ac_input_power_w=values.below(Field.AC_POWER)
    )


def _meter(values: Values) -> GridMeter:
    if values.flag(Field.METER_FAULT):
        return GridMeter()
    return GridMeter(
        import_power_w=values.above(Field.METER_POWER),
        export_power_w=values.below(Field.METER_POWER),
    )


def _system(values: Values) -> SystemPowers:
    return SystemPowers(
        third_party_pv_power_w=values.number(Field.THIRD_PARTY_PV_POWER),
        home_load_power_w=values.number(Field.HOME_LOAD),
        grid_import_power_w=values.above(Field.GRID_POWER),
        grid_export_power_w=values.below(Field.GRID_POWER),
    )


def _lifetime(values: Values) -> tuple[LifetimeEnergy, ...]:
    """Return the counters; one that stands at 0 has not begun or was not read."""
    read = ((flow, values.number(name)) for name, flow in _FLOWS)
    return tuple(LifetimeEnergy(flow, energy_wh) for flow, energy_wh in read if energy_wh)


def _soc_limits(values: Values) -> SocLimits:
    offered = {
        name
        for bit, name in enumerate(_LIMITS)
        if values.limits_offered is None or values.limits_offered >> bit & 1
    }
    ratios = {name: values.ratio(name) if name in offered else None for name in _LIMITS[:3]}
    is_on = values.flag(Field.BACKUP_RESERVE_ON) if Field.BACKUP_RESERVE_ON in offered else None
    if values.limits_offered is None:
        # A register that the firmware lacks reads as 0 in a block.
        ratios = {name: ratio or None for name, ratio in ratios.items()}
    return SocLimits(
        lower_ratio=ratios[Field.DISCHARGE_LIMIT],
        upper_ratio=ratios[Field.CHARGE_LIMIT] or None,
        # It is not in force while it is off.
        backup_reserve_ratio=ratios[Field.BACKUP_RESERVE] if is_on else None,
        is_backup_reserve_on=is_on,
    )


def _phases(values: Values) -> tuple[Phase, ...]:
    """Return the phases of a meter, else of an EV charger, else of the grid connection."""
    for phases in (_meter_phases(values), _ev_phases(values), _grid_phases(values)):
        if phases:
            return phases
    return ()


def _meter_phases(values: Values) -> tuple[Phase, ...]:
    if values.flag(Field.METER_FAULT):
        return ()
    kind = values.code(Field.METER_PHASES)
    wired = 3 if kind is None or kind == _THREE_PHASES else 1
    return _each_phase(
        lambda index: Phase(
            f"l{index}",
            voltage_v=values.number(Field.METER_VOLTAGE, index),
            current_a=values.number(Field.METER_CURRENT, index),
            import_power_w=values.above(Field.METER_PHASE_POWER, index),
            export_power_w=values.below(Field.METER_PHASE_POWER, index),
        ),
        range(1, wired + 1),
    )


def _ev_phases(values: Values) -> tuple[Phase, ...]:
    return _each_phase(
        lambda index: Phase(
            f"l{index}",
            voltage_v=values.number(Field.EV_VOLTAGE, index),
            current_a=values.number(Field.EV_CURRENT, index),
            import_power_w=values.number(Field.EV_PHASE_POWER, index),
        )
    )


def _grid_phases(values: Values) -> tuple[Phase, ...]:
    return _each_phase(
        lambda index: Phase(
            f"l{index}",
            voltage_v=values.number(Field.GRID_VOLTAGE, index),
            current_a=values.number(Field.GRID_CURRENT, index),
        )
    )


def _each_phase(
    phase_of: Callable[[int], Phase], numbers: Iterable[int] = range(1, 4)
) -> tuple[Phase, ...]:
    phases = (phase_of(index) for index in numbers)
    return tuple(phase for phase in phases if phase != Phase(phase.phase))


def _or_none(capability: T) -> T | None:
    """Return the capability, None where nothing of it is reported."""
    return None if capability == type(capability)() else capability
