"""Tells requests of this machine's programs from those of a page that was led here.

A page of a foreign site can let its own name point at 127.0.0.1 and read what a server there
answers without asking for a password. The browser sends that name as `Host`.
"""

import ipaddress
import socket
from collections.abc import Collection
from urllib.parse import urlsplit

from aiohttp import hdrs, web


def is_misdirected(request: web.Request, own_hosts: Collection[str]) -> bool:
    """Return whether a request on a loopback address names a host that is none of ours."""
    local = request.transport.get_extra_info("sockname") if request.transport else None
    if not isinstance(local, tuple) or not _is_loopback(str(local[0])):
        return False
    host = _host_of(request.headers.get(hdrs.HOST, ""))
    return not (host in own_hosts or is_local_name(host))


def is_local_name(host: str) -> bool:
    """Return whether a name can only mean this machine; a request without any is none of a page."""
    is_localhost = host == "localhost" or host.endswith(".localhost")
    machine = socket.gethostname().lower()
    return host in {"", machine, machine.partition(".")[0]} or is_localhost or _is_loopback(host)


def _host_of(header: str) -> str:
    """Return the host of a header, lower-case and without its port; what is none stays whole."""
    try:
        return (urlsplit(f"//{header}").hostname or header).rstrip(".").lower()
    except ValueError:
        return header


def _is_loopback(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return bool((mapped or address).is_loopback)
