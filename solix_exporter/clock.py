"""The only module that reads the time of day: the system's clock, and one that runs faster.

Everything else is handed a `Clock`, so that a test can let a day of throttled polling pass in a
moment, and a demo can run a day in a few minutes.
"""

import asyncio
import math
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import tzlocal


class Clock(Protocol):
    """What the rest of the package may ask about time."""

    @property
    def speed(self) -> float:
        """Return how many seconds of this clock pass in one real second."""

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""

    def monotonic(self) -> float:
        """Return seconds since an arbitrary start; never goes back."""

    async def sleep(self, seconds: float) -> None:
        """Return after `seconds` of this clock."""


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant by both clocks, for what ends at some time.

    Neither clock is enough: the monotonic one stands still while the machine is suspended, and the
    wall clock may be set back. What ends, ends as soon as either of them says so.
    """

    wall_s: float
    """Seconds since 1970."""
    monotonic_s: float

    def after(self, seconds: float) -> "Moment":
        """Return the moment that is `seconds` later."""
        return Moment(self.wall_s + seconds, self.monotonic_s + seconds)

    def has_reached(self, end: "Moment") -> bool:
        """Return whether `end` is over by either clock."""
        return self.wall_s >= end.wall_s or self.monotonic_s >= end.monotonic_s

    def when_measured(self, at: datetime) -> "Moment":
        """Return the moment of an instant of the past, seen from this one."""
        return self.after(at.timestamp() - self.wall_s)

    def earliest(self, other: "Moment") -> "Moment":
        """Return a moment that is reached as soon as one of the two is."""
        return Moment(min(self.wall_s, other.wall_s), min(self.monotonic_s, other.monotonic_s))


NEVER = Moment(math.inf, math.inf)
"""A moment that is not reached."""


def moment_of(clock: Clock) -> Moment:
    """Return the present moment."""
    return Moment(clock.now().timestamp(), clock.monotonic())


class SystemClock:
    """The host's clock."""

    speed = 1.0

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return seconds since an arbitrary start; never goes back."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Return after `seconds`."""
        await asyncio.sleep(max(0.0, seconds))


class FastClock:
    """A clock that starts at a given time and runs `speed` times as fast as the host's."""

    def __init__(self, speed: float, start: datetime | None = None) -> None:
        self.speed = speed
        self._start = start or datetime.now(UTC)
        self._origin = time.monotonic()

    def now(self) -> datetime:
        """Return the present instant of this clock, aware, in UTC."""
        return self._start + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        """Return seconds of this clock since it was made."""
        return (time.monotonic() - self._origin) * self.speed

    async def sleep(self, seconds: float) -> None:
        """Return after `seconds` of this clock."""
        await asyncio.sleep(max(0.0, seconds) / self.speed)


class ManualClock:
    """A clock for tests that only `advance` and sleepers move."""

    speed = 1.0

    def __init__(self, start: datetime) -> None:
        self._start = start
        self._elapsed_s = 0.0

    def now(self) -> datetime:
        """Return the present instant of this clock, aware, in UTC."""
        return self._start + timedelta(seconds=self._elapsed_s)

    def monotonic(self) -> float:
        """Return seconds of this clock since it was made."""
        return self._elapsed_s

    def advance(self, seconds: float) -> None:
        """Move the clock forward by `seconds`."""
        self._elapsed_s += seconds

    def set_wall_clock(self, seconds: float) -> None:
        """Move the wall clock alone, as after a suspension or a correction."""
        self._start += timedelta(seconds=seconds)

    async def sleep(self, seconds: float) -> None:
        """Move the clock forward by `seconds` and let other tasks run."""
        self.advance(max(0.0, seconds))
        await asyncio.sleep(0)


def host_now() -> datetime:
    """Return the instant that the host's clock shows, in UTC, whatever speed other clocks have."""
    return datetime.now(UTC)


def host_zone() -> ZoneInfo:
    """Return the host's time zone, UTC if it is unknown."""
    try:
        return ZoneInfo(tzlocal.get_localzone_name())
    except (ZoneInfoNotFoundError, ValueError, LookupError):
        return ZoneInfo("UTC")
