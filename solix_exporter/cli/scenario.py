"""What `demo` and `simulate` run, from the command line: a cloud, devices at home, or both."""

import re
from collections.abc import Sequence

import click

from solix_exporter.clock import Clock
from solix_exporter.sim import (
    MQTT_FAULT_VALUES,
    Fault,
    FaultKind,
    LocalNetwork,
    ModbusFault,
    ModbusFaultKind,
    MqttFault,
    MqttFaultKind,
    SimulatedCloud,
    cloud_scenario_names,
    scenario_names,
    scenario_titles,
)
from solix_exporter.sim.modbus.faults import DEFAULTS

_FAULT = re.compile(
    r"(?P<kind>[a-z_]+)(:(?P<value>[^@*]+))?(@(?P<path>[^*]+\*?))?(\*(?P<times>[0-9]+))?"
)
_OF_DEVICES = "modbus_"
"""How the kinds begin that are of devices at home and not of the cloud."""
_NUMBERS: dict[FaultKind, str] = {
    FaultKind.STATUS: "status",
    FaultKind.CODE: "code",
    FaultKind.LATENCY: "latency_s",
    FaultKind.LATE: "lag_s",
    FaultKind.STALE_DAY: "lag_s",
    FaultKind.LATE_MIDNIGHT: "lag_s",
    FaultKind.TIME_JUMP: "lag_s",
}
"""What the number behind the kind means."""

_KEYS = frozenset({FaultKind.WRONG_TYPE, FaultKind.NULL, FaultKind.MISSING})
"""Kinds that take the key of a value instead."""


def listing() -> str:
    """Return the names of the scenarios with what they are, a line each."""
    titles = scenario_titles()
    width = max(map(len, titles))
    return "\n".join(f"{name:{width}}  {title}" for name, title in titles.items())


def is_in_cloud(scenario: str) -> bool:
    """Return whether somebody of a scenario has an account."""
    check_scenario(scenario)
    return scenario in cloud_scenario_names()


def check_scenario(scenario: str) -> None:
    """Raise click.BadParameter for an unknown scenario."""
    if scenario not in scenario_names():
        raise click.BadParameter(
            f"choose one of {', '.join(scenario_names())}", param_hint="--scenario"
        )


def simulated_cloud(  # noqa: PLR0913 - one parameter an option
    clock: Clock,
    *,
    scenario: str,
    faults: Sequence[str] = (),
    seed: int = 1,
    endpoint_limit: int = 10,
    fleet: int = 1,
) -> SimulatedCloud:
    """Return a cloud that is not started yet.

    Raises click.BadParameter for an unknown scenario or fault.
    """
    check_scenario(scenario)
    cloud = SimulatedCloud(clock, scenario, seed, endpoint_limit, fleet=fleet)
    for text in faults:
        if text.startswith(_OF_DEVICES):
            continue
        fault = _fault(text)
        if isinstance(fault, MqttFault):
            cloud.mqtt.faults.add(fault)
        else:
            cloud.faults.add(fault)
    return cloud


def local_network(
    clock: Clock, *, scenario: str, faults: Sequence[str] = (), seed: int = 1, fleet: int = 1
) -> LocalNetwork:
    """Return the devices at home, which are not started yet; there may be none.

    Raises click.BadParameter for an unknown scenario or fault, and for one that nothing has.
    """
    network = LocalNetwork(clock, scenario, seed, fleet=fleet)
    names = {name for _, _, device in network.devices for name in (device.sn, device.part_number)}
    for text in faults:
        if text.startswith(_OF_DEVICES):
            fault = _device_fault(text)
            if not names & ({fault.target} if fault.target != "*" else names):
                raise click.BadParameter(
                    f"{text!r} is for no device of this scenario; it has"
                    f" {', '.join(sorted(names)) or 'none with Modbus TCP'}",
                    param_hint="--fault",
                )
            network.faults.add(fault)
        elif not is_in_cloud(scenario):
            raise click.BadParameter(
                f"{text!r} is a fault of the cloud, which this scenario has not",
                param_hint="--fault",
            )
    return network


def _device_fault(text: str) -> ModbusFault:
    found = _parts(text)
    kinds = {kind.value: kind for kind in ModbusFaultKind}
    kind = kinds.get(found["kind"] or "")
    if kind is None:
        raise _no_fault(text)
    if found["value"] and kind not in DEFAULTS:
        raise click.BadParameter(f"{kind.value} takes no value", param_hint="--fault")
    fault = ModbusFault(
        kind,
        target=found["path"] or "*",
        times=int(found["times"]) if found["times"] else None,
        value=_number(found["value"], kind) if found["value"] else None,
    )
    if fault.is_uncountable:
        raise click.BadParameter(f"{kind.value} takes no *TIMES", param_hint="--fault")
    return fault


def _parts(text: str) -> "re.Match[str]":
    found = _FAULT.fullmatch(text)
    if found is None:
        raise _no_fault(text)
    return found


def _no_fault(text: str) -> click.BadParameter:
    kinds = ", ".join(kind.value for kind in (*FaultKind, *ModbusFaultKind, *MqttFaultKind))
    return click.BadParameter(
        f"{text!r} is none; write KIND[:VALUE][@PATH][*TIMES], the kinds are {kinds}",
        param_hint="--fault",
    )


def _number(value: str, kind: FaultKind | ModbusFaultKind | MqttFaultKind) -> float:
    try:
        return float(value)
    except ValueError as error:
        raise click.BadParameter(
            f"{value!r} is no number, as {kind.value} takes it", param_hint="--fault"
        ) from error


def _fault(text: str) -> Fault | MqttFault:
    found = _parts(text)
    kinds = {kind.value: kind for kind in FaultKind}
    mqtt_kinds = {kind.value: kind for kind in MqttFaultKind}
    if found["kind"] not in kinds | mqtt_kinds:
        raise _no_fault(text)
    times = int(found["times"]) if found["times"] else None
    if found["kind"] in mqtt_kinds:
        return _mqtt_fault(mqtt_kinds[found["kind"]], found["value"], found["path"] or "", times)
    kind = kinds[found["kind"]]
    fault = Fault(path=found["path"] or "*", kind=kind, times=times)
    return _with_value(fault, kind, found["value"]) if found["value"] else fault


def _with_value(fault: Fault, kind: FaultKind, value: str) -> Fault:
    """Return the fault with what stands behind its kind: a number, or the key of a value."""
    own = {"path": fault.path, "kind": kind, "times": fault.times}
    if kind in _KEYS:
        return Fault(**own, key=value)  # type: ignore[arg-type]  # a table of fields
    field = _NUMBERS.get(kind)
    if field is None:
        raise click.BadParameter(f"{kind.value} takes no value", param_hint="--fault")
    number = _number(value, kind)
    whole = int(number) if kind in {FaultKind.STATUS, FaultKind.CODE} else number
    return Fault(**own, **{field: whole})  # type: ignore[arg-type]  # the same


def _mqtt_fault(kind: MqttFaultKind, value: str | None, sn: str, times: int | None) -> MqttFault:
    """Return a fault of the broker or of the device with a serial number."""
    if value is None:
        return MqttFault(kind, sn, times)
    if kind not in MQTT_FAULT_VALUES:
        raise click.BadParameter(f"{kind.value} takes no value", param_hint="--fault")
    return MqttFault(kind, sn, times, _number(value, kind))
