"""What a run measured, and the bounds it is held against."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rich.table import Table


@dataclass(frozen=True, slots=True)
class Bound:
    """What a figure has to keep, in its own unit; either end may be open."""

    at_least: float | None = None
    at_most: float | None = None

    def holds(self, value: float) -> bool:
        """Return whether a value is within."""
        is_low = self.at_least is not None and value < self.at_least
        is_high = self.at_most is not None and value > self.at_most
        return not (is_low or is_high)

    def __str__(self) -> str:
        ends = (("≥", self.at_least), ("≤", self.at_most))
        return ", ".join(f"{sign} {_number(end)}" for sign, end in ends if end is not None)


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table."""

    area: str
    name: str
    value: float
    unit: str
    bound: Bound | None = None

    @property
    def is_met(self) -> bool:
        """Return whether the bound, if there is one, is kept."""
        return self.bound is None or self.bound.holds(self.value)

    def as_json(self) -> dict[str, Any]:
        """Return the line for programs."""
        bound = self.bound or Bound()
        return {
            "area": self.area,
            "name": self.name,
            "value": self.value,
            "unit": self.unit,
            "at_least": bound.at_least,
            "at_most": bound.at_most,
            "is_met": self.is_met,
        }


class Figures:
    """The figures of a run, in the order in which they came."""

    def __init__(self, bounds: Mapping[str, Mapping[str, Bound]]) -> None:
        """Take the bounds by area and name."""
        self._bounds = bounds
        self._found: dict[tuple[str, str], Figure] = {}

    def add(self, area: str, name: str, value: float, unit: str) -> None:
        """Add a figure; its bound is looked up by area and name."""
        bound = self._bounds.get(area, {}).get(name)
        self._found[area, name] = Figure(area, name, value, unit, bound)

    def add_ratio(self, area: str, name: str, ours: str, theirs: str) -> None:
        """Add how many times faster than theirs ours is, both times of the same area."""
        value = self.value(area, theirs) / self.value(area, ours)
        self.add(area, name, value, "times")

    def value(self, area: str, name: str) -> float:
        """Return the value of a figure. Raises KeyError for one that was not measured."""
        return self._found[area, name].value

    def has(self, area: str, *names: str) -> bool:
        """Return whether all of these were measured in this run."""
        return all((area, name) in self._found for name in names)

    def all(self) -> tuple[Figure, ...]:
        """Return all figures."""
        return tuple(self._found.values())

    def missed(self) -> tuple[Figure, ...]:
        """Return the figures whose bound is not kept."""
        return tuple(figure for figure in self.all() if not figure.is_met)


def table_of(figures: tuple[Figure, ...]) -> Table:
    """Return the table of a run."""
    table = Table(title="Speed and scale", title_justify="left")
    table.add_column("Figure", no_wrap=True)
    table.add_column("Value", justify="right", no_wrap=True)
    table.add_column("Unit", no_wrap=True)
    table.add_column("Bound", no_wrap=True)
    table.add_column("", no_wrap=True)
    areas = [figure.area for figure in figures]
    for place, figure in enumerate(figures):
        if figure.area not in areas[:place]:
            table.add_section()
            table.add_row(f"[bold]{figure.area}[/]", "", "", "", "")
        table.add_row(f"  {figure.name}", _number(figure.value), figure.unit, *_verdict(figure))
    return table


def _verdict(figure: Figure) -> tuple[str, str]:
    if figure.bound is None:
        return "", ""
    return str(figure.bound), "[green]met[/]" if figure.is_met else "[bold red]MISSED[/]"


def _number(value: float) -> str:
    """Return a number with three figures, or all those before the point."""
    if value == 0:
        return "0"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
