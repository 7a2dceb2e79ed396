"""Time that jumps: a clock whose sleepers wake in order, once nobody has anything else to do.

A day of an exporter's polls then takes as long as their work, and they still run side by side: a
poll that spreads its questions over minutes holds up no other.
"""

import asyncio
import heapq
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

_STUCK_S = 0.05
"""Real time after which a task that neither sleeps nor works is taken to wait for a sleeper."""


@dataclass(order=True, slots=True)
class _Sleeper:
    at_s: float
    number: int
    woken: "asyncio.Future[None]" = field(compare=False)


class JumpingClock:
    """Stands still while somebody works, and then jumps to the next sleeper's time."""

    speed = 1.0

    def __init__(self, start: datetime) -> None:
        self._start = start
        self._elapsed_s = 0.0
        self._sleepers: list[_Sleeper] = []
        self._numbers = count()

    def now(self) -> datetime:
        """Return the present instant of this clock, aware, in UTC."""
        return self._start + timedelta(seconds=self._elapsed_s)

    def monotonic(self) -> float:
        """Return seconds of this clock since it was made."""
        return self._elapsed_s

    async def sleep(self, seconds: float) -> None:
        """Return when the clock has jumped there."""
        woken = asyncio.get_running_loop().create_future()
        at_s = self._elapsed_s + max(0.0, seconds)
        heapq.heappush(self._sleepers, _Sleeper(at_s, next(self._numbers), woken))
        await woken

    @property
    def sleeping(self) -> int:
        """Return how many sleep."""
        return len(self._sleepers)

    def jump(self) -> None:
        """Go to the time of the next sleeper and wake it."""
        sleeper = heapq.heappop(self._sleepers)
        self._elapsed_s = sleeper.at_s
        if not sleeper.woken.done():
            sleeper.woken.set_result(None)


async def run_side_by_side(clock: JumpingClock, works: Sequence[Awaitable[None]]) -> None:
    """Run all to their ends, each of them one task that sleeps on this clock."""
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        while running := [task for task in tasks if not task.done()]:
            await _until(lambda: clock.sleeping >= sum(not task.done() for task in tasks))
            if clock.sleeping and any(not task.done() for task in running):
                clock.jump()
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()


async def _until(holds: Callable[[], bool]) -> None:
    """Return when it holds, or nothing has come of waiting for a while."""
    with suppress(TimeoutError):
        async with asyncio.timeout(_STUCK_S):
            while not holds():  # noqa: ASYNC110 - what is waited for knows nothing of an event
                await asyncio.sleep(0)
