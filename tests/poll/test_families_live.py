"""Panels, X1, inverters and EV chargers: the real client against the simulated cloud."""

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from solix_exporter.app.exporter import Exporter
from solix_exporter.client import ClientOptions, SolixClient
from solix_exporter.clock import ManualClock
from solix_exporter.model.site import SiteType
from solix_exporter.sim import SimulatedCloud
from tests.conftest import StartExporter
from tests.scraping import Scrape

StartScenario = Callable[..., Awaitable[SimulatedCloud]]

CENTIKILOWATT = 6.0
"""The curves are rounded to 10 W."""
"""Two F3800, which no other system has."""


@pytest.fixture
async def simulate(clock: ManualClock) -> AsyncIterator[StartScenario]:
    """Start simulated clouds without a limit on requests."""
    async with AsyncExitStack() as stack:

        async def start(scenario: str) -> SimulatedCloud:
            cloud = SimulatedCloud(clock, scenario=scenario, seed=1, endpoint_limit=0)
            await cloud.start()
            stack.push_async_callback(cloud.stop)
            return cloud

        yield start


async def run_all(exporter: Exporter) -> None:
    """Run every poll but that of energy once, in the order in which they start."""
    for job in exporter.jobs:
        assert job.poll == "energy" or await job.run(), job.key


async def requests_of(cloud: SimulatedCloud, exporter: Exporter) -> Counter[str]:
    """Return the requests of one round of all polls by endpoint, logins left out."""
    cloud.requests.clear()
    await run_all(exporter)
    paths = (row.path for row in cloud.requests)
    return Counter(path.rsplit("/", 1)[-1] for path in paths if "login" not in path)


async def test_a_panel_abroad_is_as_fresh_as_one_at_home(
    simulate: StartScenario, make_exporter: StartExporter, clock: ManualClock
) -> None:
    # The account lives in Germany, the panel in New York, six hours behind.
    cloud = await simulate("all")
    exporter = make_exporter(cloud)
    for _ in range(3):
        await run_all(exporter)
        clock.advance(300)
    panels = (at for at in exporter.snapshot().sites if at.site_type is SiteType.POWERPANEL)
    (site_id,) = (at.site_id for at in panels)
    seen = Scrape(exporter)
    assert seen.one("solix_site_info", site_id=site_id, timezone="America/New_York") == 1
    shown = seen.one("solix_site_data_timestamp_seconds", site_id=site_id)
    assert 0 <= clock.now().timestamp() - shown < 960


@pytest.mark.parametrize("scenario", ["power-panel", "x1"])
async def test_the_averages_are_what_the_home_did_in_the_slot_before(
    simulate: StartScenario, make_exporter: StartExporter, clock: ManualClock, scenario: str
) -> None:
    cloud = await simulate(scenario)
    (site_id,) = cloud.site_ids
    # The clock stands at 11:02:30 UTC, in the middle of a slot; six minutes later it is over.
    truth = cloud.truth(site_id)
    clock.advance(360)
    exporter = make_exporter(cloud)
    await run_all(exporter)
    seen = Scrape(exporter)
    for name, expected_w in {
        "pv": truth.pv_w,
        "home_load": truth.home_w,
        "grid_import": truth.grid_import_w,
        "battery_charge": truth.battery_charge_w,
        "battery_discharge": truth.battery_discharge_w,
    }.items():
        shown_w = seen.one(f"solix_site_{name}_power_watts", site_id=site_id)
        assert shown_w == pytest.approx(expected_w, abs=CENTIKILOWATT), name
    # The panel's is the balance of five rounded powers.
    export_w = seen.one("solix_site_grid_export_power_watts", site_id=site_id)
    assert export_w == pytest.approx(truth.grid_export_w, abs=5 * CENTIKILOWATT)
    soc_ratio = seen.one("solix_site_battery_soc_ratio", site_id=site_id)
    assert soc_ratio == pytest.approx(truth.soc_ratio, abs=0.02)
    assert seen.one("solix_site_lifetime_energy_watthours_total", site_id=site_id) > 0


async def test_an_x1_shows_its_capacity_parts_and_car(
    simulate: StartScenario, make_exporter: StartExporter
) -> None:
    cloud = await simulate("x1")
    exporter = make_exporter(cloud)
    await run_all(exporter)
    seen = Scrape(exporter)
    assert seen.one("solix_site_battery_capacity_watthours") == 15_000.0
    assert len(seen.all("solix_device_info", model="A5220")) == 3
    assert len(seen.all("solix_device_info", device_type="ev_charger")) == 1
    assert len(seen.states("solix_ev_charger_status", "status")) == 1
    assert all(value == 1 for value in seen.all("solix_device_online"))


async def test_a_stand_alone_inverter_shows_what_it_makes(
    simulate: StartScenario, make_exporter: StartExporter
) -> None:
    cloud = await simulate("mi80")
    (site_id,) = cloud.site_ids
    exporter = make_exporter(cloud)
    await run_all(exporter)
    seen = Scrape(exporter)
    truth = cloud.truth(site_id)
    assert seen.one("solix_inverter_power_watts") == truth.output_w
    assert seen.one("solix_site_pv_power_watts") == truth.output_w
    assert seen.one("solix_site_info", site_type="virtual") == 1
    total = seen.one("solix_site_lifetime_energy_watthours_total")
    assert total == pytest.approx(truth.lifetime_wh, rel=0.02)


async def test_a_car_and_its_charger_are_shown(
    simulate: StartScenario, make_exporter: StartExporter
) -> None:
    cloud = await simulate("ev-charger")
    exporter = make_exporter(cloud)
    await run_all(exporter)
    seen = Scrape(exporter)
    assert seen.one("solix_vehicle_info") == 1
    assert seen.one("solix_vehicle_battery_capacity_watthours") > 10_000
    assert 1_000 < seen.one("solix_vehicle_charge_power_limit_watts") <= 22_000
    assert seen.one("solix_ev_charger_lifetime_charges_total") >= 0


async def test_the_library_updates_the_averages_with_the_sites(
    simulate: StartScenario, clock: ManualClock, tmp_path: Path
) -> None:
    cloud = await simulate("power-panel")
    account = cloud.accounts[0]
    options = ClientOptions(
        state_dir=tmp_path, server=cloud.url, public_key=cloud.public_key, clock=clock
    )
    async with SolixClient(account.email, account.password, account.country, options) as client:
        await client.update_sites()
        (site,) = client.snapshot.sites
        assert site.measured is not None
        assert site.measured.home_load_power_w is not None
        cloud.requests.clear()
        await client.update_sites()
        # A minute later there can be no new slot.
        assert "energy_statistics" not in {row.path.rsplit("/", 1)[-1] for row in cloud.requests}


PANEL_COSTS = {
    "energy_statistics": 4,
    "get_system_running_info": 1,
    "get_wifi_info": 1,
    "get_utility_rate_plan": 1,
    "get_site_device_disaster_status": 1,
}
X1_COSTS = {
    "get_energy_statistics": 5,
    "get_hes_dev_info": 1,
    "get_system_running_info": 1,
    "get_wifi_info": 1,
    "get_charge_order_stats": 1,
}
MI80_COSTS = {"getPvStatus": 1, "getPvTotalStatistics": 1, "selectUserTieredElecPrice": 1}
EV_COSTS = {"get_charge_order_stats": 1, "get_vehicle_list": 1, "get_vehicle_detail": 1}
CHARGER_COSTS = {"get_device_setting": 1, "get_charging_mode_list": 1}


@pytest.mark.parametrize(
    ("scenario", "first", "most"),
    [
        # Reference 05, 6: 7 of the sites poll, 7 of the devices, 5 of the sites' details; and the
        # history of its firmware, once a day.
        ("power-panel", PANEL_COSTS, 20),
        # 3 lists, 2 of the station, 5 curves; bound, upgrade, firmware, brands, vehicles, links,
        # 4 times Wi-Fi, car; messages, structure, status, price, CO2.
        ("x1", X1_COSTS, 26),
        # Reference 03, 1.5: 5 and 3, and 2 of the sites poll.
        ("mi80", MI80_COSTS, 10),
        # 3 of the sites poll; bound, upgrade, firmware, brands, vehicles, 3 of the new vehicle
        # and 1 of its details, links, orders; messages.
        ("ev-charger", EV_COSTS, 15),
        # 2 of the sites poll; bound, upgrade, firmware, brands, vehicles and 6 of the charger;
        # messages.
        ("charger", CHARGER_COSTS, 14),
    ],
)
async def test_what_the_first_round_of_a_family_costs(
    simulate: StartScenario,
    make_exporter: StartExporter,
    scenario: str,
    first: dict[str, int],
    most: int,
) -> None:  # fmt: skip
    cloud = await simulate(scenario)
    asked = await requests_of(cloud, make_exporter(cloud))
    assert {name: asked[name] for name in first} == first
    assert asked.total() <= most, asked


@pytest.mark.parametrize(
    ("scenario", "later"),
    [
        (
            "power-panel",
            {
                "energy_statistics": 4,
                "get_system_running_info": 1,
                "get_site_device_disaster_status": 1,
            },
        ),
        ("x1", {"get_energy_statistics": 5, "get_system_running_info": 1}),
        ("mi80", {"getPvStatus": 1, "getPvTotalStatistics": 1}),
        ("ev-charger", {}),
        ("charger", {}),
    ],
)
async def test_ten_minutes_later_only_what_changes_is_asked(
    simulate: StartScenario,
    make_exporter: StartExporter,
    clock: ManualClock,
    scenario: str,
    later: dict[str, int],
) -> None:  # fmt: skip
    cloud = await simulate(scenario)
    exporter = make_exporter(cloud)
    await run_all(exporter)
    clock.advance(600)
    asked = await requests_of(cloud, exporter)
    family = {
        name
        for costs in (PANEL_COSTS, X1_COSTS, MI80_COSTS, EV_COSTS, CHARGER_COSTS)
        for name in costs
    }
    assert {name: count for name, count in asked.items() if name in family} == later


@pytest.mark.parametrize(
    ("scenario", "name", "endpoint"),
    [
        ("power-panel", "power_panel_averages", "energy_statistics"),
        ("x1", "hes_averages", "get_energy_statistics"),
        ("mi80", "inverters", "getPvStatus"),
    ],
)
async def test_a_poll_that_is_switched_off_asks_nothing(
    simulate: StartScenario, make_exporter: StartExporter, scenario: str, name: str, endpoint: str
) -> None:
    cloud = await simulate(scenario)
    exporter = make_exporter(cloud, poll={"disable": [name]})
    asked = await requests_of(cloud, exporter)
    assert asked[endpoint] == 0
    # The totals since set-up come from another endpoint and stay.
    assert Scrape(exporter).one("solix_site_lifetime_energy_watthours_total") > 0


async def test_a_poll_without_systems_is_not_counted(
    simulate: StartScenario, make_exporter: StartExporter
) -> None:
    cloud = await simulate("home")
    exporter = make_exporter(cloud)
    await run_all(exporter)
    polls = {"power_panel_averages", "hes_averages", "inverters"}
    seen = Scrape(exporter)
    assert [seen.all("solix_polls_total", poll=poll) for poll in polls] == [[], [], []]
