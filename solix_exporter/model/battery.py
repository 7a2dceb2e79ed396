"""The battery, and what several of them are together.

None means "not reported" and is never 0. Powers in W, energies in Wh, shares 0-1.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Battery:
    """A battery with its expansion packs."""

    soc_ratio: float | None = None
    capacity_wh: float | None = None
    """Table value of one unit x (1 + expansion packs), or the configured one."""
    charge_power_w: float | None = None
    discharge_power_w: float | None = None
    grid_charge_power_w: float | None = None
    heating_power_w: float | None = None
    reserve_ratio: float | None = None
    """The cut-off in force: the battery is not discharged below it."""
    expansion_packs: int | None = None

    @property
    def stored_energy_wh(self) -> float | None:
        """Return what the battery holds now, Wh."""
        if self.soc_ratio is None or self.capacity_wh is None:
            return None
        return round(self.soc_ratio * self.capacity_wh, 3)


@dataclass(frozen=True, slots=True)
class BatteryTotals:
    """All batteries of a site; a number is None unless every battery tells its part."""

    capacity_wh: float | None = None
    stored_energy_wh: float | None = None

    @property
    def soc_ratio(self) -> float | None:
        """Return the state of charge, weighted by capacity."""
        if self.stored_energy_wh is None or not self.capacity_wh:
            return None
        return round(self.stored_energy_wh / self.capacity_wh, 6)


def battery_totals(batteries: Sequence[Battery]) -> BatteryTotals:
    """Return the sums over the batteries of a site."""
    stored_wh = _sum([battery.stored_energy_wh for battery in batteries])
    return BatteryTotals(
        capacity_wh=_sum([battery.capacity_wh for battery in batteries]),
        stored_energy_wh=None if stored_wh is None else round(stored_wh, 3),
    )


def _sum(parts: Sequence[float | None]) -> float | None:
    known = [part for part in parts if part is not None]
    return sum(known) if known and len(known) == len(parts) else None
