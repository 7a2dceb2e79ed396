"""From the day curves of a power panel or an X1 to the mean powers of one slot; no requests here.

Slots that are not delivered yet are 0 in all curves. A state of charge above 0 is what marks a
measured slot: a real battery is taken never to show 0. Reference 05, section 2.4.
"""

from datetime import date, datetime, time, timedelta

from solix_exporter.model.battery import Battery
from solix_exporter.model.home_system import (
    Curves,
    CurveSlot,
    EnergySource,
    HomeSystemAverages,
    SourceDay,
)
from solix_exporter.model.site import SiteReadings
from solix_exporter.poll.plausible import CONNECTION_W

SLOT = timedelta(minutes=5)

_LONGEST_GROWTH = timedelta(minutes=15)
"""Over a longer time the growth of a total does not show the power of the newest slot."""


def last_measured_end(battery: SourceDay, day: date) -> datetime | None:
    """Return the end of the newest slot that holds a measurement, on the site's clock."""
    starts = [level.start for level in battery.soc if level.soc_ratio > 0]
    return datetime.combine(day, starts[-1]) + SLOT if starts else None


def newest_slot_end(battery: SourceDay, day: date, local_now: datetime) -> datetime | None:
    """Return the end of the newest measured slot that is over; the one under way is half a mean."""
    ends = (
        datetime.combine(day, level.start) + SLOT for level in battery.soc if level.soc_ratio > 0
    )
    return max((end for end in ends if end <= local_now), default=None)


def averages_at(
    slot_end: datetime, curves: Curves, before: HomeSystemAverages | None
) -> HomeSystemAverages:
    """Return the mean powers of the slot that ends then; `before` is what was known so far."""
    slot = _Slot(curves, (slot_end - SLOT).time())
    charge_w, discharge_w = slot.into(EnergySource.BATTERY), slot.out_of(EnergySource.BATTERY)
    soc_ratio = slot.soc_ratio()
    site = SiteReadings(
        data_at_local=slot_end,
        pv_power_w=slot.out_of(EnergySource.PV),
        home_load_power_w=slot.into(EnergySource.HOME),
        grid_import_power_w=slot.into(EnergySource.GRID),
        grid_export_power_w=_export_w(slot, slot_end, before),
        battery_charge_power_w=charge_w,
        battery_discharge_power_w=discharge_w,
        soc_ratio=soc_ratio,
    )
    battery = Battery(soc_ratio=soc_ratio, charge_power_w=charge_w, discharge_power_w=discharge_w)
    return HomeSystemAverages(
        slot_end, site, battery, slot.into(EnergySource.EV_CHARGER), slot.exported_wh()
    )


class _Slot:
    """The same slot of all curves."""

    def __init__(self, curves: Curves, start: time) -> None:
        self._curves = curves
        self._start = start

    def _of(self, source: EnergySource) -> CurveSlot | None:
        curve = self._curves.get(source)
        slots = (slot for slot in (curve.slots if curve else ()) if slot.start == self._start)
        return next(slots, None)

    def into(self, source: EnergySource) -> float | None:
        """Return the power into the source; for the grid, the power drawn from it."""
        slot = self._of(source)
        return slot.in_w if slot else None

    def out_of(self, source: EnergySource) -> float | None:
        """Return the power out of the source; for the grid, the power fed into it."""
        slot = self._of(source)
        return slot.out_w if slot else None

    def soc_ratio(self) -> float | None:
        """Return the state of charge."""
        battery = self._curves.get(EnergySource.BATTERY)
        levels = battery.soc if battery else ()
        return next((level.soc_ratio for level in levels if level.start == self._start), None)

    def exported_wh(self) -> float | None:
        """Return what was fed into the grid on that day so far."""
        grid = self._curves.get(EnergySource.GRID)
        return grid.exported_wh if grid else None

    def balance_w(self) -> float | None:
        """Return what is left of the powers for the grid to take, None unless all are known."""
        given = [self.out_of(EnergySource.PV), self.out_of(EnergySource.BATTERY)]
        taken = [self.into(EnergySource.BATTERY), self.into(EnergySource.HOME)]
        drawn = [self.into(EnergySource.GRID)]
        plus = [value for value in (*given, *drawn) if value is not None]
        minus = [value for value in taken if value is not None]
        if len(plus) + len(minus) < len((*given, *taken, *drawn)):
            return None
        return round(max(0.0, sum(plus) - sum(minus)), 3)


def _export_w(slot: _Slot, slot_end: datetime, before: HomeSystemAverages | None) -> float | None:
    """Return the power into the grid: as delivered, else the growth of today's total.

    A panel sends no curve of it. Without an earlier total, and where it grew by more than a
    connection carries, the balance of the others takes its place. None where today's total is
    missing, too.
    """
    delivered_w = slot.out_of(EnergySource.GRID)
    if delivered_w is not None:
        return delivered_w
    total_wh = slot.exported_wh()
    if total_wh is None:
        return None
    earlier_wh = before.exported_wh if before else None
    elapsed = slot_end - before.slot_end_local if before else timedelta()
    if earlier_wh is None or not SLOT <= elapsed <= _LONGEST_GROWTH:
        return slot.balance_w()
    # The total starts anew at midnight.
    grown_wh = total_wh - earlier_wh if total_wh >= earlier_wh else total_wh
    slots = round(elapsed / SLOT)
    grown_w = round(grown_wh / (slots * SLOT / timedelta(hours=1)), 3)
    return grown_w if grown_w <= CONNECTION_W else slot.balance_w()
