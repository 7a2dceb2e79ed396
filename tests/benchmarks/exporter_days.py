"""Lets an exporter live for a day of jumping time, and tells what it asked the cloud."""

import asyncio
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from solix_exporter.app.exporter import Exporter
from solix_exporter.clock import ManualClock
from solix_exporter.cloud.budget import Plan
from solix_exporter.config import Settings
from solix_exporter.poll.jobs import PollJob
from solix_exporter.sim import SimulatedCloud
from solix_exporter.sim.request_log import RequestRecord
from tests.benchmarks.virtual_time import JumpingClock, run_side_by_side

NOON = datetime(2026, 6, 20, 10, tzinfo=UTC)
DAY = timedelta(hours=24)


_TOO_MANY = 429


@dataclass(frozen=True, slots=True)
class Asked:
    """What a day came to."""

    total: int
    refused: int
    """Answered with 429."""


def count_a_day(scenario: str) -> Asked:
    """Return what a day of a scenario comes to; for a process of its own."""
    with tempfile.TemporaryDirectory(prefix="solix-day-") as folder:
        requests = asyncio.run(requests_of_a_day(scenario, Path(folder)))
    return Asked(len(requests), sum(request.status == _TOO_MANY for request in requests))


async def requests_of_a_day(scenario: str, folder: Path) -> tuple[RequestRecord, ...]:
    """Return what an exporter with its default settings asks of a scenario's account in 24 hours.

    The account is the owner's, but the member's where the scenario is about a member.
    """
    clock = JumpingClock(NOON)
    cloud = SimulatedCloud(clock, scenario=scenario, seed=1, endpoint_limit=10)
    await cloud.start()
    try:
        exporter = Exporter(settings_for(cloud, folder, is_member=scenario == "member"), clock)
        async with exporter.connected():
            await run_side_by_side(clock, _turns(exporter.jobs, clock))
    finally:
        await cloud.stop()
    return tuple(request for request in cloud.requests if request.at < NOON + DAY)


async def plans_of(scenario: str, folder: Path) -> tuple[Plan, ...]:
    """Return what the polls of a scenario's account declare to the budget, once each has run."""
    clock = ManualClock(NOON)
    cloud = SimulatedCloud(clock, scenario=scenario, seed=1, endpoint_limit=10)
    await cloud.start()
    try:
        exporter = Exporter(settings_for(cloud, folder, is_member=False), clock)
        await poll_twice(exporter)
    finally:
        await cloud.stop()
    return tuple(plan for plan in exporter.budget._plans.values() if any(plan.requests.values()))


async def poll_twice(exporter: Exporter) -> None:
    """Run every poll, and again, as the second round knows what the first one has found."""
    async with exporter.connected():
        for job in (*exporter.jobs, *exporter.jobs):
            assert await job.run(), job.last_error


def settings_for(cloud: SimulatedCloud, folder: Path, *, is_member: bool) -> Settings:
    """Return the default settings for the owners' or the member's account of a cloud."""
    accounts = cloud.accounts[-1:] if is_member else cloud.accounts
    owners = [account for account in accounts if is_member or account.email.startswith("owner")]
    return Settings.model_validate(
        {
            "accounts": [
                {
                    "name": account.email.partition("@")[0],
                    "user": account.email,
                    "password": account.password,
                    "country": account.country,
                }
                for account in owners
            ],
            "cloud": {"url": cloud.url, "public_key": cloud.public_key},
            "state_dir": folder,
        }
    )


def _turns(jobs: tuple[PollJob, ...], clock: JumpingClock) -> "list[asyncio.Task[None]]":
    """Return the polls as tasks; as in service, each starts when the one before it ran once."""
    tasks, before = [], None
    for job in jobs:
        done = asyncio.Event()
        tasks.append(asyncio.ensure_future(_turn(job, clock, before, done)))
        before = done
    return tasks


async def _turn(
    job: PollJob, clock: JumpingClock, before: asyncio.Event | None, done: asyncio.Event
) -> None:
    if before is not None:
        await before.wait()
    end_s = DAY.total_seconds()
    while (started_s := clock.monotonic()) < end_s:
        await job.run()
        done.set()
        # As the scheduler does it: turns that a long poll missed are not made up for.
        interval_s = job.interval_s()
        passed_s = clock.monotonic() - started_s
        await clock.sleep(interval_s - passed_s % interval_s)
