"""When a reading is implausible: a state of charge that jumps, a total that falls or jumps.

`poll.guard` and `poll.energy.rises` say which readings these rules hold back.
"""

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import timedelta

LIFETIME_FALL, LIFETIME_RISE = "lifetime_backwards", "lifetime_jump"

HELD_SOC_S = timedelta(minutes=10).total_seconds()
HELD_LIFETIME_S = timedelta(hours=1).total_seconds()

HELD_RISE_S = timedelta(minutes=15).total_seconds()
CONFIRMING_READINGS = 3

CONNECTION_W = 3 * 63 * 230.0
"""A home's grid connection: three phases, 63 A."""

CHARGES_PER_HOUR = 1.5
"""Power over capacity that no battery exceeds. The references name no rated powers; the largest of
a capture is 1713 W into 3200 Wh."""
REPORT_S = timedelta(minutes=5).total_seconds()
"""Batteries may report only this often, so a change within a shorter time may be as large."""
_POINT = 0.01
_SAME = 0.02
"""Two readings this close confirm each other."""


@dataclass(frozen=True, slots=True)
class Times:
    """When a reading was made and when it was asked for; the cloud repeats old ones."""

    measured_s: float
    """Seconds since 1970; decides what can have changed since the last reading."""
    asked_s: float
    """Monotonic seconds; decides how long something is held back."""


@dataclass(slots=True)
class _Soc:
    """The last believed state of charge of a battery, and a doubtful one."""

    ratio: float
    measured_s: float
    doubtful: float | None = None
    doubtful_measured_s: float = 0.0
    doubtful_since_s: float = 0.0
    doubted_from_s: float = 0.0
    """When the first of the doubtful readings in a row was measured."""


class SocGuard:
    """Holds back a jump that no battery can make until it is confirmed."""

    def __init__(self, confirmed_after_s: float = 0.0) -> None:
        """`confirmed_after_s` is how much later the confirming reading has to be measured."""
        self._known: dict[str, _Soc] = {}
        self._confirmed_after_s = confirmed_after_s

    def holds(self, key: str, ratio: float, times: Times) -> bool:
        """Return whether the reading of a battery has to wait."""
        known = self._known.get(key)
        if (
            known is None
            or self._is_possible(known, ratio, times.measured_s)
            or _confirms(known, ratio, times, self._confirmed_after_s)
        ):
            self._known[key] = _Soc(ratio, times.measured_s)
            return False
        if known.doubtful is None:
            known.doubtful_since_s = times.asked_s
        if known.doubtful is None or abs(ratio - known.doubtful) > _SAME:
            known.doubted_from_s = times.measured_s
        known.doubtful, known.doubtful_measured_s = ratio, times.measured_s
        return True

    @staticmethod
    def _is_possible(known: _Soc, ratio: float, measured_s: float) -> bool:
        elapsed_s = max(measured_s - known.measured_s, REPORT_S)
        return abs(ratio - known.ratio) <= CHARGES_PER_HOUR * elapsed_s / 3600 + _POINT

    def ratio(self, key: str) -> float:
        """Return the last believed state of charge of a battery that was seen before."""
        return self._known[key].ratio


def _confirms(known: _Soc, ratio: float, times: Times, after_s: float) -> bool:
    """Return whether a doubtful reading is now believed: measured twice, or for too long."""
    if known.doubtful is None:
        return False
    is_another = times.measured_s != known.doubtful_measured_s
    if after_s:
        is_another = times.measured_s - known.doubted_from_s >= after_s
    is_same_again = is_another and abs(ratio - known.doubtful) <= _SAME
    return is_same_again or times.asked_s - known.doubtful_since_s >= HELD_SOC_S


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a total can rise."""

    per_hour: float
    slack_h: float = REPORT_S / 3600
    """Added to the time between two readings: totals are reported in steps."""
    share: float = 0.0
    """A rise by less than this share of the total is always possible."""

    def allows(self, before: float, value: float, elapsed_s: float) -> bool:
        """Return whether a total can have risen from `before` to `value` in that time."""
        hours = max(0.0, elapsed_s) / 3600 + self.slack_h
        return value - before <= max(self.per_hour * hours, self.share * before)


@dataclass(slots=True)
class _Doubt:
    value: float
    since_s: float
    seen_s: float
    readings: int = 1


class Doubts:
    """Rises that no power explains; each is believed after three readings and 15 minutes."""

    def __init__(self) -> None:
        self._open: dict[Hashable, _Doubt] = {}

    def has_stayed(self, key: Hashable, value: float, at_s: float, pace: Pace) -> bool:
        """Note a doubtful reading; return whether it has been reported for long enough.

        A reading that is lower than the last one, or again too high, starts again.
        """
        doubt = self._open.get(key)
        if (
            doubt is None
            or value < doubt.value * (1 - _SAME)
            or not pace.allows(doubt.value, value, at_s - doubt.seen_s)
        ):
            self._open[key] = _Doubt(value, at_s, at_s)
            return False
        doubt.value, doubt.seen_s = value, at_s
        doubt.readings += 1
        return doubt.readings >= CONFIRMING_READINGS and at_s - doubt.since_s >= HELD_RISE_S

    def settle(self, key: Hashable) -> None:
        """Forget a doubt."""
        self._open.pop(key, None)


@dataclass(slots=True)
class _Total:
    """The last believed total, and why another one is held back."""

    value: float
    believed_s: float
    held: str = ""
    low_since_s: float | None = None


class TotalGuard:
    """Holds back a total that falls, or rises by more than is possible, until it has stayed so.

    A lower one that stays for an hour is a reset, for example a replaced device. A total of 0 is
    ignored: the cloud sends it for what it does not find.
    """

    def __init__(self) -> None:
        self._known: dict[Hashable, _Total] = {}
        self._doubts = Doubts()

    def believed(
        self, key: Hashable, value: float | None, at_s: float, pace: Pace
    ) -> tuple[float | None, str]:
        """Return the total to show, and the reason if it is held back for the first time."""
        known = self._known.get(key)
        if value is None or (known is None and value == 0):
            return value, ""
        reason = self._reason(key, value, at_s, pace) if known else ""
        if known is None or not reason:
            self._known[key] = _Total(value, at_s)
            self._doubts.settle(key)
            return value, ""
        is_new, known.held = reason != known.held, reason
        return known.value, reason if is_new else ""

    def _reason(self, key: Hashable, value: float, at_s: float, pace: Pace) -> str:
        """Return why a total is not believed, empty if it is."""
        known = self._known[key]
        if value < known.value:
            self._doubts.settle(key)
            if value == 0:
                known.low_since_s = None
                return LIFETIME_FALL
            if known.low_since_s is None:
                known.low_since_s = at_s
            return "" if at_s - known.low_since_s >= HELD_LIFETIME_S else LIFETIME_FALL
        known.low_since_s = None
        is_possible = pace.allows(known.value, value, at_s - known.believed_s)
        if is_possible or self._doubts.has_stayed(key, value, at_s, pace):
            return ""
        return LIFETIME_RISE
