"""Frames of Modbus TCP: the request as received, and the bytes of an answer."""

import asyncio
from dataclasses import dataclass

_HEADER = 7
_LARGEST_LENGTH = 254
_MOST_REGISTERS = 125
_EXCEPTION = 0x80

ILLEGAL_FUNCTION = 1
ILLEGAL_ADDRESS = 2
ILLEGAL_VALUE = 3
BUSY = 6
NO_SUCH_UNIT = 11

WRITING = frozenset({5, 6, 15, 16, 21, 22, 23})
"""Function codes that change a device."""


class NotModbusError(Exception):
    """The bytes are no request; the device closes the connection."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request."""

    transaction: int
    unit: int
    function: int
    body: bytes
    """What follows the function code."""

    @property
    def address(self) -> int | None:
        """Return the first address that a read or write is about; None if there is none."""
        return int.from_bytes(self.body[:2], "big") if len(self.body) >= 2 else None  # noqa: PLR2004  two bytes

    @property
    def count(self) -> int:
        """Return the number of registers that a read asks for; 0 if the request is no read."""
        return int.from_bytes(self.body[2:4], "big") if len(self.body) == 4 else 0  # noqa: PLR2004  two words

    @property
    def has_legal_count(self) -> bool:
        """Return whether a read asks for as many registers as one may."""
        return 1 <= self.count <= _MOST_REGISTERS


@dataclass(frozen=True, slots=True)
class Frame:
    """One answer, each part as sent."""

    transaction: int
    unit: int
    function: int
    body: bytes
    protocol: int = 0
    length: int | None = None
    """None is the right one."""
    trailer: bytes = b""
    kept: int | None = None
    """How many bytes are sent; None is all."""

    def encoded(self) -> bytes:
        """Return the bytes."""
        length = len(self.body) + 2 if self.length is None else self.length
        header = b"".join(
            number.to_bytes(2, "big") for number in (self.transaction, self.protocol, length)
        )
        whole = header + bytes([self.unit, self.function]) + self.body + self.trailer
        return whole[: self.kept]


async def receive(reader: asyncio.StreamReader) -> Request:
    """Return the next request.

    Raises NotModbusError for other bytes and IncompleteReadError at the end of the connection.
    """
    header = await reader.readexactly(_HEADER)
    protocol, length = int.from_bytes(header[2:4], "big"), int.from_bytes(header[4:6], "big")
    if protocol or not 2 <= length <= _LARGEST_LENGTH:  # noqa: PLR2004  unit and function
        raise NotModbusError
    body = await reader.readexactly(length - 1)
    return Request(int.from_bytes(header[:2], "big"), header[6], body[0], body[1:])


def words_answer(request: Request, words: list[int]) -> Frame:
    """Return the answer to a read."""
    raw = b"".join(word.to_bytes(2, "big") for word in words)
    return Frame(request.transaction, request.unit, request.function, bytes([len(raw)]) + raw)


def exception_answer(request: Request, code: int) -> Frame:
    """Return an exception."""
    function = request.function | _EXCEPTION
    return Frame(request.transaction, request.unit, function, bytes([code]))
