"""The sites' zones are learnt before anything depends on them, and kept for the next start.

The simulated panel stands in New York, whose clock its devices tell. The account says that it is
in Australia, which has several zones, or in Singapore, which has one.
"""

import asyncio
import json
import logging
import stat
from collections.abc import AsyncIterator, Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from solix_exporter import SolixClient
from solix_exporter.app.assembly import LEDGER_FILE
from solix_exporter.app.exporter import Exporter
from solix_exporter.cli.workbench import poll_sites
from solix_exporter.client import ClientOptions
from solix_exporter.clock import ManualClock
from solix_exporter.cloud.budget import Limits
from solix_exporter.cloud.regions import zones_of
from solix_exporter.config import Settings
from solix_exporter.ledger import DayRecord, Ledger
from solix_exporter.model.energy import Flow
from solix_exporter.poll.energy.backfill import Wish
from solix_exporter.poll.energy.days import start_of
from solix_exporter.poll.zone_book import ZONES_FILE, ZoneBook
from solix_exporter.sim import Fault, FaultKind, SimulatedCloud
from tests.conftest import StartExporter
from tests.scraping import Scrape

BOUND = "power_service/v1/app/get_relate_and_bind_devices"
NEW_YORK, SYDNEY = ZoneInfo("America/New_York"), ZoneInfo("Australia/Sydney")
TODAY = date(2026, 6, 20)
"""At 11:02 UTC it is the same day in New York, Singapore and Sydney."""
ABROAD = {"country": "AU"}
START = "solix_site_day_start_timestamp_seconds"


@pytest.fixture
async def panel(clock: ManualClock) -> AsyncIterator[SimulatedCloud]:
    cloud = SimulatedCloud(clock, scenario="power-panel", seed=1, endpoint_limit=0)
    await cloud.start()
    yield cloud
    await cloud.stop()


def midnight(day: date, zone: ZoneInfo = NEW_YORK) -> datetime:
    return start_of(day, zone)


async def run(exporter: Exporter, *polls: str) -> None:
    jobs = {job.poll: job for job in exporter.jobs}
    for poll in polls:
        assert await jobs[poll].run()


def zones_shown(exporter: Exporter) -> set[str]:
    samples = Scrape(exporter).samples
    return {dict(pairs)["timezone"] for name, pairs in samples if name == "solix_site_info"}


def starts_kept(ledger: Ledger) -> set[tuple[date, datetime]]:
    changed = ledger.outbox.changed_days(0, 100_000)
    return {(day.identity.day, day.identity.start) for day in changed}


def asked_for_devices(cloud: SimulatedCloud) -> int:
    return sum(request.path == BOUND for request in cloud.requests)


async def test_the_first_scrape_knows_the_zone_where_the_country_has_several(
    panel: SimulatedCloud, make_exporter: StartExporter
) -> None:
    exporter = make_exporter(panel, account=ABROAD)
    await run(exporter, "sites")
    assert zones_shown(exporter) == {"America/New_York"}
    # The poll of the devices does not ask for the same again.
    await run(exporter, "device_details")
    assert asked_for_devices(panel) == 1
    assert zones_shown(exporter) == {"America/New_York"}


async def test_the_first_days_begin_at_the_sites_midnight(
    panel: SimulatedCloud, make_exporter: StartExporter
) -> None:
    exporter = make_exporter(panel, account=ABROAD)
    await run(exporter, "sites", "energy")
    assert set(Scrape(exporter).all(START)) == {midnight(TODAY).timestamp()}
    kept = starts_kept(exporter.ledger)
    assert {day for day, _ in kept} == {TODAY, TODAY - timedelta(days=1)}
    assert all(start == midnight(day) for day, start in kept)


async def test_the_clocks_are_heard_with_the_answer_that_tells_them(
    panel: SimulatedCloud, make_exporter: StartExporter
) -> None:
    exporter = make_exporter(panel, account={"country": "SG"})
    await run(exporter, "sites")
    assert asked_for_devices(panel) == 0
    await run(exporter, "device_details")
    assert zones_shown(exporter) == {"America/New_York"}


async def test_the_first_energy_cycle_waits_for_the_clocks(
    panel: SimulatedCloud, make_exporter: StartExporter
) -> None:
    exporter = make_exporter(panel, account={"country": "SG"})
    await run(exporter, "sites")
    await asyncio.gather(run(exporter, "energy"), run(exporter, "device_details"))
    assert set(Scrape(exporter).all(START)) == {midnight(TODAY).timestamp()}
    assert all(start == midnight(day) for day, start in starts_kept(exporter.ledger))


async def test_a_backfill_stamps_its_days_with_the_sites_midnight(
    panel: SimulatedCloud, make_exporter: StartExporter
) -> None:
    for country in ("AU", "SG"):
        exporter = make_exporter(panel, account={"country": country, "name": country.lower()})
        await poll_sites(exporter)
        first, last = TODAY - timedelta(days=4), TODAY - timedelta(days=2)
        backfill = exporter.backfill()
        plan = backfill.plan(
            [account.polled for account in exporter.accounts.values()], Wish(first, last)
        )
        await backfill.run(plan, done=lambda _site_id, _day: None)
        kept = starts_kept(exporter.ledger)
        assert len(kept) == 3
        assert all(start == midnight(day) for day, start in kept)


async def test_a_program_gets_days_that_begin_at_the_sites_midnight(
    panel: SimulatedCloud, clock: ManualClock, tmp_path: Path
) -> None:
    options = ClientOptions(
        state_dir=tmp_path, server=panel.url, public_key=panel.public_key,
        limits=Limits(gap_s=0), clock=clock,
    )  # fmt: skip
    account = panel.accounts[0]
    async with SolixClient(account.email, account.password, "AU", options) as client:
        await client.update_sites()
        await client.update_device_energy()
        (site,) = client.snapshot.sites
        assert site.timezone == "America/New_York"
        assert site.energy is not None
        assert site.energy.today is not None
        assert site.energy.today.start == midnight(TODAY)
    assert not (tmp_path / ZONES_FILE).exists()


# --- kept ----------------------------------------------------------------------------------


async def test_a_later_start_knows_the_zone_without_asking(
    panel: SimulatedCloud, make_exporter: StartExporter, tmp_path: Path
) -> None:
    await run(make_exporter(panel, account=ABROAD), "sites")
    file = tmp_path / "state" / ZONES_FILE
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    panel.requests.clear()
    panel.faults.add(Fault(BOUND, FaultKind.STATUS, status=500))
    exporter = make_exporter(panel, account=ABROAD)
    await run(exporter, "sites", "energy")
    assert asked_for_devices(panel) == 0
    assert zones_shown(exporter) == {"America/New_York"}
    assert set(Scrape(exporter).all(START)) == {midnight(TODAY).timestamp()}


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{", b"\xff\xfe", b"[]", b"null", b'{"sites": 7}', b'{"sites": {"SITE": 7}}',
        b'{"sites": {"SITE": {"zone": "Mars/Olympus"}}}', b'{"sites": {"SITE": {"zone": ""}}}',
        b'{"sites": {"SITE": {"zone": "America"}}}', b'{"sites": {"SITE": {"zone": ["UTC"]}}}',
        b'{"sites": {"SITE": {"zone": "../../../etc/passwd"}}}',
        b'{"sites": {"SITE": {"zone": "UTC", "since": "yesterday"}}}',
    ],
)  # fmt: skip
async def test_a_file_of_zones_that_cannot_be_read_is_written_anew(
    panel: SimulatedCloud, make_exporter: StartExporter, tmp_path: Path, content: bytes
) -> None:
    file = tmp_path / "state" / ZONES_FILE
    file.parent.mkdir()
    site_id = panel.site_ids[0]
    file.write_bytes(content.replace(b"SITE", site_id.encode()))
    await run(make_exporter(panel, account=ABROAD), "sites")
    assert json.loads(file.read_text())["sites"] == {
        site_id: {"zone": "America/New_York", "since": None}
    }


def test_two_processes_keep_what_each_has_learnt(tmp_path: Path) -> None:
    one, other = ZoneBook(tmp_path / ZONES_FILE), ZoneBook(tmp_path / ZONES_FILE)
    assert one.find("A") is other.find("A") is None
    one.note("A", NEW_YORK)
    other.note("B", SYDNEY)
    found = ZoneBook(tmp_path / ZONES_FILE)
    known = [found.find("A"), found.find("B")]
    assert [one and one.zone for one in known] == [NEW_YORK, SYDNEY]
    assert [file.name for file in tmp_path.iterdir()] == [ZONES_FILE]


def test_a_file_that_cannot_be_written_is_told_and_no_more(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").touch()
    book = ZoneBook(tmp_path / "file" / ZONES_FILE)
    book.note("A", NEW_YORK)
    known = book.find("A")
    assert known is not None
    assert known.zone == NEW_YORK
    assert "cannot be written" in caplog.text


# --- nobody tells --------------------------------------------------------------------------


async def test_where_the_devices_do_not_answer_nothing_is_stamped_until_they_are_given_up(
    panel: SimulatedCloud, make_exporter: StartExporter
) -> None:
    panel.faults.add(Fault(BOUND, FaultKind.STATUS, status=500))
    exporter = make_exporter(panel, account=ABROAD)
    await run(exporter, "sites", "energy")
    assert starts_kept(exporter.ledger) == set()
    for _ in range(6):
        await run(exporter, "sites")
    assert asked_for_devices(panel) == 5
    await run(exporter, "energy")
    guessed = ZoneInfo(zones_of("AU")[0])
    assert all(start == midnight(day, guessed) for day, start in starts_kept(exporter.ledger))
    # What was guessed at last is mended when the devices tell better.
    panel.faults.clear()
    await run(exporter, "device_details", "energy")
    kept = starts_kept(exporter.ledger)
    assert kept
    assert all(start == midnight(day) for day, start in kept)


@pytest.mark.parametrize("disabled", ["device_details", "bind_devices"])
async def test_devices_that_are_not_to_be_asked_for_are_not_waited_for(
    panel: SimulatedCloud, make_exporter: StartExporter, clock: ManualClock, disabled: str
) -> None:
    exporter = make_exporter(panel, account=ABROAD, poll={"disable": [disabled]})
    await run(exporter, "sites")
    before_s = clock.monotonic()
    exporter_jobs = {job.poll: job for job in exporter.jobs}
    assert await exporter_jobs["energy"].run()
    assert asked_for_devices(panel) == 0
    assert starts_kept(exporter.ledger)
    assert clock.monotonic() - before_s < exporter_jobs["energy"].interval_s()


# --- mended --------------------------------------------------------------------------------


def write_wrong_days(path: Path, site_id: str, *days: date) -> None:
    """Keep days as an exporter did that took the site for one in Sydney, and deliver them."""
    ledger = Ledger(path)
    for day in days:
        ledger.record(
            DayRecord(site_id, day, {("", Flow.PV): 1000.0}, datetime.now(UTC), closed=True)
        )
    ledger.outbox.place(site_id, "default", lambda day: midnight(day, SYDNEY))
    newest = max(row.revision for row in ledger.totals((site_id,), date.min, date.max))
    ledger.outbox.mark_delivered("influxdb", newest)
    ledger.close()


async def test_days_with_a_wrong_start_are_mended_and_delivered_anew(
    panel: SimulatedCloud,
    settings_for: Callable[..., Settings],
    make_exporter: StartExporter,
    caplog: pytest.LogCaptureFixture,
) -> None:
    site_id, old = panel.site_ids[0], (date(2026, 3, 1), date(2026, 3, 8), date(2026, 6, 1))
    path = settings_for(panel).state_dir / LEDGER_FILE
    write_wrong_days(path, site_id, *old)
    exporter = make_exporter(panel, account=ABROAD)
    await run(exporter, "sites", "energy")
    outbox = exporter.ledger.outbox
    anew = outbox.changed_days(outbox.delivered("influxdb"), 1000)
    starts = {day.identity.day: day.identity.start for day in anew}
    assert {day: starts[day] for day in old} == {day: midnight(day) for day in old}
    told = [entry.message for entry in caplog.records if entry.levelno == logging.WARNING]
    assert [text for text in told if f"site {site_id}: 3 of its days" in text]
    assert [text for text in told if "InfluxDB gets 3 of these days anew" in text]
    newest = max(day.revision for day in anew)
    caplog.clear()
    # Once is enough, in this process and in the next one.
    await run(exporter, "energy")
    later = make_exporter(panel, account=ABROAD)
    await run(later, "sites", "energy")
    assert {day.identity.day for day in outbox.changed_days(newest, 1000)} <= {TODAY}
    assert "wrong instant" not in caplog.text


async def test_a_system_that_moves_leaves_its_days_where_they_were(
    panel: SimulatedCloud,
    settings_for: Callable[..., Settings],
    make_exporter: StartExporter,
    clock: ManualClock,
) -> None:
    site_id, old = panel.site_ids[0], date(2026, 6, 1)
    state_dir = settings_for(panel).state_dir
    write_wrong_days(state_dir / LEDGER_FILE, site_id, old)
    ZoneBook(state_dir / ZONES_FILE, clock.now).note(site_id, SYDNEY)
    exporter = make_exporter(panel, account=ABROAD)
    await run(exporter, "sites", "device_details", "energy")
    assert zones_shown(exporter) == {"America/New_York"}
    kept = dict(starts_kept(exporter.ledger))
    assert kept[old] == midnight(old, SYDNEY)
    assert kept[TODAY] == midnight(TODAY)
    known = ZoneBook(state_dir / ZONES_FILE).find(site_id)
    assert known is not None
    assert (known.zone, known.since) == (NEW_YORK, TODAY)


async def test_a_configured_zone_mends_days_that_were_guessed(
    panel: SimulatedCloud, settings_for: Callable[..., Settings], make_exporter: StartExporter
) -> None:
    site_id, old = panel.site_ids[0], date(2026, 6, 1)
    write_wrong_days(settings_for(panel).state_dir / LEDGER_FILE, site_id, old)
    sites = {site_id: {"timezone": "America/New_York"}}
    exporter = make_exporter(panel, account=ABROAD, sites=sites)
    await run(exporter, "sites", "energy")
    assert asked_for_devices(panel) == 0
    assert dict(starts_kept(exporter.ledger))[old] == midnight(old)
