"""The way to a server: name, connection, certificate, clock."""

import os
import socket
import ssl
from collections.abc import Mapping
from datetime import timedelta

from solix_exporter.clock import Clock
from solix_exporter.cloud.reach import (
    Greeting,
    ProxyRefused,
    ServerAddress,
    address_of,
    greet,
    look_up,
)
from solix_exporter.diagnosis.report import CONNECTION, DNS, TIME, Finding, Mark, skipped
from solix_exporter.net import PROXY_VARIABLES, Proxy, proxy_for

CLOCK_TOLERANCE = timedelta(minutes=2)
"""Logins carry the time, and so do the stamps of the devices."""

_EXPIRES_SOON = timedelta(days=3)


async def examine_network(
    url: str, clock: Clock, timeout_s: float, environ: Mapping[str, str] = os.environ
) -> tuple[Finding, ...]:
    """Return what is the case between this machine and a server."""
    address, proxy = address_of(url), proxy_for(url, environ)
    first = address if proxy is None else ServerAddress(proxy.host, proxy.port, is_secure=False)
    try:
        found = await look_up(first)
    except OSError as error:
        return (
            _no_name(first, error, proxy),
            *skipped((CONNECTION, TIME), "the name is not known"),
        )
    host = address.host if proxy is None else f"the proxy {proxy.host}"
    name = Finding(DNS, Mark.OK, f"{host} is {', '.join(found[:3])}")
    try:
        greeting = await greet(address, timeout_s, proxy)
    except OSError as error:
        trouble = (
            _no_connection(address, error, environ)
            if proxy is None or isinstance(error, ssl.SSLError)
            else _no_way_through(proxy, address, error)
        )
        return (name, trouble, *skipped((TIME,), "there is no connection"))
    return (name, _connected(address, greeting, clock, proxy), _time(greeting, clock))


def _no_name(address: ServerAddress, error: OSError, proxy: Proxy | None) -> Finding:
    reason = error.strerror or str(error)
    setting = "cloud.url" if proxy is None else "HTTPS_PROXY and HTTP_PROXY"
    advice = f"Check {setting}." if error.args[0] == socket.EAI_NONAME else ""
    return Finding(
        DNS,
        Mark.FAILED,
        f"the name {address.host} cannot be looked up: {reason}",
        f"{advice} Check that this machine is online and that its DNS server answers; in a"
        " container, the container's DNS.".strip(),
    )


def _no_connection(address: ServerAddress, error: OSError, environ: Mapping[str, str]) -> Finding:
    place = f"{address.host} port {address.port}"
    if isinstance(error, ssl.SSLError):
        return _no_handshake(place, error)
    if isinstance(error, TimeoutError):
        text, advice = f"no answer from {place} in time", "A firewall may swallow the connection."
    else:
        text = f"no connection to {place}: {_reason(error)}"
        advice = "Check the network and any firewall; the exporter must reach this port."
    variable = next((name for name in PROXY_VARIABLES if environ.get(name)), "")
    if variable:
        advice += (
            f" {variable} is set, but not used for this server: NO_PROXY excepts it, or it is on"
            " this machine, or that proxy is for other addresses or no http:// proxy."
        )
    return Finding(CONNECTION, Mark.FAILED, text, advice)


def _no_way_through(proxy: Proxy, address: ServerAddress, error: OSError) -> Finding:
    place = f"{address.host} port {address.port}"
    if isinstance(error, ProxyRefused):
        text = f"the proxy {proxy.place} does not let us through to {place}: {error}"
        advice = (
            "Have it allow this server; a proxy that wants a login gets it as"
            " http://user:password@host:port."
        )
    elif isinstance(error, TimeoutError):
        text = f"no answer from {place} through the proxy {proxy.place} in time"
        advice = "Check HTTPS_PROXY and HTTP_PROXY, or name the server in NO_PROXY."
    else:
        text = f"no connection to the proxy {proxy.place}: {_reason(error)}"
        advice = "Check HTTPS_PROXY and HTTP_PROXY, or name the server in NO_PROXY."
    return Finding(CONNECTION, Mark.FAILED, text, advice)


def _reason(error: OSError) -> str:
    # asyncio puts the address in front; what the system says of the number is plain words.
    return os.strerror(error.errno) if error.errno and error.errno > 0 else str(error)


def _no_handshake(place: str, error: ssl.SSLError) -> Finding:
    if isinstance(error, ssl.SSLCertVerificationError):
        return Finding(
            CONNECTION,
            Mark.FAILED,
            f"the certificate of {place} is not valid: {error.verify_message}",
            "Something between this machine and the cloud may open the connection (a proxy, a"
            " virus scanner); have it leave this server alone. Or this machine lacks the"
            " certificates of the authorities (package ca-certificates), or its clock is wrong.",
        )
    return Finding(
        CONNECTION,
        Mark.FAILED,
        f"no secure connection to {place}: {error.reason or error}",
        "Something else may answer there, say the login page of a hotel network or a proxy.",
    )


def _connected(
    address: ServerAddress, greeting: Greeting, clock: Clock, proxy: Proxy | None
) -> Finding:
    until = greeting.certificate_until
    way = f"port {address.port}" + (f" through the proxy {proxy.place}" if proxy else "")
    if until is None:
        text = f"connected to {way}, without encryption"
        return Finding(CONNECTION, Mark.OK if _is_here(address) else Mark.NOTE, text)
    text = f"connected to {way} by TLS, certificate valid until {until:%Y-%m-%d}"
    if until - clock.now() < _EXPIRES_SOON:
        return Finding(CONNECTION, Mark.NOTE, text, "It ends soon; its owner has to renew it.")
    return Finding(CONNECTION, Mark.OK, text)


def _is_here(address: ServerAddress) -> bool:
    return address.host in {"localhost", "127.0.0.1", "::1"}


def _time(greeting: Greeting, clock: Clock) -> Finding:
    if greeting.now is None:
        return Finding(TIME, Mark.NOTE, "the server does not tell its time")
    ahead = clock.now() - greeting.now
    if abs(ahead) <= CLOCK_TOLERANCE:
        return Finding(TIME, Mark.OK, "this machine's clock agrees with the server's")
    minutes = round(abs(ahead).total_seconds() / 60)
    direction = "ahead of" if ahead > timedelta() else "behind"
    return Finding(
        TIME,
        Mark.FAILED,
        f"this machine's clock is {minutes} minutes {direction} the server's",
        "Set it right and keep it so, for example with `timedatectl set-ntp true`.",
    )
