"""Every simulated scenario through the whole exporter: what is served is what is true."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import date
from zoneinfo import ZoneInfo

import pytest

from solix_exporter.app.exporter import Exporter
from solix_exporter.clock import ManualClock
from solix_exporter.model.energy import Flow
from solix_exporter.model.site import SiteType
from solix_exporter.poll.energy.days import end_of
from solix_exporter.sim import SimulatedCloud, Truth, cloud_scenario_names
from tests.energy.living import truth_of
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


@pytest.mark.parametrize("scenario", cloud_scenario_names())
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


@pytest.mark.parametrize("scenario", cloud_scenario_names())
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


STEPS_S = (*[300] * 6, *[600] * 3, *[3600] * 20)
"""Adjacent slots and reports at noon; then with gaps through the evening, the night, a morning."""


@pytest.mark.parametrize("scenario", cloud_scenario_names())
async def test_no_true_reading_is_held_back(
    clock: ManualClock, make_exporter: MakeExporter, scenario: str
) -> None:
    async with simulated(clock, scenario) as cloud:
        exporter = make_exporter(cloud, cloud={"endpoint_limit": 0})
        for step_s in (0, *STEPS_S):
            clock.advance(step_s)
            for job in exporter.jobs:
                assert await job.run(), job.key
        assert Scrape(exporter).states("solix_readings_rejected_total", "reason") == []
        assert set(Scrape(exporter).all("solix_readings_rejected_total")) == {0}


DAY = date(2026, 6, 20)
DAY_FLOWS = ("pv", "home", "grid_import", "grid_export", "battery_charge", "battery_discharge")
ROUNDED_WH = 11
"""The cloud tells a hundredth of a kWh."""
SLOTTED = frozenset({SiteType.POWERPANEL, SiteType.HES})
LAST_SLOT_WH = 100
"""Panels and X1 systems count whole slots of 5 minutes; the last one is not over yet."""


@pytest.mark.parametrize("scenario", cloud_scenario_names())
async def test_the_totals_of_a_day_are_the_integral_of_what_was_true(
    clock: ManualClock, make_exporter: MakeExporter, scenario: str
) -> None:
    async with simulated(clock, scenario) as cloud:
        exporter = make_exporter(cloud, cloud={"endpoint_limit": 0})
        jobs = {job.poll: job for job in exporter.jobs}
        for poll in ("sites", "device_details", "sites"):
            await jobs[poll].run()
        sites = exporter.snapshot().sites
        zones = {site.site_id: ZoneInfo(site.timezone) for site in sites}
        slotted = {site.site_id for site in sites if site.site_type in SLOTTED}
        # The day of the panel abroad ends later; its own scenario looks at that one.
        end = min((end_of(DAY, zone) for zone in zones.values()), default=clock.now())
        clock.advance((end - clock.now()).total_seconds() - 1)
        for poll in ("sites", "energy"):
            await jobs[poll].run()
        scrape, compared = Scrape(exporter), 0
        for site_id, zone in zones.items():
            if end_of(DAY, zone) != end or site_id not in cloud.site_ids:
                continue
            true = truth_of(cloud, site_id, DAY, zone)
            has_meter = scrape.all("solix_meter_import_power_watts", site_id=site_id)
            tolerance_wh = ROUNDED_WH + (LAST_SLOT_WH if site_id in slotted else 0)
            for flow in DAY_FLOWS:
                if flow == "home" and not (has_meter or site_id in slotted):
                    # Without a meter the cloud takes the output for all that the home uses.
                    continue
                for found in scrape.all(f"solix_site_day_{flow}_energy_watthours", site_id=site_id):
                    assert found == pytest.approx(true[Flow(flow)], abs=tolerance_wh), (
                        site_id,
                        flow,
                    )
                    compared += 1
        assert compared or scenario in NO_STATISTICS


NO_STATISTICS = {"charger", "mi80", "pps"}
"""Systems of which the cloud adds nothing up, or under an id that the simulator does not know."""
