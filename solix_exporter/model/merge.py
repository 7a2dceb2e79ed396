"""Joins what several sources report about one device, capability by capability.

The first source that reports a capability gives it whole; what it lacks is filled from the next.
What means something only together comes from one source: charge and discharge, import and export.
"""

from collections.abc import Mapping, Sequence
from dataclasses import Field, fields, is_dataclass, replace
from functools import lru_cache, reduce
from typing import TYPE_CHECKING, Any, TypeVar

from solix_exporter.model.battery import Battery
from solix_exporter.model.device import DeviceReadings, EvCharger, GridMeter
from solix_exporter.model.ports import Phase, Port, PowerTotals, SystemPowers

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T", bound="DataclassInstance")

_Group = frozenset[str]

_GROUPS: Mapping[type, tuple[_Group, ...]] = {
    DeviceReadings: (
        frozenset({"remaining_empty_s", "remaining_full_s"}),
        frozenset({"control_mode", "charge_setpoint_w", "discharge_setpoint_w"}),
    ),
    Battery: (frozenset({"charge_power_w", "discharge_power_w"}),),
    GridMeter: (frozenset({"import_power_w", "export_power_w"}),),
    Port: (frozenset({"output_power_w", "input_power_w", "status"}),),
    Phase: (frozenset({"import_power_w", "export_power_w"}),),
    PowerTotals: (
        frozenset({"ac_output_power_w", "ac_input_power_w"}),
        frozenset({"dc_output_power_w", "dc_input_power_w"}),
    ),
    SystemPowers: (frozenset({"home_load_power_w", "grid_import_power_w", "grid_export_power_w"}),),
    EvCharger: (frozenset({"session_energy_wh", "session_s"}),),
}
"""The fields of a type that one source gives together."""

_KEPT = frozenset({"is_data_valid"})
"""What only the first source says."""


def merged(readings: Sequence[DeviceReadings]) -> DeviceReadings | None:
    """Return the readings of all sources, the one that goes first at the front."""
    return reduce(filled, readings) if readings else None


def filled(first: T, other: T) -> T:
    """Return a value with what only the other one of its type reports."""
    missing: dict[str, Any] = {}
    taken = _taken(first)
    for row in _fields(type(first)):
        name = row.name
        mine, theirs = getattr(first, name), getattr(other, name)
        if name in _KEPT or theirs in (None, (), "") or (mine is None and name in taken):
            continue
        found = _filled(mine, theirs)
        if found is not mine:
            missing[name] = found
    return replace(first, **missing) if missing else first


def _filled(mine: Any, theirs: Any) -> Any:  # noqa: ANN401  the fields are of any type
    if mine in (None, (), ""):
        return theirs
    if isinstance(mine, tuple):
        return _items(mine, theirs)
    return filled(mine, theirs) if is_dataclass(mine) and not isinstance(mine, type) else mine


def _items(mine: tuple[Any, ...], theirs: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return the items of both, by their first field, which names them."""
    found = {_key(item): item for item in mine}
    for item in theirs:
        key = _key(item)
        found[key] = filled(found[key], item) if key in found else item
    values = tuple(found.values())
    return mine if values == mine else values


def _key(item: "DataclassInstance") -> object:
    return getattr(item, _fields(type(item))[0].name)


def _taken(value: "DataclassInstance") -> _Group:
    """Return the fields of all groups that the value reports a part of."""
    groups = _GROUPS.get(type(value), ())
    return frozenset[str]().union(
        *(group for group in groups if any(getattr(value, name) is not None for name in group))
    )


@lru_cache
def _fields(kind: type["DataclassInstance"]) -> tuple[Field[Any], ...]:
    return fields(kind)
