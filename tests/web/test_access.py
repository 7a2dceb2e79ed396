"""Users, passwords and the rate limit over real HTTP."""

import asyncio
import base64
import contextlib
import json
import logging
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import bcrypt
import pytest

from solix_exporter.web import Security, WebServer, build_app
from solix_exporter.web.toolkit.access import Access, Verdict
from solix_exporter.web.toolkit.bucket import Bucket
from solix_exporter.web.toolkit.values import RateLimit
from tests.web.face import Face


def basic(user: str, password: str) -> str:
    return f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"


ALICE = basic("alice", "wonderland")
COST = 4
"""The least that bcrypt knows."""


def hashed(password: str, cost: int = COST) -> str:
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt(cost)).decode()


def write(file: Path, **sections: object) -> Path:
    """Write a web configuration; YAML reads JSON."""
    file.write_text(json.dumps(sections))
    return file


@contextlib.asynccontextmanager
async def serving(file: Path) -> AsyncIterator[aiohttp.ClientSession]:
    security = Security(file)
    server = WebServer(build_app(Face().sources(), security), security)
    await server.start(["127.0.0.1:0"])
    async with aiohttp.ClientSession(server.urls[0]) as client:
        yield client
    await server.stop()


async def status(client: aiohttp.ClientSession, auth: str | None, path: str = "/metrics") -> int:
    headers = {"Authorization": auth} if auth else {}
    async with client.get(path, headers=headers) as answer:
        return answer.status


@pytest.fixture
def users(tmp_path: Path) -> Path:
    return write(tmp_path / "web.yml", basic_auth_users={"alice": hashed("wonderland")})


@pytest.mark.parametrize(
    "path", ["/", "/metrics", "/-/healthy", "/config", "/api/v1/snapshot", "/nowhere", "/docs"]
)
async def test_nothing_is_shown_without_a_password(users: Path, path: str) -> None:
    async with serving(users) as client, client.get(path) as answer:
        assert answer.status == 401
        assert answer.headers["WWW-Authenticate"].startswith("Basic ")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "solix_up" not in await answer.text()


@pytest.mark.parametrize(
    ("auth", "expected"),
    [
        (ALICE, 200),
        (basic("alice", "Wonderland"), 401),
        (basic("alice", ""), 401),
        (basic("bob", "wonderland"), 401),
        (basic("", ""), 401),
        (basic("alice", "wonderland\0"), 401),
        (basic("älice", "ünder"), 401),
    ],
)
async def test_the_right_user_with_the_right_password_is_let_in(
    users: Path, auth: str, expected: int
) -> None:
    async with serving(users) as client:
        # The second time the answer comes from memory.
        assert [await status(client, auth), await status(client, auth)] == [expected, expected]


@pytest.mark.parametrize(
    "header", ["Basic", "Basic !", "Basic YWxpY2U=", "Bearer x", "\u00ff", "Basic \u00e9"]
)
async def test_a_header_that_is_none_is_refused(users: Path, header: str) -> None:
    async with (
        serving(users) as client,
        client.get("/metrics", headers={"Authorization": header}) as answer,
    ):
        assert answer.status == 401


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the beginnings, with kind and cost, of the hashes that bcrypt is asked to compare."""
    beginnings: list[str] = []
    compare = bcrypt.checkpw

    def watched(password: bytes, hashed: bytes) -> bool:
        beginnings.append(hashed[:7].decode())
        return compare(password, hashed)

    monkeypatch.setattr(bcrypt, "checkpw", watched)
    return beginnings


async def test_an_unknown_user_costs_as_much_as_a_wrong_password(compared: list[str]) -> None:
    access = Access({"alice": hashed("wonderland", 5)})
    for user in ("alice", "nobody"):
        assert await access.check(basic(user, "wrong")) is Verdict.REFUSED
    access.close()
    assert compared == ["$2b$05$", "$2b$05$"]


async def test_a_password_is_checked_once_and_remembered(compared: list[str]) -> None:
    access = Access({"alice": hashed("wonderland")})
    for _ in range(50):
        assert await access.check(ALICE) is Verdict.WELCOME
    access.close()
    assert len(compared) == 1


async def test_the_loop_goes_on_while_a_password_is_checked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # A comparison that ends only after the loop has had a turn: in the loop it would never end.
    had_a_turn = threading.Event()
    monkeypatch.setattr(bcrypt, "checkpw", lambda *_: had_a_turn.wait(60))
    access = Access({"alice": hashed("wonderland")})
    check = asyncio.create_task(access.check(ALICE))
    await asyncio.sleep(0)
    had_a_turn.set()
    assert await check is Verdict.WELCOME
    access.close()


async def test_a_flood_of_passwords_is_sent_away_and_known_users_are_not() -> None:
    access = Access({"alice": hashed("wonderland")})
    assert await access.check(ALICE) is Verdict.WELCOME
    flood = [
        asyncio.create_task(access.check(basic("alice", str(number)))) for number in range(200)
    ]
    await asyncio.sleep(0)
    assert await access.check(ALICE) is Verdict.WELCOME
    verdicts = await asyncio.gather(*flood)
    assert verdicts.count(Verdict.REFUSED) == 16
    assert verdicts.count(Verdict.TOO_BUSY) == 184
    access.close()


async def test_users_are_changed_without_a_restart(
    users: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with serving(users) as client:
        assert await status(client, ALICE) == 200
        write(users, basic_auth_users={"alice": hashed("looking-glass")})
        assert await status(client, ALICE) == 401
        assert await status(client, basic("alice", "looking-glass")) == 200
        with caplog.at_level(logging.WARNING):
            users.write_text("basic_auth_user: {}")
            for _ in range(3):
                assert await status(client, None) == 401
            # As an editor leaves it for a moment.
            users.write_text("")
            for _ in range(3):
                assert await status(client, None) == 401
        # What is wrong is told once, and the door stays shut.
        assert caplog.text.count("is unknown; did you mean basic_auth_users?") == 1
        assert caplog.text.count("is empty; write {} where nothing shall be asked") == 1
        write(users)
        assert await status(client, None) == 200


async def test_the_operators_headers_win(tmp_path: Path) -> None:
    headers = {"X-Frame-Options": "sameorigin", "Strict-Transport-Security": "max-age=60"}
    file = write(tmp_path / "web.yml", http_server_config={"headers": headers})
    async with serving(file) as client, client.get("/nowhere") as answer:
        assert answer.headers["X-Frame-Options"] == "sameorigin"
        assert answer.headers["Strict-Transport-Security"] == "max-age=60"
        assert answer.headers["Server"] == "solix-exporter"


async def test_more_requests_than_the_limit_are_sent_away(tmp_path: Path) -> None:
    file = write(tmp_path / "web.yml", rate_limit={"interval": "1h", "burst": 3})
    async with serving(file) as client:
        found = [await status(client, None, "/-/healthy") for _ in range(5)]
        assert found == [200, 200, 200, 429, 429]


def test_a_token_comes_back_in_each_interval() -> None:
    now_s = [0.0]
    bucket = Bucket(RateLimit(interval_s=2.0, burst=2), lambda: now_s[0])
    assert [bucket.take() for _ in range(3)] == [True, True, False]
    now_s[0] = 1.9
    assert not bucket.take()
    now_s[0] = 2.1
    assert [bucket.take(), bucket.take()] == [True, False]
    now_s[0] = 100.0
    assert [bucket.take() for _ in range(3)] == [True, True, False]
