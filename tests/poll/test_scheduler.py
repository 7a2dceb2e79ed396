import asyncio
import logging
from datetime import UTC, datetime, timedelta, tzinfo

import pytest

from solix_exporter.clock import ManualClock
from solix_exporter.cloud.budget import Budget
from solix_exporter.model.events import SilentObserver
from solix_exporter.poll.jobs import PollJob, PollTools
from solix_exporter.poll.scheduler import PhasedInterval, PollScheduler

START = datetime(2026, 6, 20, 12, 0, tzinfo=UTC)


def turns(trigger: PhasedInterval, count: int) -> list[datetime]:
    found = [trigger.get_next_fire_time(None, START)]
    while len(found) < count:
        found.append(trigger.get_next_fire_time(found[-1], found[-1] + timedelta(seconds=1)))
    return found


@pytest.mark.parametrize("share", [0.0, 0.3, 0.999])
def test_the_first_turn_is_at_once_and_the_others_keep_their_phase(share: float) -> None:
    first, second, *others = turns(PhasedInterval(60, share), 50)
    assert first == START
    assert timedelta(seconds=30) <= second - first <= timedelta(seconds=90)
    assert second.timestamp() % 60 == pytest.approx(60 * share)
    for before, after in zip([second, *others], others, strict=False):
        assert after - before == timedelta(seconds=60)


def test_phases_of_many_exporters_are_spread() -> None:
    phases = {round(turns(PhasedInterval(60), 2)[1].timestamp() % 60) for _ in range(200)}
    assert len(phases) > 30


def test_a_late_turn_does_not_shift_the_ones_after_it() -> None:
    trigger = PhasedInterval(60, 0.5)
    late = datetime(2026, 6, 20, 12, 0, 52, tzinfo=UTC)
    assert trigger.get_next_fire_time(START, late) == datetime(2026, 6, 20, 12, 1, 30, tzinfo=UTC)


def test_a_stretched_interval_holds_from_the_next_turn_on() -> None:
    trigger = PhasedInterval(60, 0.0)
    trigger.interval_s = 240
    following = trigger.get_next_fire_time(START, START)
    assert following == START + timedelta(seconds=240)


@pytest.mark.parametrize("ticks", range(8))
async def test_a_job_that_is_removed_begins_no_more(ticks: int) -> None:
    """Whatever the library was doing for it at that moment."""
    begun: list[int] = []

    async def action() -> None:
        begun.append(1)
        await asyncio.sleep(60)

    clock, observer = ManualClock(START), SilentObserver()
    tools = PollTools(clock, Budget(clock, observer), observer)
    job = PollJob("home", "sites", action, lambda: 60.0, tools)
    scheduler = PollScheduler()
    scheduler.add(job)
    scheduler.start()
    for _ in range(ticks):
        await asyncio.sleep(0)
    before = len(begun)
    scheduler.remove(job)
    await asyncio.sleep(0.05)
    assert len(begun) == before
    assert not job.has_run
    scheduler.stop()


@pytest.mark.parametrize("ticks", range(8))
async def test_an_end_is_no_error_whatever_was_about_to_begin(
    ticks: int, caplog: pytest.LogCaptureFixture
) -> None:
    async def action() -> None:
        await asyncio.Event().wait()

    clock, observer = ManualClock(START), SilentObserver()
    tools = PollTools(clock, Budget(clock, observer), observer)
    scheduler = PollScheduler()
    scheduler.add(PollJob("home", "sites", action, lambda: 60.0, tools))
    scheduler.start()
    for _ in range(ticks):
        await asyncio.sleep(0)
    scheduler.stop()
    for _ in range(20):
        await asyncio.sleep(0)
    assert caplog.records == []
    assert asyncio.all_tasks() == {asyncio.current_task()}


class SteppedTime(datetime):
    """The host's clock, which can be set."""

    by = timedelta()

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]  # a plain one
        return datetime.now(tz) + cls.by


async def test_a_clock_that_is_set_back_holds_up_no_poll(monkeypatch: pytest.MonkeyPatch) -> None:
    for place in ("schedulers.base", "executors.base"):
        monkeypatch.setattr(f"apscheduler.{place}.datetime", SteppedTime)
    monkeypatch.setattr(SteppedTime, "by", timedelta())
    begun: list[int] = []

    async def action() -> None:
        begun.append(1)

    clock, observer = ManualClock(START), SilentObserver()
    tools = PollTools(clock, Budget(clock, observer), observer)
    scheduler = PollScheduler(wall=lambda: SteppedTime.now(UTC), look_s=0.05)
    scheduler.add(PollJob("home", "sites", action, lambda: 0.2, tools))
    scheduler.start()
    await _wait_for(begun, 2)
    monkeypatch.setattr(SteppedTime, "by", timedelta(hours=-2))
    # The next turns come within a moment, not after two hours.
    await _wait_for(begun, len(begun) + 4)
    scheduler.stop()


async def test_the_library_has_nothing_to_warn_about(caplog: pytest.LogCaptureFixture) -> None:
    """A reload sets up logging anew, so that no level that is set here lasts."""
    begun: list[int] = []

    async def action() -> None:
        begun.append(1)
        await asyncio.sleep(0.05)

    clock, observer = ManualClock(START), SilentObserver()
    tools = PollTools(clock, Budget(clock, observer), observer)
    scheduler = PollScheduler()
    caplog.set_level(logging.DEBUG, logger="apscheduler")
    job = PollJob("home", "sites", action, lambda: 0.02, tools)
    scheduler.add(job)
    scheduler.start()
    await _wait_for(begun, 3)
    scheduler.run_now(job)
    await _wait_for(begun, 6)
    scheduler.stop()
    assert [row.getMessage() for row in caplog.records if row.levelno >= logging.WARNING] == []


async def test_a_job_that_runs_can_be_asked_to_run_again_at_once() -> None:
    begun: list[int] = []
    may_end = asyncio.Event()

    async def action() -> None:
        begun.append(1)
        await may_end.wait()

    clock, observer = ManualClock(START), SilentObserver()
    tools = PollTools(clock, Budget(clock, observer), observer)
    scheduler = PollScheduler()
    job = PollJob("home", "sites", action, lambda: 3600.0, tools)
    scheduler.add(job)
    scheduler.start()
    await _wait_for(begun, 1)
    scheduler.run_now(job)
    may_end.set()
    await _wait_for(begun, 2)
    scheduler.stop()


async def _wait_for(begun: list[int], turns: int) -> None:
    async with asyncio.timeout(60):
        while len(begun) < turns:  # noqa: ASYNC110  the scheduler has no event to give
            await asyncio.sleep(0.02)
