"""A fortnight with everything that goes wrong: every day's total is true, every counter its sum."""

import math
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest

from solix_exporter.app.exporter import Exporter
from solix_exporter.clock import ManualClock
from solix_exporter.config import Settings
from solix_exporter.model.energy import Flow
from solix_exporter.poll.energy.days import start_of
from solix_exporter.sim import Fault, FaultKind, SimulatedCloud
from tests.energy.living import BERLIN, live, truth_of

ENERGY = "power_service/v1/site/energy_analysis"
DAY = timedelta(days=1)
ROUNDING_WH = 10.0
"""The cloud's second decimal."""


@dataclass
class Watched:
    """What the counters said, and whether one ever fell."""

    values: dict[tuple[str, Flow], float]
    falls: list[str]

    def look(self, exporter: Exporter) -> None:
        (site,) = exporter.snapshot().sites
        assert site.energy is not None
        found = {("", flow): wh for flow, wh in site.energy.counters.flows.items()}
        for sn, flows in site.energy.counters.devices.items():
            found |= {(sn, flow): wh for flow, wh in flows.items()}
        for key, before in self.values.items():
            if found.get(key, -math.inf) < before:
                self.falls.append(f"{key}: {before} -> {found.get(key)}")
        self.values = found


@pytest.fixture
def clock(first: date) -> ManualClock:
    return ManualClock(datetime(first.year, first.month, first.day, 0, 40, tzinfo=BERLIN))


@pytest.fixture
async def cloud(clock: ManualClock) -> AsyncIterator[SimulatedCloud]:
    cloud = SimulatedCloud(clock, scenario="home", seed=1, endpoint_limit=10)
    await cloud.start()
    yield cloud
    await cloud.stop()


def bend(cloud: SimulatedCloud, late_s: float, stale_s: float = 0) -> None:
    """Make statistics late, for a while of each day yesterday's, and let them wobble."""
    cloud.faults.add(Fault(ENERGY, kind=FaultKind.LATE, lag_s=late_s))
    cloud.faults.add(Fault(ENERGY, kind=FaultKind.BACKWARDS))
    if stale_s:
        cloud.faults.add(Fault(ENERGY, kind=FaultKind.STALE_DAY, lag_s=stale_s))


@pytest.mark.parametrize(
    ("first", "days"),
    [
        # The special day is the eighth, on which the exporter starts again.
        pytest.param(date(2027, 3, 21), 14, id="into summer time"),
        pytest.param(date(2027, 10, 24), 9, id="out of summer time"),
        pytest.param(date(2028, 2, 22), 9, id="leap day"),
    ],
)
async def test_a_fortnight(
    clock: ManualClock,
    cloud: SimulatedCloud,
    settings_for: Callable[..., Settings],
    first: date,
    days: int,
) -> None:
    settings = settings_for(cloud, poll={"sites": "1h", "energy": "30m"})
    bend(cloud, late_s=600, stale_s=1800)
    watched = Watched({}, [])

    async def run_until(day: int, hour: int, exporter: Exporter) -> None:
        until = start_of(first + day * DAY, BERLIN) + timedelta(hours=hour)
        await live(exporter, clock, until, lambda: watched.look(exporter))

    exporter = Exporter(settings, clock)
    async with exporter.connected():
        await run_until(4, 6, exporter)
        # A day and a half during which the cloud answers nothing.
        cloud.faults.add(Fault("*", kind=FaultKind.STATUS, status=503))
        await run_until(5, 18, exporter)
        cloud.faults.clear()
        bend(cloud, late_s=7200)
        await run_until(7, 15, exporter)
    # A restart, and the exporter is away over midnight.
    clock.advance(timedelta(hours=11).total_seconds())
    exporter = Exporter(settings, clock)
    async with exporter.connected():
        await run_until(days, 13, exporter)
        (site_id,) = cloud.site_ids
        rows = exporter.ledger.totals((site_id,), first - DAY, first + days * DAY)
    assert watched.falls == []
    wrong = []
    sums: dict[Flow, float] = {}
    for number in range(days):
        day = first + number * DAY
        found = {row.flow: row for row in rows if row.day == day and not row.device_sn}
        assert all(row.closed for row in found.values()), day
        for flow, true_wh in truth_of(cloud, site_id, day, BERLIN).items():
            if abs(found[flow].wh - true_wh) > 2 * ROUNDING_WH:
                wrong.append(f"{day} {flow.value}: {found[flow].wh} instead of {true_wh:.1f}")
            sums[flow] = sums.get(flow, 0.0) + true_wh
    assert wrong == []
    # The last afternoon is a part of the counters, too.
    today = {row.flow: row.wh for row in rows if row.day == first + days * DAY}
    for flow, true_wh in sums.items():
        counted = watched.values["", flow] - today.get(flow, 0.0)
        assert counted == pytest.approx(true_wh, abs=(days + 1) * ROUNDING_WH), flow
