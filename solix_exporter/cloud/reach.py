"""Looks at a server from the network's side: its name, its certificate, its clock.

Needs no account and asks no endpoint; the doctor uses it to tell one trouble from another.
"""

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from solix_exporter.cloud.headers import parse_date
from solix_exporter.net import Proxy
from solix_exporter.redact import quoted

_PORTS = {"http": 80, "https": 443}
_MOST_HEADER_LINES = 100


@dataclass(frozen=True, slots=True)
class ServerAddress:
    """Where a base URL points."""

    host: str
    port: int
    is_secure: bool


@dataclass(frozen=True, slots=True)
class Greeting:
    """What a server shows to anybody who comes by."""

    certificate_until: datetime | None
    """End of its certificate; None for plain HTTP."""
    now: datetime | None
    """The server's clock, to the second; None where it does not tell."""


def address_of(url: str) -> ServerAddress:
    """Return where a base URL points."""
    parts = urlsplit(url)
    port = parts.port or _PORTS[parts.scheme]
    return ServerAddress(parts.hostname or "", port, parts.scheme == "https")


async def look_up(address: ServerAddress) -> tuple[str, ...]:
    """Return the IP addresses of the host, those of IPv4 first.

    Raises OSError when the name cannot be looked up.
    """
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
    texts = {str(where[0]) for *_, where in found}
    return tuple(sorted(texts, key=lambda text: (ipaddress.ip_address(text).version, text)))


class ProxyRefused(OSError):
    """The proxy does not let anybody through; its message is the proxy's own first line."""


async def greet(address: ServerAddress, timeout_s: float, proxy: Proxy | None = None) -> Greeting:
    """Connect, shake hands and read the clock off the answer to a request for nothing.

    Raises ssl.SSLError, ProxyRefused, TimeoutError or OSError.
    """
    async with asyncio.timeout(timeout_s), _connection(address, proxy) as (reader, writer):
        lines = [f"Host: {address.host}", "Connection: close"]
        place = "/"
        if proxy is not None and not address.is_secure:
            # A proxy forwards plain requests; it is told where to.
            place = f"http://{address.host}:{address.port}/"
            lines += _credentials(proxy)
        await _say(writer, f"HEAD {place} HTTP/1.1", *lines)
        return Greeting(_certificate_until(writer), await _date(reader))


@asynccontextmanager
async def _connection(
    address: ServerAddress, proxy: Proxy | None
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    context = ssl.create_default_context() if address.is_secure else None
    if proxy is None:
        reader, writer = await asyncio.open_connection(address.host, address.port, ssl=context)
    else:
        reader, writer = await asyncio.open_connection(proxy.host, proxy.port)
    try:
        if proxy is not None and context is not None:
            await _tunnel(reader, writer, address, proxy)
            await writer.start_tls(context, server_hostname=address.host)
        yield reader, writer
    finally:
        # Nothing more is wanted of it, so there is no goodbye to wait for.
        writer.transport.abort()


async def _tunnel(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    address: ServerAddress,
    proxy: Proxy,
) -> None:
    """Have the proxy open the way to the server. Raises ProxyRefused."""
    place = f"{address.host}:{address.port}"
    await _say(writer, f"CONNECT {place} HTTP/1.1", f"Host: {place}", *_credentials(proxy))
    status = (await reader.readline()).decode("latin-1").strip()
    for _ in range(_MOST_HEADER_LINES):
        if not (await reader.readline()).strip():
            break
    if status.split(" ")[1:2] != ["200"]:
        raise ProxyRefused(quoted(status) or "it hung up")


def _credentials(proxy: Proxy) -> list[str]:
    return [f"Proxy-Authorization: {proxy.authorization}"] if proxy.authorization else []


async def _say(writer: asyncio.StreamWriter, *lines: str) -> None:
    writer.write("".join(f"{line}\r\n" for line in (*lines, "")).encode())
    await writer.drain()


def _certificate_until(writer: asyncio.StreamWriter) -> datetime | None:
    certificate = writer.get_extra_info("peercert")
    if not certificate:
        return None
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(certificate["notAfter"]), UTC)


async def _date(reader: asyncio.StreamReader) -> datetime | None:
    """Return the header Date of an answer."""
    for _ in range(_MOST_HEADER_LINES):
        line = (await reader.readline()).decode("latin-1").strip()
        if not line:
            return None
        name, _, value = line.partition(":")
        if name.lower() == "date":
            return parse_date(value.strip())
    return None
