"""The binary frames inside messages: length, checksum, kind and fields, but not their meaning.

    FF 09 | length, u16 | 03 01 0F or 03 00 0F | type, 2 bytes | extra byte? | fields | checksum

All numbers are little endian but the type, which is read as four hex digits. The length counts
the whole frame, and the XOR over all bytes is 0. All three checks together are what makes a value
trustworthy: of 6000 damaged captured frames they refused all whose checksum had been right.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import reduce
from operator import xor

from solix_exporter.errors import SolixError

LARGEST_FRAME_BYTES = 65535
"""What the length field can say."""

_PREFIX = b"\xff\x09"
_APPLICATION = (b"\x03\x01\x0f", b"\x03\x00\x0f")
_RADIO_END = 0x10
"""Third header byte of frames in which the radio module reports its own address and signal."""
_ENCRYPTED, _FRAGMENT = 0x40, 0x80
"""Bits of the first byte of the type."""
_FIRST_TAG = 0xA0
_EXTRA_AT = 9
_SHORTEST = 10
_WIRE_TYPES = range(7)
_LONG_TYPES = (0x00, 0x04)
_LONG_FROM_BYTES = 256


class Outcome(StrEnum):
    """What became of a message; the value is the `outcome` label."""

    DECODED = "decoded"
    TOO_LARGE = "too_large"
    ENVELOPE = "envelope"
    """Not the JSON around a frame that all devices send."""
    PLAIN_JSON = "plain_json"
    """A state of newer firmware without a frame; its `battery` is 100 whatever the charge is."""
    PREFIX = "prefix"
    LENGTH = "length"
    CHECKSUM = "checksum"
    FIELDS = "fields"
    """The fields do not end where the checksum begins, or their tags do not ascend."""
    HEADER = "header"
    """Neither an application's frame nor one of the kinds below."""
    ENCRYPTED = "encrypted"
    FRAGMENT = "fragment"
    RADIO = "radio"
    UNKNOWN_MODEL = "unknown_model"
    UNKNOWN_TYPE = "unknown_type"
    LATE = "late"
    """Older than what the device sent before."""
    INTERNAL = "internal"
    """A mistake of the exporter; its log has more."""


class FrameRefused(SolixError):
    """The frame gives no values; `outcome` says why."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.value)
        self.outcome = outcome


@dataclass(frozen=True, slots=True)
class Field:
    """One field; `wire_type` is None where the value has no type byte."""

    wire_type: int | None
    value: bytes


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame that passed all checks."""

    message_type: str
    """Four hex digits, such as "0405"."""
    fields: dict[int, Field]
    """By tag, A0..FE."""


def read_frame(frame: bytes, *, is_recorded: bool = False) -> Frame:
    """Return the fields of a frame.

    Recordings whose serial numbers were replaced have a wrong checksum: `is_recorded` lets it pass.
    Raises FrameRefused.
    """
    start, body = _start_of_fields(frame, is_recorded=is_recorded), frame[:-1]
    fields = _short_fields(body, start)
    if fields is None:
        steps = _Walk(body).steps(start)
        fields = {step.tag: _field(body[step.value_from : step.end]) for step in steps}
    return Frame(frame[7:9].hex(), fields)


def value_spans(frame: bytes) -> dict[int, tuple[int, int]]:
    """Return where the value of each field is in a recorded frame, without its type byte.

    Raises FrameRefused.
    """
    start, body = _start_of_fields(frame, is_recorded=True), frame[:-1]
    return {
        step.tag: (step.end - len(_field(body[step.value_from : step.end]).value), step.end)
        for step in _Walk(body).steps(start)
    }


def _start_of_fields(frame: bytes, *, is_recorded: bool) -> int:
    """Return where the first tag is, after all checks but those of the fields."""
    _check(frame, is_recorded=is_recorded)
    if frame[7] & _ENCRYPTED:
        raise FrameRefused(Outcome.ENCRYPTED)
    if frame[7] & _FRAGMENT:
        raise FrameRefused(Outcome.FRAGMENT)
    # Replies (08xx, 09xx, 0axx) have one more byte, 0 in all captures, before the first tag.
    return _EXTRA_AT if frame[_EXTRA_AT] >= _FIRST_TAG else _EXTRA_AT + 1


def _check(frame: bytes, *, is_recorded: bool) -> None:
    if len(frame) < _SHORTEST or frame[:2] != _PREFIX:
        raise FrameRefused(Outcome.PREFIX)
    if int.from_bytes(frame[2:4], "little") != len(frame):
        raise FrameRefused(Outcome.LENGTH)
    if not is_recorded and checksum(frame) != 0:
        raise FrameRefused(Outcome.CHECKSUM)
    if frame[4:7] not in _APPLICATION:
        is_radio = frame[4] == _APPLICATION[0][0] and frame[6] == _RADIO_END
        raise FrameRefused(Outcome.RADIO if is_radio else Outcome.HEADER)


def checksum(content: bytes) -> int:
    """Return the XOR of all bytes."""
    return reduce(xor, content, 0)


def _short_fields(body: bytes, start: int) -> dict[int, Field] | None:
    """Return the fields where all lengths have one byte, as nearly always; else None.

    It is the first way that `_Walk` tries, and several times as fast.
    """
    fields: dict[int, Field] = {}
    position, last_tag, end = start, _FIRST_TAG - 1, len(body)
    while position + 2 <= end:
        tag = body[position]
        value_from = position + 2
        position = value_from + body[position + 1]
        if tag <= last_tag or position > end:
            return None
        fields[tag] = _field(body[value_from:position])
        last_tag = tag
    return fields if position >= end else None


def _field(value: bytes) -> Field:
    if len(value) > 1 and value[0] in _WIRE_TYPES:
        return Field(value[0], value[1:])
    return Field(None, value)


@dataclass(frozen=True, slots=True)
class _Step:
    tag: int
    value_from: int
    """Where length bytes end and the type byte, if any, is."""
    end: int


class _Walk:
    """Finds the fields of a frame without its checksum.

    Nothing marks a length of two bytes. One byte is tried first, and a way is right only if it ends
    exactly at the end with ascending tags; otherwise the last field that could have a length of two
    bytes is read anew.
    """

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._dead: set[tuple[int, int]] = set()
        """(position, last tag) from which no way leads to the end."""

    def steps(self, start: int) -> list[_Step]:
        if start >= len(self._body):
            return []
        path: list[tuple[_Step, ...]] = [self._ways(start, _FIRST_TAG - 1)]
        while path:
            ways = path[-1]
            if not ways:
                path.pop()
                self._drop_first(path)
                continue
            if ways[0].end == len(self._body):
                return [tried[0] for tried in path]
            path.append(self._ways(ways[0].end, ways[0].tag))
        raise FrameRefused(Outcome.FIELDS)

    def _drop_first(self, path: list[tuple[_Step, ...]]) -> None:
        if path:
            tried = path[-1][0]
            self._dead.add((tried.end, tried.tag))
            path[-1] = path[-1][1:]

    def _ways(self, position: int, last_tag: int) -> tuple[_Step, ...]:
        body = self._body
        if (position, last_tag) in self._dead or position + 2 > len(body):
            return ()
        tag = body[position]
        if tag <= last_tag:
            return ()
        short = _Step(tag, position + 2, position + 2 + body[position + 1])
        ways = (short, self._long(position))
        return tuple(step for step in ways if step is not None and step.end <= len(body))

    def _long(self, position: int) -> _Step | None:
        body = self._body
        if position + 3 >= len(body) or body[position + 3] not in _LONG_TYPES:
            return None
        length = int.from_bytes(body[position + 1 : position + 3], "little")
        if length < _LONG_FROM_BYTES:
            return None
        return _Step(body[position], position + 3, position + 3 + length)
