import asyncio
from datetime import UTC, datetime

import pytest

from solix_exporter.clock import ManualClock
from solix_exporter.cloud.budget import WINDOW_S, Budget, Limits, Plan
from solix_exporter.model.events import SilentObserver

SERVER, PATH, OTHER = "https://cloud", "power/energy", "power/scene"


class Waits(SilentObserver):
    """Adds up what requests waited."""

    def __init__(self) -> None:
        self.waited_s = 0.0

    def throttle_waited(self, endpoint: str, waited_s: float) -> None:
        self.waited_s += waited_s


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2026, 3, 1, tzinfo=UTC))


@pytest.fixture
def waits() -> Waits:
    return Waits()


@pytest.fixture
def budget(clock: ManualClock, waits: Waits) -> Budget:
    return Budget(clock, waits, Limits(requests_per_minute=10, headroom=2, gap_s=0.0))


async def send(budget: Budget, clock: ManualClock, count: int, path: str = PATH) -> list[float]:
    times = []
    for _ in range(count):
        await budget.acquire(SERVER, path)
        times.append(clock.monotonic())
    return times


async def test_eight_of_ten_requests_go_at_once_and_the_ninth_waits_for_the_first_to_leave(
    budget: Budget, clock: ManualClock, waits: Waits
) -> None:
    times = await send(budget, clock, 9)
    assert times == [0.0] * 8 + [WINDOW_S]
    assert waits.waited_s == WINDOW_S


async def test_no_window_ever_holds_more_than_the_limit(budget: Budget, clock: ManualClock) -> None:
    times = []
    for _ in range(100):
        times += await send(budget, clock, 1)
        clock.advance(1.5)
    for start in times:
        assert sum(start <= at < start + WINDOW_S for at in times) <= 8


async def test_each_endpoint_has_a_window_of_its_own(budget: Budget, clock: ManualClock) -> None:
    await send(budget, clock, 8)
    assert await send(budget, clock, 8, OTHER) == [0.0] * 8


async def test_concurrent_waiters_share_the_window_in_order(
    budget: Budget, clock: ManualClock
) -> None:
    order: list[int] = []

    async def ask(number: int) -> None:
        await budget.acquire(SERVER, PATH)
        order.append(number)

    await asyncio.gather(*(ask(number) for number in range(20)))
    assert order == list(range(20))
    assert clock.monotonic() == 2 * WINDOW_S


async def test_after_a_429_the_endpoint_rests_a_window_and_gets_half_the_limit(
    budget: Budget, clock: ManualClock
) -> None:
    await send(budget, clock, 1)
    budget.punish(SERVER, PATH)
    assert budget.state()[0].remaining == 0
    times = await send(budget, clock, 5)
    assert times[0] == WINDOW_S
    assert times == [WINDOW_S] * 4 + [2 * WINDOW_S]
    assert budget.state()[0].limit == 4


async def test_the_limit_comes_back_after_ten_quiet_minutes(
    budget: Budget, clock: ManualClock
) -> None:
    budget.punish(SERVER, PATH)
    budget.punish(SERVER, PATH)
    assert budget.state()[0].limit == 2
    clock.advance(601)
    assert budget.state()[0].limit == 8


async def test_the_limit_never_falls_below_one(budget: Budget) -> None:
    for _ in range(10):
        budget.punish(SERVER, PATH)
    assert budget.state()[0].limit == 1


async def test_a_limit_of_zero_switches_the_window_off(clock: ManualClock, waits: Waits) -> None:
    budget = Budget(clock, waits, Limits(requests_per_minute=0, gap_s=0.0))
    assert await send(budget, clock, 1000) == [0.0] * 1000
    assert budget.state() == ()


async def test_requests_to_a_server_keep_a_gap(clock: ManualClock, waits: Waits) -> None:
    budget = Budget(clock, waits, Limits(gap_s=0.3))
    times = await send(budget, clock, 2) + await send(budget, clock, 1, OTHER)
    assert times == pytest.approx([0.0, 0.3, 0.6])
    assert waits.waited_s == 0


def plan(owner: str, requests: int, interval_s: float = 60.0) -> Plan:
    return Plan(owner, SERVER, {PATH: requests, OTHER: 1}, interval_s)


def test_a_plan_that_fits_keeps_its_interval(budget: Budget) -> None:
    budget.declare(plan("home/sites", 7))
    assert budget.interval_s("home/sites") == 60


def test_a_plan_that_does_not_fit_is_stretched(budget: Budget) -> None:
    budget.declare(plan("home/sites", 16))
    assert budget.interval_s("home/sites") == pytest.approx(2 * WINDOW_S)


def test_plans_of_several_accounts_are_stretched_together(budget: Budget) -> None:
    budget.declare(plan("one/sites", 8))
    budget.declare(plan("two/sites", 8))
    assert budget.interval_s("one/sites") == pytest.approx(2 * WINDOW_S)
    budget.withdraw("two/sites")
    assert budget.interval_s("one/sites") == pytest.approx(WINDOW_S)


def test_a_plan_that_asks_nothing_of_a_full_endpoint_keeps_its_interval(budget: Budget) -> None:
    budget.declare(plan("crowd", 80))
    budget.declare(Plan("calm", SERVER, {PATH: 0.0, OTHER: 1}, 60.0))
    assert budget.interval_s("crowd") > 60
    assert budget.interval_s("calm") == 60


def test_a_plan_is_stretched_further_while_an_endpoint_is_punished(budget: Budget) -> None:
    budget.declare(plan("home/sites", 8))
    budget.punish(SERVER, PATH)
    assert budget.interval_s("home/sites") == pytest.approx(2 * WINDOW_S)


async def test_the_time_of_many_requests_is_foretold(budget: Budget, clock: ManualClock) -> None:
    told_s = budget.duration_s(SERVER, PATH, 100)
    await send(budget, clock, 100)
    assert told_s >= clock.monotonic()
    assert told_s - clock.monotonic() <= WINDOW_S
