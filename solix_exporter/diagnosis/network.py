"""The way to a server: name, connection, certificate, clock."""

import os
import socket
import ssl
from collections.abc import Mapping
from datetime import timedelta

from solix_exporter.clock import Clock
from solix_exporter.cloud.reach import Greeting, ServerAddress, address_of, greet, look_up
from solix_exporter.diagnosis.report import CONNECTION, DNS, TIME, Finding, Mark, skipped

CLOCK_TOLERANCE = timedelta(minutes=2)
"""Logins carry the time, and so do the stamps of the devices."""

_EXPIRES_SOON = timedelta(days=3)
_PROXY_VARIABLES = ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")


async def examine_network(
    url: str, clock: Clock, timeout_s: float, environ: Mapping[str, str] = os.environ
) -> tuple[Finding, ...]:
    """Return what is the case between this machine and a server."""
    address = address_of(url)
    try:
        found = await look_up(address)
    except OSError as error:
        return (_no_name(address, error), *skipped((CONNECTION, TIME), "the name is not known"))
    name = Finding(DNS, Mark.OK, f"{address.host} is {', '.join(found[:3])}")
    try:
        greeting = await greet(address, timeout_s)
    except OSError as error:
        trouble = _no_connection(address, error, environ)
        return (name, trouble, *skipped((TIME,), "there is no connection"))
    return (name, _connected(address, greeting, clock), _time(greeting, clock))


def _no_name(address: ServerAddress, error: OSError) -> Finding:
    reason = error.strerror or str(error)
    advice = "Check cloud.url." if error.args[0] == socket.EAI_NONAME else ""
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
    proxy = next((name for name in _PROXY_VARIABLES if environ.get(name)), "")
    if proxy:
        advice += (
            f" {proxy} is set, but the exporter does not use a proxy: allow it to connect directly."
        )
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


def _connected(address: ServerAddress, greeting: Greeting, clock: Clock) -> Finding:
    until = greeting.certificate_until
    if until is None:
        text = f"connected to port {address.port}, without encryption"
        return Finding(CONNECTION, Mark.OK if _is_here(address) else Mark.NOTE, text)
    text = f"connected to port {address.port} by TLS, certificate valid until {until:%Y-%m-%d}"
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
