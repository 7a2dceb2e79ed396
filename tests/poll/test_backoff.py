"""What the cloud refuses is asked again with growing pauses, unless it was never answered."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest

from solix_exporter.app.exporter import Exporter
from solix_exporter.clock import ManualClock
from solix_exporter.cloud.budget import Budget
from solix_exporter.cloud.endpoints import LOGIN_PATH
from solix_exporter.errors import CloudError, EmptyAnswer, RequestRejected, TransientError
from solix_exporter.model.events import SilentObserver
from solix_exporter.poll.backoff import Backoff
from solix_exporter.poll.jobs import Idle, PollTools, Tally
from solix_exporter.sim import Fault, FaultKind, SimulatedCloud
from tests.conftest import StartExporter
from tests.scraping import Scrape

REFUSED = RequestRejected("not available", code=160003)
FORBIDDEN = RequestRejected("forbidden", code=403)
EMPTY = EmptyAnswer("the answer holds no data")


@pytest.fixture
def tools() -> PollTools:
    clock, observer = ManualClock(datetime(2026, 6, 20, 12, tzinfo=UTC)), SilentObserver()
    return PollTools(clock, Budget(clock, observer), observer)


def pauses_min(tools: PollTools, backoff: Backoff, error: CloudError, count: int) -> list[float]:
    """Return how long the question was held back after each of some backoff, min."""
    clock, found = tools.clock, []
    assert isinstance(clock, ManualClock)
    for _ in range(count):
        backoff.failed("it", error)
        began_s = clock.monotonic()
        while backoff.held("it"):
            clock.advance(60)
        found.append((clock.monotonic() - began_s) / 60)
    return found


@pytest.mark.parametrize("error", [REFUSED, FORBIDDEN, EMPTY])
def test_what_was_answered_before_is_asked_again_soon(tools: PollTools, error: CloudError) -> None:
    backoff = Backoff(tools, 0.0)
    backoff.answered("it")
    assert pauses_min(tools, backoff, error, 7) == [5, 10, 20, 40, 60, 60, 60]
    backoff.answered("it")
    assert pauses_min(tools, backoff, error, 2) == [5, 10]


@pytest.mark.parametrize(("error", "first_min"), [(REFUSED, 24 * 60), (FORBIDDEN, 5), (EMPTY, 5)])
def test_only_a_refusal_of_what_was_never_answered_holds_for_a_day(
    tools: PollTools, error: CloudError, first_min: float
) -> None:
    assert pauses_min(tools, Backoff(tools, 0.0), error, 1) == [first_min]


def test_a_question_may_come_half_a_turn_early(tools: PollTools) -> None:
    backoff = Backoff(tools, 240.0)
    backoff.answered("it")
    assert pauses_min(tools, backoff, REFUSED, 2) == [3, 8]


def test_another_question_is_not_held_back(tools: PollTools) -> None:
    backoff = Backoff(tools, 0.0)
    backoff.failed("it", REFUSED, question="today")
    assert backoff.held("it", "today") is REFUSED
    assert backoff.held("it", "tomorrow") is None
    assert backoff.held("other", "today") is None


def test_an_outage_ends_the_hold(tools: PollTools) -> None:
    backoff, tally = Backoff(tools, 0.0), Tally()
    backoff.failed("it", REFUSED)
    backoff.failed("it", TransientError("busy"), tally)
    assert backoff.held("it") is None
    assert (len(tally.errors), tally.unavailable) == (1, 0)


def test_the_log_tells_when_it_begins_and_when_it_ends(
    tools: PollTools, caplog: pytest.LogCaptureFixture
) -> None:
    backoff = Backoff(tools, 0.0)
    backoff.answered("site S, averages")
    with caplog.at_level(logging.INFO):
        for _ in range(3):
            backoff.failed("site S, averages", REFUSED)
        backoff.answered("site S, averages")
    again = "asked again with growing pauses of 5 to 60 minutes"
    assert [(record.levelname, record.getMessage()) for record in caplog.records] == [
        ("WARNING", f"site S, averages: not available (code 160003); {again}"),
        ("INFO", "site S, averages: back to normal"),
    ]


# --- what comes of a poll ---


def test_a_poll_is_what_became_of_its_questions() -> None:
    assert Tally().outcome() is Idle.NEEDLESS
    assert Tally(resting=1).outcome() is Idle.RESTING
    assert Tally(unavailable=1).outcome() is Idle.RESTING
    assert Tally(resting=1, held=[REFUSED]).outcome() is Idle.RESTING
    assert Tally(answered=1, errors=[REFUSED], held=[REFUSED]).outcome() is None


@pytest.mark.parametrize(
    "tally",
    [
        Tally(held=[REFUSED]),
        Tally(unavailable=1, held=[REFUSED]),
        Tally(resting=1, errors=[REFUSED]),
    ],
)
def test_a_poll_whose_subjects_all_fail_or_are_held_has_failed(tally: Tally) -> None:
    with pytest.raises(RequestRejected):
        tally.outcome()


# --- each poll against the simulated cloud ---


@asynccontextmanager
async def running(
    clock: ManualClock, make_exporter: StartExporter, scenario: str
) -> AsyncIterator[tuple[SimulatedCloud, Exporter]]:
    cloud = SimulatedCloud(clock, scenario=scenario, seed=1, endpoint_limit=0)
    await cloud.start()
    try:
        exporter = make_exporter(cloud)
        for job in exporter.jobs:
            if job.is_needed():
                await job.run()
        yield cloud, exporter
    finally:
        await cloud.stop()


LIVE = [
    ("power-panel", "power_panel_averages", "charging_energy_service/energy_statistics",
     "solix_site_home_load_power_watts", 300),
    ("x1", "hes_averages", "charging_hes_svc/get_energy_statistics",
     "solix_site_home_load_power_watts", 300),
    ("mi80", "inverters", "charging_pv_svc/getPvStatus", "solix_site_pv_power_watts", 60),
]  # fmt: skip


@pytest.mark.parametrize("code", [160003, 10000, 10007, 26161])
@pytest.mark.parametrize(("scenario", "poll", "path", "metric", "interval_s"), LIVE)
async def test_one_refusal_takes_live_values_for_minutes_only(
    clock: ManualClock,
    make_exporter: StartExporter,
    caplog: pytest.LogCaptureFixture,
    scenario: str,
    poll: str,
    path: str,
    metric: str,
    interval_s: int,
    code: int,
) -> None:
    async with running(clock, make_exporter, scenario) as (cloud, exporter):
        (job,) = (job for job in exporter.jobs if job.poll == poll)
        assert Scrape(exporter).all(metric) != []
        answered_at = job.last_success_at
        cloud.faults.add(Fault(path, FaultKind.CODE, code=code, times=1))
        clock.advance(300)
        assert not await job.run()
        assert (job.last_success_at, job.last_error is None) == (answered_at, False)
        said = [record for record in caplog.records if record.levelname == "WARNING"]
        assert any(str(code) in record.getMessage() for record in said)
        for _ in range(600 // interval_s):
            clock.advance(interval_s)
            await job.run()
        assert job.last_error is None
        assert job.last_success_at is not None
        assert answered_at is not None
        assert job.last_success_at > answered_at
        assert Scrape(exporter).all(metric) != []


async def test_while_its_only_subject_is_held_a_poll_asks_nothing_and_fails(
    clock: ManualClock, make_exporter: StartExporter
) -> None:
    async with running(clock, make_exporter, "mi80") as (cloud, exporter):
        (job,) = (job for job in exporter.jobs if job.poll == "inverters")
        cloud.faults.add(Fault("charging_pv_svc/getPvStatus", FaultKind.CODE, code=10000))

        async def asked() -> int:
            before = sum(request.path.endswith("getPvStatus") for request in cloud.requests)
            clock.advance(60)
            assert not await job.run()
            return sum(request.path.endswith("getPvStatus") for request in cloud.requests) - before

        # One at once, and after 5, 10, 20, 40 and 60 minutes.
        assert sum([await asked() for _ in range(136)]) == 6
        errors = Scrape(exporter).one("solix_polls_total", poll="inverters", outcome="error")
        assert errors == 136


PRICE = "power_service/v1/site/get_site_price"


async def test_a_price_that_is_refused_once_is_back_at_the_next_turn(
    clock: ManualClock, sim: SimulatedCloud, make_exporter: StartExporter
) -> None:
    exporter = make_exporter(sim)
    jobs = [job for job in exporter.jobs if job.poll != "energy"]

    async def poll() -> None:
        for job in jobs:
            if job.is_needed():
                await job.run()

    await poll()
    sim.faults.add(Fault(PRICE, FaultKind.CODE, code=10000, times=1))
    for _ in range(4):
        clock.advance(600)
        await poll()
    asked = [request for request in sim.requests if request.path == PRICE]
    # At the start, refused after half an hour, and again ten minutes later.
    assert len(asked) == 3
    assert Scrape(exporter).one("solix_site_electricity_price") == 0.32


# --- no success without an answer ---


async def test_the_energy_of_an_account_that_was_never_let_in_is_no_success(
    clock: ManualClock, sim: SimulatedCloud, make_exporter: StartExporter
) -> None:
    exporter = make_exporter(sim)
    sim.faults.add(Fault(LOGIN_PATH, FaultKind.CODE, code=26156))
    (energy,) = (job for job in exporter.jobs if job.poll == "energy")
    for _ in range(3):
        for job in exporter.jobs:
            if job.is_needed():
                await job.run()
        clock.advance(300)
    assert energy.last_success_at is None
    assert not energy.is_needless
    scrape = Scrape(exporter)
    assert scrape.all("solix_poll_last_success_timestamp_seconds") == []
    assert set(scrape.all("solix_polls_total", outcome="success")) <= {0}
    (line,) = (line for line in exporter._status().polls if line.poll == "energy")
    assert line.last_success_at is None


async def test_a_poll_is_as_old_as_its_last_answer(
    clock: ManualClock, make_exporter: StartExporter
) -> None:
    async with running(clock, make_exporter, "power-panel") as (_, exporter):
        (job,) = (job for job in exporter.jobs if job.poll == "power_panel_averages")
        answered_at = job.last_success_at
        assert answered_at is not None
        # The slot after the known one is not over yet, so that nothing is asked.
        clock.advance(1)
        assert await job.run()
        assert job.last_success_at == answered_at
        name = "solix_poll_last_success_timestamp_seconds"
        assert Scrape(exporter).one(name, poll=job.poll) == answered_at.timestamp()
