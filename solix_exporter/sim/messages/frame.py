"""The binary frame of the devices: `FF 09`, length, header, type, fields, checksum."""

from dataclasses import dataclass
from functools import reduce
from operator import xor

_START = b"\xff\x09"
_FROM_DEVICE = b"\x03\x01\x0f"
_LONGEST_SHORT = 255
_OVERHEAD = 10
"""Start, length, header, message type and checksum."""
_CLASS_OF_SUFFIX = {"param_info": 0x34, "state_info": 0x32}
_SECONDS_TAG, _SWITCH_TAG = 0xA3, 0xA2
_FIRST_FIELD = 9
_TYPED = 0x06


@dataclass(frozen=True, slots=True)
class Request:
    """A request to a device."""

    kind: int
    """The message type, 0x0057 is the real-time trigger."""
    is_on: bool
    seconds: int
    """How long the device shall send; 0 where the request does not tell."""


def checksum(content: bytes) -> int:
    """Return the XOR of all bytes."""
    return reduce(xor, content, 0)


def field(tag: int, content: bytes) -> bytes:
    """Return a field; `content` begins with its type byte, if it has one."""
    size = len(content)
    if size > _LONGEST_SHORT:
        return bytes([tag]) + size.to_bytes(2, "little") + content
    return bytes([tag, size]) + content


def device_frame(kind: int, suffix: str, fields: bytes) -> bytes:
    """Return the frame of a message that a device sends.

    Replies (types from 0x0800 on) have one more byte behind the type, 0 for success.
    """
    status = b"\0" if kind >= 0x0800 else b""  # noqa: PLR2004  the first type of a reply
    message_class = field(0xA1, bytes([_CLASS_OF_SUFFIX[suffix]]))
    return _sealed(kind, status + message_class + fields)


def version_frame(hardware: str, software: str) -> bytes:
    """Return an 0830: two texts without type bytes, and no message class."""
    fields = field(0xA1, hardware.encode()) + field(0xA2, software.encode())
    return _sealed(0x0830, b"\0" + fields)


def _sealed(kind: int, body: bytes) -> bytes:
    size = len(body) + _OVERHEAD
    frame = _START + size.to_bytes(2, "little") + _FROM_DEVICE + kind.to_bytes(2) + body
    return frame + bytes([checksum(frame)])


def read_request(frame: bytes) -> Request | None:
    """Return the request in a frame, None if it is none or damaged."""
    is_whole = (
        len(frame) > _OVERHEAD
        and frame.startswith(_START)
        and int.from_bytes(frame[2:4], "little") == len(frame)
        and not checksum(frame)
    )
    if not is_whole:
        return None
    numbers: dict[int, int] = {}
    at = _FIRST_FIELD
    while at + 2 <= len(frame) - 1:
        tag, size = frame[at], frame[at + 1]
        value = frame[at + 2 : at + 2 + size]
        if len(value) > 1 and value[0] <= _TYPED:
            value = value[1:]
        numbers[tag] = int.from_bytes(value, "little")
        at += 2 + size
    if at != len(frame) - 1:
        return None
    return Request(
        kind=int.from_bytes(frame[7:9]),
        is_on=numbers.get(_SWITCH_TAG, 1) != 0,
        seconds=numbers.get(_SECONDS_TAG, 0),
    )
