import base64
import gzip
import hashlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser

import aiohttp
import pytest

from solix_exporter import __version__
from solix_exporter.web import AccountLine, WebServer, WebSources, build_app


@dataclass(frozen=True)
class Answer:
    body: bytes
    content_type: str = "text/plain; version=0.0.4; charset=utf-8"
    content_encoding: str | None = None


@dataclass
class Exporter:
    """Stands where the service will: answers, and what it was asked."""

    is_ready: bool = False
    accounts: Sequence[AccountLine] = ()
    asked: list[tuple[str, str]] = field(default_factory=list)

    def scrape(self, accept: str, accept_encoding: str) -> Answer:
        self.asked.append((accept, accept_encoding))
        if "gzip" in accept_encoding:
            return Answer(gzip.compress(b"solix_up 1\n"), content_encoding="gzip")
        return Answer(b"solix_up 1\n")

    def sources(self, telemetry_path: str = "/metrics") -> WebSources:
        return WebSources(
            scrape=self.scrape,
            is_ready=lambda: self.is_ready,
            accounts=lambda: self.accounts,
            telemetry_path=telemetry_path,
        )


@pytest.fixture
def exporter() -> Exporter:
    return Exporter()


@pytest.fixture
async def client(exporter: Exporter) -> AsyncIterator[aiohttp.ClientSession]:
    server = WebServer(build_app(exporter.sources()))
    await server.start(["127.0.0.1:0"])
    async with aiohttp.ClientSession(server.urls[0]) as session:
        yield session
    await server.stop()


async def test_metrics_are_passed_on_as_they_are(
    client: aiohttp.ClientSession, exporter: Exporter
) -> None:
    headers = {"Accept": "application/openmetrics-text", "Accept-Encoding": "identity"}
    async with client.get("/metrics", headers=headers) as answer:
        assert answer.status == 200
        assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
        assert "Content-Encoding" not in answer.headers
        assert await answer.read() == b"solix_up 1\n"
    assert exporter.asked == [("application/openmetrics-text", "identity")]


async def test_a_compressed_scrape_is_not_compressed_again(client: aiohttp.ClientSession) -> None:
    headers = {"Accept-Encoding": "gzip"}
    async with client.get("/metrics", headers=headers) as answer:
        assert answer.headers["Content-Encoding"] == "gzip"
        assert await answer.read() == b"solix_up 1\n"


async def test_the_process_is_healthy_before_it_is_ready(
    client: aiohttp.ClientSession, exporter: Exporter
) -> None:
    async with client.get("/-/healthy") as answer:
        assert (answer.status, await answer.text()) == (200, "Healthy.\n")
    async with client.get("/-/ready") as answer:
        assert answer.status == 503
        assert "no account has been polled" in await answer.text()
    exporter.is_ready = True
    async with client.get("/-/ready") as answer:
        assert (answer.status, await answer.text()) == (200, "Ready.\n")


class Links(HTMLParser):
    """Collects what a page refers to, and its text."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag not in {"script", "iframe", "object"}
        self.links += [value or "" for name, value in attrs if name in {"href", "src"}]

    def handle_data(self, data: str) -> None:
        self.text += data


async def test_the_page_tells_each_account_and_links_to_the_metrics(
    client: aiohttp.ClientSession, exporter: Exporter
) -> None:
    exporter.accounts = (
        AccountLine("home", is_up=True, state="2 sites, polled 10 s ago"),
        AccountLine("parents", is_up=False, state="login refused <b>"),
        AccountLine("new", is_up=None, state="waiting for the first poll"),
    )
    async with client.get("/") as answer:
        assert answer.content_type == "text/html"
        page = Links()
        page.feed(await answer.text())
    assert page.links == ["data:,", "/metrics", "/-/healthy", "/-/ready"]
    for text in ("Solix exporter", __version__, "login refused <b>", "2 sites, polled 10 s ago"):
        assert text in page.text


async def test_a_browser_may_use_the_pages_own_style(client: aiohttp.ClientSession) -> None:
    async with client.get("/") as answer:
        style = (await answer.text()).partition("<style>")[2].partition("</style>")[0]
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["/", "/metrics", "/-/healthy", "/nowhere"])
async def test_every_answer_is_hardened(client: aiohttp.ClientSession, path: str) -> None:
    async with client.get(path) as answer:
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["Server"] == "solix-exporter"
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("HEAD", "/", 200),
        ("HEAD", "/metrics", 200),
        ("HEAD", "/-/healthy", 200),
        ("GET", "/nowhere", 404),
        ("GET", "/metrics/", 404),
        ("POST", "/metrics", 405),
        ("DELETE", "/", 405),
    ],
)
async def test_methods_and_paths(
    client: aiohttp.ClientSession, method: str, path: str, status: int
) -> None:
    async with client.request(method, path) as answer:
        assert answer.status == status
        if method == "HEAD":
            assert await answer.read() == b""


async def test_metrics_may_take_the_place_of_the_page(exporter: Exporter) -> None:
    server = WebServer(build_app(exporter.sources(telemetry_path="/")))
    await server.start(["127.0.0.1:0"])
    try:
        async with (
            aiohttp.ClientSession() as session,
            session.get(server.urls[0]) as answer,
        ):
            assert await answer.text() == "solix_up 1\n"
    finally:
        await server.stop()
