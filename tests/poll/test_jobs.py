from datetime import UTC, datetime

from solix_exporter.clock import ManualClock
from solix_exporter.cloud.budget import Budget
from solix_exporter.errors import TransientError
from solix_exporter.metrics.own import OwnMetrics
from solix_exporter.model.events import PollDone
from solix_exporter.poll.jobs import Idle, PollJob, PollTools


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
    assert shown in "".join(own.texts(openmetrics=False))
    systems.clear()
    assert await job.run()
    assert 'account="home"' not in "".join(own.texts(openmetrics=False))
    assert await job.run()
    systems.append("X1")
    assert await job.run()
    assert shown in "".join(own.texts(openmetrics=False))


async def test_a_run_that_asked_nothing_is_neither_success_nor_error() -> None:
    outcome: list[Idle | None] = [Idle.RESTING]

    async def action() -> Idle | None:
        return outcome[0]

    clock, own = ManualClock(datetime(2026, 6, 20, 12, 0, tzinfo=UTC)), OwnMetrics("1")
    tools = PollTools(clock, Budget(clock, own), own)
    job = PollJob("home", "energy", action, lambda: 300.0, tools)
    own.expect_poll("home", "energy", 300.0)
    success = 'solix_polls_total{account="home",outcome="success",poll="energy"}'
    stamp = 'solix_poll_last_success_timestamp_seconds{account="home",poll="energy"}'

    def shown() -> str:
        return "".join(own.texts(openmetrics=False))

    assert await job.run()
    assert (job.last_success_at, job.last_error, job.has_run) == (None, None, True)
    assert f"{success} 0.0" in shown()
    assert stamp not in shown()
    outcome[0] = None
    assert await job.run()
    answered_at = clock.now()
    outcome[0] = Idle.RESTING
    clock.advance(300)
    assert await job.run()
    assert job.last_success_at == answered_at
    assert f"{success} 1.0" in shown()
    assert stamp in shown()


async def test_a_poll_that_finds_nothing_to_ask_leaves_metrics_and_page() -> None:
    async def action() -> Idle | None:
        return Idle.NEEDLESS

    clock, own = ManualClock(datetime(2026, 6, 20, 12, 0, tzinfo=UTC)), OwnMetrics("1")
    tools = PollTools(clock, Budget(clock, own), own)
    job = PollJob("home", "energy", action, lambda: 300.0, tools)
    own.expect_poll("home", "energy", 300.0)
    assert await job.run()
    assert job.is_needless
    assert 'account="home"' not in "".join(own.texts(openmetrics=False))


async def test_listeners_hear_of_successes_and_errors_and_cannot_harm_the_poll() -> None:
    outcomes: list[Idle | Exception | None] = [None, TransientError("away"), Idle.RESTING]
    heard: list[bool] = []

    async def action() -> Idle | None:
        outcome = outcomes.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def broken(_: PollDone) -> None:
        raise ZeroDivisionError

    clock, own = ManualClock(datetime(2026, 6, 20, 12, 0, tzinfo=UTC)), OwnMetrics("1")
    tools = PollTools(clock, Budget(clock, own), own)
    tools.listeners.extend([broken, lambda done: heard.append(done.is_success)])
    job = PollJob("home", "sites", action, lambda: 60.0, tools)
    assert [await job.run(), await job.run(), await job.run()] == [True, False, True]
    assert heard == [True, False]
