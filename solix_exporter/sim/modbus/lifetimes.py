"""The energy of a home's flows since its devices were made, as their registers count it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from solix_exporter.sim.consumption import EPOCH
from solix_exporter.sim.flow_energy import Energy, energy_between
from solix_exporter.sim.home import Home

_DAY_S = 86400.0


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
        """Return the share of one of several devices."""
        return Lifetimes(
            pv=self.pv * ratio,
            home=self.home,
            charge=self.charge * ratio,
            discharge=self.discharge * ratio,
            grid_import=self.grid_import,
            export=self.export,
            output=self.output * ratio,
        )


class LifetimeMeter:
    """Counts the energy of a home.

    What was counted before the first day that is asked for is an estimate from the weather, which
    needs no simulation of years; from there on each total is the integral of what was true.
    """

    def __init__(self, home: Home) -> None:
        self._home = home
        self._first_day: int | None = None
        self._before: list[Lifetimes] = []

    def at(self, at: datetime) -> Lifetimes:
        """Return the totals at an instant; one before the first day asked for is that day."""
        elapsed = at - EPOCH
        if self._first_day is None:
            self._first_day = elapsed.days
            self._before.append(self._estimate(EPOCH + timedelta(days=elapsed.days)))
        index = elapsed.days - self._first_day
        if index < 0:
            return self._before[0]
        while len(self._before) <= index:
            day = self._first_day + len(self._before) - 1
            self._before.append(self._before[-1] + self._part(day, _DAY_S))
        return self._before[index] + self._part(elapsed.days, elapsed.total_seconds() % _DAY_S)

    def _part(self, day: int, until_s: float) -> Lifetimes:
        return _of(energy_between(self._home.day(day), 0.0, until_s))

    def _estimate(self, midnight: datetime) -> Lifetimes:
        """Return plausible totals of a home that has had this much sun since it was built."""
        pv = self._home.lifetime_wh(midnight)
        return Lifetimes(
            pv=pv,
            home=1.1 * pv,
            charge=0.45 * pv,
            discharge=0.41 * pv,
            grid_import=0.33 * pv,
            export=0.12 * pv,
            output=0.9 * pv,
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
