"""When a reading cannot be true: a state of charge that jumps, a total since set-up that falls.

`poll.guard` says which readings these rules hold back.
"""

from dataclasses import dataclass
from datetime import timedelta

HELD_SOC_S = timedelta(minutes=10).total_seconds()
HELD_LIFETIME_S = timedelta(hours=1).total_seconds()

CHARGES_PER_HOUR = 1.5
"""Power over capacity that no battery exceeds. The references name no rated powers; the largest of
a capture is 1713 W into 3200 Wh."""
REPORT_S = timedelta(minutes=5).total_seconds()
"""Batteries report at least this seldom: so much may have happened between two polls."""
_POINT = 0.01
_SAME = 0.02
"""Two readings this close confirm each other."""


@dataclass(frozen=True, slots=True)
class Times:
    """When a reading was made and when it was asked for; the cloud repeats old ones."""

    measured_s: float
    """Seconds since 1970: what may have happened since the reading before counts from here."""
    asked_s: float
    """Monotonic seconds: how long something is held back counts from here."""


@dataclass(slots=True)
class _Soc:
    """The last believed state of charge of a battery, and a doubtful one."""

    ratio: float
    measured_s: float
    doubtful: float | None = None
    doubtful_measured_s: float = 0.0
    doubtful_since_s: float = 0.0


class SocGuard:
    """Holds back a jump that no battery can make until it is confirmed."""

    def __init__(self) -> None:
        self._known: dict[str, _Soc] = {}

    def holds(self, key: str, ratio: float, times: Times) -> bool:
        """Return whether the reading of a battery has to wait."""
        known = self._known.get(key)
        if (
            known is None
            or self._is_possible(known, ratio, times.measured_s)
            or _confirms(known, ratio, times)
        ):
            self._known[key] = _Soc(ratio, times.measured_s)
            return False
        if known.doubtful is None:
            known.doubtful_since_s = times.asked_s
        known.doubtful, known.doubtful_measured_s = ratio, times.measured_s
        return True

    @staticmethod
    def _is_possible(known: _Soc, ratio: float, measured_s: float) -> bool:
        elapsed_s = max(measured_s - known.measured_s, REPORT_S)
        return abs(ratio - known.ratio) <= CHARGES_PER_HOUR * elapsed_s / 3600 + _POINT

    def ratio(self, key: str) -> float:
        """Return the last believed state of charge of a battery that was seen before."""
        return self._known[key].ratio


def _confirms(known: _Soc, ratio: float, times: Times) -> bool:
    """Return whether a doubtful reading is now believed: measured twice, or for too long."""
    if known.doubtful is None:
        return False
    is_another = times.measured_s != known.doubtful_measured_s
    is_same_again = is_another and abs(ratio - known.doubtful) <= _SAME
    return is_same_again or times.asked_s - known.doubtful_since_s >= HELD_SOC_S


class FallingGuard:
    """Holds back a total that falls; if it stays low for an hour, it was a reset."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, ...], tuple[float, float | None]] = {}

    def believed(
        self, key: tuple[str, ...], value: float | None, asked_s: float
    ) -> tuple[float | None, bool]:
        """Return the total to show, and whether it has just begun to be held back."""
        known, low_since_s = self._known.get(key, (value, None))
        if value is None or known is None:
            return value, False
        has_waited = low_since_s is not None and asked_s - low_since_s >= HELD_LIFETIME_S
        if value >= known or has_waited:
            self._known[key] = (value, None)
            return value, False
        self._known[key] = (known, asked_s if low_since_s is None else low_since_s)
        return known, low_since_s is None
