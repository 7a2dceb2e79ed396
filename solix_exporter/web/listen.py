"""Listen addresses in the spelling of the Prometheus exporters, and the sockets behind them."""

import asyncio
import errno
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from solix_exporter.errors import ConfigError

_ADVICE = {
    errno.EADDRINUSE: "another program listens there; stop it or choose another port",
    errno.EADDRNOTAVAIL: "this machine does not have the address; choose one that it has",
    errno.EACCES: "the port needs privileges; choose one above 1023",
}


@dataclass(frozen=True, slots=True)
class ListenAddress:
    """Where to listen; an empty host is every address of the machine, port 0 any free port."""

    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    @property
    def for_browser(self) -> str:
        """Return the host and port that a person types into a browser on this machine."""
        is_every_address = self.host in {"", "0.0.0.0", "::"}  # noqa: S104  # compared, not bound
        return str(ListenAddress("localhost", self.port) if is_every_address else self)


def parse_listen_address(text: str) -> ListenAddress:
    """Parse an address such as `:7654`, `127.0.0.1:0`, `[::1]:7654` or `7654`."""
    whole = f":{text}" if text.isdecimal() else text
    try:
        parts = urlsplit(f"//{whole}")
        port = parts.port if parts.netloc == whole else None
    except ValueError:
        port = None
    if port is None:
        raise ConfigError(f"{text!r} is not an address; write it like :7654 or 127.0.0.1:7654")
    return ListenAddress(parts.hostname or "", port)


async def open_sockets(address: ListenAddress) -> list[socket.socket]:
    """Return listening sockets for `address`, one per address of its host.

    Raises ConfigError with what the user can do.
    """
    try:
        if not address.host:
            return [_open_everywhere(address.port)]
        return await _open_each(address)
    except socket.gaierror as error:
        raise ConfigError(f"cannot listen on {address}: unknown host {address.host}") from error
    except OSError as error:
        advice = _ADVICE.get(error.errno or 0, error.strerror)
        raise ConfigError(f"cannot listen on {address}: {advice}") from error


def _open_everywhere(port: int) -> socket.socket:
    """Return one socket for IPv4 and IPv6; for IPv4 alone where the machine has no IPv6."""
    if socket.has_dualstack_ipv6():
        try:
            return socket.create_server(("", port), family=socket.AF_INET6, dualstack_ipv6=True)
        except OSError as error:
            # A kernel with IPv6 switched off still makes such sockets, but cannot bind them.
            if error.errno not in {errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT}:
                raise
    return socket.create_server(("", port))


async def _open_each(address: ListenAddress) -> list[socket.socket]:
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
    sockets: list[socket.socket] = []
    try:
        for family, _, _, _, where in dict.fromkeys(found):
            sockets.append(socket.create_server(where, family=family))
    except OSError:
        for opened in sockets:
            opened.close()
        raise
    return sockets
