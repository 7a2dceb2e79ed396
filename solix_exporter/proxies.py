"""Which proxy the environment names for a URL: HTTPS_PROXY, HTTP_PROXY, and NO_PROXY against them.

The names are read in small letters first, as curl does. What is on this machine never goes through
a proxy.
"""

import base64
import ipaddress
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import SplitResult, unquote, urlsplit

PROXY_VARIABLES = ("https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY")
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy that is spoken to by plain HTTP."""

    host: str
    port: int
    url: str = field(repr=False)
    """With the user and the password, where it has them; never shown."""

    @property
    def place(self) -> str:
        """Return where it is, for messages."""
        return f"{self.host} port {self.port}"

    @property
    def authorization(self) -> str:
        """Return the value of the header Proxy-Authorization; empty where none is wanted."""
        parts = urlsplit(self.url)
        if parts.username is None:
            return ""
        pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        return f"Basic {base64.b64encode(pair.encode()).decode()}"


def proxy_for(url: str, environ: Mapping[str, str] = os.environ) -> Proxy | None:
    """Return the proxy on the way to a URL, None for the straight way.

    One that is no http:// proxy is left aside, and so is what cannot be read.
    """
    target = urlsplit(url)
    name = f"{target.scheme}_proxy"
    value = environ.get(name) or environ.get(name.upper()) or ""
    excepted = environ.get("no_proxy") or environ.get("NO_PROXY") or ""
    if not value or _is_here(target.hostname or "") or _is_excepted(target, excepted):
        return None
    return _parsed(value if "://" in value else f"http://{value}")


def proxy_passwords(environ: Mapping[str, str] = os.environ) -> list[str]:
    """Return the passwords in the variables as they stand there, for what must not show them."""
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
    """Return whether NO_PROXY names the target: *, a name and all below it, an address, a net."""
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
