from datetime import UTC, datetime

from prometheus_client import generate_latest

from solix_exporter.clock import ManualClock
from solix_exporter.cloud.budget import Budget
from solix_exporter.metrics.own import OwnMetrics
from solix_exporter.poll.jobs import PollJob, PollTools


async def test_a_poll_that_has_nothing_to_ask_any_more_leaves_the_metrics() -> None:
    """Its last success would grow old, which is SolixPollFailing for ever."""
    systems = ["X1"]

    async def action() -> None: ...

    clock, own = ManualClock(datetime(2026, 6, 20, 12, 0, tzinfo=UTC)), OwnMetrics("1")
    tools = PollTools(clock, Budget(clock, own), own)
    job = PollJob(
        "home", "hes_averages", action, lambda: 300.0, tools, is_needed=lambda: bool(systems)
    )
    shown = 'solix_poll_last_success_timestamp_seconds{account="home",poll="hes_averages"}'
    assert await job.run()
    assert shown in generate_latest(own.registry).decode()
    systems.clear()
    assert await job.run()
    assert 'account="home"' not in generate_latest(own.registry).decode()
    assert await job.run()
    systems.append("X1")
    assert await job.run()
    assert shown in generate_latest(own.registry).decode()
