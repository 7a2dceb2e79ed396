"""Every simulated scenario through the whole exporter: what is served is what is true."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from solix_exporter.clock import ManualClock
from solix_exporter.service import Exporter
from solix_exporter.sim import SimulatedCloud, Truth, scenario_names
from tests.scraping import Scrape

HOME = "solix_site_home_load_power_watts"
MakeExporter = Callable[..., Exporter]


def pv_w(truth: Truth) -> float:
    """Return the real PV power: what an upstream bank feeds in is not counted twice."""
    upstream = truth.upstream
    return truth.pv_w + (upstream.pv_w - upstream.output_w if upstream else 0)


def battery_w(truth: Truth) -> float:
    """Return the net power of all batteries, positive while charging."""
    own_w = truth.battery_charge_w - truth.battery_discharge_w
    return own_w + (battery_w(truth.upstream) if truth.upstream else 0)


def capacity_wh(truth: Truth) -> float:
    return truth.capacity_wh + (capacity_wh(truth.upstream) if truth.upstream else 0)


SITE_POWERS: dict[str, Callable[[Truth], float]] = {
    "solix_site_pv_power_watts": pv_w,
    "solix_site_grid_import_power_watts": lambda t: t.grid_to_home_w,
    "solix_site_grid_export_power_watts": lambda t: t.grid_export_w,
    "solix_site_battery_charge_power_watts": lambda t: max(0, battery_w(t)),
    "solix_site_battery_discharge_power_watts": lambda t: max(0, -battery_w(t)),
    "solix_site_plug_power_watts": lambda t: t.plug_w,
    "solix_site_battery_capacity_watthours": capacity_wh,
}


@asynccontextmanager
async def simulated(clock: ManualClock, scenario: str) -> AsyncIterator[SimulatedCloud]:
    cloud = SimulatedCloud(clock, scenario, endpoint_limit=0)
    await cloud.start()
    try:
        yield cloud
    finally:
        await cloud.stop()


@pytest.mark.parametrize("scenario", scenario_names())
async def test_what_is_served_is_what_is_true(
    clock: ManualClock, make_exporter: MakeExporter, scenario: str
) -> None:
    async with simulated(clock, scenario) as cloud:
        # Waiting for the budget would let the homes go on between their requests.
        exporter = make_exporter(cloud, cloud={"endpoint_limit": 0})
        (job, *_) = exporter.jobs
        for hours in (0, 5, 7, 8):
            clock.advance(hours * 3600)
            assert await job.run()
            scrape = Scrape(exporter)
            differences = [
                (site_id, name, found, true(cloud.truth(site_id)))
                for site_id in cloud.site_ids
                for name, true in SITE_POWERS.items()
                for found in scrape.all(name, site_id=site_id)
                if found != true(cloud.truth(site_id))
            ]
            assert differences == []
            for site_id in cloud.site_ids:
                # Without a meter the cloud takes the output for all that the home uses.
                truth = cloud.truth(site_id)
                has_meter = scrape.all("solix_meter_import_power_watts", site_id=site_id)
                expected = truth.home_w if has_meter else truth.output_w
                assert scrape.all(HOME, site_id=site_id) in ([], [expected])


@pytest.mark.parametrize("scenario", scenario_names())
async def test_nothing_in_a_scenario_is_malformed_or_unknown(
    clock: ManualClock, make_exporter: MakeExporter, scenario: str
) -> None:
    async with simulated(clock, scenario) as cloud:
        exporter = make_exporter(cloud)
        for job in exporter.jobs:
            assert await job.run()
        scrape = Scrape(exporter)
        assert scrape.all("solix_cloud_malformed_values_total") == []
        assert set(scrape.all("solix_cloud_unread_fields")) <= {0}
        assert scrape.one("solix_up") == 1
