"""THE table of `sourceType`: statistics of power panels and home systems, in Wh and W."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from solix_exporter.sim.answers.curves import Reading, pv_at
from solix_exporter.sim.flow_energy import Energy
from solix_exporter.sim.flows import DayFlows

Value: TypeAlias = Callable[[Energy], float]


@dataclass(frozen=True, slots=True)
class BreakdownRow:
    """One row of a breakdown."""

    kind: str
    title: str
    value: Value
    is_imported: bool = False


@dataclass(frozen=True, slots=True)
class StatisticsSource:
    """One `sourceType`."""

    kind: str
    """Its name in the answer."""
    total: Value
    imported: Value | None
    exported: Value | None
    parts: tuple[BreakdownRow, ...]
    readings: tuple[Reading, ...]
    """The powers of a panel's curve, W; a home system has their sum."""
    negative: Value | None = None
    day_parts: tuple[BreakdownRow, ...] = field(default=())
    """Replaces `parts` in a day query of a panel."""


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


_BATTERY = StatisticsSource(
    kind="hes",
    total=lambda e: e.discharge,
    imported=lambda e: e.charge,
    exported=lambda e: e.discharge,
    parts=(),
    day_parts=(
        BreakdownRow(
            "solar", "Photovoltaic power supply", lambda e: e.solar_to_battery, is_imported=True
        ),
        BreakdownRow(
            "grid", "Grid power consumption", lambda e: e.grid_to_battery, is_imported=True
        ),
    ),
    readings=(_column("charge", -1), _column("discharge")),
)

SOURCES: dict[str, StatisticsSource] = {
    "solar": StatisticsSource(
        kind="solar",
        total=lambda e: e.pv,
        imported=None,
        exported=lambda e: e.pv,
        parts=(
            BreakdownRow("hes", "Battery charging capacity", lambda e: e.solar_to_battery),
            BreakdownRow("home", "Load power consumption", lambda e: e.solar_to_home),
            BreakdownRow("grid", "Sold power", lambda e: e.solar_to_grid),
        ),
        readings=(pv_at,),
    ),
    "hes": _BATTERY,
    "pps": _BATTERY,
    "home": StatisticsSource(
        kind="home",
        total=lambda e: e.home,
        imported=lambda e: e.home,
        exported=None,
        parts=(
            BreakdownRow("hes", "Battery power supply", lambda e: e.battery_to_home),
            BreakdownRow("solar", "Photovoltaic power supply", lambda e: e.solar_to_home),
            BreakdownRow("grid", "Grid power consumption", lambda e: e.grid_to_home),
        ),
        readings=(_column("home"),),
    ),
    "grid": StatisticsSource(
        kind="grid",
        total=lambda e: e.grid_import,
        imported=lambda e: e.grid_import,
        exported=lambda e: e.export,
        negative=lambda e: e.export,
        parts=(
            BreakdownRow(
                "hes", "Battery charging capacity", lambda e: e.grid_to_battery, is_imported=True
            ),
            BreakdownRow(
                "home", "Load power consumption", lambda e: e.grid_to_home, is_imported=True
            ),
        ),
        readings=(_imported,),
    ),
    "diesel": StatisticsSource(
        kind="diesel",
        total=_none,
        imported=None,
        exported=_none,
        parts=(
            BreakdownRow("hes", "Battery charging capacity", _none),
            BreakdownRow("home", "Load power consumption", _none),
        ),
        readings=(lambda _, __: 0.0,),
    ),
    "evCharger": StatisticsSource(
        kind="evCharger",
        total=lambda e: e.ev,
        imported=lambda e: e.ev,
        exported=None,
        parts=(),
        readings=(_column("ev"),),
    ),
    "otherLoad": StatisticsSource(
        kind="otherLoad",
        total=lambda e: e.home - e.ev,
        imported=lambda e: e.home - e.ev,
        exported=None,
        parts=(),
        readings=(_other_load,),
    ),
}

HOME_SYSTEM_EXTRA: dict[str, tuple[BreakdownRow, ...]] = {
    "grid": (
        BreakdownRow("hes", "Battery power supply", lambda e: e.export - e.solar_to_grid),
        BreakdownRow("solar", "Photovoltaic power supply", lambda e: e.solar_to_grid),
    ),
    "hes": (
        BreakdownRow("home", "Load power consumption", lambda e: e.battery_to_home),
        BreakdownRow("grid", "Sold power", lambda e: e.export - e.solar_to_grid),
    ),
}
"""Rows that only home systems have."""
PANEL_SOURCES = frozenset({"solar", "hes", "pps", "home", "grid", "diesel"})
HOME_SOURCES = frozenset({"solar", "hes", "pps", "home", "grid", "evCharger", "otherLoad"})


def percent(part: float, whole: float) -> str:
    """Return a share in whole percent, as text."""
    return f"{round(100 * part / whole) if whole else 0}%"
