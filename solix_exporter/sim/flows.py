"""One UTC day of a home, step by step: the source and the sink of every watt.

All powers are whole watts, so that what the cloud shows adds up exactly. The battery's content is
counted in thousandths of a watt-step, and all losses are in the battery.
"""

from array import array
from collections.abc import MutableSequence, Sequence
from dataclasses import dataclass

from solix_exporter.sim.consumption import ev_power, home_power, plug_power, wanted_power
from solix_exporter.sim.plant import BatterySpec, Plant
from solix_exporter.sim.weather import STEP_S, STEPS, clear_power, cloud_factors

CHARGE_GAIN = 960
"""Thousandths of each charged watt-step that arrive in the cells."""
DISCHARGE_COST = 1040
"""Thousandths of a watt-step that leave the cells for each one delivered."""
_UNITS_PER_WH = 3600 * 1000 // STEP_S

Column = Sequence[int]


def units(energy_wh: float) -> int:
    """Return an energy as a battery content."""
    return int(energy_wh * _UNITS_PER_WH)


def watt_hours(content: float) -> float:
    """Return a battery content as an energy."""
    return content / _UNITS_PER_WH


@dataclass(frozen=True, slots=True)
class Inputs:
    """PV and demand of a day, before the battery is simulated; W at each step."""

    strings: tuple[Column, ...]
    """The available power of each PV input; the last one is the upstream bank, if any."""
    has_upstream: bool
    home: Column
    """Everything behind the meter: base load, appliances, plugs and car."""
    plugs: tuple[Column, ...]
    ev: Column
    wanted: Column
    grid_charge: Column


@dataclass(frozen=True, slots=True)
class DayFlows:
    """The flows of a day; W at each step.

    At each step `sum(strings) + discharge + grid_to_battery == output + charge` and
    `output + grid_to_home == home + export`.
    """

    strings: tuple[Column, ...]
    home: Column
    plugs: tuple[Column, ...]
    ev: Column
    output: Column
    charge: Column
    """Into the battery, from PV and grid."""
    discharge: Column
    grid_to_battery: Column
    grid_to_home: Column
    export: Column
    solar_to_grid: Column
    """The part of `export` that comes directly from PV; the rest comes from the battery."""
    content: Column
    """At the start of each step and at the end of the day, in battery units."""


def inputs(plant: Plant, seed: int, day: int, upstream: Column | None) -> Inputs:
    """Return PV and demand of a home on a UTC day (days since 1970)."""
    factors = cloud_factors(seed, day)
    strings: list[Column] = [
        [int(power * factor) for power, factor in zip(row, factors, strict=True)]
        for row in clear_power(plant.strings, plant.place, day)
    ]
    if upstream is not None:
        strings.append(upstream)
    plugs = tuple(
        plug_power(plug, plant.place, seed + number, day) for number, plug in enumerate(plant.plugs)
    )
    ev = ev_power(plant.ev, plant.place, seed, day)
    demand = [sum(parts) for parts in zip(home_power(plant, seed, day), ev, *plugs, strict=True)]
    wanted, grid_charge = wanted_power(plant, demand, plugs, day)
    return Inputs(tuple(strings), upstream is not None, demand, plugs, ev, wanted, grid_charge)


@dataclass(frozen=True, slots=True)
class _Limits:
    full: int
    floor: int
    charge_w: int
    discharge_w: int
    output_w: int


def limits(battery: BatterySpec, output_w: int) -> _Limits:
    """Return the battery's limits in its own units."""
    full = units(battery.capacity_wh)
    return _Limits(
        full=full,
        floor=int(full * battery.floor_ratio),
        charge_w=battery.charge_limit_w,
        discharge_w=battery.discharge_limit_w,
        output_w=output_w,
    )


@dataclass(frozen=True, slots=True)
class Balance:
    """How a day's PV was distributed; W at each step, content in battery units."""

    used: Column
    charge: Column
    discharge: Column
    output: Column
    grid_to_battery: Column
    content: Column


def balance(day: Inputs, bounds: _Limits, content: int) -> Balance:
    """Return how a day's PV is used, starting with `content` in the battery.

    Remainders below one watt-step are dropped when the battery is full or empty, so that two runs
    that both reach that state are equal from there on.
    """
    columns: tuple[list[int], ...] = ([], [], [], [], [], [content])
    used, charged, discharged, output, from_grid, contents = columns
    totals = [sum(parts) for parts in zip(*day.strings, strict=True)] or [0] * STEPS
    for pv, wanted, offered in zip(totals, day.wanted, day.grid_charge, strict=True):
        room = min(bounds.charge_w, -((content - bounds.full) // CHARGE_GAIN))
        held = min(bounds.discharge_w, (content - bounds.floor) // DISCHARGE_COST)
        direct = min(pv, wanted)
        charge = min(pv - direct, room)
        spill = min(pv - direct - charge, bounds.output_w - direct)
        discharge = max(0, min(wanted - direct, held))
        grid = min(offered, room - charge)
        content = min(bounds.full, content + (charge + grid) * CHARGE_GAIN)
        content -= discharge * DISCHARGE_COST
        if held <= 0 and not charge + grid:
            content = min(content, bounds.floor)
        used.append(direct + charge + spill)
        charged.append(charge + grid)
        discharged.append(discharge)
        output.append(direct + spill + discharge)
        from_grid.append(grid)
        contents.append(content)
    return Balance(*columns)


def day_flows(day: Inputs, shared: Balance) -> DayFlows:
    """Return the complete record of a day."""
    pairs = list(zip(shared.output, day.home, strict=True))
    export = array("h", [max(0, output - home) for output, home in pairs])
    return DayFlows(
        strings=_curtailed(day, shared.used),
        home=array("h", day.home),
        plugs=tuple(array("h", plug) for plug in day.plugs),
        ev=array("h", day.ev),
        output=array("h", shared.output),
        charge=array("h", shared.charge),
        discharge=array("h", shared.discharge),
        grid_to_battery=array("h", shared.grid_to_battery),
        grid_to_home=array("h", [max(0, home - output) for output, home in pairs]),
        export=export,
        solar_to_grid=array(
            "h",
            [
                min(surplus, output - discharge)
                for surplus, output, discharge in zip(
                    export, shared.output, shared.discharge, strict=True
                )
            ],
        ),
        content=array("l", shared.content),
    )


def _curtailed(day: Inputs, used: Column) -> tuple[Column, ...]:
    """Return the PV inputs, curtailed where the battery was full and the output at its limit.

    The upstream bank keeps its power: it has its own controller.
    """
    own = len(day.strings) - day.has_upstream
    rows = [array("h", row) for row in day.strings]
    offered = [sum(parts) for parts in zip(*rows, strict=True)] or used
    for step, (total, goal) in enumerate(zip(offered, used, strict=True)):
        if total > goal:
            _throttle(rows[:own], step, total - goal)
    return tuple(rows)


def _throttle(rows: Sequence[MutableSequence[int]], step: int, excess: int) -> None:
    """Take `excess` watts from the inputs at a step, from each in proportion to its power."""
    total = sum(row[step] for row in rows)
    target = left = max(0, total - excess)
    for row in rows[:-1]:
        row[step] = row[step] * target // total if total else 0
        left -= row[step]
    rows[-1][step] = left
