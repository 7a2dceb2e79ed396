"""The snapshot as JSON: the model's own names and units, null for what was not reported."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time
from enum import Enum
from typing import Any

import orjson

from solix_exporter.model.snapshot import Snapshot
from solix_exporter.web.sources import Status

_LEFT_OUT = frozenset({"features", "slices"})
"""What only the program itself needs: how answers are read, and how they are kept."""


def snapshot_json(status: Status) -> bytes:
    """Return the time, and everything that the snapshot lists."""
    return b"".join(_pieces(status))


def _pieces(status: Status) -> Iterator[bytes]:
    """Give the text item by item: that of a fleet in one go would hold up the whole program."""
    yield b'{\n  "time": %b' % _dump(status.now)
    for name in _names(Snapshot):
        yield b',\n  "%b": [' % name.encode()
        separator = b"\n    "
        for item in getattr(status.snapshot, name):
            yield separator + _dump(plain(item)).replace(b"\n", b"\n    ")
            separator = b",\n    "
        yield b"\n  ]" if separator.startswith(b",") else b"]"
    yield b"\n}\n"


def _dump(value: object) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z)


def _members(value: object) -> dict[str, object]:
    return {name: plain(getattr(value, name)) for name in _names(type(value))}


def plain(value: object) -> object:
    """Return a value of the model as what JSON has."""
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
    """Return the fields of a value, and what it works out of them."""
    own = [row.name for row in fields(kind) if row.name not in _LEFT_OUT]
    return (*own, *(name for name, what in vars(kind).items() if isinstance(what, property)))


def _key(key: object) -> str:
    return str(key.value if isinstance(key, Enum) else key)
