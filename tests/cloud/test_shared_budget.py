"""The budget that all processes of a state directory share; each `Budget` stands for a process."""

import asyncio
import contextlib
import fcntl
import logging
import os
import stat
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest

from solix_exporter.app.connections import Connections
from solix_exporter.clock import ManualClock
from solix_exporter.cloud import shared_log
from solix_exporter.cloud.budget import BUDGET_FILE, PENALTY_S, WINDOW_S, Budget, Limits
from solix_exporter.cloud.endpoints.sites import SITE_LIST
from solix_exporter.config import Settings
from solix_exporter.errors import RateLimited
from solix_exporter.model.events import SilentObserver
from solix_exporter.sim import Fault, FaultKind, SimulatedCloud

SERVER, PATH, OTHER = "https://cloud", "power/energy", "power/scene"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2026, 6, 20, 11, 2, 30, tzinfo=UTC))


Process = Callable[..., Budget]


@pytest.fixture
def process(clock: ManualClock, tmp_path: Path) -> Process:
    def start(gap_s: float = 0.0, limit: int = 10) -> Budget:
        limits = Limits(limit, 2, gap_s)
        return Budget(clock, SilentObserver(), limits, tmp_path / "state")

    return start


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "state" / BUDGET_FILE


async def send(budget: Budget, clock: ManualClock, count: int, path: str = PATH) -> list[float]:
    times = []
    for _ in range(count):
        await budget.acquire(SERVER, path)
        times.append(clock.monotonic())
    return times


def most_in_a_minute(times: list[float]) -> int:
    return max(sum(start <= at < start + 60 for at in times) for start in times)


async def test_a_restart_does_not_empty_the_window(process: Process, clock: ManualClock) -> None:
    await send(process(), clock, 8)
    clock.advance(10)
    assert await send(process(), clock, 1) == [WINDOW_S]


async def test_processes_that_take_turns_share_a_window(
    process: Process, clock: ManualClock
) -> None:
    budgets, random, times = [process() for _ in range(4)], Random(1), []
    for _ in range(200):
        times += await send(random.choice(budgets), clock, 1)
        clock.advance(random.uniform(0, 8))
    assert most_in_a_minute(times) == 8


async def test_many_at_once_take_what_another_process_left(
    process: Process, clock: ManualClock
) -> None:
    await send(process(), clock, 4)
    budget = process()
    await asyncio.gather(*(budget.acquire(SERVER, PATH) for _ in range(4)))
    assert clock.monotonic() == 0
    await asyncio.gather(*(budget.acquire(SERVER, PATH) for _ in range(4)))
    assert clock.monotonic() == WINDOW_S


async def test_what_rounding_leaves_of_a_window_stops_nobody(
    process: Process, clock: ManualClock
) -> None:
    # The time at which the first one leaves the window is rounded to one at which it has not.
    clock.advance(25.446)
    budget = process()
    await send(budget, clock, 8)
    clock.advance(33.026)
    (at,) = await send(budget, clock, 1)
    assert at == pytest.approx(25.446 + WINDOW_S, abs=2e-3)


async def test_other_endpoints_and_servers_have_windows_of_their_own(
    process: Process, clock: ManualClock
) -> None:
    await send(process(), clock, 8)
    other = process()
    assert await send(other, clock, 8, OTHER) == [0.0] * 8
    await other.acquire("https://other", PATH)
    assert clock.monotonic() == 0


async def test_the_gap_lies_between_the_requests_of_all_processes(
    process: Process, clock: ManualClock
) -> None:
    one, two = process(gap_s=0.3), process(gap_s=0.3)
    times = []
    for budget in (one, two, two, one, one, two):
        times += await send(budget, clock, 1)
    gaps = [after - before for before, after in pairwise(times)]
    assert gaps == pytest.approx([0.3] * 5, abs=2e-3)


async def test_the_remaining_requests_are_what_others_left(
    process: Process, clock: ManualClock
) -> None:
    await send(process(), clock, 3)
    budget = process()
    await send(budget, clock, 1)
    (row,) = budget.state()
    assert (row.limit, row.remaining) == (8, 4)


async def test_a_429_closes_the_endpoint_for_all_processes(
    process: Process, clock: ManualClock
) -> None:
    one, two = process(), process()
    await send(one, clock, 1)
    one.punish(SERVER, PATH)
    await one.share_penalty(SERVER, PATH)
    assert await send(two, clock, 1) == [WINDOW_S]
    assert process().state() == ()
    restarted = process()
    await send(restarted, clock, 1)
    assert restarted.state()[0].limit == 4
    clock.advance(PENALTY_S)
    await send(restarted, clock, 1)
    assert restarted.state()[0].limit == 8


async def test_without_a_limit_nothing_is_written(
    process: Process, clock: ManualClock, file: Path
) -> None:
    await send(process(limit=0), clock, 100)
    assert not file.exists()


async def test_the_file_is_private_and_stays_small(
    process: Process, clock: ManualClock, file: Path
) -> None:
    budget = process()
    for _ in range(60):
        for path in range(50):
            await budget.acquire(SERVER, f"power_service/v1/some/endpoint_{path}")
        clock.advance(60)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert file.stat().st_size < 20_000


# --- what can go wrong ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"version": 1}',
        b'{"sent": 5, "refused": 5}',
        b'{"sent": [[1e300, "a", "https://cloud", "power/energy"]], "refused": []}',
        b'{"sent": [["x", "a", "b", "c"]], "refused": []}',
        b'{"sent": [], "refused": [["https://cloud", "power/energy", 1e18, 1]]}',
        b'{"sent": [], "refused": [["https://cloud", "power/energy", 1, -5]]}',
        b"\x00" * 4096,
        b" " * (1024 * 1024 + 1),
    ],
)
async def test_a_file_that_makes_no_sense_starts_anew(
    process: Process, clock: ManualClock, file: Path, content: bytes
) -> None:
    file.parent.mkdir()
    file.write_bytes(content)
    budget = process()
    times = await send(budget, clock, 2)
    # One that met a 429 rests for a minute, and has half of its limit.
    assert times[-1] <= 2 * WINDOW_S
    await send(budget, clock, 6)
    clock.advance(1)
    assert (await send(process(), clock, 1))[0] >= WINDOW_S


async def test_a_file_that_is_deleted_is_made_again(
    process: Process, clock: ManualClock, file: Path
) -> None:
    budget = process()
    await send(budget, clock, 4)
    file.unlink()
    times = await send(budget, clock, 5)
    assert times == [0.0] * 4 + [WINDOW_S]
    assert file.exists()


@pytest.mark.parametrize("trouble", ["full disk", "no folder", "folder", "fifo"])
async def test_where_nothing_can_be_written_the_window_lives_in_memory(
    process: Process,
    clock: ManualClock,
    file: Path,
    caplog: pytest.LogCaptureFixture,
    trouble: str,
) -> None:
    if trouble == "no folder":
        file.parent.write_text("")
    else:
        file.parent.mkdir()
    if trouble == "full disk":
        file.symlink_to("/dev/full")
    elif trouble == "folder":
        file.mkdir()
    elif trouble == "fifo":
        os.mkfifo(file)
    assert await send(process(), clock, 9) == [0.0] * 8 + [WINDOW_S]
    warnings = [row for row in caplog.records if row.levelno >= logging.WARNING]
    assert len(warnings) == 1


@pytest.mark.parametrize("back", [timedelta(minutes=3), timedelta(days=400)])
async def test_a_clock_that_is_set_back_does_not_stop_the_requests(
    process: Process, clock: ManualClock, back: timedelta
) -> None:
    budget = process()
    await send(budget, clock, 8)
    clock.set_wall_clock(-back.total_seconds())
    assert await send(budget, clock, 1) == [WINDOW_S]
    assert (await send(process(), clock, 7))[-1] <= 2 * WINDOW_S


async def test_a_clock_that_jumps_ahead_does_not_empty_the_window(
    process: Process, clock: ManualClock
) -> None:
    budget = process()
    await send(budget, clock, 8)
    clock.set_wall_clock(timedelta(days=8).total_seconds())
    assert await send(budget, clock, 1) == [WINDOW_S]


async def test_a_process_that_stopped_with_the_file_in_its_hand_stops_nobody(
    process: Process, clock: ManualClock, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_log, "_PATIENCE_S", 0.01)
    file.parent.mkdir()
    with file.open("wb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert await send(process(), clock, 9) == [0.0] * 8 + [WINDOW_S]


# --- against the cloud that counts ---------------------------------------------------------


@pytest.fixture
async def strict(clock: ManualClock) -> AsyncIterator[SimulatedCloud]:
    cloud = SimulatedCloud(clock, scenario="home", endpoint_limit=8)
    await cloud.start()
    yield cloud
    await cloud.stop()


async def test_the_cloud_never_has_to_refuse_processes_that_come_and_go(
    strict: SimulatedCloud, clock: ManualClock, settings_for: Callable[..., Settings]
) -> None:
    settings = settings_for(strict)
    for _ in range(12):
        async with AsyncExitStack() as stack:
            for _ in range(2):
                connections = Connections(settings, clock, SilentObserver())
                stack.push_async_callback(connections.transport.close)
                (account,) = connections.accounts()
                await account.source.fetch(SITE_LIST)
    assert {request.status for request in strict.requests} == {200}
    assert sum(request.path == SITE_LIST.path for request in strict.requests) == 24


async def test_a_429_is_heard_by_the_next_process(
    strict: SimulatedCloud, clock: ManualClock, settings_for: Callable[..., Settings]
) -> None:
    strict.faults.add(Fault(SITE_LIST.path, FaultKind.STATUS, status=429, times=1))
    for _ in range(2):
        connections = Connections(settings_for(strict), clock, SilentObserver())
        (account,) = connections.accounts()
        with contextlib.suppress(RateLimited):
            await account.source.fetch(SITE_LIST)
        await connections.transport.close()
    assert clock.monotonic() == WINDOW_S
