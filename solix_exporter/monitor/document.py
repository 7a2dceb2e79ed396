"""The snapshot as JSON, for scripts."""

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any
from zoneinfo import ZoneInfo

from solix_exporter.model.products import Product
from solix_exporter.model.snapshot import Snapshot


def document_of(snapshot: Snapshot, at: datetime) -> dict[str, object]:
    """Return everything that the snapshot holds; what is not reported is null.

    Fields are those of the model, which carry their units in their names.
    """
    parts = {
        field.name: as_json(getattr(snapshot, field.name))
        for field in fields(snapshot)
        if field.name != "slices"
    }
    return {
        "at": at.isoformat(),
        "accounts": as_json(snapshot.accounts),
        "sites": as_json(snapshot.sites),
        "devices": as_json(snapshot.devices),
        **_others(snapshot),
        **parts,
    }


def _others(snapshot: Snapshot) -> dict[str, object]:
    """Return what the slices hold beside accounts, sites and devices."""
    found: dict[str, list[object]] = {}
    for part in snapshot.slices:
        for field in fields(part):
            value = getattr(part, field.name)
            if field.name not in {"account", "sites", "devices"} and isinstance(value, tuple):
                found.setdefault(field.name, []).extend(as_json(item) for item in value)
    return dict(found)


def as_json(value: object) -> object:
    """Return a value of the model as JSON."""
    if is_dataclass(value) and not isinstance(value, type | Product):
        return {field.name: as_json(getattr(value, field.name)) for field in fields(value)}
    for kinds, write in _WRITERS:
        if isinstance(value, kinds):
            return write(value)
    return value


_WRITERS: tuple[tuple[type | tuple[type, ...], Callable[[Any], object]], ...] = (
    (
        Product,
        lambda row: {
            "part_number": row.part_number,
            "name": row.name,
            "device_type": row.device_type.value,
        },
    ),
    (Enum, lambda state: state.value),
    (date, lambda day: day.isoformat()),
    (ZoneInfo, lambda zone: zone.key),
    (Mapping, lambda rows: {str(as_json(key)): as_json(inner) for key, inner in rows.items()}),
    ((tuple, list), lambda items: [as_json(item) for item in items]),
    ((frozenset, set), lambda items: sorted(str(as_json(item)) for item in items)),
)
