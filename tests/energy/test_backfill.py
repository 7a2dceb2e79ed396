"""`backfill` and `energy` as a user runs them, against a simulated cloud of the real time."""

import asyncio
import csv
import io
import json
import logging
import os
import pty
import re
import signal
import socket
import sys
import urllib.parse
import urllib.request
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest

from solix_exporter import cli
from solix_exporter.clock import SystemClock
from solix_exporter.ledger import DayRecord, Ledger, Presence
from solix_exporter.model.energy import Flow
from solix_exporter.poll.energy.days import end_of, start_of
from solix_exporter.sim import Fault, FaultKind, SimulatedCloud
from tests.children import bare_environ
from tests.energy.living import BERLIN, truth_of

ENERGY = "power_service/v1/site/energy_analysis"
DAY = timedelta(days=1)
DAYS = 400
Tools = tuple[pytest.MonkeyPatch, pytest.CaptureFixture[str]]
Rows = set[tuple[str, str, date, Flow, float, float, bool]]


@pytest.fixture
def scenario() -> str:
    return "home"


@pytest.fixture
async def cloud(scenario: str) -> AsyncIterator[SimulatedCloud]:
    cloud = SimulatedCloud(SystemClock(), scenario=scenario, seed=1, endpoint_limit=0)
    await cloud.start()
    yield cloud
    await cloud.stop()


@dataclass
class Run:
    """How a command ended."""

    code: int
    out: str
    err: str


class Commands:
    """Runs the program with one state directory."""

    def __init__(self, cloud: SimulatedCloud, state: Path, tools: Tools) -> None:
        account = cloud.accounts[0]
        self._patch, self._capture = self.tools = tools
        self.ledger_path = state / "ledger.sqlite3"
        self.environ = bare_environ() | {
            "ANKERUSER": account.email,
            "ANKERPASSWORD": account.password,
            "ANKERCOUNTRY": account.country,
            "SOLIX_CLOUD__URL": cloud.url,
            "SOLIX_CLOUD__PUBLIC_KEY": cloud.public_key,
            "SOLIX_CLOUD__ENDPOINT_LIMIT": "0",
            "SOLIX_CLOUD__HEADROOM": "0",
            "SOLIX_CLOUD__REQUEST_GAP": "0",
            "SOLIX_STATE_DIR": str(state),
        }

    async def start(self, *arguments: str) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", "solix_exporter", *arguments,
            env=self.environ,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip

    async def run(self, *arguments: str) -> Run:
        """Run a command in this process, which saves the start of another one."""
        self._patch.setattr(os, "environ", self.environ)
        self._capture.readouterr()
        code = await asyncio.to_thread(cli.run, arguments)
        said = self._capture.readouterr()
        return Run(code, said.out, said.err)

    async def run_until(self, text: str, number: signal.Signals, *arguments: str) -> Run:
        """Run a command and send it a signal as soon as it says something."""
        process = await self.start(*arguments)
        assert process.stderr
        said = ""
        while text not in said:
            line = await process.stderr.readline()
            assert line, said
            said += line.decode()
        process.send_signal(number)
        out, err = await process.communicate()
        assert process.returncode is not None
        return Run(process.returncode, out.decode(), said + err.decode())

    @contextmanager
    def ledger(self) -> Iterator[Ledger]:
        ledger = Ledger(self.ledger_path)
        yield ledger
        ledger.close()

    def rows(self) -> Rows:
        with self.ledger() as ledger:
            rows = ledger.totals(ledger.site_ids(), date.min, date.max)
        return {
            (row.site_id, row.device_sn, row.day, row.flow, row.wh, row.counted_wh, row.closed)
            for row in rows
        }


@pytest.fixture
def commands(
    cloud: SimulatedCloud,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Commands]:
    today.cache_clear()
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield Commands(cloud, tmp_path / "state", (monkeypatch, capsys))
    root.handlers[:] = handlers
    root.setLevel(level)


@cache
def today() -> date:
    """Return the date on which a test began; some of them may live over midnight."""
    return datetime.now(BERLIN).date()


def days_ago(days: int) -> str:
    return (today() - days * DAY).isoformat()


# --- 400 days, killed three times ---


async def test_a_killed_backfill_goes_on_and_ends_like_an_uninterrupted_one(
    cloud: SimulatedCloud, commands: Commands, tmp_path: Path, promtool: str, prometheus: str
) -> None:
    wish = ("backfill", "--from", days_ago(DAYS + 1), "--to", days_ago(2))
    for number in (signal.SIGKILL, signal.SIGINT, signal.SIGKILL):
        ended = await commands.run_until("60 of", number, *wish)
        assert ended.code == (130 if number is signal.SIGINT else -number)
        assert "Traceback" not in ended.err
    asked_before = sum(request.path == ENERGY for request in cloud.requests)
    text, table = tmp_path / "history.txt", tmp_path / "history.csv"
    last = await commands.run(*wish, "--openmetrics", str(text), "--csv", str(table))
    assert last.code == 0, last.err
    # Three times 60 days, the one in flight each time, were not asked for again.
    match = re.search(r"Together (\d+) days, (\d+) requests", last.err)
    assert match
    assert int(match[1]) <= DAYS - 3 * 60
    assert int(match[2]) == 3 * int(match[1])
    asked = sum(request.path == ENERGY for request in cloud.requests)
    assert asked - asked_before == int(match[2])
    assert asked <= 3 * (DAYS + 3)

    whole = Commands(cloud, tmp_path / "whole", commands.tools)
    uninterrupted = await whole.run(*wish)
    assert uninterrupted.code == 0, uninterrupted.err
    assert commands.rows() == whole.rows()
    assert len({row[2] for row in whole.rows()}) == DAYS
    assert {row[5] for row in whole.rows()} == {0.0}
    assert all(row[6] for row in whole.rows())
    again = await commands.run(*wish)
    assert "nothing to fetch between" in again.err
    assert "Nothing is missing." in again.err
    _check_csv(table, cloud)
    await _check_prometheus(cloud, text, (promtool, prometheus), tmp_path)


def _check_csv(table: Path, cloud: SimulatedCloud) -> None:
    """Compare the table's last day with the truth, column by column, in kWh."""
    rows = list(csv.DictReader(io.StringIO(table.read_text())))
    assert len(rows) == DAYS
    true = truth_of(cloud, cloud.site_ids[0], today() - 2 * DAY, BERLIN)
    assert rows[-1]["date"] == days_ago(2)
    for column, flow in (
        ("solar_production", Flow.PV),
        ("home_usage", Flow.HOME),
        ("battery_discharge", Flow.BATTERY_DISCHARGE),
        ("grid_to_home", Flow.GRID_TO_HOME),
        ("smartplugs_total", Flow.PLUG),
    ):
        assert float(rows[-1][column]) == pytest.approx(true[flow] / 1000, abs=0.011), column


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def _check_prometheus(
    cloud: SimulatedCloud, text: Path, programs: tuple[str, str], tmp_path: Path
) -> None:
    """Make blocks of the file, start a server on them, ask for a day a year ago."""
    promtool, prometheus = programs
    blocks = tmp_path / "blocks"
    made = await asyncio.create_subprocess_exec(
        promtool, "tsdb", "create-blocks-from", "openmetrics", "--max-block-duration=1000h",
        str(text), str(blocks),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await made.communicate()
    assert made.returncode == 0, said.decode()
    config = tmp_path / "prometheus.yml"
    config.write_text("{}")
    port = free_port()
    server = await asyncio.create_subprocess_exec(
        prometheus,
        f"--config.file={config}",
        f"--storage.tsdb.path={blocks}",
        "--storage.tsdb.retention.time=10y",
        f"--web.listen-address=127.0.0.1:{port}",
        "--log.level=error",
        env=bare_environ(GOMAXPROCS="1"),
    )
    try:
        day = today() - 365 * DAY
        found = await _value(port, "solix_site_day_pv_energy_watthours", end_of(day, BERLIN))
        true = truth_of(cloud, cloud.site_ids[0], day, BERLIN)
        assert found == pytest.approx(true[Flow.PV], abs=5.01)
        start = await _value(port, "solix_site_day_start_timestamp_seconds", end_of(day, BERLIN))
        assert start == datetime(day.year, day.month, day.day, tzinfo=BERLIN).timestamp()
        most = "max_over_time(solix_site_day_home_energy_watthours[1d])"
        found = await _value(port, most, end_of(day, BERLIN))
        assert found == pytest.approx(true[Flow.HOME], abs=5.01)
    finally:
        server.terminate()
        await server.wait()


async def _value(port: int, expression: str, at: datetime) -> float:
    asked = urllib.parse.urlencode({"query": expression, "time": at.timestamp()})
    url = f"http://127.0.0.1:{port}/api/v1/query?{asked}"

    def fetch() -> list[dict[str, tuple[float, str]]]:
        with urllib.request.urlopen(url, timeout=60) as answer:
            result: list[dict[str, tuple[float, str]]] = json.load(answer)["data"]["result"]
            return result

    for _ in range(150):
        try:
            (series,) = await asyncio.to_thread(fetch)
        except OSError:
            await asyncio.sleep(0.1)
        else:
            return float(series["value"][1])
    raise AssertionError("Prometheus never answered")


# --- what it says, and what it leaves alone ---


@pytest.mark.parametrize("scenario", ["mi80"])
async def test_a_stand_alone_inverter_has_a_past_too(
    commands: Commands,
) -> None:
    done = await commands.run("backfill", "--from", days_ago(4), "--to", days_ago(3))
    assert "2 days to fetch" in done.err
    (site_id,) = {row[0] for row in commands.rows()}
    assert site_id.startswith("virtual-")
    assert {row[1:4] for row in commands.rows()} == {
        ("", today() - number * DAY, Flow.PV) for number in (4, 3)
    }
    shown = await commands.run("energy", "--start", days_ago(4), "--days", "2", "--csv", "-")
    rows = list(csv.DictReader(io.StringIO(shown.out)))
    assert [row["date"] for row in rows] == [days_ago(4), days_ago(3)]
    assert all(float(row["solar_production"]) > 0 for row in rows)


async def test_a_dry_run_only_says_what_it_would_take(
    cloud: SimulatedCloud, commands: Commands
) -> None:
    commands.environ |= {"SOLIX_CLOUD__ENDPOINT_LIMIT": "10", "SOLIX_CLOUD__HEADROOM": "2"}
    told = await commands.run("backfill", "--from", days_ago(365), "--dry-run")
    assert told.code == 0
    assert "365 days to fetch" in told.err
    # 1095 requests at 8 in 62 s: 136 windows are over before the last one begins.
    assert "Together 365 days, 1095 requests, about 2 h 21 min." in told.err
    assert not [request for request in cloud.requests if request.path == ENERGY]


async def test_beside_a_running_exporter_it_takes_what_that_leaves_of_the_budget(
    commands: Commands,
) -> None:
    commands.environ |= {"SOLIX_CLOUD__ENDPOINT_LIMIT": "10", "SOLIX_CLOUD__HEADROOM": "2"}
    running = Presence(commands.ledger_path)
    assert running.hold()
    told = await commands.run("backfill", "--from", days_ago(365), "--dry-run")
    running.release()
    # 1095 requests at 8 in 62 s: 136 windows; the exporter asks this endpoint seldom.
    assert "1095 requests, about 2 h 2" in told.err


async def test_closed_days_stay_unless_told_otherwise(
    cloud: SimulatedCloud, commands: Commands
) -> None:
    wish = ("backfill", "--from", days_ago(5), "--to", days_ago(3))
    assert (await commands.run(*wish)).code == 0
    before = commands.rows()
    cloud.faults.add(Fault(ENERGY, kind=FaultKind.BACKWARDS))
    assert "3 are complete" in (await commands.run(*wish)).err
    assert commands.rows() == before
    assert "3 days to fetch" in (await commands.run(*wish, "--overwrite")).err
    assert commands.rows() != before
    assert len(commands.rows()) == len(before)


async def test_gaps_are_found_and_days_of_the_running_exporter_left(
    cloud: SimulatedCloud, commands: Commands
) -> None:
    (site_id,) = cloud.site_ids
    assert (await commands.run("backfill", "--from", days_ago(30), "--to", days_ago(30))).code == 0
    with commands.ledger() as ledger:
        ledger.begin(site_id, today() - 3 * DAY)
    told = await commands.run("backfill", "--from", days_ago(32), "--to", days_ago(1))
    # 32 days, one is there, the three since the exporter began are its own.
    assert "28 days to fetch" in told.err
    assert "1 are complete" in told.err
    assert "3 are left to the exporter, which reads them when it runs" in told.err
    again = await commands.run("backfill", "--from", days_ago(32), "--dry-run")
    # What is the running exporter's is not there yet.
    assert "There is nothing to fetch." in again.err
    assert "Nothing is missing." not in again.err


async def test_where_nothing_is_missing_it_says_so_and_ends(
    cloud: SimulatedCloud, commands: Commands, tmp_path: Path
) -> None:
    wish = ("backfill", "--from", days_ago(5), "--to", days_ago(3))
    assert (await commands.run(*wish)).code == 0
    cloud.requests.clear()
    table = tmp_path / "days.csv"
    again = await commands.run(*wish, "--csv", str(table))
    assert again.code == 0
    between = f"nothing to fetch between {days_ago(5)} and {days_ago(3)}, 3 are complete."
    first, last = again.err.splitlines()
    assert first.endswith(between)
    assert last == "Nothing is missing."
    assert not [request for request in cloud.requests if request.path == ENERGY]
    # What was asked for is written all the same.
    assert len(list(csv.DictReader(io.StringIO(table.read_text())))) == 3


@pytest.mark.parametrize("scenario", ["charger"])
async def test_where_there_is_no_system_nothing_is_said_to_be_there(commands: Commands) -> None:
    told = await commands.run("backfill", "--from", days_ago(3))
    assert told.err == "No account has a system whose energy could be fetched.\n"


async def test_a_range_without_a_day_that_is_over_holds_nothing_to_fetch(
    commands: Commands,
) -> None:
    told = await commands.run("backfill", "--from", days_ago(0))
    assert told.code == 0
    assert f"no day since {days_ago(0)} is over yet at the site." in told.err
    assert told.err.endswith("There is nothing to fetch.\n")


async def test_a_cloud_that_fails_for_a_moment_costs_nothing(
    cloud: SimulatedCloud, commands: Commands
) -> None:
    cloud.faults.add(Fault(ENERGY, kind=FaultKind.CODE, code=21105, times=1))
    done = await commands.run("backfill", "--from", days_ago(4), "--to", days_ago(3))
    assert done.code == 0
    assert len({row[2] for row in commands.rows()}) == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--from", "tomorrow"], "'tomorrow' is not a day; write it like 2026-01-31"),
        (["--from", "2026-02-30"], "'2026-02-30' is not a day"),
        (["--from", "2026-01-02", "--to", "2026-01-01"], "--to 2026-01-01 lies before --from"),
        (["--from", "2026-01-01", "--site", "nobody"], "--site nobody: no account sees it"),
        (["--from", "2026-01-01", "--label", "job"], "'job' is not a label"),
        (["--from", "2026-01-01", "--csv", "nowhere/days.csv"], "there is no folder nowhere"),
        (["--from", "2026-01-01", "--openmetrics", "no/days"], "there is no folder no"),
        ([], "Missing option '--from'"),
    ],
)
async def test_what_cannot_be_done_is_told_in_a_sentence(
    commands: Commands, arguments: list[str], said: str
) -> None:
    ended = await commands.run("backfill", *arguments)
    assert ended.code == 2
    assert said in ended.err
    assert "Traceback" not in ended.err


async def test_labels_of_a_scrape_can_be_added(commands: Commands) -> None:
    done = await commands.run(
        "backfill", "--from", days_ago(3), "--to", days_ago(3), "--openmetrics", "-",
        "--label", "job=solix", "--label", "instance=127.0.0.1:7654",
    )  # fmt: skip
    lines = [line for line in done.out.splitlines() if not line.startswith("#")]
    assert lines
    assert all('instance="127.0.0.1:7654",job="solix"' in line for line in lines)
    assert done.out.endswith("# EOF\n")
    stamps = {line.rsplit(" ", 1)[1] for line in lines}
    end = end_of(today() - 3 * DAY, BERLIN)
    assert stamps == {str(int(end.timestamp()) - 1)}


# --- energy ---


async def test_energy_comes_from_the_ledger_where_it_has_the_days(
    cloud: SimulatedCloud, commands: Commands
) -> None:
    wish = ("energy", "--start", days_ago(4), "--days", "3", "--csv", "-")
    first = await commands.run(*wish)
    assert first.code == 0, first.err
    asked = sum(request.path == ENERGY for request in cloud.requests)
    assert asked == 9
    second = await commands.run(*wish)
    assert second.out == first.out
    assert sum(request.path == ENERGY for request in cloud.requests) == asked
    rows = list(csv.DictReader(io.StringIO(first.out)))
    assert [row["date"] for row in rows] == [days_ago(4), days_ago(3), days_ago(2)]
    true = truth_of(cloud, cloud.site_ids[0], today() - 3 * DAY, BERLIN)
    assert float(rows[1]["solar_production"]) == pytest.approx(true[Flow.PV] / 1000, abs=0.006)
    assert float(rows[1]["home_usage"]) == pytest.approx(true[Flow.HOME] / 1000, abs=0.006)
    assert "plug Fridge" in rows[1]


@pytest.mark.parametrize(("totals", "requests"), [("--totals", 14), ("--no-totals", 7)])
async def test_what_the_poll_asks_beside_is_asked_for_past_days_too(
    cloud: SimulatedCloud, commands: Commands, totals: str, requests: int
) -> None:
    commands.environ["SOLIX_POLL__ENERGY_EXTRA"] = "pv_inputs"
    wish = ("energy", "--start", days_ago(4), "--days", "2", totals, "--csv", "-")
    told = await commands.run(*wish)
    # solarbank, home_usage, solar_production and four inputs, for each day or for all.
    assert sum(request.path == ENERGY for request in cloud.requests) == requests
    for row in csv.DictReader(io.StringIO(told.out)):
        inputs = [float(row[f"solar_production_pv{number}"]) for number in (1, 2, 3, 4)]
        assert sum(inputs) == pytest.approx(float(row["solar_production"]), abs=0.03)
        assert sum(inputs) > 0.1


async def test_energy_without_totals_asks_once_for_all_days(
    cloud: SimulatedCloud, commands: Commands
) -> None:
    wish = ("energy", "--start", days_ago(30), "--days", "20", "--no-totals", "--csv", "-")
    told = await commands.run(*wish)
    assert sum(request.path == ENERGY for request in cloud.requests) == 3
    rows = list(csv.DictReader(io.StringIO(told.out)))
    assert len(rows) == 20
    true = truth_of(cloud, cloud.site_ids[0], today() - 30 * DAY, BERLIN)
    assert float(rows[0]["solar_production"]) == pytest.approx(true[Flow.PV] / 1000, abs=0.006)
    assert list(rows[0]) == [
        "date", "site_id", "site_name", "battery_discharge", "home_usage", "solar_production",
    ]  # fmt: skip
    assert commands.rows() == set()


async def test_energy_is_a_table_for_people_and_ends_with_today(commands: Commands) -> None:
    told = await commands.run("energy", "--days", "2")
    assert told.code == 0, told.err
    lines = told.out.splitlines()
    assert "Home" in lines[0]
    assert [word for word in lines[1].split() if word[0].isalpha()][:4] == [
        "day", "PV", "home", "import",
    ]  # fmt: skip
    assert [line.split()[0] for line in lines if re.match(r"\s*\d{4}-", line)] == [
        days_ago(1),
        days_ago(0),
    ]
    # Today is not over: it is shown and not kept.
    assert {row[2] for row in commands.rows()} == {today() - DAY}


async def test_energy_shows_what_is_kept_when_the_cloud_is_away(
    cloud: SimulatedCloud, commands: Commands
) -> None:
    wish = ("energy", "--start", days_ago(4), "--days", "3", "--csv", "-")
    first = await commands.run(*wish)
    cloud.faults.add(Fault("*", kind=FaultKind.STATUS, status=503))
    second = await commands.run(*wish)
    assert second.code == 0
    assert "The cloud does not answer" in second.err
    before, after = (list(csv.DictReader(io.StringIO(run.out))) for run in (first, second))
    assert [row["home_usage"] for row in after] == [row["home_usage"] for row in before]


async def test_energy_leaves_the_days_that_the_exporter_will_count_to_it(
    cloud: SimulatedCloud, commands: Commands
) -> None:
    (site_id,) = cloud.site_ids
    with commands.ledger() as ledger:
        ledger.begin(site_id, today() - 4 * DAY)
    told = await commands.run("energy", "--start", days_ago(6), "--days", "5", "--csv", "-")
    rows = list(csv.DictReader(io.StringIO(told.out)))
    assert [row["date"] for row in rows] == [days_ago(number) for number in (6, 5, 4, 3, 2)]
    # What a command keeps never counts, and the exporter's own days must.
    assert {row[2] for row in commands.rows()} == {today() - 6 * DAY, today() - 5 * DAY}
    again = await commands.run("backfill", "--from", days_ago(6), "--dry-run")
    assert "4 are left to the exporter, which reads them when it runs" in again.err


async def test_energy_asks_anew_for_a_day_that_the_ledger_has_a_part_of(
    cloud: SimulatedCloud, commands: Commands
) -> None:
    (site_id,) = cloud.site_ids
    # The exporter stopped three days ago, some minutes into the day, and again today.
    with commands.ledger() as ledger:
        for day in (today() - 3 * DAY, today()):
            read_at = start_of(day, BERLIN) - DAY + timedelta(minutes=5)
            totals = {("", Flow.HOME): 99_000.0}
            ledger.record(DayRecord(site_id, day, totals, read_at=read_at))
    told = await commands.run("energy", "--start", days_ago(3), "--days", "4", "--csv", "-")
    first, *_, last = csv.DictReader(io.StringIO(told.out))
    true = truth_of(cloud, site_id, today() - 3 * DAY, BERLIN)
    assert first["date"] == days_ago(3)
    assert float(first["home_usage"]) == pytest.approx(true[Flow.HOME] / 1000, abs=0.006)
    assert last["date"] == days_ago(0)
    assert last["home_usage"] != "99.00"


async def test_a_plug_has_one_column_on_all_days(commands: Commands) -> None:
    told = await commands.run("energy", "--days", "2", "--csv", "-")
    before, now = csv.DictReader(io.StringIO(told.out))
    plugs = [column for column in before if column.startswith("plug ")]
    assert len(plugs) == 2
    assert all(before[column] and now[column] for column in plugs)


@pytest.mark.parametrize("first", ["2999-01-01", "9999-12-31"])
async def test_days_that_are_to_come_have_no_energy(commands: Commands, first: str) -> None:
    told = await commands.run("energy", "--start", first, "--days", "366")
    assert told.code == 0
    assert told.err == "There is no energy of these days.\n"


async def test_a_wrong_password_is_told(commands: Commands) -> None:
    commands.environ["ANKERPASSWORD"] = "wrong"
    told = await commands.run("energy")
    assert told.code == 3
    assert "login refused" in told.err
    assert "Traceback" not in told.err


async def test_a_terminal_gets_a_bar(commands: Commands) -> None:
    master, terminal = pty.openpty()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "solix_exporter", "backfill", "--from", days_ago(6),
        "--to", days_ago(3), env=commands.environ | {"TERM": "xterm"}, stderr=terminal,
    )  # fmt: skip
    os.close(terminal)
    assert await process.wait() == 0
    shown = os.read(master, 100_000).decode()
    os.close(master)
    assert "4/4" in shown
    assert "days, left" in shown
