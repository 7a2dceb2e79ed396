"""What processes that end in all ways leave of an account's logins, as the cloud counts them."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path

import pytest

from solix_exporter.clock import ManualClock, SystemClock
from solix_exporter.config import Settings
from solix_exporter.diagnosis import examine
from solix_exporter.sim import Fault, FaultKind, SimulatedCloud
from tests.cli.tool import environ_for, run_tool

LOGIN = "passport/login"


@pytest.fixture
async def cloud() -> AsyncIterator[SimulatedCloud]:
    running = SimulatedCloud(SystemClock(), scenario="home", endpoint_limit=0)
    await running.start()
    yield running
    await running.stop()


def logins(cloud: SimulatedCloud) -> int:
    return sum(request.path == LOGIN for request in cloud.requests)


@pytest.mark.parametrize("kind", [FaultKind.HANG, FaultKind.LOST])
async def test_a_process_that_is_killed_while_it_logs_in_has_used_its_login(
    cloud: SimulatedCloud, settings_for: Callable[..., Settings], tmp_path: Path, kind: FaultKind
) -> None:
    cloud.faults.add(Fault(LOGIN, kind))
    environ = environ_for(cloud, tmp_path) | {"SOLIX_CLOUD__TIMEOUT": "60s"}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "solix_exporter", "monitor", "--once"), env=os.environ | environ
    )
    while not logins(cloud):  # noqa: ASYNC110 - the cloud tells nobody
        await asyncio.sleep(0.05)
    (sent,) = (request.at for request in cloud.requests if request.path == LOGIN)
    process.kill()
    await process.wait()
    report = await examine(settings_for(cloud), ManualClock(sent + timedelta(seconds=30)))
    assert any("no login before" in found.text for found in report.sections[1].findings)
    assert logins(cloud) == 1


async def test_processes_that_start_at_the_same_time_share_one_login(
    cloud: SimulatedCloud, tmp_path: Path
) -> None:
    cloud.faults.add(Fault(LOGIN, FaultKind.LATENCY, latency_s=1.0))
    environ = environ_for(cloud, tmp_path)
    ends = await asyncio.gather(
        *(run_tool("request", "site_list", environ=environ) for _ in range(3))
    )
    assert [(done.code, done.errors) for done in ends] == [(0, "")] * 3
    assert logins(cloud) == 1
