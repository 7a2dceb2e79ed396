"""Reads the body of an HTTP answer up to a limit, which counts what is unpacked.

The HTTP library would unpack a whole piece before anybody can count it: a piece of 64 KiB may hold
64 MiB.
"""

import zlib
from collections.abc import AsyncIterable

LARGEST_ANSWER_BYTES = 4 * 1024 * 1024
"""The largest answer that was ever captured has 0.17 MiB; more is no answer of this cloud."""

ACCEPTED_ENCODINGS = "gzip, deflate"
"""The encodings that `read_body` knows, for the header Accept-Encoding."""

_MOST_MEMBERS = 100
"""A gzip stream may consist of several; one of thousands only costs time."""
_RAW_DEFLATE, _ZLIB, _GZIP = -zlib.MAX_WBITS, zlib.MAX_WBITS, 16 + zlib.MAX_WBITS
_IS_ZLIB = 8
"""Low half of the first byte where deflate has a header, as RFC 9110 wants and some omit."""


class BodyRefusedError(ValueError):
    """The body is too large, or packed in a way that cannot be undone."""


async def read_body(
    pieces: AsyncIterable[bytes], encoding: str, most_bytes: int = LARGEST_ANSWER_BYTES
) -> bytes:
    """Return the unpacked body; `encoding` is the header Content-Encoding.

    Raises BodyRefusedError, as soon as more than `most_bytes` have come or were unpacked.
    """
    unpack = _Unpacker(encoding, most_bytes)
    came = 0
    async for piece in pieces:
        came += len(piece)
        if came > most_bytes:
            raise _too_large(most_bytes)
        unpack.feed(piece)
    return unpack.end()


class _Unpacker:
    """Gathers what the pieces of a body hold."""

    def __init__(self, encoding: str, most_bytes: int) -> None:
        self._encoding = encoding.strip().lower().removeprefix("x-")
        self._most_bytes = most_bytes
        self._content = bytearray()
        self._stream: zlib._Decompress | None = None
        self._members = 0
        if self._encoding not in {"", "identity", "gzip", "deflate"}:
            raise BodyRefusedError("the answer is packed in a way that was not asked for")

    def feed(self, piece: bytes) -> None:
        """Add one piece."""
        if self._encoding in {"", "identity"}:
            self._content += piece
            return
        try:
            while piece:
                piece = self._inflate(piece)
        except zlib.error as error:
            raise BodyRefusedError("the answer cannot be unpacked") from error

    def _inflate(self, piece: bytes) -> bytes:
        """Unpack as much as the limit leaves room for, and return what a next member begins with.

        What fills an end up with zeros is no member.
        """
        if self._stream is None or self._stream.eof:
            piece = piece.lstrip(b"\0") if self._members else piece
            if not piece:
                return b""
            self._stream = self._next_stream(piece[0])
        room = self._most_bytes - len(self._content)
        self._content += self._stream.decompress(piece, room + 1)
        if len(self._content) > self._most_bytes:
            raise _too_large(self._most_bytes)
        return self._stream.unused_data

    def _next_stream(self, first: int) -> "zlib._Decompress":
        self._members += 1
        if self._members > _MOST_MEMBERS:
            raise BodyRefusedError("the answer is packed in too many parts")
        if self._encoding == "gzip":
            return zlib.decompressobj(_GZIP)
        return zlib.decompressobj(_ZLIB if first & 15 == _IS_ZLIB else _RAW_DEFLATE)

    def end(self) -> bytes:
        """Return everything, once all pieces have come."""
        if self._stream is not None and not self._stream.eof:
            raise BodyRefusedError("the packed answer was cut off")
        return bytes(self._content)


def _too_large(most_bytes: int) -> BodyRefusedError:
    return BodyRefusedError(f"the answer is larger than {most_bytes // 2**20} MiB")
