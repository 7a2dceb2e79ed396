"""What the cloud answers reaches logs and messages without secrets, whatever it echoes."""

import io
import json
import logging
from collections.abc import AsyncIterator, Callable, Iterator

import pytest
from aiohttp import web

from solix_exporter.app.connections import Connections
from solix_exporter.app.exporter import Exporter
from solix_exporter.cli.logs import set_up_logging
from solix_exporter.clock import ManualClock
from solix_exporter.cloud.crypto import gtoken
from solix_exporter.cloud.endpoints import LOGIN_PATH, find
from solix_exporter.cloud.endpoints.endpoint import AnyEndpoint
from solix_exporter.cloud.source import Source
from solix_exporter.cloud.telling import told, told_by, whole
from solix_exporter.config import Settings
from solix_exporter.errors import CloudError, SinkError
from solix_exporter.influx.writer import InfluxTarget
from solix_exporter.model.events import SilentObserver
from solix_exporter.sim import Fault, FaultKind, SimulatedCloud
from solix_exporter.text import keep_secret, without_secrets
from tests.scraping import scrape_text

SettingsFor = Callable[..., Settings]
PATH = "power_service/v1/site/get_site_list"


def site_list() -> AnyEndpoint:
    row = find("site_list")
    assert row is not None
    return row


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Give what the exporter's own log says at level debug."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield io.StringIO()
    root.handlers, root.level = handlers, level


@pytest.fixture
async def source(
    sim: SimulatedCloud, settings_for: SettingsFor, clock: ManualClock, log: io.StringIO
) -> AsyncIterator[Source]:
    """Give an account whose log at level debug is written."""
    settings = settings_for(sim, log={"level": "debug"})
    set_up_logging(settings, log)
    connections = Connections(settings, clock, SilentObserver())
    yield connections.accounts()[0].source
    await connections.transport.close()


def secrets_of(sim: SimulatedCloud) -> list[str]:
    """Return the tokens of all requests, and who asked."""
    user_id = sim._world.accounts[sim.accounts[0].email].user_id
    tokens = list(sim._tokens._valid)
    return [*tokens, gtoken(user_id), user_id, sim.accounts[0].email]


def echo_page(secrets: list[str], start: str) -> str:
    return start + " ".join(f"<p>{secret} {secret.upper()}</p>" for secret in secrets)


BEGINNINGS = ["<html>", "x" * 150, "x" * 190, '{"error": "bad request: ']


@pytest.mark.parametrize("start", BEGINNINGS)
@pytest.mark.parametrize("status", [200, 403, 404, 500, 502])
async def test_a_page_that_echoes_the_request_shows_no_secret(
    status: int, start: str, source: Source, sim: SimulatedCloud, log: io.StringIO
) -> None:
    await source.ask(site_list(), {})
    secrets = secrets_of(sim)
    assert len(secrets) == 4
    page = echo_page(secrets, start)
    kind = FaultKind.NOT_JSON if status == 200 else FaultKind.STATUS
    sim.faults.add(Fault(PATH, kind, status=status, body=page))
    with pytest.raises(CloudError) as caught:
        await source.ask(site_list(), {})
    told_to_all = f"{caught.value} {log.getvalue()}".lower()
    # Also a part of one: the page is cut off where it gets long.
    parts = {secret[at : at + 10] for secret in secrets for at in range(len(secret) - 9)}
    assert [part for part in parts if part in told_to_all] == []


@pytest.mark.parametrize("kind", ["msg", "truncated", "page", "status", "header"])
async def test_nothing_of_a_login_is_quoted(
    kind: str, source: Source, sim: SimulatedCloud, log: io.StringIO
) -> None:
    secret = "5ecret0fTheAnswer77"
    answer = json.dumps({"code": 26108, "msg": f"{secret} is not Jane", "data": {"a": secret}})
    fault = {
        "msg": Fault(LOGIN_PATH, FaultKind.NOT_JSON, body=answer),
        "truncated": Fault(LOGIN_PATH, FaultKind.NOT_JSON, body=f'{{"auth_token":"{secret}'),
        "page": Fault(LOGIN_PATH, FaultKind.NOT_JSON, body=f"Jane {secret}"),
        "status": Fault(LOGIN_PATH, status=500, body=f"Jane {secret}"),
        "header": Fault(LOGIN_PATH, FaultKind.TRUNCATED),
    }[kind]
    sim.faults.add(fault)
    with pytest.raises(CloudError) as caught:
        await source.ask(site_list(), {})
    for text in (str(caught.value), log.getvalue()):
        assert secret[:8] not in text
        assert "Jane" not in text
        assert "starts with" not in text


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("The email or password is incorrect.", "The email or password is incorrect."),
        ("Failed too often, try again in 5 hours", "Failed too often, try again in 5 hours"),
        ("Jane, try again in 24 hours", "try again in 24 hours"),
        ("me@example.org is locked", ""),
        ("try 192.168.178.23", ""),
        ("the user is 017 012 345", ""),
    ],
)
def test_a_login_is_told_in_the_words_of_refusals(text: str, kept: str) -> None:
    assert told(LOGIN_PATH, text) == kept
    assert told_by(LOGIN_PATH, json.dumps({"msg": text}).encode()) == kept


async def test_what_is_no_http_is_not_quoted(
    settings_for: SettingsFor, clock: ManualClock, sim: SimulatedCloud
) -> None:
    """The library's own message shows the bytes that it could not read."""

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.write(b"HTTP/1.1 200 OK\r\nbad\x01header of Jane\r\n\r\n")
        request.transport.close()
        return web.Response()

    server = web.ServerRunner(web.Server(answer))
    await server.setup()
    await web.TCPSite(server, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{server.addresses[0][1]}"
    connections = Connections(
        settings_for(sim, cloud={"url": url, "public_key": sim.public_key}), clock, SilentObserver()
    )
    with pytest.raises(CloudError) as caught:
        await connections.accounts()[0].source.ask(site_list(), {})
    await connections.transport.close()
    await server.cleanup()
    assert "Jane" not in str(caught.value)


async def test_answers_are_logged_at_level_debug_with_pseudonyms(
    source: Source, sim: SimulatedCloud, log: io.StringIO
) -> None:
    await source.ask(site_list(), {})
    lines = [line for line in log.getvalue().splitlines() if " answered 200: " in line]
    assert len(lines) == 2
    assert "what a login answers is never shown" in lines[0]
    assert r"\"power_site_type\":" in lines[1]
    for secret in (*sim.site_ids, *secrets_of(sim)):
        assert secret not in log.getvalue()


async def test_answers_are_not_logged_at_level_info(
    source: Source, sim: SimulatedCloud, log: io.StringIO
) -> None:
    logging.getLogger().setLevel(logging.INFO)
    await source.ask(site_list(), {})
    assert sim.requests
    assert "answered" not in log.getvalue()


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (json.dumps({"list": [f"row {n}" for n in range(5000)]}).encode(), "more characters"),
        (b" " * (256 * 1024 + 1), "too many to show"),
        (b"<html>", "<html>"),
        (b"", ""),
    ],
)
def test_the_log_of_an_answer_is_bounded(body: bytes, said: str) -> None:
    text = whole(PATH, body)
    assert said in text
    assert len(text) < 17_000


def test_an_answer_of_many_levels_is_shown_whole_or_called_too_deep() -> None:
    # How many levels are too many differs between the versions of Python.
    body = b"[" * 900 + b"]" * 900
    assert whole(PATH, body) in {body.decode(), "(nested too deeply to be shown)"}


async def test_page_json_and_metrics_show_no_secret_of_an_error(
    sim: SimulatedCloud, make_exporter: Callable[..., Exporter]
) -> None:
    exporter = make_exporter(sim)
    await exporter.poll_once()
    secrets = secrets_of(sim)
    sim.faults.add(Fault(status=500, body=echo_page(secrets, "")))
    await exporter.poll_once()
    text = scrape_text(exporter) + repr(exporter._status())
    assert [secret for secret in secrets if secret in text] == []


def test_secrets_are_hidden_however_they_are_written() -> None:
    keep_secret("AbCd+1234/xyz==")
    for text in ("AbCd+1234/xyz==", "abcd+1234/XYZ==", "AbCd%2B1234%2Fxyz%3D%3D"):
        assert without_secrets(f"before {text} after") == "before *** after"
    assert str(SinkError("refused AbCd+1234/xyz==", advice="x")) == "refused ***; x"


def test_a_short_text_is_no_secret() -> None:
    keep_secret("solar")
    assert without_secrets("solar power") == "solar power"


def test_the_token_of_influxdb_is_hidden_in_errors() -> None:
    InfluxTarget("http://127.0.0.1", "-", "solix", "writer:pa55w0rd-long", 10.0)
    message = str(SinkError("unauthorized: Token writer:pa55w0rd-long, pa55w0rd-long"))
    assert "pa55" not in message
