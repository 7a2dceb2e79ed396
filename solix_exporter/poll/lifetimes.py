"""The counters of devices: what their registers show, made into counters that never go back.

A register that falls is held for an hour; if it stays, the device was reset or replaced, and the
counter goes on from where it was. What a register added since the local midnight is the energy of
the day. Registers have steps, of 100 Wh over Modbus.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from solix_exporter.ledger import LifetimeRow
from solix_exporter.model.events import Observer
from solix_exporter.model.lifetime import LifetimeEnergy, LifetimeFlow
from solix_exporter.model.report import DeviceReport
from solix_exporter.poll.energy.days import local_day, start_of
from solix_exporter.poll.plausible import CONNECTION_W, Pace, TotalGuard

_PACE = Pace(CONNECTION_W)
_DAY = timedelta(days=1)
_OTHER_SOURCE_AFTER = timedelta(hours=1)
"""How long a register has to be silent before another source's is counted instead: two sources may
round the same register differently, which would look like a fall."""
_LATE = timedelta(minutes=10)
"""A reading that is older than the last one by more was not late: the clock was set back."""
_KEPT_DAYS = 2

_Key = tuple[str, LifetimeFlow]


class LifetimeCounters:
    """The counters of all devices."""

    def __init__(self, observer: Observer) -> None:
        self._observer = observer
        self._guard = TotalGuard()
        self._rows: dict[_Key, LifetimeRow] = {}
        self._dirty: set[_Key] = set()
        self._zeros: set[_Key] = set()
        self._finished: dict[tuple[str, date], dict[LifetimeFlow, float]] = {}

    def load(self, rows: Iterable[LifetimeRow]) -> tuple[str, ...]:
        """Take the counters that the ledger kept; return the devices that they are of."""
        for row in rows:
            self._rows[row.device_sn, row.flow] = row
            self._believed(row, row.register_wh, row.seen_at)
        return tuple(dict.fromkeys(sn for sn, _ in self._rows))

    def take(self, report: DeviceReport, zone: ZoneInfo) -> bool:
        """Count what a report says; return whether any counter changed."""
        before = self.of(report.sn)
        for reported in report.readings.lifetime_energy:
            if reported.energy_wh is not None:
                self._take(report, reported.flow, reported.energy_wh, zone)
        return self.of(report.sn) != before

    def of(self, sn: str) -> tuple[LifetimeEnergy, ...]:
        """Return the counters of a device."""
        rows = (self._rows.get((sn, flow)) for flow in LifetimeFlow)
        return tuple(LifetimeEnergy(row.flow, row.counter_wh) for row in rows if row)

    def day(self, sn: str, day: date) -> dict[LifetimeFlow, float]:
        """Return what a device counted on a day, Wh by flow; today's so far."""
        found = dict(self._finished.get((sn, day), {}))
        for flow in LifetimeFlow:
            row = self._rows.get((sn, flow))
            if row is not None and row.day == day:
                found[flow] = row.day_wh
        return found

    def is_zero(self, sn: str, flow: LifetimeFlow) -> bool:
        """Return whether a device has never shown anything but 0, as one without PV does."""
        return (sn, flow) in self._zeros and (sn, flow) not in self._rows

    def unkept(self) -> tuple[LifetimeRow, ...]:
        """Return the counters that changed since the last call."""
        rows = tuple(self._rows[key] for key in self._dirty)
        self._dirty.clear()
        return rows

    def put_back(self, rows: Sequence[LifetimeRow]) -> None:
        """Note that counters could not be kept."""
        self._dirty.update((row.device_sn, row.flow) for row in rows)

    def forget_days(self, before: date) -> None:
        """Forget the days that are long over."""
        for key in [key for key in self._finished if key[1] < before - _KEPT_DAYS * _DAY]:
            del self._finished[key]

    # --- one register ----------------------------------------------------------------------

    def _take(
        self, report: DeviceReport, flow: LifetimeFlow, register_wh: float, zone: ZoneInfo
    ) -> None:
        key, at = (report.sn, flow), report.measured_at
        row = self._rows.get(key)
        if row is None:
            if register_wh == 0:
                self._zeros.add(key)
                return
            day = local_day(at, zone)
            row = LifetimeRow(*key, 0.0, register_wh, at, report.source.value, day, register_wh)
            self._believed(row, register_wh, at)
            self._keep(row)
            return
        if report.source.value != row.source:
            if register_wh == 0 or at - row.seen_at < _OTHER_SOURCE_AFTER:
                return
            row = _through(row, report.source.value, register_wh, at)
        if timedelta() < row.seen_at - at <= _LATE:
            return
        now = row
        if self._believed(row, register_wh, at) == register_wh:
            now = _counted(row, register_wh, at)
        self._keep(self._on_day(row, now, at, zone))

    def _believed(self, row: LifetimeRow, register_wh: float, at: datetime) -> float:
        key = (row.device_sn, row.flow, row.source)
        believed_wh, reason = self._guard.believed(key, register_wh, at.timestamp(), _PACE)
        if reason:
            self._observer.reading_rejected(reason)
        return row.register_wh if believed_wh is None else believed_wh

    def _keep(self, row: LifetimeRow) -> None:
        key = (row.device_sn, row.flow)
        if self._rows.get(key) != row:
            self._rows[key] = row
            self._dirty.add(key)

    def _on_day(
        self, before: LifetimeRow, row: LifetimeRow, at: datetime, zone: ZoneInfo
    ) -> LifetimeRow:
        """Return the row with the day that it is; what was counted on the day before is kept."""
        day = local_day(at, zone)
        if day == before.day:
            return row
        if day < before.day:
            # The clock went ahead, and was set right: its day never was.
            return replace(row, day=day, day_base_wh=before.counter_wh)
        at_midnight_wh = _at(start_of(before.day + _DAY, zone), before, row)
        is_next = day == before.day + _DAY and at - before.seen_at <= _DAY
        end_wh = at_midnight_wh if is_next else before.counter_wh
        finished = self._finished.setdefault((before.device_sn, before.day), {})
        finished[before.flow] = round(max(0.0, end_wh - before.day_base_wh), 3)
        # What was counted while nobody looked for more than a day belongs to no day.
        return replace(row, day=day, day_base_wh=end_wh if is_next else row.counter_wh)


def _counted(row: LifetimeRow, register_wh: float, at: datetime) -> LifetimeRow:
    """Return the row after a register that is believed; one that is lower was reset."""
    base_wh = row.base_wh
    if register_wh < row.register_wh:
        base_wh = row.counter_wh
        elapsed_s = (at - row.seen_at).total_seconds()
        if not _PACE.allows(0.0, register_wh, elapsed_s):
            # It was not counted since the reset, so it is no energy that is missing.
            base_wh -= register_wh
    return replace(row, base_wh=base_wh, register_wh=register_wh, seen_at=at)


def _through(row: LifetimeRow, source: str, register_wh: float, at: datetime) -> LifetimeRow:
    """Return the row as another source shows it: the counter stays, whatever its register says."""
    elapsed_s = (at - row.seen_at).total_seconds()
    goes_on = register_wh >= row.register_wh and _PACE.allows(
        row.register_wh, register_wh, elapsed_s
    )
    if goes_on:
        return replace(row, source=source)
    return replace(
        row, base_wh=row.counter_wh - register_wh, register_wh=register_wh, source=source
    )


def _at(midnight: datetime, before: LifetimeRow, row: LifetimeRow) -> float:
    """Return the counter at midnight, between the readings before and after it."""
    span_s = (row.seen_at - before.seen_at).total_seconds()
    share = (midnight - before.seen_at).total_seconds() / span_s if span_s > 0 else 1.0
    rise_wh = row.counter_wh - before.counter_wh
    return round(before.counter_wh + rise_wh * min(1.0, max(0.0, share)), 3)
