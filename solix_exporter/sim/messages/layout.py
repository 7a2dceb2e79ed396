"""A notation for the fields of a message, and the encoder that fills it.

A layout is a text with one field per line: its tag in hex, its kind, its content, and the value
of one wire unit where that is not 1:

    a4 u16   remaining_time_hours 0.1
    c1 u8    main_battery_soc
    d9 u8    =2
    a5 mixed 5 0:s8:temperature 2:u8:battery_soc 3:u8:battery_soh

A content is the name of a reading, or a constant behind `=`. `mixed` has its size in bytes and
parts as `offset:kind:content[:unit]`. A reading that the device does not have leaves its field out.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from math import nan

from solix_exporter.sim.messages.frame import field

Readings = Mapping[str, "float | str | None"]
"""Readings by name; None is a reading that the device has, but cannot tell now."""

_INTEGERS = {
    "u8": (0x01, 1, False),
    "s8": (0x01, 1, True),
    "u16": (0x02, 2, False),
    "s16": (0x02, 2, True),
    "u32": (0x03, 4, False),
    "s32": (0x03, 4, True),
    "hours": (0x02, 2, False),
    "hours10923": (0x02, 2, False),
    "digits": (0x02, 2, False),
}
"""Type byte, bytes and whether it can be negative."""
_NO_ESTIMATE = {"hours": 0xFFFF, "hours10923": 10923}
_TYPES = {"f32": 0x05, "text": 0x00, "version": 0x03, "mixed": 0x04, "named": 0x06}


@dataclass(frozen=True, slots=True)
class _Part:
    """One value: at an offset of a composite, or a field of its own."""

    at: int
    kind: str
    content: str
    unit: float


@dataclass(frozen=True, slots=True)
class _Field:
    tag: int
    kind: str
    size: int
    """Of a composite in bytes; 0 for a field of one value."""
    parts: tuple[_Part, ...]


@cache
def _parsed(layout: str) -> tuple[_Field, ...]:
    return tuple(_field(line.split()) for line in layout.strip().splitlines())


def _field(words: list[str]) -> _Field:
    tag, kind = int(words[0], 16), words[1]
    if kind in {"mixed", "named"}:
        parts = tuple(_composite_part(text.split(":")) for text in words[3:])
        return _Field(tag, kind, int(words[2]), parts)
    return _Field(tag, kind, 0, (_part(0, kind, words[2:]),))


def _composite_part(words: list[str]) -> _Part:
    return _part(int(words[0]), words[1], words[2:])


def _part(at: int, kind: str, words: list[str]) -> _Part:
    return _Part(at, kind, words[0], float(words[1]) if len(words) > 1 else 1.0)


def encoded(layout: str, readings: Readings, *, is_nan: bool = False) -> bytes:
    """Return the fields of a message; with `is_nan` every floating-point number is NaN."""
    return b"".join(_encoded(item, readings, is_nan=is_nan) for item in _parsed(layout))


def names(layout: str) -> frozenset[str]:
    """Return the names of the readings that a layout can tell."""
    return frozenset(
        part.content
        for item in _parsed(layout)
        for part in item.parts
        if not part.content.startswith("=")
    )


def _encoded(item: _Field, readings: Readings, *, is_nan: bool) -> bytes:
    if not item.size:
        value = _value(item.parts[0], readings, is_nan=is_nan)
        return b"" if value is None else field(item.tag, bytes([_type_of(item.kind)]) + value)
    content = bytearray(item.size)
    found = False
    for part in item.parts:
        value = _value(part, readings, is_nan=is_nan)
        if value is not None:
            content[part.at : part.at + len(value)] = value
            found = found or not part.content.startswith("=")
    if not found:
        return b""
    return field(item.tag, bytes([_type_of(item.kind)]) + bytes(content))


def _type_of(kind: str) -> int:
    """Return the type byte of a kind; a text may have its size behind it."""
    if kind in _INTEGERS:
        return _INTEGERS[kind][0]
    return _TYPES["text" if kind.startswith("text") else kind]


def _value(part: _Part, readings: Readings, *, is_nan: bool) -> bytes | None:
    """Return the bytes of a value without type byte, None if the device does not have it."""
    if part.content.startswith("="):
        constant = part.content[1:]
        return _bytes(part, constant if _is_text(part.kind) else float(constant))
    if part.content not in readings:
        return None
    value = readings[part.content]
    if value is None:
        sentinel = _NO_ESTIMATE.get(part.kind)
        return None if sentinel is None else sentinel.to_bytes(2, "little")
    return _bytes(part, nan if is_nan and part.kind == "f32" else value)


def _is_text(kind: str) -> bool:
    return kind.startswith(("text", "prefix", "version", "digits"))


def _bytes(part: _Part, value: float | str) -> bytes:
    if isinstance(value, str):
        return _text_bytes(part.kind, value)
    if part.kind == "f32":
        return struct.pack("<f", value)
    _, size, is_signed = _INTEGERS[part.kind]
    return round(value / part.unit).to_bytes(size, "little", signed=is_signed)


def _text_bytes(kind: str, value: str) -> bytes:
    """Return a text: `text` as it is, `text17` with a fixed size, `prefix` behind its length.

    A version is four bytes, or as `digits` a number whose decimal digits are its parts.
    """
    if kind == "version":
        return bytes(int(number) for number in value.lstrip("v").split("."))
    if kind == "digits":
        return int(value.lstrip("v").replace(".", "")).to_bytes(2, "little")
    raw = value.encode()
    if kind == "prefix":
        return bytes([len(raw)]) + raw
    size = int(kind.removeprefix("text") or len(raw))
    return raw[:size].ljust(size, b"\0")
