"""Addresses of local devices: a name, IPv4 or IPv6, with a port where it is not Modbus' own."""

import re
from urllib.parse import urlsplit

MODBUS_PORT = 502

_NAME = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,252})")
_HINT = "write it like 192.168.1.40, meter.lan, [fe80::1%eth0] or 192.168.1.40:502"


def split_local_host(text: str) -> tuple[str, int]:
    """Return host and port of `192.168.1.40`, `meter.lan:5020`, `[::1]:502` or `::1`.

    Raises ValueError with a sentence for the user.
    """
    if text.count(":") > 1 and not text.startswith("["):
        text = f"[{text}]"
    try:
        parts = urlsplit(f"//{text}")
        host, port = parts.hostname or "", parts.port
        is_plain = (
            parts.netloc == text and parts.username is None and not parts.netloc.endswith(":")
        )
    except ValueError:
        host, port, is_plain = "", None, False
    is_usable = is_plain and (":" in host or _NAME.fullmatch(host))
    if not is_usable or port == 0:
        raise ValueError(f"{text!r} is not the address of a device; {_HINT}")
    return host, MODBUS_PORT if port is None else port


def check_local_host(value: str) -> str:
    """Return `value`, the address of a device."""
    text = value.strip()
    split_local_host(text)
    return text
