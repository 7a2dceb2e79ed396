"""The readings of a device from the values of one message: what the message holds, nothing else.

Which capabilities a model has is in its fields; the family decides only where the same name means
another thing.
"""

from collections.abc import Callable
from dataclasses import dataclass

from solix_exporter.model.battery import Battery, BatteryPack
from solix_exporter.model.device import (
    DeviceReadings,
    Output,
    PvInput,
)
from solix_exporter.model.limits import DeviceLimits, SocLimits
from solix_exporter.model.ports import Port, PortStatus
from solix_exporter.model.products import DeviceType
from solix_exporter.mqtt.meters import (
    read_ev_charger,
    read_lifetimes,
    read_meter,
    read_plug,
    read_radio,
)
from solix_exporter.mqtt.plausible import Reported
from solix_exporter.mqtt.ports import read_ports, read_switches, read_totals

_HOUR_S = 3600
_EXPANSIONS = range(1, 10)
_DISCHARGING, _CHARGING = 1, 2
_HOMES = frozenset({DeviceType.SOLARBANK, DeviceType.HOME_BACKUP})
"""Families whose AC output goes into the home's grid, not to a socket."""
_ALTERNATOR = "AS200"


@dataclass(frozen=True, slots=True)
class Model:
    """What the reading of a message depends on besides its values."""

    part_number: str
    device_type: DeviceType
    sums_packs: bool = False
    """Whether its state of charge has to be worked out from those of its packs."""


def read_readings(model: Model, reported: Reported) -> DeviceReadings:
    """Return the readings of a message."""
    if model.part_number == _ALTERNATOR:
        return _alternator(reported)
    special = _BY_TYPE.get(model.device_type)
    return special(reported) if special else _storage(model, reported)


def _storage(model: Model, reported: Reported) -> DeviceReadings:
    """Return what power stations, banks, chargers and home systems report."""
    packs = _packs(model, reported)
    empty_s, full_s = _remaining_s(reported)
    is_home = model.device_type in _HOMES
    return DeviceReadings(
        error_code=_code(reported.number("error_code")),
        pv_power_w=reported.power_w("photovoltaic_power"),
        pv_inputs=_pv_inputs(reported, ""),
        battery=_battery(model, reported, packs),
        output=_output(reported, is_home=is_home),
        temperature_c=_temperature_c(reported),
        packs=packs,
        ports=() if is_home else read_ports(reported),
        totals=read_totals(reported),
        switches=read_switches(reported),
        remaining_empty_s=empty_s,
        remaining_full_s=full_s,
        lifetime_energy=read_lifetimes(reported),
        limits=_limits(reported),
        soc_limits=_soc_limits(reported),
        pv_limit_w=reported.power_w("pv_limit"),
        radio=read_radio(reported),
    )


def _battery(model: Model, reported: Reported, packs: tuple[BatteryPack, ...]) -> Battery | None:
    soc = reported.ratio("battery_soc")
    if soc is None and model.sums_packs:
        soc = _mean([pack.soc_ratio for pack in packs if pack.soc_ratio is not None])
    charge_w, discharge_w = _battery_powers_w(reported, is_home=model.device_type in _HOMES)
    battery = Battery(
        soc_ratio=soc,
        charge_power_w=charge_w,
        discharge_power_w=discharge_w,
        grid_charge_power_w=reported.power_w("grid_to_battery_power"),
        heating_power_w=reported.power_w("heating_power"),
        expansion_packs=_code(reported.number("expansion_packs")),
        health_ratio=reported.ratio("battery_soh"),
        voltage_v=reported.voltage_v("battery_voltage"),
    )
    return battery if battery != Battery() else None


def _battery_powers_w(reported: Reported, *, is_home: bool) -> tuple[float | None, float | None]:
    """Return the power into and out of the battery.

    Some messages have only one of them. At more than 0 the other one is 0; at 0 it is not known
    what the battery does, and for banks the cloud's answers know both.
    """
    signed_w = reported.signed_w("battery_power_signed")
    if signed_w is not None:
        return max(signed_w, 0.0), max(-signed_w, 0.0)
    charge_w = reported.power_w("bat_charge_power")
    discharge_w = reported.power_w("bat_discharge_power")
    if charge_w and discharge_w is None:
        return charge_w, 0.0
    if discharge_w and charge_w is None:
        return 0.0, discharge_w
    if is_home and None in {charge_w, discharge_w}:
        return None, None
    return charge_w, discharge_w


def _mean(ratios: list[float]) -> float | None:
    """Return the mean; packs are taken as equally large."""
    return round(sum(ratios) / len(ratios), 4) if ratios else None


def _packs(model: Model, reported: Reported) -> tuple[BatteryPack, ...]:
    main = BatteryPack(
        "main",
        soc_ratio=reported.ratio("main_battery_soc"),
        # Where packs tell theirs in the same message, the device's is that of what is built in.
        health_ratio=reported.ratio("battery_soh") if model.sums_packs else None,
    )
    packs = [main] if main.soc_ratio is not None else []
    count = reported.number("expansion_packs")
    for number in _EXPANSIONS:
        pack = _pack(reported, number)
        if pack is not None and _is_there(pack, number, count):
            packs.append(pack)
    return tuple(packs)


def _pack(reported: Reported, number: int) -> BatteryPack | None:
    name = f"exp_{number}"
    if not any(f"{name}_{what}" in reported for what in ("soc", "soh", "temperature")):
        return None
    return BatteryPack(
        str(number),
        sn=reported.text(f"{name}_sn").strip("0 "),
        pack_type=reported.text(f"{name}_type"),
        soc_ratio=reported.ratio(f"{name}_soc"),
        health_ratio=reported.ratio(f"{name}_soh"),
        temperature_c=reported.temperature_c(f"{name}_temperature"),
    )


def _is_there(pack: BatteryPack, number: int, count: float | None) -> bool:
    """Return whether a pack is connected: messages have zeros for those that are not."""
    if pack.sn or pack.soc_ratio or pack.health_ratio:
        return True
    if count is not None:
        return number <= count
    return pack.soc_ratio is None and pack.temperature_c is not None


def _pv_inputs(reported: Reported, prefix: str) -> tuple[PvInput, ...]:
    inputs = [
        PvInput(str(number), power_w)
        for number in range(1, 5)
        if (power_w := reported.power_w(f"{prefix}pv_{number}_power")) is not None
    ]
    voltage_v = reported.voltage_v("pv_voltage") if not prefix else None
    if voltage_v is not None:
        inputs.append(PvInput("all", voltage_v=voltage_v))
    return tuple(inputs)


def _output(reported: Reported, *, is_home: bool) -> Output | None:
    power_w = reported.power_w("output_power")
    if power_w is None:
        power_w = reported.power_w("output_power_total")
    signed_w = reported.signed_w("ac_output_power_signed")
    home_w = reported.power_w("ac_output_power") if is_home else None
    output = Output(
        power_w=power_w,
        home_power_w=max(signed_w, 0.0) if signed_w is not None else home_w,
        ac_socket_power_w=reported.power_w("ac_socket_power"),
        ac_input_power_w=max(-signed_w, 0.0) if signed_w is not None else None,
        preset_w=reported.power_w("home_load_preset"),
    )
    return output if output != Output() else None


def _temperature_c(reported: Reported) -> float | None:
    name = "temperature" if "temperature" in reported else "battery_1_temperature"
    return reported.temperature_c(name)


def _remaining_s(reported: Reported) -> tuple[float | None, float | None]:
    """Return the estimates until empty and until full; the device has one at a time."""
    hours = reported.number("remaining_time_hours")
    if hours is None or hours < 0:
        return None, None
    seconds = round(hours * _HOUR_S, 1)
    return (None, seconds) if _is_charging(reported) else (seconds, None)


def _is_charging(reported: Reported) -> bool:
    status = reported.number("battery_status")
    if status in {_DISCHARGING, _CHARGING}:
        return status == _CHARGING
    taken_w = sum(
        _first_w(reported, *names)
        for names in (
            ("ac_input_power_total", "ac_input_power"),
            ("dc_input_power_total", "dc_input_power", "photovoltaic_power"),
        )
    )
    return taken_w > _first_w(reported, "output_power_total", "ac_output_power_total")


def _first_w(reported: Reported, *names: str) -> float:
    return next((reported.power_w(name) or 0.0 for name in names if name in reported), 0.0)


def _limits(reported: Reported) -> DeviceLimits | None:
    limits = DeviceLimits(reported.power_w("max_load"), reported.power_w("ac_input_limit"))
    return limits if limits != DeviceLimits() else None


def _soc_limits(reported: Reported) -> SocLimits | None:
    limits = SocLimits(
        cutoff_ratio=reported.ratio("output_cutoff_data"),
        lower_ratio=reported.ratio("min_soc"),
        upper_ratio=reported.ratio("max_soc"),
        backup_reserve_ratio=reported.ratio("backup_soc"),
    )
    return limits if limits != SocLimits() else None


def _code(number: float | None) -> int | None:
    return None if number is None else int(number)


def _alternator(reported: Reported) -> DeviceReadings:
    """Return what a charger between a car's battery and a power station reports.

    In its normal mode it takes from the car; reversed, the station charges the car's battery.
    """
    power_w = reported.power_w("output_power")
    is_reversed = reported.flag("charger_mode")
    car = Port("car", voltage_v=reported.voltage_v("battery_voltage"))
    if power_w is not None and is_reversed is not None:
        car = Port(
            "car",
            output_power_w=power_w if is_reversed else 0.0,
            input_power_w=0.0 if is_reversed else power_w,
            voltage_v=car.voltage_v,
            status=_car_status(power_w, is_reversed=is_reversed),
        )
    return DeviceReadings(
        temperature_c=reported.temperature_c("temperature"),
        ports=(car,) if car != Port("car") else (),
        switches=read_switches(reported),
        radio=read_radio(reported),
    )


def _car_status(power_w: float, *, is_reversed: bool) -> PortStatus:
    if not power_w:
        return PortStatus.OFF
    return PortStatus.OUTPUT if is_reversed else PortStatus.INPUT


_BY_TYPE: dict[DeviceType, Callable[[Reported], DeviceReadings]] = {
    DeviceType.SMARTMETER: read_meter,
    DeviceType.SMARTPLUG: read_plug,
    DeviceType.EV_CHARGER: read_ev_charger,
}


def read_connected(reported: Reported, number: int) -> DeviceReadings:
    """Return what a dock, panel or charger reports about a device that hangs on it."""
    prefix = f"device_{number}_"
    soc = reported.ratio(f"{prefix}soc")
    packs = _code(reported.number(f"{prefix}exp_packs"))
    battery = Battery(soc_ratio=soc, expansion_packs=packs)
    return DeviceReadings(
        pv_power_w=reported.power_w(f"{prefix}pv_power"),
        pv_inputs=_pv_inputs(reported, prefix),
        battery=battery if battery != Battery() else None,
        temperature_c=reported.temperature_c(f"{prefix}temperature"),
    )
