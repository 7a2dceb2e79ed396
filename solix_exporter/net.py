"""The network: which proxy the environment names, and the bodies of answers up to a limit."""

import base64
import ipaddress
import os
import re
import zlib
from collections.abc import AsyncIterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import SplitResult, unquote, urlsplit

# --- proxies ---------------------------------------------------------------------------------

PROXY_VARIABLES = ("https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY")
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Proxy:
    """An HTTP proxy."""

    host: str
    port: int
    url: str = field(repr=False)
    """With user and password, if it has them; never shown."""

    @property
    def place(self) -> str:
        """Return host and port, for messages."""
        return f"{self.host} port {self.port}"

    @property
    def authorization(self) -> str:
        """Return the value of the header Proxy-Authorization, empty without a user."""
        parts = urlsplit(self.url)
        if parts.username is None:
            return ""
        pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        return f"Basic {base64.b64encode(pair.encode()).decode()}"


def proxy_for(url: str, environ: Mapping[str, str] = os.environ) -> Proxy | None:
    """Return the proxy for a URL, None for a direct connection.

    It comes from HTTPS_PROXY or HTTP_PROXY, with NO_PROXY against them; lower-case names win, as
    with curl. This machine is always connected to directly. Proxies other than http:// and values
    that cannot be parsed are ignored. Unlike urllib, NO_PROXY may hold networks, as in Go.
    """
    target = urlsplit(url)
    name = f"{target.scheme}_proxy"
    value = environ.get(name) or environ.get(name.upper()) or ""
    excepted = environ.get("no_proxy") or environ.get("NO_PROXY") or ""
    if not value or _is_here(target.hostname or "") or _is_excepted(target, excepted):
        return None
    return _parsed(value if "://" in value else f"http://{value}")


def proxy_passwords(environ: Mapping[str, str] = os.environ) -> list[str]:
    """Return the passwords in the variables, in their spelling there, to be hidden in the log."""
    found = (re.search(r"://[^/@]*?:([^/]*)@", environ.get(name, "")) for name in PROXY_VARIABLES)
    return [match.group(1) for match in found if match]


def _parsed(value: str) -> Proxy | None:
    try:
        parts = urlsplit(value)
        port = parts.port or _PORTS["http"]
    except ValueError:
        return None
    if parts.scheme != "http" or not parts.hostname:
        return None
    return Proxy(parts.hostname, port, value)


def _is_here(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    address = _address(host)
    return address is not None and (address.is_loopback or address.is_unspecified)


def _is_excepted(target: SplitResult, excepted: str) -> bool:
    """Return whether NO_PROXY names the target: *, a domain, an address or a network."""
    host = target.hostname or ""
    port = str(target.port or _PORTS.get(target.scheme, 0))
    for entry in excepted.replace(",", " ").lower().split():
        name, _, only = entry.rpartition(":") if entry.count(":") == 1 else (entry, "", port)
        if only != port:
            continue
        name = name.removeprefix("*").removeprefix(".")
        if not name or host == name or host.endswith(f".{name}") or _is_in(host, name):
            return True
    return False


def _is_in(host: str, net: str) -> bool:
    address = _address(host)
    try:
        return address is not None and address in ipaddress.ip_network(net, strict=False)
    except ValueError:
        return False


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


# --- bodies ----------------------------------------------------------------------------------

LARGEST_ANSWER_BYTES = 4 * 1024 * 1024
"""The largest captured answer has 0.17 MiB."""

ACCEPTED_ENCODINGS = "gzip, deflate"
"""What `read_body` can unpack, for the header Accept-Encoding."""

_MOST_MEMBERS = 100
"""A gzip stream may have several members; thousands only cost time."""
_RAW_DEFLATE, _ZLIB, _GZIP = -zlib.MAX_WBITS, zlib.MAX_WBITS, 16 + zlib.MAX_WBITS
_IS_ZLIB = 8
"""Low half of the first byte if deflate has the header that RFC 9110 asks for and some omit."""


class BodyRefusedError(ValueError):
    """The body is too large, or its encoding is unknown or broken."""


async def read_body(
    chunks: AsyncIterable[bytes], encoding: str, most_bytes: int = LARGEST_ANSWER_BYTES
) -> bytes:
    """Return the unpacked body; `encoding` is the header Content-Encoding.

    The HTTP library would unpack a whole chunk before its size can be checked: 64 KiB may hold
    64 MiB. Raises BodyRefusedError as soon as more than `most_bytes` were received or unpacked.
    """
    unpack = _Unpacker(encoding, most_bytes)
    received = 0
    async for chunk in chunks:
        received += len(chunk)
        if received > most_bytes:
            raise _too_large(most_bytes)
        unpack.feed(chunk)
    return unpack.end()


class _Unpacker:
    """Unpacks a body chunk by chunk."""

    def __init__(self, encoding: str, most_bytes: int) -> None:
        self._encoding = encoding.strip().lower().removeprefix("x-")
        self._most_bytes = most_bytes
        self._content = bytearray()
        self._stream: zlib._Decompress | None = None
        self._members = 0
        if self._encoding not in {"", "identity", "gzip", "deflate"}:
            raise BodyRefusedError("the answer is packed in a way that was not asked for")

    def feed(self, chunk: bytes) -> None:
        """Add one chunk."""
        if self._encoding in {"", "identity"}:
            self._content += chunk
            return
        try:
            while chunk:
                chunk = self._inflate(chunk)
        except zlib.error as error:
            raise BodyRefusedError("the answer cannot be unpacked") from error

    def _inflate(self, chunk: bytes) -> bytes:
        """Unpack as much as the limit allows, and return the rest, which begins the next member.

        Zeros after the end are padding, not a member.
        """
        if self._stream is None or self._stream.eof:
            chunk = chunk.lstrip(b"\0") if self._members else chunk
            if not chunk:
                return b""
            self._stream = self._next_stream(chunk[0])
        room = self._most_bytes - len(self._content)
        self._content += self._stream.decompress(chunk, room + 1)
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
        """Return the whole body, after its last chunk."""
        if self._stream is not None and not self._stream.eof:
            raise BodyRefusedError("the packed answer was cut off")
        return bytes(self._content)


def _too_large(most_bytes: int) -> BodyRefusedError:
    return BodyRefusedError(f"the answer is larger than {most_bytes // 2**20} MiB")
