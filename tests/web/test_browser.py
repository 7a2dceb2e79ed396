"""The page in a real browser: what an owner sees, in light and dark, on a phone, and in trouble.

The screenshots are kept in `artefacts/` to be looked at.
"""

import asyncio
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, async_playwright

from solix_exporter.app.exporter import Exporter
from solix_exporter.clock import ManualClock, SystemClock
from solix_exporter.cloud.budget import EndpointBudget
from solix_exporter.config import Settings
from solix_exporter.model.account import Account
from solix_exporter.model.battery import Battery
from solix_exporter.model.device import Device, DeviceReadings, GridMeter
from solix_exporter.model.energy import DayTotals, Flow, SiteEnergy
from solix_exporter.model.products import product_of
from solix_exporter.model.site import Access, Site, SiteReadings, SiteType
from solix_exporter.model.snapshot import AccountSlice, Snapshot
from solix_exporter.model.usage import UsageMode
from solix_exporter.sim import SimulatedCloud
from solix_exporter.web import AccountLine, PollLine, Status, WebServer, build_app
from tests.conftest import program
from tests.scraping import wait_for_metrics
from tests.web.face import NOON, Face

ROOT = Path(__file__).parents[2]
ARTEFACTS = ROOT / "artefacts"
QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
WIDE, PHONE = {"width": 1200, "height": 900}, {"width": 360, "height": 740}


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    executable = program("chromium", "chromium")
    async with (
        async_playwright() as playwright,
        await playwright.chromium.launch(executable_path=executable, args=list(QUIET)) as opened,
    ):
        yield opened


class Visitor:
    """Opens pages, and notes all that the browser complains about."""

    def __init__(self, browser: Browser, stack: AsyncExitStack) -> None:
        self._browser = browser
        self._stack = stack
        self.complaints: list[str] = []
        self.asked: set[str] = set()

    async def open(self, url: str, viewport: dict[str, int] = WIDE, **options: Any) -> Page:  # noqa: ANN401  of the library
        context = await self._browser.new_context(viewport=viewport, **options)  # type: ignore[arg-type]  # a typed dict of the library
        self._stack.push_async_callback(context.close)
        page = await context.new_page()
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self.asked.add(request.url))
        await page.goto(url)
        return page


@pytest.fixture
async def visitor(browser: Browser) -> AsyncIterator[Visitor]:
    async with AsyncExitStack() as stack:
        yield Visitor(browser, stack)


async def keep(page: Page, name: str) -> None:
    """Keep a screenshot of the whole page."""
    ARTEFACTS.mkdir(exist_ok=True)
    await page.screenshot(path=ARTEFACTS / f"{name}.png", full_page=True)


async def check_access(page: Page) -> None:
    """Hold the page to the rules that a machine can check."""
    found = await Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


async def is_too_wide(page: Page) -> bool:
    return bool(await page.evaluate("document.documentElement.scrollWidth > innerWidth"))


@pytest.fixture
def demo() -> Iterator[str]:
    """Run the demo; give its page's address."""
    command = (
        sys.executable, "-m", "solix_exporter", "demo", "--web.listen-address=127.0.0.1:0",
    )  # fmt: skip
    with subprocess.Popen(  # noqa: S603  our own program
        command, cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        yield process.stdout.readline().split()[-1].removesuffix("metrics")
        process.terminate()


async def test_the_demo_in_light_and_dark_and_on_a_phone(visitor: Visitor, demo: str) -> None:
    page = await visitor.open(demo, color_scheme="light")
    await page.get_by_role("heading", name="All is well").wait_for()
    await keep(page, "demo-light")
    await check_access(page)
    values = await page.locator(".flow .value").all_text_contents()
    assert all(re.fullmatch(r"[\d.]+\u202fk?W", value) for value in values), values
    dark = await visitor.open(demo, color_scheme="dark")
    await keep(dark, "demo-dark")
    await check_access(dark)
    phone = await visitor.open(demo, PHONE, device_scale_factor=2)
    await keep(phone, "demo-phone")
    assert not await is_too_wide(phone)
    # A minute of the demo is a second: new values come without anything being clicked.
    before = await page.locator("#time").inner_text()
    await page.wait_for_function(
        "([id, old]) => document.getElementById(id).innerText !== old", arg=["time", before]
    )
    assert await page.locator("#connection").is_hidden()
    assert visitor.complaints == []
    assert all(url.startswith(("data:", demo)) for url in visitor.asked)


async def test_without_a_script_the_page_says_the_same(visitor: Visitor, demo: str) -> None:
    await asyncio.sleep(0.5)
    page = await visitor.open(demo, java_script_enabled=False)
    assert await page.get_by_role("heading", level=1).inner_text() in {
        "All is well",
        "The first poll is on its way",
    }
    assert await page.locator("section.card").count() >= 3


async def test_a_broken_login_says_what_to_do(
    visitor: Visitor, sim: SimulatedCloud, settings_for: Callable[..., Settings]
) -> None:
    settings = settings_for(sim, account={"password": "wrong"})
    async with Exporter(settings, SystemClock()) as exporter:
        await wait_for_metrics(
            exporter.web.urls[0], 'solix_logins_total{account="default",outcome="rejected"} 1.0'
        )
        page = await visitor.open(exporter.web.urls[0])
        await keep(page, "broken-login")
        text = await page.locator("main").inner_text()
        assert "Your account needs you" in text
        assert "The cloud refuses the e-mail address or the password." in text
        assert "No login is tried before" in text
        assert "Correct ANKERUSER and ANKERPASSWORD" in text
        assert sim.accounts[0].email not in await page.content()
        await check_access(page)
    assert visitor.complaints == []


async def test_a_stale_site_shows_no_old_numbers(
    visitor: Visitor, sim: SimulatedCloud, settings_for: Callable[..., Settings], clock: ManualClock
) -> None:
    async with Exporter(settings_for(sim), clock) as exporter:
        for _ in range(200):
            if not exporter.snapshot().sites:
                await asyncio.sleep(0.02)
        page = await visitor.open(exporter.web.urls[0])
        assert "All is well" in await page.locator("main").inner_text()
        clock.advance(timedelta(minutes=27).total_seconds())
        await page.get_by_text("Your system has no fresh data").wait_for(timeout=60_000)
        await keep(page, "stale-site")
        assert "No fresh data since" in await page.locator(".notice").inner_text()
        values = await page.locator(".flow .value").all_text_contents()
        assert set(values) == {"\u2013"}
        # The clock starts at 13:02 in Berlin, and sleepers have moved it since.
        assert re.fullmatch(r"last known 13:\d\d", await page.locator("figcaption").inner_text())
        assert await page.locator(".stream").count() == 0
        await check_access(page)
    assert visitor.complaints == []


def summer_home() -> Status:
    """Return a home of everything: two sites, a broken account, all marks."""
    readings = SiteReadings(
        pv_power_w=1834.0,
        home_load_power_w=412.0,
        grid_import_power_w=0.0,
        grid_export_power_w=230.0,
        battery_charge_power_w=1192.0,
        battery_discharge_power_w=0.0,
        soc_ratio=0.72,
        stored_energy_wh=3870.0,
        capacity_wh=5376.0,
        plug_power_w=116.0,
        usage_mode=UsageMode.SMARTMETER,
    )
    flows = {
        Flow.PV: 9840.0,
        Flow.HOME: 6120.0,
        Flow.GRID_IMPORT: 410.0,
        Flow.GRID_EXPORT: 1260.0,
        Flow.BATTERY_CHARGE: 4300.0,
        Flow.BATTERY_DISCHARGE: 1830.0,
    }
    today = SiteEnergy(DayTotals(NOON.date(), NOON, flows))
    home = Site(
        "s1", "home", "Our house", SiteType.SOLARBANK, Access.OWNER, "Europe/Berlin",
        data_at=NOON - timedelta(seconds=40), scene=readings, energy=today,
    )  # fmt: skip
    cabin = replace(home, site_id="s2", name="Cabin", access=Access.MEMBER, scene=None)
    bank = DeviceReadings(is_online=True, pv_power_w=1834.0, battery=Battery(soc_ratio=0.72))
    meter = DeviceReadings(is_online=False, meter=GridMeter(0.0, 230.0))
    devices = (
        Device("AZV1234567890", product_of("A17C5"), "home", "s1", "Solarbank", scene=bank),
        Device("AZV1234567891", product_of("A17X7"), "home", "s1", "Meter", scene=meter),
        Device("AZV1234567892", product_of("A17C1"), "home", "s2", "Bank in the cabin"),
    )
    account = Account("home", "DE", "https://cloud.example", is_up=True)
    poll = PollLine("home", "sites", 60.0, NOON - timedelta(seconds=20), 40.0, is_failing=False)
    return Status(
        NOON,
        Snapshot((AccountSlice(account, (home, cabin), devices),)),
        accounts=(AccountLine("home", is_up=True, state="2 systems."),),
        budget=(
            EndpointBudget("https://cloud.example", "scene", 8, 3),
            EndpointBudget("https://cloud.example", "login", 8, 8),
        ),
        polls=(poll, replace(poll, poll="device_details", last_success_at=None, is_failing=True)),
    )


@pytest.fixture
async def summer() -> AsyncIterator[str]:
    server = WebServer(build_app(Face(status=summer_home()).sources()))
    await server.start(["127.0.0.1:0"])
    yield server.urls[0]
    await server.stop()


async def test_power_shows_its_way(visitor: Visitor, summer: str) -> None:
    page = await visitor.open(summer)
    await keep(page, "summer-light")
    picture = page.get_by_role("img").first
    name = await picture.evaluate("node => node.querySelector('title').textContent")
    assert name.replace("\u202f", " ") == (
        "Power now: Solar 1.83 kW; Grid 230 W, export; Home 412 W, 100 % own;"
        " Battery charging 1.19 kW, 72 %."
    )
    house = page.locator("section.site").first
    told = (await house.inner_text()).replace("\u202f", " ")
    # 6.12 kWh less the 0.41 kWh of the grid; 9.84 kWh less the 1.26 kWh that went there.
    for text in ("93 %\n", "87 %\n", "9.84 kWh", "0.41 kWh"):
        assert text in told
    assert await house.locator(".stream").count() == 4
    animation = "node => getComputedStyle(node).animationName"
    assert await house.locator(".stream").first.evaluate(animation) == "stream"
    calm = await visitor.open(summer, reduced_motion="reduce")
    assert await calm.locator(".stream").first.evaluate(animation) == "none"
    dark = await visitor.open(summer, PHONE, color_scheme="dark", device_scale_factor=2)
    await keep(dark, "summer-dark-phone")
    assert not await is_too_wide(dark)
    for opened in (page, dark):
        await check_access(opened)
    assert visitor.complaints == []


async def test_a_long_name_leaves_the_times_of_polls_in_one_line(visitor: Visitor) -> None:
    status = summer_home()
    polls = tuple(
        replace(row, account="grandparents_in_the_country", poll="power_panel_averages")
        for row in status.polls
    )
    server = WebServer(build_app(Face(status=replace(status, polls=polls)).sources()))
    await server.start(["127.0.0.1:0"])
    page = await visitor.open(server.urls[0], PHONE)
    await keep(page, "long-name-phone")
    lines_of = """cells => cells.map(cell => {
        const range = document.createRange();
        range.selectNodeContents(cell);
        return new Set([...range.getClientRects()].map(part => part.top)).size;
    })"""
    cells = page.locator("section[aria-labelledby=polls]").locator("td, thead th")
    assert await cells.evaluate_all(lines_of) == [1] * 7
    assert not await is_too_wide(page)
    await server.stop()


async def test_what_was_unfolded_stays_so(visitor: Visitor, summer: str) -> None:
    page = await visitor.open(summer)
    assert await page.get_by_text("login", exact=True).is_hidden()
    assert await page.get_by_text("3 of 8").is_visible()
    await page.get_by_text("1 more, of which nothing was asked").click()
    assert await page.get_by_text("login", exact=True).is_visible()
    async with page.expect_response(summer + "/"):
        pass
    await page.wait_for_timeout(100)
    assert await page.get_by_text("login", exact=True).is_visible()


async def test_the_keyboard_reaches_every_link(visitor: Visitor, summer: str) -> None:
    page = await visitor.open(summer)
    reached = []
    for _ in range(8):
        await page.keyboard.press("Tab")
        reached.append(await page.evaluate("document.activeElement.textContent"))
        outline = await page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline == "solid"
    assert reached == [
        "To the content", "Metrics", "JSON", "Settings", "Docs",
        "1 more, of which nothing was asked in the last minute", "healthy", "ready",
    ]  # fmt: skip


async def test_a_server_that_went_away_is_told_and_its_return_too(visitor: Visitor) -> None:
    server = WebServer(build_app(Face(status=summer_home()).sources()))
    await server.start(["127.0.0.1:0"])
    address = str(server.addresses[0])
    page = await visitor.open(f"http://{address}/")
    await server.stop()
    banner = page.get_by_text("The exporter does not answer")
    await banner.wait_for(timeout=60_000)
    again = WebServer(build_app(Face(status=summer_home()).sources()))
    await again.start([address])
    await banner.wait_for(state="hidden", timeout=60_000)
    await again.stop()
