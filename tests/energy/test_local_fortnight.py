"""A fortnight of a home without a cloud: its days are the integral of what was true.

The days come from the devices' own counters, which the real client reads over Modbus.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from solix_exporter.app.exporter import Exporter
from solix_exporter.clock import ManualClock
from solix_exporter.config import Settings
from solix_exporter.model.energy import Flow
from solix_exporter.poll.energy.days import end_of, start_of
from solix_exporter.sim.modbus.network import LocalNetwork
from tests.scraping import Scrape

BERLIN = ZoneInfo("Europe/Berlin")
STEP = timedelta(minutes=30)
STEP_WH = 100.0
"""Of the registers."""
DAYS = 14
FLOWS = {
    Flow.PV: "pv",
    Flow.BATTERY_CHARGE: "charge",
    Flow.BATTERY_DISCHARGE: "discharge",
}
"""Those of the meter wait until its scale is proven, which needs reads every few seconds."""


def settings_of(network: LocalNetwork, state_dir: Path) -> Settings:
    modbus = [
        {"host": f"{host}:{port}", "name": device.part_number.lower(), "interval": "60s"}
        for host, port, device in network.devices
    ]
    return Settings.model_validate(
        {
            "modbus": modbus,
            "state_dir": state_dir,
            "timezone": BERLIN.key,
            "web": {"listen_address": ["127.0.0.1:0"]},
        }
    )


@asynccontextmanager
async def exporter_on(settings: Settings, clock: ManualClock) -> AsyncIterator[Exporter]:
    """Give an exporter that ends as if it were killed: it keeps nothing at its end."""
    exporter = Exporter(settings, clock)
    async with exporter.connected():
        yield exporter


async def live(exporter: Exporter, clock: ManualClock, steps: int) -> None:
    for _ in range(steps):
        for poll in exporter.local.polls.values():
            assert await poll.run(), poll.last_error
        await exporter.device_reports.keep()
        clock.advance(STEP.total_seconds())


@pytest.mark.parametrize("start", [date(2026, 3, 22), date(2026, 10, 18)])
async def test_the_days_of_a_fortnight_are_the_integral(tmp_path: Path, start: date) -> None:
    clock = ManualClock(datetime(start.year, start.month, start.day, 10, tzinfo=UTC))
    network = LocalNetwork(clock, "local")
    await network.start()
    settings = settings_of(network, tmp_path / "state")
    (site_id,) = network._world.sites
    began = clock.now()
    lives = 24
    for _ in range(lives):
        async with exporter_on(settings, clock) as exporter:
            await live(exporter, clock, DAYS * 24 * 2 // lives)
            last_read = clock.now() - STEP
            scrape = Scrape(exporter)
            rows = exporter.ledger.totals(("local",), start, start + timedelta(days=DAYS))
            counters = exporter.ledger.counters("local")
        # It is down for a while, over midnight now and then.
        clock.advance(600)
    await network.stop()
    totals = {(row.day, row.flow): row.wh for row in rows if not row.device_sn}
    for flow, name in FLOWS.items():
        days = sorted(day for day, known in totals if known is flow)
        assert len(days) >= DAYS, flow
        for day in days[1:-1]:
            truth = network.energy(site_id, start_of(day, BERLIN), end_of(day, BERLIN))
            assert abs(totals[day, flow] - getattr(truth, name)) <= STEP_WH, (day, flow)
        assert scrape.one(
            f"solix_site_{flow.value}_energy_watthours_total", site_id="local"
        ) == pytest.approx(counters["", flow])
        assert counters["", flow] == pytest.approx(sum(totals[day, flow] for day in days))
    whole = network.energy(site_id, began, last_read)
    assert abs(counters["", Flow.PV] - whole.pv) <= 2 * STEP_WH
