"""What is known of a device's messages over time: order, losses, gaps, and for how long one holds.

Two messages often carry the same second, so that only `msg_seq`, which counts all messages of a
device, orders them.
"""

from collections import deque
from dataclasses import dataclass, field
from statistics import median

LEAST_VALID_S = 60.0
MOST_VALID_S = 900.0
_USUAL_GAPS = 3
"""A message holds for so many of the gaps in which its type comes."""
_REMEMBERED = 9
_RESTART = 100
"""A number that falls by more is a device that started anew."""
_MOST_LOST = 1000
"""A number that leaps by more is no loss."""
_DAY_S = 86400


@dataclass(slots=True)
class _Cadence:
    """The gaps between messages of one kind."""

    last_s: float | None = None
    gaps_s: deque[float] = field(default_factory=lambda: deque(maxlen=_REMEMBERED))

    def add(self, now_s: float) -> None:
        """Take note of a message; a pause is no gap."""
        if self.last_s is not None and 0 < now_s - self.last_s <= MOST_VALID_S:
            self.gaps_s.append(now_s - self.last_s)
        self.last_s = now_s

    def usual_s(self) -> float:
        """Return the usual gap, 0 where none is known."""
        return median(self.gaps_s) if self.gaps_s else 0.0


@dataclass(slots=True)
class Track:
    """The messages of one device."""

    last_s: float | None = None
    """When the last message came, by the monotonic clock."""
    asked_every_s: float = 0.0
    """How often it is asked; a gap of that length is usual, too."""
    _sequence: int | None = None
    _cadences: dict[str, _Cadence] = field(default_factory=dict)

    def is_late(self, sequence: int | None) -> bool:
        """Return whether a message was overtaken by one that came before it."""
        if sequence is None or self._sequence is None:
            return False
        return 0 < self._sequence - sequence <= _RESTART

    def lost(self, sequence: int | None) -> int:
        """Return how many messages between the last one and this never came; take note of it."""
        if sequence is None:
            return 0
        before, self._sequence = self._sequence, sequence
        missing = 0 if before is None else sequence - before - 1
        return missing if 0 < missing <= _MOST_LOST else 0

    def valid_s(self, kind: str, every_s: float | None, now_s: float) -> float:
        """Take note of a message, and return for how long it holds.

        `every_s` is the gap of messages of its kind that come unasked, where they do.
        """
        cadence = self._cadences.setdefault(kind, _Cadence())
        cadence.add(now_s)
        usual_s = max(cadence.usual_s() or every_s or 0.0, self.asked_every_s)
        return min(MOST_VALID_S, max(LEAST_VALID_S, _USUAL_GAPS * usual_s))


def measured_s(timestamp_s: float | None, arrived_s: float) -> tuple[float, bool]:
    """Return when a message was measured, and whether its own time had to be left aside.

    Times by the wall clock, seconds since 1970.
    """
    if timestamp_s is None:
        return arrived_s, False
    if not abs(timestamp_s - arrived_s) <= _DAY_S:
        return arrived_s, True
    return timestamp_s, False
