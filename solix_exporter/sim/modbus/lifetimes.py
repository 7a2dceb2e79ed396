"""The energy of a home's flows since its devices were made, as their registers count it."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache

from solix_exporter.sim.consumption import EPOCH
from solix_exporter.sim.flow_energy import Energy, energy_between
from solix_exporter.sim.home import Home

_DAY_S = 86400.0
_FORMER_WH = 2_000_000.0
"""Counted in another home before: an earlier day that is asked for later is not below zero."""


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """Energies in Wh; none ever falls."""

    pv: float = 0.0
    home: float = 0.0
    charge: float = 0.0
    discharge: float = 0.0
    grid_import: float = 0.0
    export: float = 0.0
    output: float = 0.0

    def __add__(self, other: "Lifetimes") -> "Lifetimes":
        return Lifetimes(
            pv=self.pv + other.pv,
            home=self.home + other.home,
            charge=self.charge + other.charge,
            discharge=self.discharge + other.discharge,
            grid_import=self.grid_import + other.grid_import,
            export=self.export + other.export,
            output=self.output + other.output,
        )

    def scaled(self, ratio: float) -> "Lifetimes":
        """Return a multiple of all of them."""
        return Lifetimes(
            pv=self.pv * ratio,
            home=self.home * ratio,
            charge=self.charge * ratio,
            discharge=self.discharge * ratio,
            grid_import=self.grid_import * ratio,
            export=self.export * ratio,
            output=self.output * ratio,
        )

    def shared_by(self, banks: int) -> "Lifetimes":
        """Return the totals of one of several equal banks, which all see the same home and grid."""
        share = self.scaled(1 / banks)
        return replace(share, home=self.home, grid_import=self.grid_import, export=self.export)


class LifetimeMeter:
    """Counts the energy of a home.

    What was counted before the first day that is asked for is an estimate from the weather, which
    needs no simulation of years; from there on, in both directions, the difference of two totals
    is the integral of what was true.
    """

    def __init__(self, home: Home) -> None:
        self._home = home
        self._before: dict[int, Lifetimes] = {}
        """At the beginning of a UTC day; the days are adjacent."""

    def at(self, at: datetime) -> Lifetimes:
        """Return the totals at an instant."""
        elapsed = at - EPOCH
        return self._until(elapsed.days) + self._part(
            elapsed.days, elapsed.total_seconds() % _DAY_S
        )

    def _until(self, day: int) -> Lifetimes:
        known = self._before
        if not known:
            known[day] = self._estimate(EPOCH + timedelta(days=day))
        for last in range(max(known), day):
            known[last + 1] = known[last] + self._part(last, _DAY_S)
        for first in range(min(known), day, -1):
            known[first - 1] = known[first] + self._part(first - 1, _DAY_S).scaled(-1.0)
        return known[day]

    def _part(self, day: int, until_s: float) -> Lifetimes:
        return _of(energy_between(self._home.day(day), 0.0, until_s))

    def _estimate(self, midnight: datetime) -> Lifetimes:
        """Return plausible totals of a home that has had this much sun since it was built."""
        pv = self._home.lifetime_wh(midnight)
        return Lifetimes(
            pv=_FORMER_WH + pv,
            home=_FORMER_WH + 1.1 * pv,
            charge=_FORMER_WH + 0.45 * pv,
            discharge=_FORMER_WH + 0.41 * pv,
            grid_import=_FORMER_WH + 0.33 * pv,
            export=_FORMER_WH + 0.12 * pv,
            output=_FORMER_WH + 0.9 * pv,
        )


def _of(energy: Energy) -> Lifetimes:
    return Lifetimes(
        pv=energy.pv,
        home=energy.home,
        charge=energy.charge,
        discharge=energy.discharge,
        grid_import=energy.grid_import,
        export=energy.export,
        output=energy.output,
    )


@lru_cache(maxsize=32)
def lifetime_meter(home: Home) -> LifetimeMeter:
    """Return the meter of a home; networks that simulate the same home share it."""
    return LifetimeMeter(home)
