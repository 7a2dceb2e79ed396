import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from solix_exporter.app.exporter import Exporter
from solix_exporter.clock import ManualClock, SystemClock
from solix_exporter.cloud.budget import Budget
from solix_exporter.config import Settings
from solix_exporter.errors import ConfigError, TransientError
from solix_exporter.model.events import SilentObserver
from solix_exporter.poll.jobs import PollJob, PollTools
from solix_exporter.poll.scheduler import PollScheduler


async def test_a_poll_that_builds_on_another_waits_for_its_first_success() -> None:
    clock, observer = SystemClock(), SilentObserver()
    tools = PollTools(clock, Budget(clock, observer), observer)
    ran: list[str] = []
    both = asyncio.Event()

    async def first() -> None:
        ran.append("first")
        if ran.count("first") < 3:
            raise TransientError("no answer")

    async def second() -> None:
        ran.append("second")
        both.set()

    jobs = [
        PollJob("home", name, action, lambda: 0.05, tools)
        for name, action in (("first", first), ("second", second))
    ]
    scheduler = PollScheduler()
    scheduler.add(jobs[0])
    scheduler.add(jobs[1], after=jobs[0])
    scheduler.start()
    await asyncio.wait_for(both.wait(), 60)
    scheduler.stop()
    assert ran.index("second") == 3
    assert ran[:3] == ["first", "first", "first"]


async def test_a_poll_that_a_stop_cuts_short_is_no_error(
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock, observer = SystemClock(), SilentObserver()
    tools = PollTools(clock, Budget(clock, observer), observer)
    is_running = asyncio.Event()

    async def long_poll() -> None:
        is_running.set()
        await asyncio.sleep(60)

    scheduler = PollScheduler()
    scheduler.add(PollJob("home", "long", long_poll, lambda: 60.0, tools))
    scheduler.start()
    await asyncio.wait_for(is_running.wait(), 60)
    scheduler.stop()
    await asyncio.sleep(0.05)
    assert caplog.records == []


@pytest.mark.parametrize(
    ("name", "hint"),
    [("bind_device", "did you mean bind_devices?"), ("sites", "known here: bind_devices, ")],
)
def test_a_name_that_is_no_query_is_refused(tmp_path: Path, name: str, hint: str) -> None:
    settings = Settings.model_validate({"poll": {"disable": [name]}, "state_dir": tmp_path})
    with pytest.raises(ConfigError, match=r"poll\.disable") as raised:
        Exporter(settings, ManualClock(datetime(2026, 6, 20, tzinfo=UTC)))
    assert f"{name!r} is unknown; {hint}" in str(raised.value)


def test_a_slow_poll_can_be_switched_off_as_a_whole(tmp_path: Path) -> None:
    settings = Settings.model_validate(
        {"poll": {"disable": ["device_details"]}, "state_dir": tmp_path / "state"}
    )
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / "site_list.json").write_text("{}")
    exporter = Exporter(settings, ManualClock(datetime(2026, 6, 20, tzinfo=UTC)), [folder])
    assert [job.poll for job in exporter.jobs] == [
        "sites",
        "site_details",
        "power_panel_averages",
        "hes_averages",
        "energy",
    ]
