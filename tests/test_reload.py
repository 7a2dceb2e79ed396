"""A configuration that is read again: accounts come, change and go while the others go on."""

import asyncio
import io
import json
import logging
import signal
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from solix_exporter.app.exporter import Exporter
from solix_exporter.app.reload import plan_reload
from solix_exporter.cli.logs import set_up_logging
from solix_exporter.clock import FastClock, ManualClock, SystemClock
from solix_exporter.cloud.endpoints.sites import SITE_LIST
from solix_exporter.config import Settings, load_settings
from solix_exporter.sim import Fault, FaultKind, SimAccount, SimulatedCloud
from tests.children import bare_environ
from tests.scraping import Scrape, scrape_text

LOGIN = "passport/login"
HOMES = ("solix_site", "solix_device", "solix_battery", "solix_vehicle", "solix_ev", "solix_plug")


@pytest.fixture
async def fleet() -> AsyncIterator[SimulatedCloud]:
    """A cloud with three households."""
    cloud = SimulatedCloud(SystemClock(), scenario="home", seed=1, endpoint_limit=0, fleet=3)
    await cloud.start()
    yield cloud
    await cloud.stop()


@dataclass
class ConfigFile:
    """A configuration on disk that points at a simulated cloud."""

    file: Path
    cloud: SimulatedCloud

    def write(self, accounts: dict[str, SimAccount], **sections: object) -> None:
        """Write the accounts by name; YAML reads JSON."""
        rows = [
            {"name": name, "user": row.email, "password": row.password, "country": row.country}
            for name, row in accounts.items()
        ]
        target = {"url": self.cloud.url, "public_key": self.cloud.public_key, "request_gap": 0}
        state = {"state_dir": str(self.file.parent / "state")}
        web = {"listen_address": ["127.0.0.1:0"]}
        content = {"accounts": rows, "cloud": target, "web": web, **state, **sections}
        self.file.write_text(json.dumps(content))
        self.file.chmod(0o600)

    def load(self) -> Settings:
        return load_settings(file=self.file, environ={}, flags={})


@pytest.fixture
def config(fleet: SimulatedCloud, tmp_path: Path) -> ConfigFile:
    return ConfigFile(tmp_path / "solix.yaml", fleet)


async def until(is_so: Callable[[], bool]) -> None:
    for _ in range(500):
        if is_so():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it never became so")


async def post_reload(exporter: Exporter) -> tuple[int, str]:
    async with aiohttp.ClientSession() as http, http.post(f"{exporter.web.urls[0]}/-/reload") as a:
        return a.status, await a.text()


def logins(cloud: SimulatedCloud, account: SimAccount) -> int:
    return sum(row.path == LOGIN and row.account == account.email for row in cloud.requests)


async def test_accounts_come_and_go_while_the_others_go_on(config: ConfigFile) -> None:
    first, second, third = config.cloud.accounts
    config.write({"first": first, "second": second})
    async with Exporter(config.load(), SystemClock(), load=config.load) as exporter:
        await until(lambda: len(exporter.snapshot().sites) == 2)
        untouched = exporter.jobs[0]
        config.write({"first": first, "third": third})
        assert await post_reload(exporter) == (200, "Reloaded: added third; removed second.\n")
        await until(lambda: 'solix_up{account="third"} 1.0' in scrape_text(exporter))
        assert exporter.jobs[0] is untouched
        assert logins(config.cloud, first) == 1
        text = scrape_text(exporter)
        assert 'account="second"' not in text
        for name in ("first", "third"):
            assert f'solix_up{{account="{name}"}} 1.0' in text
            assert f'solix_logins_total{{account="{name}",outcome="rejected"}} 0.0' in text


async def test_a_corrected_password_is_tried_at_once(config: ConfigFile) -> None:
    first, second, _ = config.cloud.accounts
    wrong = SimAccount(second.email, "wrong", second.country)
    config.write({"first": first, "second": wrong})
    async with Exporter(config.load(), SystemClock(), load=config.load) as exporter:
        refused = 'solix_logins_total{account="second",outcome="rejected"} 1.0'
        await until(lambda: refused in scrape_text(exporter))
        config.write({"first": first, "second": second})
        assert await post_reload(exporter) == (200, "Reloaded: changed second.\n")
        await until(lambda: 'solix_up{account="second"} 1.0' in scrape_text(exporter))
        assert logins(config.cloud, first) == 1


async def test_a_poll_that_was_switched_off_leaves_the_metrics(config: ConfigFile) -> None:
    first, *_ = config.cloud.accounts
    config.write({"first": first})
    shown = 'solix_poll_last_success_timestamp_seconds{account="first",poll="device_details"}'
    async with Exporter(config.load(), SystemClock(), load=config.load) as exporter:
        await until(lambda: shown in scrape_text(exporter))
        config.write({"first": first}, poll={"disable": ["device_details"]})
        assert await post_reload(exporter) == (200, "Reloaded: changed first.\n")
        text = scrape_text(exporter)
    # An old last success would be SolixPollFailing for ever.
    assert 'account="first",poll="device_details"' not in text
    assert 'solix_polls_total{account="first",outcome="success",poll="sites"}' in text


@pytest.mark.parametrize(
    ("scenario", "disabled", "gone"),
    [
        (
            "ev-charger",
            ["device_details", "energy"],
            {
                "solix_vehicle_info",
                "solix_device_wifi_rssi_dbm",
                "solix_ev_charger_lifetime_charges_total",
                "solix_site_home_energy_watthours_total",
            },
        ),
        ("ev-charger", ["user_vehicles"], {"solix_vehicle_info"}),
        ("charger", ["bind_devices"], {"solix_device_info"}),
        ("mi80", ["inverters"], {"solix_inverter_power_watts", "solix_device_online"}),
        (
            "power-panel",
            ["power_panel_averages"],
            {"solix_site_home_load_power_watts", "solix_site_data_timestamp_seconds"},
        ),
    ],
)
async def test_what_is_not_asked_any_more_leaves_the_metrics(
    scenario: str,
    disabled: list[str],
    gone: set[str],
    clock: ManualClock,
    settings_for: Callable[..., Settings],
) -> None:
    cloud = SimulatedCloud(clock, scenario=scenario, seed=1, endpoint_limit=0)
    await cloud.start()
    now = [settings_for(cloud)]
    exporter = Exporter(now[0], clock, load=lambda: now[0])
    async with exporter.connected():
        await exporter_round(exporter)
        assert Scrape(exporter).names() >= gone
        now[0] = settings_for(cloud, poll={"disable": disabled})
        await exporter.reload()
        await exporter_round(exporter)
        left = Scrape(exporter).names()
        assert left.isdisjoint(gone)
        # A restart would not show less.
        restarted = Exporter(now[0], clock)
        await exporter_round(restarted)
        assert {name for name in left if name.startswith(HOMES)} <= Scrape(restarted).names()
        restarted.ledger.close()
        await restarted._transport.close()
    await cloud.stop()


async def exporter_round(exporter: Exporter) -> None:
    # Twice, because some polls ask about what others were told.
    for job in (*exporter.jobs, *exporter.jobs):
        await job.run()


async def test_other_settings_do_not_take_an_account_down(config: ConfigFile) -> None:
    first, *_ = config.cloud.accounts
    config.write({"first": first})
    up = 'solix_up{account="first"} 1.0'
    async with Exporter(config.load(), SystemClock(), load=config.load) as exporter:
        await until(lambda: up in scrape_text(exporter))
        # The last poll succeeded, and the next one is on its way for long.
        config.cloud.faults.add(Fault("power_service/*", FaultKind.HANG))
        config.write({"first": first}, poll={"sites": "90s"})
        assert await post_reload(exporter) == (200, "Reloaded: changed first.\n")
        assert up in scrape_text(exporter)
        config.cloud.faults.clear()


async def test_a_trouble_that_a_reload_did_not_end_is_told_again(
    config: ConfigFile, caplog: pytest.LogCaptureFixture
) -> None:
    first, *_ = config.cloud.accounts
    config.cloud.faults.add(Fault("power_service/*", FaultKind.STATUS, status=500))
    config.write({"first": first})

    def warnings() -> int:
        told = [row.getMessage() for row in caplog.records if row.levelno == logging.WARNING]
        return sum(text.startswith("account first, sites poll: ") for text in told)

    async with Exporter(config.load(), SystemClock(), load=config.load) as exporter:
        await until(lambda: exporter.jobs[0].has_run)
        assert warnings() == 1
        config.write({"first": first}, poll={"sites": "90s"})
        await post_reload(exporter)
        await until(lambda: exporter.jobs[0].has_run)
        assert warnings() == 2


async def test_a_name_that_stands_for_somebody_else_forgets_the_first(config: ConfigFile) -> None:
    first, second, _ = config.cloud.accounts
    config.write({"home": first})
    async with Exporter(config.load(), SystemClock(), load=config.load) as exporter:
        await until(lambda: len(exporter.snapshot().sites) == 1)
        (before,) = exporter.snapshot().sites
        config.cloud.faults.add(Fault("power_service/*", FaultKind.CODE))
        config.write({"home": second})
        await post_reload(exporter)
        assert exporter.snapshot().sites == ()
        config.cloud.faults.clear()
        assert before.site_id not in scrape_text(exporter)


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda file: file.write_text("accounts: [{name: home}]"), "user: is missing"),
        (lambda file: file.write_text("accounts: ["), "is not valid YAML"),
        (lambda file: file.unlink(), "cannot be read"),
    ],
)
async def test_a_bad_file_changes_nothing_and_says_why(
    config: ConfigFile, spoil: Callable[[Path], object], why: str
) -> None:
    first, second, _ = config.cloud.accounts
    config.write({"first": first, "second": second})
    async with Exporter(config.load(), SystemClock(), load=config.load) as exporter:
        await until(lambda: len(exporter.snapshot().sites) == 2)
        jobs = exporter.jobs
        spoil(config.file)
        status, text = await post_reload(exporter)
        assert status == 500
        assert text.startswith("Nothing has changed: ")
        assert why in text
        assert first.password not in text
        assert exporter.jobs == jobs
        assert len(exporter.snapshot().sites) == 2


async def test_a_zone_that_does_not_exist_changes_nothing(config: ConfigFile) -> None:
    first, second, _ = config.cloud.accounts
    config.write({"first": first})
    async with Exporter(config.load(), SystemClock(), load=config.load) as exporter:
        config.write({"first": first, "second": second}, timezone="Mars/Olympus")
        status, text = await post_reload(exporter)
        assert (status, "is not a known time zone" in text) == (500, True)
        assert {job.account for job in exporter.jobs} == {"first"}


async def test_a_country_that_does_not_exist_changes_nothing(config: ConfigFile) -> None:
    first = config.cloud.accounts[0]
    config.write({"first": first})
    async with Exporter(config.load(), SystemClock(), load=config.load) as exporter:
        await until(lambda: bool(exporter.snapshot().sites))
        config.file.write_text(config.file.read_text().replace('"DE"', '"XX"'))
        status, text = await post_reload(exporter)
        assert status >= 400
        assert "XX is the code of no country" in text
        assert exporter.accounts["first"].polled.country == "DE"
        assert exporter.snapshot().sites


async def test_what_takes_a_restart_is_named(config: ConfigFile) -> None:
    first, *_ = config.cloud.accounts
    config.write({"first": first})
    async with Exporter(config.load(), SystemClock(), load=config.load) as exporter:
        config.write({"first": first}, web={"listen_address": ["127.0.0.1:1"]})
        assert await post_reload(exporter) == (
            200,
            "Reloaded: the accounts are the same. After a restart only: web.\n",
        )


async def test_a_poll_that_is_on_its_way_is_broken_off(
    config: ConfigFile, caplog: pytest.LogCaptureFixture
) -> None:
    first, second, _ = config.cloud.accounts
    config.write({"first": first, "second": second})
    config.cloud.faults.add(Fault(SITE_LIST.path, FaultKind.HANG, email=second.email))
    with caplog.at_level(logging.ERROR):
        async with Exporter(config.load(), SystemClock(), load=config.load) as exporter:
            asked = (SITE_LIST.path, second.email)
            await until(lambda: asked in {(row.path, row.account) for row in config.cloud.requests})
            await until(lambda: len(exporter.snapshot().sites) == 1)
            config.write({"first": first})
            assert (await post_reload(exporter))[0] == 200
            await asyncio.sleep(0.1)
            config.cloud.faults.clear()
            # Its poll is planned anew, and not held up by the one that was broken off.
            config.write({"first": first, "second": second})
            assert (await post_reload(exporter))[0] == 200
            await until(lambda: len(exporter.snapshot().sites) == 2)
    assert caplog.records == []


async def test_a_hangup_signal_reads_the_configuration_again(config: ConfigFile) -> None:
    first, second, _ = config.cloud.accounts
    config.write({"first": first})
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "solix_exporter",
        "serve",
        f"--config.file={config.file}",
        env=bare_environ(HOME=str(config.file.parent)),
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr is not None
    try:
        await wait_for_line(process.stderr, b"serving metrics on")
        config.write({"first": first, "second": second})
        process.send_signal(signal.SIGHUP)
        await wait_for_line(process.stderr, b"Reloaded: added second.")
        config.file.write_text("nonsense: 1")
        process.send_signal(signal.SIGHUP)
        await wait_for_line(process.stderr, b"nothing has changed:")
    finally:
        process.terminate()
        rest = await process.stderr.read()
        await process.wait()
    assert process.returncode == 0
    assert b"Traceback" not in rest


async def wait_for_line(stream: asyncio.StreamReader, text: bytes) -> None:
    async with asyncio.timeout(60):
        while text not in (line := await stream.readline()):
            assert line, f"{text!r} never came"


def settings(**sections: object) -> Settings:
    return Settings.model_validate({"state_dir": "/s", **sections})


def account(name: str, **changes: str) -> dict[str, str]:
    return {"name": name, "user": f"{name}@b.de", "password": "x", "country": "DE"} | changes


@pytest.mark.parametrize(
    ("before", "now", "told", "foreign"),
    [
        (["a"], ["a"], "Reloaded: the accounts are the same.", set()),
        (["a"], ["b"], "Reloaded: added b; removed a.", set()),
        ([account("a")], [account("a", password="y")], "Reloaded: changed a.", set()),
        ([account("a")], [account("a", user="c@d.de")], "Reloaded: changed a.", {"a"}),
        ([account("a")], [account("a", country="AT")], "Reloaded: changed a.", {"a"}),
    ],
)
def test_a_plan_tells_what_it_does(
    before: list[object], now: list[object], told: str, foreign: set[str]
) -> None:
    rows = [
        [account(row) if isinstance(row, str) else row for row in side] for side in (before, now)
    ]
    plan = plan_reload(settings(accounts=rows[0]), settings(accounts=rows[1]))
    assert str(plan) == told
    assert plan.foreign == foreign


def test_other_intervals_change_every_account() -> None:
    accounts = [account("a"), account("b")]
    plan = plan_reload(settings(accounts=accounts), settings(accounts=accounts, poll={"sites": 90}))
    assert plan.changed == ("a", "b")
    assert plan.settings.poll.sites_interval_s == 90


def test_what_takes_a_restart_stays_in_force() -> None:
    plan = plan_reload(settings(), settings(cloud={"headroom": 3}))
    assert plan.waiting == ("cloud",)
    assert plan.settings.cloud.headroom == 2


def test_another_shard_holds_at_once_as_its_accounts_do() -> None:
    names = ("a", "b", "c", "d")
    rows = [account(name) for name in names]
    before, now = (settings(accounts=rows, shard=shard).of_shard() for shard in ("0/1", "0/2"))
    plan = plan_reload(before, now)
    assert tuple(row.name for row in before.accounts) == names
    assert 0 < len(plan.settings.accounts) < len(names)
    assert (str(plan.settings.shard), plan.waiting) == ("0/2", ())


@pytest.fixture
def root_logger() -> Iterator[logging.Logger]:
    """The root logger, whose handlers and level are as before after the test."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield root
    root.handlers[:] = handlers
    root.setLevel(level)


async def test_hours_with_reloads_leave_no_warning_in_the_log(
    config: ConfigFile, caplog: pytest.LogCaptureFixture, root_logger: logging.Logger
) -> None:
    """With the levels that a reload of the command `serve` sets anew."""
    first, second, third = config.cloud.accounts

    def load() -> Settings:
        settings = config.load()
        caplog.clear()
        set_up_logging(settings, io.StringIO())
        root_logger.addHandler(caplog.handler)
        return settings

    # The devices keep the host's time: to a clock that is so fast they would all fall silent.
    quiet = {"mqtt": {"mode": "off"}}
    config.write({"first": first, "second": second}, **quiet)
    clock = FastClock(1200)
    async with Exporter(load(), clock, load=load) as exporter:
        await until(lambda: len(exporter.snapshot().sites) == 2)
        for accounts in ({"first": first, "third": third}, {"first": first, "second": second}):
            config.write(accounts, **quiet)
            await post_reload(exporter)
            until_s = clock.monotonic() + 3600
            await until(lambda until_s=until_s: clock.monotonic() > until_s)  # type: ignore[misc]
            warnings = [row for row in caplog.records if row.levelno >= logging.WARNING]
            assert [row.getMessage() for row in warnings] == []
