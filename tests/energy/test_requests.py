"""What a day of one home with everything on costs, and that the cloud never complains."""

import math
import sys
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

from solix_exporter.app.exporter import Exporter
from solix_exporter.clock import ManualClock
from solix_exporter.config import Settings
from solix_exporter.sim import SimulatedCloud
from tests.energy.living import BERLIN, live

MakeExporter = Callable[..., Exporter]
CYCLES = 24 * 12
READ_AGAIN = 4
SITE_ENERGY = "power_service/v1/site/energy_analysis"


async def test_a_day_with_everything_on_costs_what_it_says_and_no_429(
    clock: ManualClock, make_exporter: MakeExporter
) -> None:
    cloud = SimulatedCloud(clock, scenario="home", seed=1, endpoint_limit=10)
    await cloud.start()
    poll = {"energy_extra": ["pv_inputs", "devices", "grid"]}
    exporter = make_exporter(cloud, poll=poll)
    noon = clock.now()
    await live(exporter, clock, noon + timedelta(hours=24))
    await cloud.stop()
    spent = Counter(request.path for request in cloud.requests)
    sys.stdout.writelines(f"{count:6} requests to {path}\n" for path, count in spent.items())
    assert {request.status for request in cloud.requests} == {200}
    # solarbank, home_usage, grid, solar_production and four PV inputs.
    assert spent[SITE_ENERGY] <= (CYCLES + 1 + READ_AGAIN) * 8
    assert spent[SITE_ENERGY] >= (CYCLES - 1) * 8
    assert spent["power_service/v1/site/get_scen_info"] <= 24 * 60 + 1
    assert spent["power_service/v1/site/get_site_list"] <= 24 * 60 + 1
    assert spent["passport/login"] == 1


async def test_many_sites_stretch_the_interval_instead_of_the_budget(
    clock: ManualClock, make_exporter: MakeExporter
) -> None:
    cloud = SimulatedCloud(clock, scenario="home", seed=1, endpoint_limit=10, fleet=1)
    await cloud.start()
    exporter = make_exporter(cloud, poll={"energy": "1m", "sites": "10m"}, cloud={"headroom": 8})
    (job,) = (job for job in exporter.jobs if job.poll == "energy")
    start = clock.now()
    await live(exporter, clock, start + timedelta(minutes=40))
    # Three requests a cycle at two a minute and 2 s more: 93 s.
    assert job.interval_s() == 93.0
    assert {request.status for request in cloud.requests} == {200}
    window = timedelta(seconds=60)
    asked = [request.at for request in cloud.requests if request.path == SITE_ENERGY]
    assert all(later - earlier > window for earlier, later in zip(asked, asked[2:], strict=False))
    await cloud.stop()


async def test_a_cycle_over_several_sites_is_spread_over_its_interval(
    clock: ManualClock, make_exporter: MakeExporter
) -> None:
    cloud = SimulatedCloud(clock, scenario="all", seed=1, endpoint_limit=10)
    await cloud.start()
    exporter = make_exporter(cloud)
    jobs = {job.poll: job for job in exporter.jobs}
    clock.advance((datetime(2026, 6, 20, 14, tzinfo=BERLIN) - clock.now()).total_seconds())
    await jobs["sites"].run()
    await jobs["energy"].run()
    first_cycle = len(cloud.requests)
    start = clock.now()
    await jobs["energy"].run()
    asked = [request for request in list(cloud.requests)[first_cycle:] if "energy" in request.path]
    assert {request.status for request in cloud.requests} == {200}
    ends = [request.at - start for request in asked]
    assert max(ends) > timedelta(seconds=0.7 * jobs["energy"].interval_s())
    assert max(ends) < timedelta(seconds=jobs["energy"].interval_s())
    await cloud.stop()


class WatchedClock(ManualClock):
    """A manual clock that has somebody look before it moves on."""

    look: Callable[[], None] = staticmethod(lambda: None)

    async def sleep(self, seconds: float) -> None:
        self.look()
        await super().sleep(seconds)


async def test_after_a_start_every_site_has_its_day_as_fast_as_the_budget_allows(
    clock: ManualClock, settings_for: Callable[..., Settings]
) -> None:
    clock = WatchedClock(clock.now())
    cloud = SimulatedCloud(clock, scenario="all", seed=1, endpoint_limit=10)
    await cloud.start()
    exporter = Exporter(settings_for(cloud), clock)
    shown_at: dict[str, datetime] = {}

    def look() -> None:
        for site in exporter.snapshot().sites:
            if site.energy is not None and site.energy.today is not None:
                shown_at.setdefault(site.site_id, clock.now())

    async with exporter.connected():
        jobs = {job.poll: job for job in exporter.jobs}
        # The devices tell in which zones the days begin; without them the energy waits.
        for poll in ("sites", "device_details"):
            await jobs[poll].run()
        start, first = clock.now(), len(cloud.requests)
        clock.look = look
        await jobs["energy"].run()
        look()
    asked = [row for row in list(cloud.requests)[first:] if row.path == SITE_ENERGY]
    await cloud.stop()
    assert {row.status for row in cloud.requests} == {200}
    assert len(shown_at) >= 6
    # Eight requests in 62 s are what the budget leaves; half of them are about yesterday.
    windows = math.ceil(len(asked) / 2 / 8)
    assert max(shown_at.values()) - start <= timedelta(seconds=62 * (windows - 1) + 10)
    assert asked[-1].at - start <= timedelta(seconds=62 * (math.ceil(len(asked) / 8) - 1) + 10)
