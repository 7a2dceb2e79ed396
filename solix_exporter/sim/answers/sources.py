"""THE table of the sources that panels and home systems have statistics of, in Wh and W."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from solix_exporter.sim.answers.curves import Reading, pv_at
from solix_exporter.sim.energy import Energy
from solix_exporter.sim.flows import DayFlows

Value: TypeAlias = Callable[[Energy], float]


@dataclass(frozen=True, slots=True)
class Part:
    """One row of a breakdown."""

    kind: str
    title: str
    value: Value
    is_imported: bool = False


@dataclass(frozen=True, slots=True)
class Source:
    """One `sourceType`."""

    kind: str
    """What the answer calls it."""
    total: Value
    imported: Value | None
    exported: Value | None
    parts: tuple[Part, ...]
    readings: tuple[Reading, ...]
    """The powers of a panel's curve, W; a home system has their sum."""
    negative: Value | None = None
    day_parts: tuple[Part, ...] = field(default=())
    """In place of `parts` for a panel's day."""


def _none(_: Energy) -> float:
    return 0.0


def _column(name: str, sign: int = 1) -> Reading:
    def read(flows: DayFlows, step: int) -> float:
        return sign * float(getattr(flows, name)[step])

    return read


def _imported(flows: DayFlows, step: int) -> float:
    return float(flows.grid_to_home[step] + flows.grid_to_battery[step])


def _other_load(flows: DayFlows, step: int) -> float:
    return float(flows.home[step] - flows.ev[step])


_BATTERY = Source(
    kind="hes",
    total=lambda e: e.discharge,
    imported=lambda e: e.charge,
    exported=lambda e: e.discharge,
    parts=(),
    day_parts=(
        Part("solar", "Photovoltaic power supply", lambda e: e.solar_to_battery, is_imported=True),
        Part("grid", "Grid power consumption", lambda e: e.grid_to_battery, is_imported=True),
    ),
    readings=(_column("charge", -1), _column("discharge")),
)

SOURCES: dict[str, Source] = {
    "solar": Source(
        kind="solar",
        total=lambda e: e.pv,
        imported=None,
        exported=lambda e: e.pv,
        parts=(
            Part("hes", "Battery charging capacity", lambda e: e.solar_to_battery),
            Part("home", "Load power consumption", lambda e: e.solar_to_home),
            Part("grid", "Sold power", lambda e: e.solar_to_grid),
        ),
        readings=(pv_at,),
    ),
    "hes": _BATTERY,
    "pps": _BATTERY,
    "home": Source(
        kind="home",
        total=lambda e: e.home,
        imported=lambda e: e.home,
        exported=None,
        parts=(
            Part("hes", "Battery power supply", lambda e: e.battery_to_home),
            Part("solar", "Photovoltaic power supply", lambda e: e.solar_to_home),
            Part("grid", "Grid power consumption", lambda e: e.grid_to_home),
        ),
        readings=(_column("home"),),
    ),
    "grid": Source(
        kind="grid",
        total=lambda e: e.grid_import,
        imported=lambda e: e.grid_import,
        exported=lambda e: e.export,
        negative=lambda e: e.export,
        parts=(
            Part("hes", "Battery charging capacity", lambda e: e.grid_to_battery, is_imported=True),
            Part("home", "Load power consumption", lambda e: e.grid_to_home, is_imported=True),
        ),
        readings=(_imported,),
    ),
    "diesel": Source(
        kind="diesel",
        total=_none,
        imported=None,
        exported=_none,
        parts=(
            Part("hes", "Battery charging capacity", _none),
            Part("home", "Load power consumption", _none),
        ),
        readings=(lambda _, __: 0.0,),
    ),
    "evCharger": Source(
        kind="evCharger",
        total=lambda e: e.ev,
        imported=lambda e: e.ev,
        exported=None,
        parts=(),
        readings=(_column("ev"),),
    ),
    "otherLoad": Source(
        kind="otherLoad",
        total=lambda e: e.home - e.ev,
        imported=lambda e: e.home - e.ev,
        exported=None,
        parts=(),
        readings=(_other_load,),
    ),
}

HOME_SYSTEM_EXTRA: dict[str, tuple[Part, ...]] = {
    "grid": (
        Part("hes", "Battery power supply", lambda e: e.export - e.solar_to_grid),
        Part("solar", "Photovoltaic power supply", lambda e: e.solar_to_grid),
    ),
    "hes": (
        Part("home", "Load power consumption", lambda e: e.battery_to_home),
        Part("grid", "Sold power", lambda e: e.export - e.solar_to_grid),
    ),
}
"""Rows that only home systems have."""
PANEL_SOURCES = frozenset({"solar", "hes", "pps", "home", "grid", "diesel"})
HOME_SOURCES = frozenset({"solar", "hes", "pps", "home", "grid", "evCharger", "otherLoad"})


def percent(part: float, whole: float) -> str:
    """Return a share in whole percent, as text."""
    return f"{round(100 * part / whole) if whole else 0}%"
