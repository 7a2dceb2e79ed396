"""The checks of single settings; what they raise is a sentence for the user.

No sentence repeats a value that could be a secret.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import BeforeValidator, SecretStr

from solix_exporter.files import read_file
from solix_exporter.text import closest, format_duration, parse_duration

ENERGY_EXTRAS = ("pv_inputs", "devices", "grid")
"""Families of energy that cost further requests."""

INFLUX_KINDS = ("daily", "live")
"""What can be written to InfluxDB."""

_OWN_TAGS = ("account", "site_id", "device_sn", "time", "name")
"""Names of columns that the points have already."""
_SIZE_UNITS = {"": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9}
_LEAST_SPOOL = 10**6

_RESERVED_PATHS = (
    "/-/healthy",
    "/-/ready",
    "/-/reload",
    "/api/v1/snapshot",
    "/config",
    "/docs",
)
# A browser takes what follows two slashes for another host.
_PATH = r"/|(/[A-Za-z0-9._~-]+)+/?"


def between(minimum_s: float, maximum_s: float) -> BeforeValidator:
    """Return a validator for a duration within bounds."""

    def check(value: object) -> float:
        seconds = parse_duration(value)
        if minimum_s <= seconds <= maximum_s:
            return seconds
        low, high = format_duration(minimum_s), format_duration(maximum_s)
        raise ValueError(f"must be between {low} and {high}, not {format_duration(seconds)}")

    return BeforeValidator(check)


def as_items(value: object) -> object:
    """Return the items of a comma-separated text; anything else as it is."""
    if not isinstance(value, str):
        return value
    return tuple(item.strip() for item in value.split(",") if item.strip())


def as_local_devices(value: object) -> object:
    """Return a section per address of a text or list; anything else as it is."""
    items = as_items(value)
    if not isinstance(items, list | tuple):
        return items
    return tuple({"host": item} if isinstance(item, str) else item for item in items)


MQTT_MODES = ("off", "listen", "refresh", "realtime")
FILL = "fill"


def check_device_mqtt(values: tuple[str, ...]) -> tuple[str, ...]:
    """Return what a device's `mqtt` says: at most one mode, and `fill`."""
    known = (*MQTT_MODES, FILL)
    for value in values:
        if value not in known:
            raise ValueError(f"{value!r} is unknown; known are {', '.join(known)}")
    if sum(value in MQTT_MODES for value in values) > 1:
        raise ValueError("names more than one mode")
    return values


def check_some(values: tuple[str, ...]) -> tuple[str, ...]:
    """Return `values`, of which there is at least one."""
    if not values:
        raise ValueError("must not be empty")
    return values


def check_energy_extra(values: tuple[str, ...]) -> tuple[str, ...]:
    """Return `values`, each one a family of energy that can be asked for."""
    for value in values:
        if value not in ENERGY_EXTRAS:
            raise ValueError(f"{value!r} is not one of {', '.join(ENERGY_EXTRAS)}")
    return values


def check_influx_kinds(values: tuple[str, ...]) -> tuple[str, ...]:
    """Return `values`, each one something that can be written to InfluxDB."""
    for value in values:
        if value not in INFLUX_KINDS:
            raise ValueError(f"{value!r} is not one of {', '.join(INFLUX_KINDS)}")
    return values


def as_pairs(value: object) -> object:
    """Return the pairs of a text such as `home=lake,tier=1`; anything else as it is."""
    if not isinstance(value, str):
        return value
    pairs = [item.partition("=") for item in value.split(",") if item.strip()]
    return {name.strip(): text.strip() for name, _, text in pairs}


def check_tags(values: Mapping[str, str]) -> Mapping[str, str]:
    """Return `values`, tags that a point can carry beside its own."""
    for name, text in values.items():
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,63}", name) or not text.strip():
            raise ValueError(f"{name!r} is not a tag; write it like home=lake")
        if name in _OWN_TAGS or name.endswith(("_w", "_wh", "_ratio")):
            raise ValueError(f"{name!r} is a name that the points use themselves; choose another")
    return values


def check_measurement_prefix(value: str) -> str:
    """Return `value`, with which names of measurements can begin."""
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", value):
        raise ValueError("must be letters, digits and _, a letter first")
    return value


def check_file(value: Path) -> Path:
    """Return `value`, a file that can be read, with `~` resolved."""
    path = check_state_dir(value)
    try:
        read_file(path)
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror}") from None
    return path


def parse_size(value: object) -> int:
    """Return the bytes that `value` stands for: 50MB, 500 kB, 1000000."""
    found = re.fullmatch(r"(\d+)\s*([kmg]?b|)", str(value).strip().lower())
    if not found:
        raise ValueError(f"{value!r} is not a size; write it like 50MB")
    size = int(found.group(1)) * _SIZE_UNITS.get(found.group(2), 1)
    if size < _LEAST_SPOOL:
        raise ValueError("must be at least 1MB")
    return size


def check_name(value: str) -> str:
    """Return `value`, a short name that can be a label."""
    if not re.fullmatch(r"[a-z0-9_-]{1,32}", value):
        raise ValueError("must be a short name of small letters, digits, - and _")
    return value


def check_user(value: str) -> str:
    """Return `value`, an e-mail address; the sentence does not repeat it."""
    if not re.fullmatch(r"[^@\s]+@[^@\s]+", value):
        raise ValueError("must be the e-mail address of the Anker account")
    _check_encodable(value)
    return value


def check_password(value: SecretStr) -> SecretStr:
    """Return `value`, a password that is not empty."""
    if not value.get_secret_value():
        raise ValueError("is empty; give the password of the Anker account")
    _check_encodable(value.get_secret_value())
    return value


def _check_encodable(text: str) -> None:
    """Raise ValueError for what the environment held as bytes that are no text."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("is not UTF-8 text; write it in UTF-8") from None


def check_token(value: SecretStr) -> SecretStr:
    """Return `value`, a token that fits into one line of a request."""
    if not value.get_secret_value().isprintable():
        raise ValueError("holds a line break or another character that no token has")
    return value


def check_url(value: str) -> str:
    """Return `value`, a server's address, without a slash at its end."""
    try:
        parts = urlsplit(value)
        is_usable = parts.scheme in {"http", "https"} and bool(parts.hostname)
        is_plain = not (parts.query or parts.fragment or parts.username or parts.password)
        _ = parts.port  # raises where the port is no number
    except ValueError:
        is_usable = is_plain = False
    if not (is_usable and is_plain):
        raise ValueError("must be an address such as https://host:port")
    return value.rstrip("/")


def check_public_key(value: str) -> str:
    """Return `value`, the server's half of the login's key exchange, in small letters."""
    if not re.fullmatch(r"04[0-9a-fA-F]{128}", value):
        raise ValueError("must be an uncompressed P-256 point: 130 hexadecimal digits, 04 first")
    return value.lower()


def check_timezone(value: str) -> str:
    """Return `value`, a name of the time-zone database."""
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        close = closest(value, available_timezones())
        hint = f"did you mean {close}?" if close else "write it like Europe/Berlin"
        raise ValueError(f"{value!r} is not a known time zone; {hint}") from None
    return value


def check_listen_address(value: str) -> str:
    """Return `value`, an address that a server can listen on."""
    text = f":{value}" if value.isdecimal() else value
    try:
        parts = urlsplit(f"//{text}")
        is_usable = parts.port is not None and parts.netloc == text and parts.username is None
    except ValueError:
        is_usable = False
    if not is_usable:
        raise ValueError(f"{value!r} is not an address; write it like :7654 or 127.0.0.1:7654")
    return value


def check_telemetry_path(value: str) -> str:
    """Return `value`, a path that the exporter does not use itself."""
    if not re.fullmatch(_PATH, value):
        raise ValueError(f"{value!r} is not a path; write it like /metrics")
    if value in _RESERVED_PATHS:
        raise ValueError(f"{value} is taken by the exporter itself; write it like /metrics")
    return value


def check_external_url(value: str) -> str:
    """Return `value`, the address under which a proxy shows the exporter."""
    url = check_url(value)
    path = urlsplit(url).path
    if path and not re.fullmatch(_PATH, path):
        raise ValueError("has a path that is not made of letters, digits and . _ ~ - /")
    return url


def check_route_prefix(value: str) -> str:
    """Return `value` with a slash in front and none at its end; the root's is empty."""
    prefix = f"/{value.strip('/')}".rstrip("/")
    if prefix and not re.fullmatch(_PATH, prefix):
        raise ValueError(f"{value!r} is not a path; write it like /solix")
    return prefix


def check_state_dir(value: Path) -> Path:
    """Return `value` with `~` resolved."""
    try:
        return value.expanduser()
    except RuntimeError:
        raise ValueError("~ cannot be resolved here; write the whole path") from None


def spell_level(value: object) -> object:
    """Return `value` in the spelling of this program: small letters, `warning`."""
    level = value.strip().lower() if isinstance(value, str) else value
    return "warning" if level == "warn" else level
