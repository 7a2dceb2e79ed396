"""The only module that reads the time of day: the system's clock, and one that runs faster.

Everything else is handed a `Clock`, so that a test can let a day of throttled polling pass in a
moment, and a demo can run a day in a few minutes.
"""

import asyncio
import time
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


class SystemClock:
    """Time as the host tells it."""

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
    """Time that starts where it is told and passes `speed` times as fast as the host's."""

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
    """Time that stands still until somebody moves it; a sleeper moves it itself."""

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

    def set_by_hand(self, now: datetime) -> None:
        """Show another time of day from now on, as a host does whose clock is set."""
        self._start = now - timedelta(seconds=self._elapsed_s)

    async def sleep(self, seconds: float) -> None:
        """Move the clock forward by `seconds` and let other tasks run."""
        self.advance(max(0.0, seconds))
        await asyncio.sleep(0)


def host_now() -> datetime:
    """Return the instant that the host's clock shows, in UTC, whatever speed other clocks have."""
    return datetime.now(UTC)


def host_zone() -> ZoneInfo:
    """Return the host's time zone, UTC where it cannot be told."""
    try:
        return ZoneInfo(tzlocal.get_localzone_name())
    except (ZoneInfoNotFoundError, ValueError, LookupError):
        return ZoneInfo("UTC")
