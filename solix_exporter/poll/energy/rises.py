"""What is known about a day before it is read again, and whether new figures can follow from it.

A total rises by no more than power and time allow since it was last believed. One that rises by
more waits: for the next reading to take it back, or for three of them and 15 minutes. Until then
it reaches neither the ledger nor a counter.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import Enum, auto

from solix_exporter.ledger.rows import FlowKey
from solix_exporter.model.energy import NO_FLOWS, Flow, FlowTotals
from solix_exporter.poll.energy.checks import EARLY_H, SAME_WH, continues, limit_wh, repeats
from solix_exporter.poll.energy.days import CATCH_UP_DAYS
from solix_exporter.poll.energy.kinds import SystemProfile
from solix_exporter.poll.plausible import Doubts, Pace

_HOUR = timedelta(hours=1)

_Row = tuple[str, date, FlowKey]


@dataclass(frozen=True, slots=True)
class KnownDay:
    """What is known about a day of a site before it is read."""

    day: date
    start: datetime
    """First instant of the day, UTC."""
    end: datetime
    """First instant of the day after, UTC."""
    asked_at: datetime
    totals: Mapping[FlowKey, float] = field(default_factory=dict)
    """Totals in the ledger, Wh."""
    most: Mapping[FlowKey, float] = field(default_factory=dict)
    """The most that was ever believed of each total; one that fell may come back."""
    read_at: datetime | None = None
    """When all of it was last read."""
    yesterday: Mapping[FlowKey, float] | None = None
    """The figures of the day before, while the cloud may still show them for this day."""

    @property
    def hours(self) -> float:
        """Return how much of the day is over."""
        return self.hours_since(self.start)

    @property
    def last_read_at(self) -> datetime:
        """Return the start of a possible rise: the last reading, else the start of the day."""
        read_at = self.read_at
        return self.start if read_at is None or read_at > self.asked_at else read_at

    def hours_since(self, at: datetime) -> float:
        """Return how long the day went on after an instant."""
        return max(timedelta(), min(self.asked_at, self.end) - at) / _HOUR


class Verdict(Enum):
    """What to do with a reported total."""

    BELIEVED = auto()
    WAITS = auto()
    """The next readings decide."""
    IMPOSSIBLE = auto()


@dataclass(frozen=True, slots=True)
class _LateAnswer:
    """An answer about a day that had the figures of the day before."""

    day: date
    asked_at: datetime
    own: FlowTotals

    def goes_on(
        self, profile: SystemProfile, owner_sn: str, own: FlowTotals, known: KnownDay
    ) -> bool:
        """Return whether the next answer follows from it: nothing fell, and nothing leapt."""
        elapsed_s = known.hours_since(self.asked_at) * 3600
        return known.day == self.day and all(
            self.own[flow] - SAME_WH <= wh
            and Pace(limit_wh(profile, owner_sn, flow, hours=1)).allows(
                self.own[flow], wh, elapsed_s
            )
            for flow, wh in own.items()
        )


class RiseGuard:
    """Judges the totals of an account's days; knows when each was last believed."""

    def __init__(self) -> None:
        self._doubts = Doubts()
        self._believed_at: dict[tuple[str, date], dict[FlowKey, datetime]] = {}
        """By site and day; after a restart the ledger has the time of the reading."""
        self._late: dict[tuple[str, str, frozenset[Flow]], _LateAnswer] = {}

    def is_yesterdays(
        self, profile: SystemProfile, owner_sn: str, own: FlowTotals, known: KnownDay
    ) -> bool:
        """Return whether an answer about today is still yesterday's, at whatever hour.

        `own` are the flows of the site, or of the device, that the answer is about. What goes on
        from an answer of the early morning that was yesterday's is so, too: some clouds add to a
        day that is over.
        """
        if known.yesterday is None:
            return False
        key = (profile.site_id, owner_sn, frozenset(own))
        late = self._late.pop(key, None)
        if late and late.goes_on(profile, owner_sn, own, known):
            self._late[key] = _LateAnswer(known.day, known.asked_at, own)
            return True
        yesterday, today = _of(owner_sn, known.yesterday), _of(owner_sn, known.most)
        if not repeats(own, yesterday, known.hours) or continues(
            own, today, yesterday, known.hours_since(known.last_read_at)
        ):
            return False
        if known.hours < EARLY_H:
            self._late[key] = _LateAnswer(known.day, known.asked_at, own)
        return True

    def judge(self, profile: SystemProfile, key: FlowKey, wh: float, known: KnownDay) -> Verdict:
        """Return what to do with a reported total of a day."""
        row: _Row = (profile.site_id, known.day, key)
        pace = Pace(limit_wh(profile, *key, hours=1))
        times = self._times(profile.site_id, known.day)
        before_at = known.last_read_at if key in known.most else known.start
        since_h = known.hours_since(times.get(key, before_at))
        is_possible = pace.allows(0.0, wh, known.hours * 3600)
        if is_possible and pace.allows(known.most.get(key, 0.0), wh, since_h * 3600):
            self._doubts.settle(row)
            times[key] = known.asked_at
            return Verdict.BELIEVED
        if not self._doubts.has_stayed(row, wh, known.asked_at.timestamp(), pace):
            return Verdict.WAITS
        if not is_possible:
            return Verdict.IMPOSSIBLE
        self._doubts.settle(row)
        times[key] = known.asked_at
        return Verdict.BELIEVED

    def _times(self, site_id: str, day: date) -> dict[FlowKey, datetime]:
        if (site_id, day) not in self._believed_at:
            oldest = day - timedelta(days=CATCH_UP_DAYS)
            self._believed_at = {
                place: times for place, times in self._believed_at.items() if place[1] >= oldest
            }
        return self._believed_at.setdefault((site_id, day), {})


def _of(owner_sn: str, totals: Mapping[FlowKey, float]) -> FlowTotals:
    """Return the flows of the site, or of one device."""
    found: dict[Flow, float] = {flow: wh for (sn, flow), wh in totals.items() if sn == owner_sn}
    return found or NO_FLOWS
