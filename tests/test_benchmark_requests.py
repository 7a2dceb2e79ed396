"""The reference client's requests, counted by hand, and the time that jumps."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from solix_exporter.sim.scenarios import SCENARIOS
from tests.benchmarks.reference_client import DayOfRequests, reference_day
from tests.benchmarks.virtual_time import JumpingClock, run_side_by_side

START = datetime(2026, 6, 20, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("scenario", "sites", "device_details", "site_details", "energy"),
    [
        # 2 a minute, currencies once; 8 and brands once; messages, price, limit, CO2; 7, twice 10.
        ("home", 2 * 1440 + 1, 8 * 144 + 1, 4 * 144, 7 * 142 + 2 * 10),
        # Two banks of generation 1: 12 (reference 03, 1.5), and 2 or 3.
        ("sb1-dual", 2 * 1440 + 1, 12 * 144 + 1, 4 * 144, 2 * 142 + 2 * 3),
        # Smart mode: forecasts twice an hour but once in hour 0; providers a day, prices an hour.
        ("sb3", 2 * 1440 + 1, 8 * 144 + 1, 5 * 144 + 1 + 24, 7 * 142 + 2 * 10 + 47),
        # Three banks: 10 and 5 of the reference; 6 a poll, 9 for two days.
        ("multisystem", 2 * 1440 + 1, 10 * 144 + 1, 5 * 144 + 1, 6 * 142 + 2 * 9),
        # A virtual site: its status each minute, asked apart when it is found; 4 and 3.
        ("mi80", 2 * 1440 + 1, 4 * 144 + 2, 3 * 144, 144),
        # 6 and 5 of the reference; averages each 5 minutes, yesterday's energy at two polls.
        ("power-panel", 2 * 1440 + 1 + 4 * 288, 6 * 144 + 1, 5 * 144, 2 * 4),
        # No scene; X1, three batteries, wall box.
        ("x1", 1440 + 1 + 2 + 5 * 288, (5 + 4 + 1) * 144 + 1, 5 * 144 + 1, 2 * 5),
        # Home usage, grid, charger, production; the vehicle's own requests.
        ("ev-charger", 2 * 1440 + 1, 7 * 144 + 4, 144, 4 * 142 + 2 * 7),
        # Nothing but its own details; its stock themes once a day.
        ("charger", 1440, (4 + 5) * 144 + 2, 144, 0),
        # Owner's rights are missing: bound devices, auto-upgrade, vehicles; messages and CO2.
        ("member", 2 * 1440 + 3, 3 * 144 + 1, 2 * 144, 7 * 142 + 2 * 10),
    ],
)
def test_a_day_of_the_reference_client(
    scenario: str, sites: int, device_details: int, site_details: int, energy: int
) -> None:
    found = reference_day(SCENARIOS[scenario], is_member=scenario == "member")
    assert found == DayOfRequests(sites, device_details, site_details, energy)
    assert found.total == 1 + sites + device_details + site_details + energy


async def test_sleepers_wake_in_order_at_their_times() -> None:
    clock = JumpingClock(START)
    woken: list[tuple[str, float]] = []

    async def sleeper(name: str, seconds: float, times: int) -> None:
        for _ in range(times):
            await clock.sleep(seconds)
            woken.append((name, clock.monotonic()))

    await run_side_by_side(clock, [sleeper("slow", 50, 2), sleeper("fast", 20, 3)])
    assert woken == [("fast", 20), ("fast", 40), ("slow", 50), ("fast", 60), ("slow", 100)]
    assert clock.now() == START + timedelta(seconds=100)


async def test_a_task_that_waits_for_a_sleeper_does_not_stop_time() -> None:
    clock, lock, seen = JumpingClock(START), asyncio.Lock(), []

    async def holder() -> None:
        async with lock:
            await clock.sleep(10)

    async def waiter() -> None:
        await asyncio.sleep(0)
        async with lock:
            seen.append(clock.monotonic())

    await run_side_by_side(clock, [holder(), waiter()])
    assert seen == [10]


async def test_what_a_task_raises_is_raised() -> None:
    clock = JumpingClock(START)

    async def fails() -> None:
        await clock.sleep(1)
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await run_side_by_side(clock, [fails()])
