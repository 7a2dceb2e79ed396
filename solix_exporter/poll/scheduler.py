"""Runs the polls at their intervals: APScheduler behind three methods."""

import asyncio
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from apscheduler.executors.asyncio import AsyncIOExecutor
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger

from solix_exporter.clock import host_now

_GRACE_S = 30
_LOOK_S = 10.0
_STEP = timedelta(seconds=5)
"""The host's clock drifts by less than this between two looks; more is a step."""


class PhasedInterval(BaseTrigger):  # type: ignore[misc]  # the library is not typed
    """Fires immediately, then at a fixed random phase of every interval.

    The phase keeps many exporters, and the polls of one, from asking in the same second. It is
    drawn once: jitter that is drawn each time adds up.
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


class _Turns(AsyncIOExecutor):  # type: ignore[misc]  # the library has no types
    """Runs the turns, and cancels none: it would log each one that had not begun as an error."""

    def shutdown(self, wait: bool = True) -> None:  # noqa: FBT001, FBT002  the library's signature
        """Leave them to `PollScheduler.stop`, which ends them."""


class Job(Protocol):
    """What can be run at an interval."""

    @property
    def key(self) -> str:
        """Return the job's name, unique in the process."""

    @property
    def interval_s(self) -> Callable[[], float]:
        """Return what gives the interval now in force."""

    async def run(self) -> bool:
        """Run once; return False if it failed."""


class PollScheduler:
    """The running polls; intervals are in seconds of the clock, which may be a fast one.

    The library plans by the host's clock. If that is set back, for example because it took local
    time for UTC until NTP corrected it, no job would run until the clock has caught up.
    """

    def __init__(
        self,
        clock_speed: float = 1.0,
        *,
        wall: Callable[[], datetime] = host_now,
        look_s: float = _LOOK_S,
    ) -> None:
        """Set the speed of the clock, and how often to check whether the host's was set back."""
        self._speed = clock_speed
        self._wall = wall
        self._look_s = look_s
        self._looking: asyncio.TimerHandle | None = None
        self._scheduler = AsyncIOScheduler(timezone=UTC, executors={"default": _Turns()})
        self._planned: dict[str, Any] = {}
        """The library's objects by job; a job that is added again gets a new one."""
        self._running: dict[str, asyncio.Task[bool]] = {}
        self._waiting: dict[str, list[Job]] = {}
        self._asked: set[str] = set()
        """Jobs that run now and are to run again immediately."""

    def start(self) -> None:
        """Start running the jobs; each runs once at once."""
        self._scheduler.start()
        self._look_again(self._start_of_time())

    def _start_of_time(self) -> datetime:
        """Return when the event loop's seconds began by the host's clock; only a step moves it."""
        return self._wall() - timedelta(seconds=asyncio.get_running_loop().time())

    def _look_again(self, known: datetime) -> None:
        loop = asyncio.get_running_loop()
        self._looking = loop.call_later(self._look_s, self._look_at_clock, known)

    def _look_at_clock(self, known: datetime) -> None:
        """Move the next runs of all jobs if the clock was set back."""
        found = self._start_of_time()
        if found < known - _STEP:
            for planned in self._planned.values():
                # A job that runs has no next time yet.
                if planned.next_run_time is not None:
                    planned.modify(next_run_time=planned.next_run_time - (known - found))
        self._look_again(found)

    def stop(self) -> None:
        """Stop, and cancel what is running."""
        if self._looking is not None:
            self._looking.cancel()
        self._planned.clear()
        for task in self._running.values():
            task.cancel()
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    def add(self, job: Job, *, after: Job | None = None) -> None:
        """Run the job from now on; changes of its interval apply to the next run.

        A job `after` another one starts when that one has succeeded for the first time.
        """
        if after is not None:
            self._waiting.setdefault(after.key, []).append(job)
            return
        trigger = PhasedInterval(job.interval_s() / self._speed)
        planned: Any

        async def run() -> None:
            # The job may have been removed after the library began this run.
            if not self._is_current(job, planned) or job.key in self._running:
                return
            began_at = self._wall()
            # Without a next time the library does not warn of runs that a long poll misses.
            planned.pause()
            is_success = await self._run(job)
            if not self._is_current(job, planned):
                return
            if is_success:
                self._start_followers(job)
            trigger.interval_s = job.interval_s() / self._speed
            planned.modify(next_run_time=self._next_run(job, trigger, began_at))

        planned = self._scheduler.add_job(
            run,
            trigger,
            name=job.key,
            # For the library a run lasts a moment longer than for `_running`.
            max_instances=2,
            coalesce=True,
            misfire_grace_time=_GRACE_S,
        )
        self._planned[job.key] = planned

    def _next_run(self, job: Job, trigger: PhasedInterval, began_at: datetime) -> datetime:
        now = self._wall()
        if job.key in self._asked:
            self._asked.discard(job.key)
            return now
        return trigger.get_next_fire_time(began_at, now)

    def _is_current(self, job: Job, planned: object) -> bool:
        return self._planned.get(job.key) is planned

    async def _run(self, job: Job) -> bool:
        """Run the job once; return whether it succeeded; a job removed meanwhile did not."""
        task = asyncio.ensure_future(job.run())
        self._running[job.key] = task
        try:
            return await task
        except asyncio.CancelledError:
            # The job was removed, or everything stops. The library would log the exception.
            task.cancel()
            return False
        finally:
            if self._running.get(job.key) is task:
                del self._running[job.key]

    def _start_followers(self, job: Job) -> None:
        for follower in self._waiting.pop(job.key, ()):
            self.add(follower)

    def run_now(self, job: Job) -> None:
        """Run the job now, or after its present run; one that waits for another keeps waiting."""
        if job.key in self._running:
            self._asked.add(job.key)
        elif planned := self._planned.get(job.key):
            planned.modify(next_run_time=self._wall())

    def remove(self, job: Job) -> None:
        """Stop running the job; a run in progress is cancelled."""
        self._waiting.pop(job.key, None)
        self._asked.discard(job.key)
        if planned := self._planned.pop(job.key, None):
            planned.remove()
        if running := self._running.pop(job.key, None):
            running.cancel()

    def next_run_in_s(self, job: Job) -> float | None:
        """Return the time to the next run, in seconds of the clock; None if it is not planned."""
        planned = self._planned.get(job.key)
        if planned is None or job.key in self._running:
            return None
        # A job that was added before the start has no time yet.
        at = getattr(planned, "next_run_time", None)
        left_s = (at - self._wall()).total_seconds() if at else 0.0
        return max(0.0, left_s) * self._speed
