"""The energy of each flow between two instants."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

from solix_exporter.sim.flows import Column, DayFlows
from solix_exporter.sim.weather import STEP_S


@dataclass(frozen=True, slots=True)
class Energy:
    """Energy in Wh, each quantity as defined in `DayFlows`."""

    strings: tuple[float, ...]
    plugs: tuple[float, ...]
    pv: float = 0.0
    home: float = 0.0
    ev: float = 0.0
    output: float = 0.0
    charge: float = 0.0
    discharge: float = 0.0
    grid_to_battery: float = 0.0
    grid_to_home: float = 0.0
    export: float = 0.0
    solar_to_grid: float = 0.0

    @property
    def grid_import(self) -> float:
        """Return the energy drawn from the grid, Wh."""
        return self.grid_to_home + self.grid_to_battery

    @property
    def solar_to_battery(self) -> float:
        """Return the energy from PV into the battery, Wh."""
        return self.charge - self.grid_to_battery

    @property
    def solar_to_home(self) -> float:
        """Return the energy directly from PV to the home, Wh."""
        return self.pv - self.solar_to_battery - self.solar_to_grid

    @property
    def battery_to_home(self) -> float:
        """Return the energy from the battery to the home, Wh."""
        return self.discharge - (self.export - self.solar_to_grid)


_COLUMNS = (
    "home",
    "ev",
    "output",
    "charge",
    "discharge",
    "grid_to_battery",
    "grid_to_home",
    "export",
    "solar_to_grid",
)


def watt_hours_between(column: Column, first_s: float, last_s: float) -> float:
    """Return the energy of a column between two seconds of its day, Wh."""
    first, last = int(first_s // STEP_S), int(last_s // STEP_S)
    watt_seconds = sum(column[first:last]) * float(STEP_S)
    if first < len(column):
        watt_seconds -= column[first] * (first_s - first * STEP_S)
    if last < len(column):
        watt_seconds += column[last] * (last_s - last * STEP_S)
    return watt_seconds / 3600.0


def energy_between(day: DayFlows, first_s: float, last_s: float) -> Energy:
    """Return the energy of a UTC day between two of its seconds."""
    strings = tuple(watt_hours_between(column, first_s, last_s) for column in day.strings)
    return Energy(
        strings=strings,
        plugs=tuple(watt_hours_between(column, first_s, last_s) for column in day.plugs),
        pv=sum(strings),
        **{name: watt_hours_between(getattr(day, name), first_s, last_s) for name in _COLUMNS},
    )


def total(parts: Sequence[Energy]) -> Energy:
    """Return the sum of one or more energies."""
    sums = {
        field.name: sum(getattr(part, field.name) for part in parts)
        for field in fields(Energy)
        if field.name not in {"strings", "plugs"}
    }
    return Energy(
        strings=tuple(map(sum, zip(*(part.strings for part in parts), strict=True))),
        plugs=tuple(map(sum, zip(*(part.plugs for part in parts), strict=True))),
        **sums,
    )
