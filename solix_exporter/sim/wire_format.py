"""The cloud's notation: numbers as text, local times without a zone."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypeAlias
from zoneinfo import ZoneInfo

from solix_exporter.sim.noise import mixed

Json: TypeAlias = "Mapping[str, Json] | Sequence[Json] | str | int | float | bool | None"

_IMAGES = "https://images.example.com/product"
_ICONS = "https://images.example.com/icon"


def integer_text(number: float) -> str:
    """Return a number as text, rounded to an integer."""
    return str(round(number))


def two_decimals(number: float) -> str:
    """Return a number as text with two decimals; never `-0.00`."""
    text = f"{number:.2f}"
    return "0.00" if text == "-0.00" else text


def kwh(energy_wh: float) -> str:
    """Return an energy in Wh as text in kWh with two decimals."""
    return two_decimals(energy_wh / 1000.0)


def local_time(at: datetime, zone: ZoneInfo) -> str:
    """Return an instant as local time of the site."""
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")


def image(pn: str) -> str:
    """Return the URL of a product's picture."""
    return f"{_IMAGES}/picl_{pn}_normal.png"


def icon(name: str) -> str:
    """Return the URL of an icon, such as that of a room."""
    return f"{_ICONS}/{name.lower().replace(' ', '_')}.png"


def hex_text(seed: int, length: int) -> str:
    """Return hex digits derived from a seed."""
    digits = "".join(f"{mixed(seed, index):016x}" for index in range(-(-length // 16)))
    return digits[:length]
