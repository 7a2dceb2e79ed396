"""A fortnight of a home without an account: every day's energy is what was true, within a step."""

import shutil
from collections.abc import AsyncIterator, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from solix_exporter.app.exporter import Exporter
from solix_exporter.app.local import SCALES_FILE
from solix_exporter.clock import ManualClock
from solix_exporter.ledger import DayTotal
from solix_exporter.modbus.registers import Field
from solix_exporter.modbus.scales import ScaleBook
from solix_exporter.model.energy import Flow
from solix_exporter.poll.energy.days import end_of, start_of
from tests.energy.living import BERLIN
from tests.local.rig import Rig, read_devices, running
from tests.scraping import Scrape

FIRST = date(2026, 10, 19)
"""A Monday; on the Sunday summer time ends."""
DAYS = 14
STEP_WH = 100
STEPS_PER_WH = 0.01
PACE = timedelta(minutes=15)
BEFORE_MIDNIGHT = timedelta(seconds=5)
FLOWS = (
    Flow.PV,
    Flow.BATTERY_CHARGE,
    Flow.BATTERY_DISCHARGE,
    Flow.GRID_IMPORT,
    Flow.GRID_EXPORT,
)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(start_of(FIRST, BERLIN) - timedelta(hours=30))


@pytest.fixture
async def home(clock: ManualClock, tmp_path: Path) -> AsyncIterator[Rig]:
    async with running(clock, tmp_path, "local") as rig:
        yield rig


def moments(begin: datetime, end: datetime) -> Iterator[datetime]:
    """Yield when devices are read: at a pace, and right before each midnight."""
    at = begin
    while at < end:
        midnight = end_of(at.astimezone(BERLIN).date(), BERLIN)
        if at < midnight - BEFORE_MIDNIGHT < at + PACE:
            yield midnight - BEFORE_MIDNIGHT
        at += PACE
        yield at


class Counters:
    """What the counters of the site said, and whether one ever fell."""

    def __init__(self) -> None:
        self.values: dict[str, float] = {}
        self.falls: list[str] = []

    def look(self, exporter: Exporter) -> None:
        for (name, labels), value in Scrape(exporter).samples.items():
            if not name.endswith("_energy_watthours_total"):
                continue
            key = f"{name} {sorted(labels)}"
            if value < self.values.get(key, 0.0):
                self.falls.append(f"{key}: {self.values[key]} -> {value}")
            self.values[key] = value


async def live(rig: Rig, exporter: Exporter, until: datetime, counters: Counters) -> None:
    for count, at in enumerate(moments(rig.clock.now(), until)):
        rig.clock.advance(max(0.0, (at - rig.clock.now()).total_seconds()))
        await read_devices(exporter)
        if count % 4 == 0:
            await exporter.device_reports.keep()
            counters.look(exporter)


def hour(day: int, of_day: int) -> datetime:
    return start_of(FIRST + timedelta(days=day), BERLIN) + timedelta(hours=of_day)


def prove_scales(rig: Rig) -> None:
    """Note what the meter would have proven in hours at its own pace of 5 s."""
    meter = rig.state("AE1X0")
    folder = rig.folder / "state"
    folder.mkdir()
    book = ScaleBook(folder / SCALES_FILE)
    for counter in (Field.IMPORT_ENERGY, Field.EXPORT_ENERGY):
        book.keep(meter.sn, meter.firmware, counter, STEPS_PER_WH)


async def test_each_day_is_true_over_restarts_and_a_change_of_time(home: Rig) -> None:
    counters = Counters()
    prove_scales(home)
    async with home.exporter() as exporter:
        await live(home, exporter, hour(3, 11), counters)
        # What is on the disk of a process that is killed now.
        killed = home.folder / "killed"
        shutil.copytree(home.folder / "state", killed)
        home.clock.advance(600)
    settings = home.settings(state_dir=killed)
    async with home.exporter(settings) as exporter:
        await live(home, exporter, hour(5, 22), counters)
    # A restart that takes an hour.
    home.clock.advance(3600)
    async with home.exporter(settings) as exporter:
        await live(home, exporter, hour(DAYS, 3), counters)
        ledger = exporter.ledger
        rows = ledger.totals(("local",), FIRST, FIRST + timedelta(days=DAYS - 1))
    assert counters.falls == []
    assert wrong_days(home, rows) == []
    assert home.network.writes == ()


def wrong_days(home: Rig, rows: tuple[DayTotal, ...]) -> list[str]:
    site_id = home.network.devices[0][2].site_id
    wrong = []
    for number in range(DAYS):
        day = FIRST + timedelta(days=number)
        found = {row.flow: row for row in rows if row.day == day and not row.device_sn}
        energy = home.network.energy(site_id, start_of(day, BERLIN), end_of(day, BERLIN))
        true = {
            Flow.PV: energy.pv,
            Flow.BATTERY_CHARGE: energy.charge,
            Flow.BATTERY_DISCHARGE: energy.discharge,
            Flow.GRID_IMPORT: energy.grid_import,
            Flow.GRID_EXPORT: energy.export,
        }
        for flow in FLOWS:
            row = found.get(flow)
            if row is None or not row.closed or abs(row.wh - true[flow]) > STEP_WH:
                wrong.append(f"{day} {flow.value}: {row} instead of {true[flow]:.1f}")
    return wrong


IMPORTED = "solix_device_lifetime_energy_watthours_total"


async def test_a_meter_proves_the_scale_of_its_counter_before_it_is_shown(home: Rig) -> None:
    # A winter evening at a few hundred watts; the counter makes a step in some minutes.
    evening = datetime(2026, 1, 15, 17, 30, tzinfo=BERLIN)
    home.clock.set_wall_clock((evening - home.clock.now()).total_seconds())
    began_wh = home.state("AE1X0").import_wh
    async with home.exporter() as exporter:
        labels = {"device_sn": home.sn("AE1X0"), "flow": "grid_import"}
        shown: list[float] = []
        for _ in range(2 * 720):
            home.clock.advance(5)
            await read_devices(exporter, "ae1x0")
            shown = Scrape(exporter).all(IMPORTED, **labels)
            if shown:
                break
        true_wh = home.state("AE1X0").import_wh
    assert true_wh - began_wh > 500
    assert shown == [pytest.approx(true_wh, abs=STEP_WH)]
