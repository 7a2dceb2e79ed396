"""The snapshot as JSON: the model's own names and units, null for what was not reported."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time
from enum import Enum
from typing import Any

import orjson

from solix_exporter.web.sources import Status

_LEFT_OUT = frozenset({"features", "owner_user_id", "slices"})
"""Fields that only the program needs; an account id is nobody else's business."""

_OPTIONS = orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z | orjson.OPT_APPEND_NEWLINE


def snapshot_json(status: Status) -> bytes:
    """Return the time, and everything that the snapshot lists."""
    document = {"time": status.now} | _members(status.snapshot)
    return orjson.dumps(document, option=_OPTIONS)


def _members(value: object) -> dict[str, object]:
    return {name: plain(getattr(value, name)) for name in _names(type(value))}


def plain(value: object) -> object:
    """Return a value of the model as types of JSON."""
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value) and not isinstance(value, type):
        return _members(value)
    if isinstance(value, Mapping):
        return {_key(key): plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list | frozenset):
        return [plain(item) for item in value]
    if value is None or isinstance(value, str | int | float | datetime | date | time):
        return value
    return str(value)


def _names(kind: type[Any]) -> tuple[str, ...]:
    """Return the names of the fields and properties of a class."""
    own = [row.name for row in fields(kind) if row.name not in _LEFT_OUT]
    return (*own, *(name for name, what in vars(kind).items() if isinstance(what, property)))


def _key(key: object) -> str:
    return str(key.value if isinstance(key, Enum) else key)
