"""A fleet without a network: many accounts, a few addresses, and the exporter's own budget.

What polls ask is what a real exporter declared to its budget; who polls what, the real shards
decide; when a request goes, the real budget. Only the requests themselves are not sent.
"""

import asyncio
import random
import selectors
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from solix_exporter.clock import ManualClock
from solix_exporter.cloud.budget import Budget, Plan
from solix_exporter.config.shard import shard_of
from solix_exporter.model.events import SilentObserver
from solix_exporter.poll.scheduler import PhasedInterval

CLOUD_LIMIT, CLOUD_WINDOW_S = 10, 60.0
"""What the cloud lets pass of one endpoint and address."""
SCENE = "power_service/v1/site/get_scen_info"
_ANSWER_S = 0.25
_START = datetime(2026, 6, 20, 10, tzinfo=UTC)


class _JumpingSelector(selectors.DefaultSelector):
    """Waits no real time: what would be waited is added to the loop's time."""

    elapsed_s = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Return what has come; where that is nothing, let the time pass."""
        if timeout is not None and timeout > 0:
            self.elapsed_s += timeout
        return super().select(0)


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop whose time jumps from timer to timer."""

    def __init__(self) -> None:
        self._jumping = _JumpingSelector()
        super().__init__(self._jumping)

    def time(self) -> float:
        """Return the seconds that would have passed."""
        return self._jumping.elapsed_s


class LoopClock:
    """The clock of the running loop."""

    speed = 1.0

    def now(self) -> datetime:
        """Return the present instant of the loop, aware, in UTC."""
        return _START + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        """Return the loop's seconds."""
        return asyncio.get_running_loop().time()

    async def sleep(self, seconds: float) -> None:
        """Return when the loop is there."""
        await asyncio.sleep(max(0.0, seconds))


@dataclass(slots=True)
class Address:
    """What one address sent in its time."""

    sent_s: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    """Endpoint -> when, s from the start."""
    scenes_s: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    """Account -> when its site was told, s from the start."""


def shards(accounts: Iterable[str], count: int) -> list[list[str]]:
    """Return the accounts of each shard."""
    held: list[list[str]] = [[] for _ in range(count)]
    for account in accounts:
        held[shard_of(account, count)].append(account)
    return held


def live(accounts: Sequence[str], plans: Sequence[Plan], hours: float, seed: int = 1) -> Address:
    """Let one address poll its accounts; each has the plans of one."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(_live(accounts, plans, hours * 3600, random.Random(seed)))


async def _live(
    accounts: Sequence[str], plans: Sequence[Plan], until_s: float, chance: random.Random
) -> Address:
    clock, address = LoopClock(), Address()
    budget = Budget(clock, SilentObserver())
    own = _declare(budget, accounts, plans)
    polls = [_Poll(plan, budget, address, chance.random()) for plan in own]
    tasks = [asyncio.ensure_future(poll.live(clock)) for poll in polls]
    await clock.sleep(until_s)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return address


def _declare(budget: Budget, accounts: Iterable[str], plans: Sequence[Plan]) -> list[Plan]:
    """Put the plans of all accounts in force, and return them."""
    own = [
        replace(plan, owner=f"{account}/{plan.owner.partition('/')[2]}")
        for account in accounts
        for plan in plans
    ]
    for plan in own:
        budget.declare(plan)
    return own


def intervals_s(accounts: int, plans: Sequence[Plan]) -> dict[str, float]:
    """Return the interval of each poll that the budget puts in force for so many accounts, s."""
    budget = Budget(ManualClock(_START), SilentObserver())
    own = _declare(budget, map(str, range(accounts)), plans)
    polls = own[: len(plans)]
    return {plan.owner.partition("/")[2]: budget.interval_s(plan.owner) for plan in polls}


class _Poll:
    """One poll of one account: what it asks at each turn, at the times of the scheduler."""

    def __init__(self, plan: Plan, budget: Budget, address: Address, phase: float) -> None:
        self._plan, self._budget, self._address = plan, budget, address
        self._due = dict.fromkeys(plan.requests, phase)
        """What of the mean of each endpoint is not asked yet."""
        self._trigger = PhasedInterval(plan.interval_s, phase)

    async def live(self, clock: LoopClock) -> None:
        """Take turn after turn."""
        previous: datetime | None = None
        while True:
            self._trigger.interval_s = self._budget.interval_s(self._plan.owner)
            previous = self._trigger.get_next_fire_time(previous, clock.now())
            await clock.sleep((previous - clock.now()).total_seconds())
            await self._turn(clock)

    async def _turn(self, clock: LoopClock) -> None:
        for endpoint, mean in self._plan.requests.items():
            self._due[endpoint] += mean
            while self._due[endpoint] >= 1:
                self._due[endpoint] -= 1
                await self._budget.acquire(self._plan.server, endpoint)
                self._address.sent_s[endpoint].append(clock.monotonic())
                await clock.sleep(_ANSWER_S)
                if endpoint == SCENE:
                    account = self._plan.owner.partition("/")[0]
                    self._address.scenes_s[account].append(clock.monotonic())


def windows_over(sent_s: Sequence[float]) -> int:
    """Return how many of the cloud's windows, one before each request, hold too many."""
    over, first = 0, 0
    for place, at_s in enumerate(sent_s):
        while sent_s[first] <= at_s - CLOUD_WINDOW_S:
            first += 1
        over += place - first + 1 > CLOUD_LIMIT
    return over


def age_s(gaps_s: Sequence[float], share: float) -> float:
    """Return the age that a reading does not exceed for this share of the time.

    `gaps_s` lie between two answers each; in a gap the age grows from 0 to its length.
    """
    total_s, ordered = sum(gaps_s), sorted(gaps_s)
    below_s = 0.0
    for place, gap_s in enumerate(ordered):
        # Up to an age of `gap_s`: the shorter gaps as a whole, of each longer one its start.
        longer = len(ordered) - place
        if below_s + gap_s * longer >= share * total_s:
            return (share * total_s - below_s) / longer
        below_s += gap_s
    return ordered[-1]


def busiest_per_minute(
    sent_s: Mapping[str, Sequence[float]], from_s: float, until_s: float
) -> float:
    """Return the requests a minute of the endpoint that is asked most."""
    busiest = max(sum(from_s <= at_s < until_s for at_s in times) for times in sent_s.values())
    return busiest * 60 / (until_s - from_s)
