"""Reads the values of a frame's fields by the table: numbers and texts by name, counting oddities.

A value that the device marks as "not known", that is no number, or that is shorter than its type
is left out and counted, never guessed at.
"""

import math
import struct
from collections import Counter
from collections.abc import Iterator, Mapping
from enum import StrEnum

import orjson

from solix_exporter.mqtt.field_table import Item, JsonItems, Layout
from solix_exporter.mqtt.frames import Field

Value = float | str
Values = dict[str, Value]


class Ignored(StrEnum):
    """Why a value is left out; the value is the `reason` label."""

    NOT_KNOWN = "not_known"
    """The device says that it has none."""
    NOT_A_NUMBER = "not_a_number"
    IMPOSSIBLE = "impossible"
    """A share over 100 %, a temperature that no device has, ten times the power of the model."""
    CUT_SHORT = "cut_short"
    CLOCK = "clock"
    """A time of measurement more than a day off; the time of arrival is taken instead."""


_STR, _U8, _I16, _I32, _BYTES, _F32, _MIXED = range(7)
_FORCED = {"str": _STR, "u8": _U8, "i16": _I16, "i32": _I32, "bytes": _BYTES, "f32": _F32}
_WIDTHS = {_U8: 1, _I16: 2, _I32: 4, _F32: 4}
_COMPOSITES = frozenset({_U8, _I16, _I32, _BYTES, _MIXED})
_PREFIX8 = "prefix8"
_ALL_SLOTS = 4
_LONGEST_TEXT = 64
"""Longer than a serial number, a version or a type; what is longer is no such text."""
_MOST_LIST_ITEMS = 9


class FieldReader:
    """Reads one message; `ignored` counts what was left out."""

    def __init__(self, ignored: Counter[Ignored]) -> None:
        self._ignored = ignored

    def read(self, layout: Layout, fields: Mapping[int, Field]) -> Values:
        """Return the values by name; where a name occurs twice, the later field has it."""
        values: Values = {}
        for tag, items in layout.fields.items():
            found = fields.get(tag)
            if found is not None:
                for item, value in self._field(items, found):
                    values[item.name] = value
        for tag, tree in layout.json_fields.items():
            text = fields.get(tag)
            if text is not None:
                values |= self.read_json(tree, _json_object(text.value))
        return values

    def read_json(self, tree: JsonItems, content: object) -> Values:
        """Return the values of a JSON object by name; what is not there is left out."""
        values: Values = {}
        if not isinstance(content, dict):
            return values
        for key, entry in tree.keys.items():
            found = content.get(key)
            if isinstance(entry, JsonItems):
                values |= self.read_json(entry, found)
            elif isinstance(found, list):
                values |= self._json_list(entry, found)
            elif found is not None:
                value = self._json_value(entry, found)
                if value is not None:
                    values[entry.name] = value
        return values

    def _json_list(self, item: Item, content: list[object]) -> Values:
        values: Values = {}
        for number, found in enumerate(content[:_MOST_LIST_ITEMS], 1):
            value = self._json_value(item, found)
            if value is not None:
                values[item.name.replace("{x}", str(number))] = value
        return values

    def _json_value(self, item: Item, content: object) -> Value | None:
        if isinstance(content, str):
            return _text(content.encode())
        if isinstance(content, bool) or not isinstance(content, (int, float)):
            return None
        return self._scaled(item, content)

    def _field(self, items: tuple[Item, ...], found: Field) -> Iterator[tuple[Item, Value]]:
        if len(items) == 1 and items[0].at is None and items[0].skip is None:
            value = self._scalar(items[0], found)
            if value is not None:
                yield items[0], value
        elif found.wire_type in _COMPOSITES:
            yield from self._composite(items, found.value)

    def _composite(self, items: tuple[Item, ...], content: bytes) -> Iterator[tuple[Item, Value]]:
        position = 0
        for item in items:
            position = item.at if item.at is not None else position + (item.skip or 0)
            if position >= len(content):
                continue
            start, end = _extent(item, content, position)
            if item.name:
                value = self._part(item, content[start:end])
                if value is not None:
                    yield item, value
            position = end

    def _part(self, item: Item, content: bytes) -> Value | None:
        if item.mask:
            return float((content[0] & item.mask) >> item.shift)
        return self._typed(item, _FORCED.get(item.forced, _BYTES), content)

    def _scalar(self, item: Item, found: Field) -> Value | None:
        forced = _FORCED.get(item.forced)
        if found.wire_type is None:
            return self._typed(item, forced, found.value) if forced is not None else None
        if forced is None or forced == _F32 or found.wire_type == _MIXED:
            return self._typed(item, found.wire_type, found.value)
        return self._typed(item, forced, found.value)

    def _typed(self, item: Item, value_type: int, content: bytes) -> Value | None:
        if value_type == _STR:
            return _text(content)
        width = _WIDTHS.get(value_type)
        if width is None:
            return None
        if len(content) < width:
            self._ignored[Ignored.CUT_SHORT] += 1
            return None
        if value_type == _F32:
            return self._scaled(item, struct.unpack("<f", content[:width])[0])
        if value_type == _I32 and item.slots:
            return self._slots(item, content)
        return self._integer(item, value_type, content[:width])

    def _slots(self, item: Item, content: bytes) -> Value | None:
        if item.slots == _ALL_SLOTS:
            return ".".join(str(number) for number in content[:_ALL_SLOTS])
        return self._integer(item, _U8, content[:1])

    def _integer(self, item: Item, value_type: int, content: bytes) -> Value | None:
        is_signed = item.is_signed if item.is_signed is not None else value_type != _U8
        number = int.from_bytes(content, "little", signed=is_signed)
        if item.is_version:
            return ".".join(str(abs(number)))
        return self._scaled(item, number)

    def _scaled(self, item: Item, number: float) -> float | None:
        if number in item.none:
            self._ignored[Ignored.NOT_KNOWN] += 1
            return None
        if not math.isfinite(number):
            self._ignored[Ignored.NOT_A_NUMBER] += 1
            return None
        if item.factor == 1:
            return float(number) + 0.0
        return round(number * item.factor, item.decimals) + 0.0


def _extent(item: Item, content: bytes, position: int) -> tuple[int, int]:
    """Return where an item's bytes are, without a length before them."""
    if item.length == _PREFIX8:
        start = position + 1
        return start, start + content[position]
    if item.is_plan:
        return position, position + 1 + 3 * content[position]
    width = item.length if isinstance(item.length, int) else 0
    return position, position + (width or _WIDTHS.get(_FORCED.get(item.forced, _U8), 1))


def _text(content: bytes) -> str | None:
    text = "".join(filter(str.isprintable, content.decode("utf-8", "ignore"))).strip()
    return text if text and len(text) <= _LONGEST_TEXT else None


def _json_object(content: bytes) -> object:
    try:
        return orjson.loads(content.rstrip(b"\0"))
    except orjson.JSONDecodeError:
        return None
