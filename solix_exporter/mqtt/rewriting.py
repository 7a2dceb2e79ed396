"""Recorded messages with other texts in them: in the envelope and inside the frame.

A frame keeps its length, so that everything in it stays where it was; its checksum is made anew.
"""

import binascii
from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Callable, Iterator
from re import Match
from re import compile as pattern

import orjson

from solix_exporter.mqtt.field_table import MessageRow, model_row
from solix_exporter.mqtt.field_values import FieldReader
from solix_exporter.mqtt.frames import FrameRefused, checksum, read_frame, value_spans

Replace = Callable[[str, str], str]
"""Takes the name of a text and the text; returns what replaces it, of the same length."""

UNKNOWN, JSON, AMONG_NUMBERS = "unknown_text", "json_text", "among_numbers"
"""Names of texts that the table of fields does not know, that hold JSON, and that stand among
numbers, where they may be numbers themselves."""

_PREFIX = b"\xff\x09"
_TEXT = 0x00
_RUN = pattern(rb"[\x20-\x7e]{4,}")
"""A text among numbers; shorter ones are chance, and tell nothing."""


class NotRewritten(Exception):
    """Nobody knows what is in it: encrypted, a fragment, damaged, or without a frame."""


def frame_of(inner: object) -> bytes:
    """Return the frame in the inner object of a message.

    Raises NotRewritten.
    """
    data = inner.get("data") if isinstance(inner, dict) else None
    if not isinstance(data, str):
        raise NotRewritten
    try:
        return b64decode(data, validate=True)
    except (binascii.Error, ValueError) as error:
        raise NotRewritten from error


def inner_of(payload: bytes) -> tuple[dict[str, object], dict[str, object]]:
    """Return the envelope of a message and the object that is packed into it.

    Raises NotRewritten.
    """
    try:
        envelope = orjson.loads(payload)
        inner = orjson.loads(envelope["payload"])
    except (orjson.JSONDecodeError, TypeError, KeyError) as error:
        raise NotRewritten from error
    if not isinstance(envelope, dict) or not isinstance(inner, dict):
        raise NotRewritten
    return envelope, inner


def message_type(frame: bytes) -> str:
    """Return the type of a frame in four hex digits."""
    return frame[7:9].hex()


def texts_in(frame: bytes, model: str) -> dict[str, str]:
    """Return the texts of a frame by the names that the table of fields has for them.

    Raises NotRewritten.
    """
    row = _row(frame, model)
    if row is None or row.layout.is_embedded:
        return {}
    try:
        values = FieldReader(Counter()).read(row.layout, read_frame(frame, is_recorded=True).fields)
    except FrameRefused as refused:
        raise NotRewritten from refused
    return {name: value for name, value in values.items() if isinstance(value, str)}


def rewritten(frame: bytes, model: str, replace: Replace) -> bytes:
    """Return a frame with other texts, as long as before and with a right checksum.

    Raises NotRewritten.
    """
    try:
        spans = value_spans(frame)
        fields = read_frame(frame, is_recorded=True).fields
    except FrameRefused as refused:
        raise NotRewritten from refused
    names = dict(_names(_row(frame, model)))
    content = bytearray(frame)
    for tag, (start, end) in spans.items():
        value = frame[start:end]
        if value.startswith(_PREFIX):
            content[start:end] = rewritten(value, model, replace)
        elif fields[tag].wire_type == _TEXT:
            content[start:end] = _whole(value, names.get(tag, UNKNOWN), replace)
        else:
            content[start:end] = _RUN.sub(lambda run: _run(run, replace), value)
    content[-1] = checksum(bytes(content[:-1]))
    return bytes(content)


def packed(frame: bytes) -> str:
    """Return a frame as it stands in a message."""
    return b64encode(frame).decode()


def _row(frame: bytes, model: str) -> MessageRow | None:
    row = model_row(model)
    return row.messages.get(message_type(frame)) if row else None


def _names(row: MessageRow | None) -> Iterator[tuple[int, str]]:
    """Yield the tag and the name of each field with a single value."""
    if row is None:
        return
    for tag, items in row.layout.fields.items():
        if len(items) == 1:
            yield tag, items[0].name
    for tag in row.layout.json_fields:
        yield tag, JSON


def _whole(value: bytes, name: str, replace: Replace) -> bytes:
    text = value.rstrip(b"\0").decode("utf-8", "replace")
    return _fitted(replace(name, text), len(value)) if text else value


def _run(run: Match[bytes], replace: Replace) -> bytes:
    return _fitted(replace(AMONG_NUMBERS, run.group().decode()), len(run.group()))


def _fitted(text: str, size: int) -> bytes:
    """Return a text as so many bytes; what is missing is filled with zeros."""
    content = text.encode()
    if len(content) > size:
        raise NotRewritten
    return content.ljust(size, b"\0")
