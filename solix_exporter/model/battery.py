"""A battery, and the totals of several.

None means "not reported" and is never 0. Powers in W, energies in Wh, shares 0-1.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Battery:
    """A battery with its expansion packs."""

    soc_ratio: float | None = None
    capacity_wh: float | None = None
    """What the device reports, else the table value of one unit x (1 + expansion packs); the
    configured one goes before both."""
    charge_power_w: float | None = None
    discharge_power_w: float | None = None
    grid_charge_power_w: float | None = None
    heating_power_w: float | None = None
    reserve_ratio: float | None = None
    """The cut-off in force: the battery is not discharged below it."""
    expansion_packs: int | None = None
    health_ratio: float | None = None
    """What is left of the capacity that it had when new, 0-1."""
    voltage_v: float | None = None
    temperature_c: float | None = None
    """Of the cells, where that is another sensor than the device's."""

    @property
    def stored_energy_wh(self) -> float | None:
        """Return what the battery holds now, Wh."""
        if self.soc_ratio is None or self.capacity_wh is None:
            return None
        return _stored_wh(self.soc_ratio, self.capacity_wh)


@dataclass(frozen=True, slots=True)
class BatteryPack:
    """One pack of a battery."""

    pack: str
    """Label value: "main" for what is built in, "1".."6" for expansion packs."""
    sn: str = ""
    pack_type: str = ""
    """Part number or type, as the device reports it."""
    soc_ratio: float | None = None
    health_ratio: float | None = None
    temperature_c: float | None = None


@dataclass(frozen=True, slots=True)
class BatteryTotals:
    """All batteries of a site; a total is None unless every battery reports its share."""

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
    return charge_totals([(battery.soc_ratio, battery.capacity_wh) for battery in batteries])


def charge_totals(charges: Sequence[tuple[float | None, float | None]]) -> BatteryTotals:
    """Return the same from each battery's state of charge and capacity, Wh."""
    stored_wh = capacity_wh = 0.0
    tells_charge = tells_capacity = bool(charges)
    for ratio, own_wh in charges:
        if own_wh is None:
            tells_charge = tells_capacity = False
            break
        capacity_wh += own_wh
        if ratio is None:
            tells_charge = False
        else:
            stored_wh += _stored_wh(ratio, own_wh)
    return BatteryTotals(
        capacity_wh=capacity_wh if tells_capacity else None,
        stored_energy_wh=round(stored_wh, 3) if tells_charge else None,
    )


def _stored_wh(ratio: float, capacity_wh: float) -> float:
    return round(ratio * capacity_wh, 3)
