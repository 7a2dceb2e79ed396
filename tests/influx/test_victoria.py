"""A simulated week in a real VictoriaMetrics, two days of it without the server."""

from datetime import date, datetime, timedelta

import pytest

from solix_exporter.app.exporter import Exporter
from solix_exporter.clock import ManualClock
from solix_exporter.ledger import Ledger
from solix_exporter.poll.energy.days import start_of
from solix_exporter.sim import SimulatedCloud
from tests.conftest import StartExporter
from tests.energy.living import BERLIN, live, truth_of
from tests.influx.victoria import Samples, Victoria
from tests.scraping import Scrape

DAY = timedelta(days=1)
FIRST = datetime(2025, 3, 27, 0, 40, tzinfo=BERLIN)
MIDNIGHTS = [
    # 2025-03-27 in Berlin begins at 23:00 UTC of the 26th; the 30th has 23 hours.
    1743030000, 1743116400, 1743202800, 1743289200, 1743372000, 1743458400, 1743544800
]  # fmt: skip
PLUGS = 2
ROUNDING_WH = 10.0
"""The cloud's second decimal."""


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(FIRST)


async def run_until(exporter: Exporter, clock: ManualClock, until: datetime) -> list[bool]:
    """Poll and deliver once an hour; return how the deliveries ended."""
    assert exporter.influx is not None
    outcomes = []
    while clock.now() < until:
        await live(exporter, clock, min(until, clock.now() + timedelta(hours=1)))
        outcomes.append(await exporter.influx.deliver())
    return outcomes


def energy(samples: Samples) -> Samples:
    return {
        labels: rows
        for labels, rows in samples.items()
        if dict(labels)["__name__"].startswith("solix_energy_day_")
        and not dict(labels)["__name__"].endswith("_ratio")
    }


def held_by(ledger: Ledger, before: date) -> Samples:
    """Return what the server should hold, from the ledger: all days that are closed."""
    expected: Samples = {}
    rows = ledger.totals(ledger.site_ids(), FIRST.date() - 2 * DAY, before - DAY)
    for row in rows:
        labels = {
            "__name__": f"solix_energy_day_{row.flow.value}_wh",
            "account": "default",
            "site_id": row.site_id,
        } | ({"device_sn": row.device_sn} if row.device_sn else {})
        at = int(start_of(row.day, BERLIN).timestamp())
        expected.setdefault(tuple(sorted(labels.items())), []).append((at, row.wh))
    return expected


async def test_a_week_arrives_with_its_values_and_times_and_survives_a_dead_server(
    sim: SimulatedCloud, make_exporter: StartExporter, clock: ManualClock, victoria: Victoria
) -> None:
    sections = {
        "poll": {"sites": "1h", "energy": "1h"},
        "influxdb": {"url": victoria.url},
        "timezone": "Europe/Berlin",
    }
    exporter = make_exporter(sim, **sections)
    assert all(await run_until(exporter, clock, FIRST + 2 * DAY))
    # Here a day passes in a moment, and the server writes to its disk every some seconds.
    await victoria.persist()
    await victoria.kill()
    outcomes = await run_until(exporter, clock, FIRST + 4 * DAY)
    metrics = Scrape(exporter)
    # The 28th and the 29th were closed meanwhile, and the two days before them are written again
    # to be sure: a point of the site and one of each plug.
    assert metrics.one("solix_influxdb_pending_points") == 4 * (1 + PLUGS)
    # There is nothing to write, and so no error, before the first of them is closed at noon.
    assert metrics.one("solix_influxdb_write_errors_total") == outcomes.count(False) > 24
    await victoria.start()
    # Until the last of seven whole days is closed, at noon of the eighth.
    assert all(await run_until(exporter, clock, FIRST + 7 * DAY + DAY / 2 + DAY / 12))

    samples = energy(await victoria.samples())
    expected = held_by(exporter.ledger, before=FIRST.date() + 7 * DAY)
    assert samples == expected
    (site_id,) = sim.site_ids
    for flow, true_wh in truth_of(sim, site_id, FIRST.date() + 3 * DAY, BERLIN).items():
        labels = {
            "__name__": f"solix_energy_day_{flow.value}_wh",
            "account": "default",
            "site_id": site_id,
        }
        by_time = dict(samples[tuple(sorted(labels.items()))])
        assert sorted(by_time)[-7:] == MIDNIGHTS, flow
        assert by_time[MIDNIGHTS[3]] == pytest.approx(true_wh, abs=2 * ROUNDING_WH), flow
    plugs = {dict(labels)["device_sn"] for labels in samples if "device_sn" in dict(labels)}
    assert len(plugs) == PLUGS
    assert Scrape(exporter).one("solix_influxdb_pending_points") == 0

    # A second run finds nothing to write.
    again = make_exporter(sim, **sections)
    assert again.influx is not None
    assert await again.influx.deliver()
    assert Scrape(again).one("solix_influxdb_points_written_total") == 0
    assert energy(await victoria.samples()) == expected
