import base64
import hashlib
import json
import socket
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import aiohttp
import bcrypt
import pytest

from solix_exporter import __version__
from solix_exporter.model.account import Account
from solix_exporter.model.battery import Battery
from solix_exporter.model.device import Device, DeviceReadings
from solix_exporter.model.energy import DayTotals, Flow, SiteEnergy
from solix_exporter.model.products import product_of
from solix_exporter.model.site import Access, Site, SiteReadings, SiteType
from solix_exporter.model.snapshot import AccountSlice, Snapshot
from solix_exporter.web import AccountLine, Security, WebPaths, WebServer, build_app
from tests.web.face import NOON, Face


@pytest.fixture
def exporter() -> Face:
    return Face()


@pytest.fixture
async def client(exporter: Face) -> AsyncIterator[aiohttp.ClientSession]:
    server = WebServer(build_app(exporter.sources()))
    await server.start(["127.0.0.1:0"])
    async with aiohttp.ClientSession(server.urls[0]) as session:
        yield session
    await server.stop()


async def test_metrics_are_passed_on_as_they_are(
    client: aiohttp.ClientSession, exporter: Face
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
    client: aiohttp.ClientSession, exporter: Face
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
        assert tag not in {"iframe", "object", "form"}
        assert not any(name == "style" or name.startswith("on") for name, _ in attrs)
        self.links += [value or "" for name, value in attrs if name in {"href", "src"}]

    def handle_data(self, data: str) -> None:
        self.text += data


async def page_of(client: aiohttp.ClientSession, path: str = "/") -> Links:
    async with client.get(path) as answer:
        assert (answer.status, answer.content_type) == (200, "text/html")
        page = Links()
        page.feed(await answer.text())
        return page


async def test_the_page_tells_each_account_and_what_to_do(
    client: aiohttp.ClientSession, exporter: Face
) -> None:
    exporter.status = replace(
        exporter.status,
        accounts=(
            AccountLine("home", is_up=True, state="2 systems, polled 10 s ago"),
            AccountLine("parents", is_up=False, state="refused <b>", advice="Ask <i>them</i>."),
            AccountLine("new", is_up=None, state="The first poll is on its way."),
        ),
    )
    page = await page_of(client)
    for text in (__version__, "refused <b>", "2 systems, polled 10 s ago", "Ask <i>them</i>."):
        assert text in page.text
    assert "1 of 3 accounts needs you" in page.text


async def test_the_page_refers_to_nothing_of_elsewhere(client: aiohttp.ClientSession) -> None:
    page = await page_of(client)
    outside = [link for link in page.links if not link.startswith(("/", "#", "data:image/svg"))]
    assert outside == []
    for link in ("/metrics", "/api/v1/snapshot", "/config", "/docs"):
        assert link in page.links
        async with client.get(link) as answer:
            assert answer.status == 200


async def test_a_browser_may_use_the_pages_own_style_and_script(
    client: aiohttp.ClientSession,
) -> None:
    async with client.get("/") as answer:
        text = await answer.text()
        policy = answer.headers["Content-Security-Policy"]
    for tag in ("style", "script"):
        content = text.partition(f"<{tag}>")[2].partition(f"</{tag}>")[0]
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize("path", ["/", "/metrics", "/-/healthy", "/config", "/nowhere"])
async def test_every_answer_is_hardened(client: aiohttp.ClientSession, path: str) -> None:
    async with client.get(path) as answer:
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["Server"] == "solix-exporter"
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; ")


def home() -> Snapshot:
    flows = {Flow.HOME: 4000.0, Flow.GRID_IMPORT: 1000.0}
    today = DayTotals(date(2026, 6, 20), NOON, flows)
    site = Site(
        site_id="s1",
        account="home",
        name="Cabin",
        site_type=SiteType.SOLARBANK,
        access=Access.OWNER,
        timezone="Europe/Berlin",
        data_at=NOON,
        scene=SiteReadings(pv_power_w=520.0, soc_ratio=0.72),
        energy=SiteEnergy(today),
    )
    readings = DeviceReadings(is_online=True, battery=Battery(soc_ratio=0.72, capacity_wh=1600.0))
    device = Device("ABCDEFGH1234", product_of("A17C1"), "home", "s1", "Bank", scene=readings)
    account = Account("home", "DE", "https://cloud.example", is_up=True)
    return Snapshot((AccountSlice(account, (site,), (device,)),))


async def test_the_snapshot_is_there_as_json(client: aiohttp.ClientSession, exporter: Face) -> None:
    exporter.status = replace(exporter.status, snapshot=home())
    async with client.get("/api/v1/snapshot") as answer:
        assert answer.content_type == "application/json"
        told = json.loads(await answer.text())
    assert told["time"] == "2026-06-20T12:00:00Z"
    assert told["accounts"][0]["name"] == "home"
    (site,) = told["sites"]
    assert (site["site_type"], site["data_at"]) == ("solarbank", "2026-06-20T12:00:00Z")
    assert (site["scene"]["pv_power_w"], site["scene"]["home_load_power_w"]) == (520.0, None)
    (device,) = told["devices"]
    assert (device["sn"], device["product"]["part_number"]) == ("ABCDEFGH1234", "A17C1")
    assert device["scene"]["battery"]["soc_ratio"] == 0.72
    # What follows from the fields is told, too.
    assert device["scene"]["battery"]["stored_energy_wh"] == 1152.0
    today = site["energy"]["today"]
    assert (today["day"], today["flows"]) == ("2026-06-20", {"home": 4000.0, "grid_import": 1000.0})
    assert today["self_sufficiency_ratio"] == 0.75


async def test_the_page_shortens_serial_numbers(
    client: aiohttp.ClientSession, exporter: Face
) -> None:
    exporter.status = replace(exporter.status, snapshot=home())
    text = (await page_of(client)).text
    assert "…1234" in text
    assert "ABCDEFGH" not in text


async def test_a_reload_tells_what_changed_or_why_nothing_did(
    client: aiohttp.ClientSession, exporter: Face
) -> None:
    async with client.post("/-/reload") as answer:
        assert (answer.status, await answer.text()) == (200, "Reloaded: added parents.\n")
    exporter.reload_problem = "accounts[0].country: is missing"
    async with client.post("/-/reload") as answer:
        assert answer.status == 500
        assert await answer.text() == "Nothing has changed: accounts[0].country: is missing\n"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://["}, 403),
    ],
)
async def test_another_sites_page_cannot_reload(
    client: aiohttp.ClientSession, headers: dict[str, str], status: int
) -> None:
    async with client.post("/-/reload", headers=headers) as answer:
        assert answer.status == status


@pytest.mark.parametrize(
    ("paths", "served", "link"),
    [
        (WebPaths("/metrics", "/solix", "/solix"), "/solix", "/solix/metrics"),
        # The proxy takes its own prefix off before it passes a request on.
        (WebPaths("/m", "", "/home/solix"), "", "/home/solix/m"),
    ],
)
async def test_a_proxy_may_show_it_under_a_path(
    exporter: Face, paths: WebPaths, served: str, link: str
) -> None:
    server = WebServer(build_app(exporter.sources(paths)))
    await server.start(["127.0.0.1:0"])
    try:
        async with aiohttp.ClientSession(server.urls[0]) as client:
            assert link in (await page_of(client, f"{served}/")).links
            for path in ("/-/healthy", paths.telemetry, "/api/v1/snapshot"):
                async with client.get(f"{served}{path}") as answer:
                    assert answer.status == 200
            if served:
                for start in ("/", served):
                    async with client.get(start, allow_redirects=False) as answer:
                        assert answer.headers["Location"] == f"{served}/"
    finally:
        await server.stop()


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
        ("GET", "/-/reload", 405),
    ],
)
async def test_methods_and_paths(
    client: aiohttp.ClientSession, method: str, path: str, status: int
) -> None:
    async with client.request(method, path) as answer:
        assert answer.status == status
        if method == "HEAD":
            assert await answer.read() == b""


async def test_metrics_may_take_the_place_of_the_page(exporter: Face) -> None:
    server = WebServer(build_app(exporter.sources(WebPaths("/"))))
    await server.start(["127.0.0.1:0"])
    try:
        async with (
            aiohttp.ClientSession() as session,
            session.get(server.urls[0]) as answer,
        ):
            assert await answer.text() == "solix_up 1\n"
    finally:
        await server.stop()


# --- a page that was led here --------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("evil.example", 421),
        ("evil.example:7654", 421),
        ("localhost.evil.example", 421),
        ("10.0.0.7", 421),
        ("[::1", 421),
        ("localhost", 200),
        ("LOCALHOST.:7654", 200),
        ("127.0.0.1:7654", 200),
        ("[::1]:7654", 200),
        (socket.gethostname(), 200),
        ("solix.example", 200),
    ],
)
@pytest.mark.parametrize("path", ["/api/v1/snapshot", "/metrics", "/", "/config"])
async def test_a_foreign_name_reads_nothing_on_loopback(
    exporter: Face, host: str, status: int, path: str
) -> None:
    paths = WebPaths(hosts=frozenset({"solix.example"}))
    server = WebServer(build_app(exporter.sources(paths)))
    await server.start(["127.0.0.1:0"])
    async with (
        aiohttp.ClientSession(server.urls[0]) as http,
        http.get(path, headers={"Host": host}) as answer,
    ):
        assert answer.status == status
        assert ("--web.external-url" in await answer.text()) == (status == 421)
    await server.stop()


async def test_with_users_every_name_is_answered(exporter: Face, tmp_path: Path) -> None:
    hashed = bcrypt.hashpw(b"a", bcrypt.gensalt(4)).decode()
    file = tmp_path / "web.yml"
    file.write_text(f"basic_auth_users: {{me: {hashed}}}\n")
    security = Security(file)
    server = WebServer(build_app(exporter.sources(), security), security)
    await server.start(["127.0.0.1:0"])
    login = base64.b64encode(b"me:a").decode()
    headers = {"Host": "solix.lan", "Authorization": f"Basic {login}"}
    async with (
        aiohttp.ClientSession(server.urls[0], headers=headers) as http,
        http.get("/metrics") as answer,
    ):
        assert answer.status == 200
    await server.stop()
