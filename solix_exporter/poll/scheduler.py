"""Runs the polls at their intervals: APScheduler behind three methods."""

import asyncio
import logging
import random
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger

from solix_exporter.poll.jobs import PollJob

_GRACE_S = 30


class PhasedInterval(BaseTrigger):  # type: ignore[misc]  # the library is not typed
    """At once, then at a fixed random phase of every interval.

    The phase keeps many exporters, and the polls of one, from asking in the same second; it is
    drawn once, because jitter that is drawn each time adds up.
    """

    def __init__(self, interval_s: float, share: float | None = None) -> None:
        self.interval_s = interval_s
        self._share = random.random() if share is None else share

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime:
        """Return the next point of the grid; the first one after a start keeps half a distance."""
        if previous is None:
            return now
        phase_s = self._share * self.interval_s
        earliest_s = max(now.timestamp(), previous.timestamp() + self.interval_s / 2)
        step = (earliest_s - phase_s) // self.interval_s + 1
        return datetime.fromtimestamp(0, UTC) + timedelta(seconds=step * self.interval_s + phase_s)


class PollScheduler:
    """The running polls; intervals are in seconds of the clock, which may be a fast one."""

    def __init__(self, clock_speed: float = 1.0) -> None:
        self._speed = clock_speed
        self._scheduler = AsyncIOScheduler(timezone=UTC)
        self._waiting: dict[str, list[PollJob]] = {}
        # It warns at each turn that a long poll misses; the interval metric tells that better.
        logging.getLogger("apscheduler").setLevel(logging.ERROR)

    def start(self) -> None:
        """Start running the jobs; each runs once at once."""
        self._scheduler.start()

    def stop(self) -> None:
        """Stop, and cancel what is running."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    def add(self, job: PollJob, *, after: PollJob | None = None) -> None:
        """Run the job from now on; where its interval changes, its next turns follow.

        One that comes `after` another starts when that one has succeeded for the first time.
        """
        if after is not None:
            self._waiting.setdefault(after.key, []).append(job)
            return
        trigger = PhasedInterval(job.interval_s() / self._speed)

        async def turn() -> None:
            try:
                is_success = await job.run()
            except asyncio.CancelledError:
                # The end of the exporter; the library would report it as a failure.
                return
            if is_success:
                self._start_followers(job)
            trigger.interval_s = job.interval_s() / self._speed
            if self._scheduler.get_job(job.key):
                self._scheduler.reschedule_job(job.key, trigger=trigger)

        self._scheduler.add_job(
            turn,
            trigger,
            id=job.key,
            max_instances=1,
            coalesce=True,
            misfire_grace_time=_GRACE_S,
        )

    def _start_followers(self, job: PollJob) -> None:
        for follower in self._waiting.pop(job.key, ()):
            self.add(follower)

    def remove(self, job: PollJob) -> None:
        """Run the job no more."""
        if self._scheduler.get_job(job.key):
            self._scheduler.remove_job(job.key)
