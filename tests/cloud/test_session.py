import asyncio
import json
import os
import stat
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from aiohttp import ClientTimeout

from solix_exporter.clock import ManualClock
from solix_exporter.cloud.budget import WINDOW_S, Budget, Limits
from solix_exporter.cloud.endpoints import label_of
from solix_exporter.cloud.endpoints.sites import SCENE_INFO, SITE_LIST
from solix_exporter.cloud.link import Link
from solix_exporter.cloud.login import Credentials, base_headers
from solix_exporter.cloud.session import Session
from solix_exporter.cloud.transport import Transport
from solix_exporter.errors import (
    AuthenticationError,
    Intercepted,
    LoginBlocked,
    LoginNotKept,
    NotPermitted,
    NotSent,
    RateLimited,
    RequestRejected,
    TransientError,
    UnexpectedPayload,
)
from solix_exporter.model.events import SilentObserver
from solix_exporter.sim import Fault, FaultKind, SimulatedCloud

LOGIN, LIST, SCENE = "passport/login", SITE_LIST.path, SCENE_INFO.path
SOON_S = 0.5
"""Time for an answer that never comes; all others have as long as a slow machine takes."""
PAUSE_S = 60
"""What lies between the first login and the second one."""

ENVELOPE_10000 = '{"code": 10000, "msg": "Failed to request."}'
ENVELOPE_26084 = '{"code": 26084, "msg": "token kicked out"}'


class Counts(SilentObserver):
    """Remembers what is told."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, str]] = []
        self.logins: list[str] = []
        self.malformed: list[str] = []

    def request_done(self, endpoint: str, outcome: str, duration_s: float) -> None:
        self.requests.append((endpoint, outcome))

    def login_done(self, account: str, outcome: str) -> None:
        self.logins.append(outcome)

    def value_malformed(self, endpoint: str, field: str) -> None:
        self.malformed.append(field)

    def outcomes(self, endpoint: str) -> list[str]:
        return [outcome for name, outcome in self.requests if name == endpoint]


@pytest.fixture
def counts() -> Counts:
    return Counts()


@pytest.fixture
def credentials(sim: SimulatedCloud) -> Credentials:
    account = sim.accounts[0]
    return Credentials(
        name="home",
        email=account.email,
        password=account.password,
        country=account.country,
        server=sim.url,
        zone=ZoneInfo("Europe/Berlin"),
        public_key=sim.public_key,
    )


MakeSession = Callable[..., Session]


@pytest.fixture
async def transport() -> AsyncIterator[Transport]:
    transport = Transport(60.0)
    yield transport
    await transport.close()


@pytest.fixture
def make_session(
    clock: ManualClock,
    counts: Counts,
    credentials: Credentials,
    transport: Transport,
    tmp_path: Path,
) -> MakeSession:
    def make(**changes: Any) -> Session:  # noqa: ANN401 - fields of Credentials, and the clock
        host = changes.pop("clock", clock)
        budget = Budget(host, counts, Limits(gap_s=0.0))
        link = Link(transport, budget, counts, host)
        return Session(replace(credentials, **changes), link, tmp_path)

    return make


@pytest.fixture
def session(make_session: MakeSession) -> Session:
    return make_session()


def expect(transport: Transport, fault: Fault) -> None:
    """Let what will never be answered end soon."""
    if fault.kind in {FaultKind.HANG, FaultKind.LOST, FaultKind.SLOW}:
        transport._timeout = ClientTimeout(total=SOON_S)


def logins(sim: SimulatedCloud) -> int:
    return sum(request.path == LOGIN for request in sim.requests)


# --- login ---------------------------------------------------------------------------------


async def test_the_first_request_logs_in_and_the_next_do_not(
    session: Session, sim: SimulatedCloud, counts: Counts
) -> None:
    for _ in range(3):
        (site,) = await session.fetch(SITE_LIST)
    assert site.site_id == sim.site_ids[0]
    assert logins(sim) == 1
    assert counts.logins == ["success"]
    assert counts.requests == [("login", "ok"), *[(SITE_LIST.label, "ok")] * 3]


async def test_concurrent_requests_log_in_once(session: Session, sim: SimulatedCloud) -> None:
    await asyncio.gather(*(session.fetch(SITE_LIST) for _ in range(8)))
    assert logins(sim) == 1


async def test_concurrent_requests_replace_a_kicked_token_once(
    session: Session, sim: SimulatedCloud, clock: ManualClock
) -> None:
    await session.fetch(SITE_LIST)
    clock.advance(PAUSE_S)
    sim.kick_tokens()
    await asyncio.gather(*(session.fetch(SITE_LIST) for _ in range(6)))
    assert logins(sim) == 2


async def test_a_wrong_password_is_tried_once_and_then_held_back_across_restarts(
    make_session: MakeSession, sim: SimulatedCloud, counts: Counts, clock: ManualClock
) -> None:
    session = make_session(password="wrong")
    with pytest.raises(AuthenticationError, match="login refused") as caught:
        await session.fetch(SITE_LIST)
    assert caught.value.code == 26108
    for _ in range(5):
        with pytest.raises(LoginBlocked):
            await make_session(password="wrong").fetch(SITE_LIST)
    assert logins(sim) == 1
    assert counts.logins == ["rejected"]
    assert session.login_state().blocked_until == clock.now().replace(microsecond=0) + timedelta(
        minutes=15
    )


async def test_a_corrected_password_logs_in_at_once(
    make_session: MakeSession, counts: Counts
) -> None:
    with pytest.raises(AuthenticationError):
        await make_session(password="wrong").fetch(SITE_LIST)
    await make_session().fetch(SITE_LIST)
    assert counts.logins == ["rejected", "success"]


async def test_a_lock_out_is_counted_and_lasts_as_told(
    session: Session, sim: SimulatedCloud, counts: Counts, clock: ManualClock
) -> None:
    sim.faults.add(
        Fault(LOGIN, FaultKind.CODE, code=100053, msg="Failed too often, try again in 5 hours")
    )
    with pytest.raises(AuthenticationError, match="locked"):
        await session.fetch(SITE_LIST)
    assert counts.logins == ["locked"]
    sim.faults.clear()
    clock.advance(5 * 3600)
    with pytest.raises(LoginBlocked):
        await session.fetch(SITE_LIST)
    clock.advance(301)
    await session.fetch(SITE_LIST)


@pytest.mark.parametrize(
    "fault",
    [
        Fault(LOGIN, FaultKind.STATUS, status=401),
        Fault(LOGIN, FaultKind.STATUS, status=403),
        Fault(LOGIN, FaultKind.CODE, code=100032, msg="captcha"),
        Fault(LOGIN, FaultKind.CODE, code=26052, msg="verify"),
        Fault(LOGIN, FaultKind.CODE, code=10003, msg="parameter"),
    ],
    ids=lambda fault: f"{fault.kind}-{fault.code}-{fault.status}",
)
async def test_a_login_that_is_refused_is_not_repeated(
    session: Session, sim: SimulatedCloud, counts: Counts, fault: Fault
) -> None:
    sim.faults.add(fault)
    with pytest.raises(AuthenticationError):
        await session.fetch(SITE_LIST)
    with pytest.raises(LoginBlocked):
        await session.fetch(SITE_LIST)
    assert logins(sim) == 1
    assert counts.logins == ["rejected"]


UNANSWERED = [
    *(Fault(LOGIN, FaultKind.STATUS, status=status) for status in (404, 429, 500, 502, 503)),
    Fault(LOGIN, FaultKind.HANG),
    Fault(LOGIN, FaultKind.LOST),
    Fault(LOGIN, FaultKind.RESET),
]
GARBAGE = [
    Fault(LOGIN, FaultKind.NULL, key="auth_token"),
    Fault(LOGIN, FaultKind.MISSING, key="user_id"),
    Fault(LOGIN, FaultKind.WRONG_TYPE, key="token_expires_at", value="soon"),
    # Milliseconds: the year 58,439.
    Fault(LOGIN, FaultKind.WRONG_TYPE, key="token_expires_at", value=1_782_000_000_000),
    Fault(LOGIN, FaultKind.NULL),
    Fault(LOGIN, FaultKind.MISSING),
    Fault(LOGIN, FaultKind.NOT_JSON),
    Fault(LOGIN, FaultKind.TRUNCATED),
    Fault(LOGIN, FaultKind.REDIRECT),
]


@pytest.mark.parametrize(
    "fault",
    UNANSWERED + GARBAGE,
    ids=lambda fault: f"{fault.kind}-{fault.key or fault.status}-{fault.value}",
)
async def test_a_login_that_brings_nothing_is_an_error_and_keeps_its_pauses_across_restarts(
    make_session: MakeSession,
    sim: SimulatedCloud,
    counts: Counts,
    clock: ManualClock,
    transport: Transport,
    fault: Fault,
) -> None:
    expect(transport, fault)
    sim.faults.add(fault)
    for pause_s in (60, 120, 300, 600, 900):
        session = make_session()
        with pytest.raises(TransientError):
            await session.fetch(SITE_LIST)
        sent = logins(sim)
        for held in (session, make_session()):
            clock.advance(pause_s / 2 - 1)
            with pytest.raises(LoginBlocked) as caught:
                await held.fetch(SITE_LIST)
            assert caught.value.refusal is None
            assert held.login_state().blocked_until == caught.value.until
        assert logins(sim) == sent
        clock.advance(2)
    assert counts.logins == ["error"] * 5
    sim.faults.clear()
    session = make_session()
    await session.fetch(SITE_LIST)
    assert session.login_state().blocked_until is None


@pytest.mark.parametrize("server", ["http://127.0.0.1:9", "http://cloud.invalid", "tls"])
async def test_a_login_that_never_reached_the_cloud_is_not_counted(
    make_session: MakeSession, sim: SimulatedCloud, server: str
) -> None:
    server = sim.url.replace("http:", "https:") if server == "tls" else server
    for _ in range(3):
        session = make_session(server=server)
        with pytest.raises(NotSent):
            await session.fetch(SITE_LIST)
        assert session.login_state().blocked_until is None


@pytest.mark.parametrize("fault", GARBAGE, ids=lambda fault: f"{fault.kind}-{fault.key}")
async def test_what_is_not_the_clouds_answer_to_a_login_is_called_so(
    session: Session, sim: SimulatedCloud, fault: Fault
) -> None:
    sim.faults.add(fault)
    with pytest.raises(Intercepted, match=r"in its place|redirected to"):
        await session.fetch(SITE_LIST)
    with pytest.raises(LoginBlocked, match=r"in its place|redirected to"):
        await session.fetch(SITE_LIST)


async def test_a_wrong_password_whose_answers_are_lost_does_not_lock_the_account_in_an_hour(
    make_session: MakeSession, sim: SimulatedCloud, clock: ManualClock, transport: Transport
) -> None:
    fault = Fault(LOGIN, FaultKind.LOST, times=3)
    expect(transport, fault)
    sim.faults.add(fault)
    for _ in range(10 * 60):
        with pytest.raises((TransientError, AuthenticationError)) as caught:
            await make_session(password="wrong").fetch(SITE_LIST)
        assert caught.value.code != 100053
        clock.advance(6)
    # Three that were lost and the refusals that were then told.
    assert logins(sim) == 5


async def test_logins_that_give_dead_tokens_keep_their_pauses(
    make_session: MakeSession, sim: SimulatedCloud, clock: ManualClock
) -> None:
    sim.faults.add(Fault(LIST, FaultKind.STATUS, status=401))
    for _ in range(60):
        for _ in range(2):
            with pytest.raises(AuthenticationError):
                await make_session().fetch(SITE_LIST)
        clock.advance(60)
    sent = [request.at for request in sim.requests if request.path == LOGIN]
    gaps = [(after - before).total_seconds() for before, after in pairwise(sent)]
    assert gaps == [60, 120, 300, 600, 900, 900]


async def test_a_login_that_cannot_be_noted_is_not_sent(
    make_session: MakeSession, sim: SimulatedCloud, tmp_path: Path
) -> None:
    session = make_session()
    (tmp_path / "gone").write_text("a file where the state directory was")
    session._logins._breaker._path = tmp_path / "gone" / "home.login.json"
    with pytest.raises(LoginNotKept):
        await session.fetch(SITE_LIST)
    assert logins(sim) == 0


async def test_two_processes_that_start_together_log_in_once(
    make_session: MakeSession, sim: SimulatedCloud
) -> None:
    sim.faults.add(Fault(LOGIN, FaultKind.LATENCY, latency_s=0.1))
    sessions = [make_session() for _ in range(4)]
    await asyncio.gather(*(session.fetch(SITE_LIST) for session in sessions))
    assert logins(sim) == 1


# --- token ---------------------------------------------------------------------------------


async def test_a_restart_uses_the_token_on_disk(
    make_session: MakeSession, sim: SimulatedCloud, tmp_path: Path
) -> None:
    await make_session().fetch(SITE_LIST)
    await make_session().fetch(SITE_LIST)
    assert logins(sim) == 1
    (file,) = tmp_path.glob("*.token.json")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert set(json.loads(file.read_text())) == {"version", "auth_token", "gtoken", "expires_at"}


async def test_a_token_that_ends_within_a_minute_is_renewed_before_it_is_used(
    session: Session, sim: SimulatedCloud, clock: ManualClock
) -> None:
    await session.fetch(SITE_LIST)
    expires_at = session.login_state().token_expires_at
    assert expires_at is not None
    clock.advance((expires_at - clock.now()).total_seconds() - 61)
    await session.fetch(SITE_LIST)
    assert logins(sim) == 1
    clock.advance(2)
    await session.fetch(SITE_LIST)
    assert logins(sim) == 2
    assert all(request.status == 200 for request in sim.requests)


async def test_another_process_that_logged_in_is_noticed_by_the_file(
    make_session: MakeSession, sim: SimulatedCloud, clock: ManualClock, tmp_path: Path
) -> None:
    ours, theirs = make_session(), make_session()
    await ours.fetch(SITE_LIST)
    clock.advance(PAUSE_S)
    sim.kick_tokens()
    await theirs.fetch(SITE_LIST)
    (file,) = tmp_path.glob("*.token.json")
    os.utime(file, ns=(0, time.time_ns()))
    await ours.fetch(SITE_LIST)
    assert logins(sim) == 2


@pytest.mark.parametrize("value", [1, 1_500_000_000], ids=["1970", "2017"])
async def test_a_token_that_ends_in_the_past_is_used_until_the_cloud_refuses_it(
    make_session: MakeSession, sim: SimulatedCloud, clock: ManualClock, value: int
) -> None:
    sim.faults.add(Fault(LOGIN, FaultKind.WRONG_TYPE, key="token_expires_at", value=value))
    session = make_session()
    for _ in range(10):
        await session.fetch(SITE_LIST)
        clock.advance(3600)
    assert session.login_state().token_expires_at is None
    await make_session().fetch(SITE_LIST)
    assert logins(sim) == 1
    sim.kick_tokens()
    await session.fetch(SITE_LIST)
    assert logins(sim) == 2


async def test_a_token_of_thirty_seconds_is_used_until_the_cloud_refuses_it(
    session: Session, sim: SimulatedCloud, clock: ManualClock
) -> None:
    soon = int(clock.now().timestamp()) + 30
    sim.faults.add(Fault(LOGIN, FaultKind.WRONG_TYPE, key="token_expires_at", value=soon))
    for _ in range(10):
        await session.fetch(SITE_LIST)
        clock.advance(20)
    assert logins(sim) == 1


async def test_a_token_that_cannot_be_renewed_yet_is_used_until_the_cloud_refuses_it(
    session: Session, sim: SimulatedCloud, clock: ManualClock
) -> None:
    await session.fetch(SITE_LIST)
    expires_at = session.login_state().token_expires_at
    assert expires_at is not None
    clock.advance((expires_at - clock.now()).total_seconds() - 30)
    sim.faults.add(Fault(LOGIN, FaultKind.STATUS, status=500))
    for _ in range(3):
        await session.fetch(SITE_LIST)
    assert logins(sim) == 2
    clock.advance(31)
    for _ in range(3):
        with pytest.raises(LoginBlocked):
            await session.fetch(SITE_LIST)
    refused = [request for request in sim.requests if request.status == 401]
    assert len(refused) == 1


@pytest.mark.parametrize("ahead", [timedelta(days=8), timedelta(days=-8), timedelta(days=-3650)])
async def test_a_host_clock_that_is_wrong_makes_no_further_login(
    make_session: MakeSession, sim: SimulatedCloud, clock: ManualClock, ahead: timedelta
) -> None:
    host = ManualClock(clock.now() + ahead)
    for _ in range(3):
        session = make_session(clock=host)
        for _ in range(4):
            await session.fetch(SITE_LIST)
            clock.advance(3600)
            host.advance(3600)
    assert logins(sim) == 1
    expires_at = session.login_state().token_expires_at
    assert expires_at is not None
    left_s = (expires_at - clock.now()).total_seconds()
    for passing in (clock, host):
        passing.advance(left_s - 59)
    await session.fetch(SITE_LIST)
    assert logins(sim) == 2
    assert all(request.status == 200 for request in sim.requests)


async def test_a_host_clock_that_is_set_while_running_makes_no_login(
    make_session: MakeSession, sim: SimulatedCloud, clock: ManualClock
) -> None:
    host = ManualClock(clock.now())
    session = make_session(clock=host)
    await session.fetch(SITE_LIST)
    host.set_wall_clock(timedelta(days=8).total_seconds())
    await session.fetch(SITE_LIST)
    assert logins(sim) == 1


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{}",
        '{"auth_token": 5}',
        '{"auth_token": "a", "gtoken": "b", "expires_at": 1782000000000}',
        '{"auth_token": "a\\r\\nb: c", "gtoken": "b", "expires_at": 4000000000}',
        "\x00",
    ],
)
async def test_a_broken_token_file_leads_to_a_login(
    make_session: MakeSession, sim: SimulatedCloud, clock: ManualClock, tmp_path: Path, content: str
) -> None:
    await make_session().fetch(SITE_LIST)
    clock.advance(PAUSE_S)
    (file,) = tmp_path.glob("*.token.json")
    file.write_text(content)
    await make_session().fetch(SITE_LIST)
    assert logins(sim) == 2


async def test_another_address_does_not_use_the_token_of_the_first(
    make_session: MakeSession, sim: SimulatedCloud
) -> None:
    await make_session().fetch(SITE_LIST)
    with pytest.raises(AuthenticationError):
        await make_session(email="other@example.org").fetch(SITE_LIST)
    assert logins(sim) == 2


@pytest.mark.parametrize(
    "fault",
    [
        Fault(LIST, FaultKind.STATUS, status=401, times=1),
        Fault(LIST, FaultKind.STATUS, status=403, times=1),
        Fault(LIST, FaultKind.CODE, code=26084, msg="token kicked out", times=1),
        Fault(LIST, FaultKind.CODE, code=401, times=1),
        Fault(LIST, FaultKind.STATUS, status=401, body=ENVELOPE_10000, times=1),
        Fault(LIST, FaultKind.STATUS, status=401, body=ENVELOPE_26084, times=1),
    ],
    ids=["401", "403", "26084", "envelope-401", "401-10000", "401-26084"],
)
async def test_a_rejected_token_is_replaced_once_and_the_request_repeated(
    session: Session, sim: SimulatedCloud, counts: Counts, clock: ManualClock, fault: Fault
) -> None:
    await session.fetch(SITE_LIST)
    clock.advance(PAUSE_S)
    sim.faults.add(fault)
    assert await session.fetch(SITE_LIST)
    assert logins(sim) == 2
    assert counts.outcomes(SITE_LIST.label) == ["ok", "auth", "ok"]


async def test_an_endpoint_that_always_says_401_costs_one_login_a_request(
    session: Session, sim: SimulatedCloud, counts: Counts, clock: ManualClock
) -> None:
    await session.fetch(SITE_LIST)
    clock.advance(PAUSE_S)
    sim.faults.add(Fault(LIST, FaultKind.STATUS, status=401))
    with pytest.raises(AuthenticationError):
        await session.fetch(SITE_LIST)
    assert logins(sim) == 2
    assert counts.outcomes(SITE_LIST.label) == ["ok", "auth", "auth"]


@pytest.mark.parametrize("status", [401, 403])
async def test_a_question_that_is_always_refused_costs_a_login_an_hour_and_others_go_on(
    session: Session, sim: SimulatedCloud, clock: ManualClock, status: int
) -> None:
    (site,) = await session.fetch(SITE_LIST)
    sim.faults.add(Fault(SCENE, FaultKind.STATUS, status=status))
    with pytest.raises(TransientError, match="no login before"):
        await session.fetch(SCENE_INFO, site_id=site.site_id)
    assert session.login_state().blocked_until is not None
    await session.fetch(SITE_LIST)
    assert session.login_state().blocked_until is None
    assert logins(sim) == 1
    clock.advance(PAUSE_S)
    with pytest.raises(AuthenticationError):
        await session.fetch(SCENE_INFO, site_id=site.site_id)
    assert logins(sim) == 2
    for _ in range(59):
        clock.advance(60)
        with pytest.raises(RequestRejected, match="a new login did not help"):
            await session.fetch(SCENE_INFO, site_id=site.site_id)
        await session.fetch(SITE_LIST)
    assert logins(sim) == 2
    clock.advance(120)
    with pytest.raises(AuthenticationError):
        await session.fetch(SCENE_INFO, site_id=site.site_id)
    assert logins(sim) == 3


async def test_a_question_that_is_answered_again_may_log_in_again(
    session: Session, sim: SimulatedCloud, clock: ManualClock
) -> None:
    (site,) = await session.fetch(SITE_LIST)
    clock.advance(PAUSE_S)
    question = partial(session.fetch, SCENE_INFO, site_id=site.site_id)
    sim.faults.add(Fault(SCENE, FaultKind.STATUS, status=401, times=2))
    with pytest.raises(AuthenticationError):
        await question()
    await question()
    clock.advance(2 * PAUSE_S)
    sim.faults.add(Fault(SCENE, FaultKind.STATUS, status=401, times=1))
    await question()
    assert logins(sim) == 3


# --- repetition ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (Fault(LIST, FaultKind.STATUS, status=502, times=1), "http"),
        (Fault(LIST, FaultKind.STATUS, status=502, body=ENVELOPE_10000, times=1), "http"),
        (Fault(LIST, FaultKind.STATUS, status=504, times=1), "http"),
        (Fault(LIST, FaultKind.STATUS, status=522, times=1), "http"),
        (Fault(LIST, FaultKind.CODE, code=21105, msg="busy", times=1), "busy"),
        (Fault(LIST, FaultKind.HANG, times=1), "timeout"),
    ],
    ids=["502", "502-10000", "504", "522", "busy", "hang"],
)
async def test_what_passes_is_repeated_once_after_two_to_five_seconds(
    session: Session,
    transport: Transport,
    sim: SimulatedCloud,
    counts: Counts,
    clock: ManualClock,
    fault: Fault,
    outcome: str,
) -> None:
    await session.fetch(SITE_LIST)
    sim.faults.add(fault)
    expect(transport, fault)
    before_s = clock.monotonic()
    assert await session.fetch(SITE_LIST)
    assert 2 <= clock.monotonic() - before_s <= 5
    assert counts.outcomes(SITE_LIST.label) == ["ok", outcome, "ok"]


@pytest.mark.parametrize(
    ("fault", "error", "outcomes"),
    [
        (Fault(LIST, FaultKind.STATUS, status=502), TransientError, ["http", "http"]),
        (Fault(LIST, FaultKind.CODE, code=21105), TransientError, ["busy", "busy"]),
        (Fault(LIST, FaultKind.HANG), TransientError, ["timeout", "timeout"]),
        (Fault(LIST, FaultKind.SLOW), TransientError, ["timeout", "timeout"]),
        (Fault(LIST, FaultKind.RESET), TransientError, ["connect"]),
        (Fault(LIST, FaultKind.STATUS, status=500), TransientError, ["http"]),
        (Fault(LIST, FaultKind.STATUS, status=503), TransientError, ["http"]),
        (Fault(LIST, FaultKind.STATUS, status=429), RateLimited, ["rate_limited"]),
        (Fault(LIST, FaultKind.STATUS, status=400), RequestRejected, ["http"]),
        (Fault(LIST, FaultKind.STATUS, status=404), RequestRejected, ["http"]),
        (
            Fault(LIST, FaultKind.STATUS, status=403, body=ENVELOPE_10000),
            RequestRejected,
            ["rejected"],
        ),
        (
            Fault(LIST, FaultKind.STATUS, status=429, body=ENVELOPE_10000),
            RateLimited,
            ["rate_limited"],
        ),
        (Fault(LIST, FaultKind.CODE, code=10000), RequestRejected, ["rejected"]),
        (Fault(LIST, FaultKind.CODE, code=160003), NotPermitted, ["rejected"]),
        (Fault(LIST, FaultKind.TRUNCATED), UnexpectedPayload, ["malformed"]),
        (Fault(LIST, FaultKind.NOT_JSON), UnexpectedPayload, ["malformed"]),
        (Fault(LIST, FaultKind.NULL), UnexpectedPayload, ["malformed"]),
        (Fault(LIST, FaultKind.NULL, key="site_list"), UnexpectedPayload, ["malformed"]),
        (Fault(SCENE, FaultKind.NULL), UnexpectedPayload, ["malformed"]),
    ],
    ids=lambda value: (
        f"{value.kind}-{value.status}-{value.code}-{value.key}" if isinstance(value, Fault) else ""
    ),
)
async def test_what_stays_ends_as_its_class_and_is_counted(
    session: Session,
    transport: Transport,
    sim: SimulatedCloud,
    counts: Counts,
    fault: Fault,
    error: type[Exception],
    outcomes: list[str],
) -> None:
    await session.fetch(SITE_LIST)
    counts.requests.clear()
    sim.faults.add(fault)
    expect(transport, fault)
    is_scene = fault.path == SCENE
    request = (
        session.fetch(SCENE_INFO, site_id=sim.site_ids[0]) if is_scene else session.fetch(SITE_LIST)
    )
    with pytest.raises(error) as caught:
        await request
    assert type(caught.value) is error
    assert counts.requests == [(label_of(fault.path), outcome) for outcome in outcomes]
    assert fault.path in str(caught.value)


@pytest.mark.parametrize("path", [LOGIN, LIST])
async def test_what_this_side_breaks_off_has_not_ended(
    session: Session, sim: SimulatedCloud, counts: Counts, path: str
) -> None:
    if path == LIST:
        await session.fetch(SCENE_INFO, site_id=sim.site_ids[0])
    counts.requests.clear()
    sim.faults.add(Fault(path, FaultKind.HANG))
    request = asyncio.create_task(session.fetch(SITE_LIST))
    while not any(record.path == path for record in sim.requests):  # noqa: ASYNC110  it has no event
        await asyncio.sleep(0.01)
    request.cancel()
    with pytest.raises(asyncio.CancelledError):
        await request
    assert counts.requests == []


@pytest.mark.parametrize(
    ("location", "told"),
    [
        ("http://portal.example/welcome?session=1f2e3d#top", "http://portal.example/welcome"),
        ("https://me:secret@portal.example:8443/a", "https://portal.example:8443/a"),
        ("//evil.example/x", "http://evil.example/x"),
        ("/login?next=%2F", "http://127.0.0.1:PORT/login"),
        ("http://[broken", "an invalid address"),
    ],
)
async def test_a_redirection_is_told_and_never_followed(
    session: Session, sim: SimulatedCloud, counts: Counts, location: str, told: str
) -> None:
    await session.fetch(SITE_LIST)
    counts.requests.clear()
    sim.faults.add(Fault(LIST, FaultKind.REDIRECT, body=location))
    with pytest.raises(Intercepted) as caught:
        await session.fetch(SITE_LIST)
    told = told.replace("PORT", sim.url.rpartition(":")[2])
    assert str(caught.value) == f"{LIST}: redirected to {told} (code 302)"
    assert counts.requests == [(SITE_LIST.label, "http")]
    assert [request.path for request in sim.requests] == [LOGIN, LIST, LIST]


async def test_nobody_there_is_counted_as_connect(
    make_session: MakeSession, counts: Counts
) -> None:
    with pytest.raises(TransientError, match="no connection"):
        await make_session(server="http://127.0.0.1:9").fetch(SITE_LIST)
    assert counts.requests == [("login", "connect")]


async def test_a_name_that_cannot_be_looked_up_is_counted_as_dns(
    make_session: MakeSession, counts: Counts
) -> None:
    with pytest.raises(TransientError, match="name cannot be looked up"):
        await make_session(server="http://cloud.invalid").fetch(SITE_LIST)
    assert counts.requests == [("login", "dns")]


async def test_a_server_without_tls_is_counted_as_tls(
    make_session: MakeSession, sim: SimulatedCloud, counts: Counts
) -> None:
    with pytest.raises(TransientError):
        await make_session(server=sim.url.replace("http:", "https:")).fetch(SITE_LIST)
    assert counts.requests == [("login", "tls")]


async def test_after_a_429_the_endpoint_waits_out_a_window(
    session: Session, sim: SimulatedCloud, clock: ManualClock
) -> None:
    await session.fetch(SITE_LIST)
    sim.faults.add(Fault(LIST, FaultKind.STATUS, status=429, times=1))
    with pytest.raises(RateLimited):
        await session.fetch(SITE_LIST)
    before_s = clock.monotonic()
    await session.fetch(SITE_LIST)
    assert clock.monotonic() - before_s == WINDOW_S


async def test_a_wrong_body_is_a_defect_of_the_caller(session: Session) -> None:
    with pytest.raises(TypeError, match="site_id"):
        await session.fetch(SCENE_INFO)


# --- headers -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "now", "header"),
    [
        ("Europe/Berlin", datetime(2026, 1, 1, tzinfo=UTC), "GMT+01:00"),
        ("Europe/Berlin", datetime(2026, 7, 1, tzinfo=UTC), "GMT+02:00"),
        ("America/New_York", datetime(2026, 1, 1, tzinfo=UTC), "GMT-05:00"),
        ("Asia/Kolkata", datetime(2026, 1, 1, tzinfo=UTC), "GMT+05:30"),
    ],
)
def test_the_zone_header_follows_the_clock(
    credentials: Credentials, zone: str, now: datetime, header: str
) -> None:
    headers = base_headers(replace(credentials, zone=ZoneInfo(zone)), now)
    assert headers == {
        "content-type": "application/json",
        "model-type": "DESKTOP",
        "app-name": "anker_power",
        "os-type": "android",
        "country": "DE",
        "timezone": header,
    }


def test_credentials_and_tokens_do_not_print_their_secrets(credentials: Credentials) -> None:
    text = f"{credentials} {credentials!r}"
    assert credentials.password not in text
    assert credentials.email not in text
