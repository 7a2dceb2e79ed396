"""Readings are live by the time at which they were measured, whatever the cloud repeats."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any

import orjson
import pytest

from solix_exporter.app.exporter import Exporter
from solix_exporter.clock import ManualClock
from solix_exporter.cloud.endpoints.chargers import PV_STATUS
from solix_exporter.cloud.endpoints.sites import SCENE_INFO
from solix_exporter.config import Settings
from solix_exporter.influx.live_fields import device_readings, site_readings
from solix_exporter.model.freshness import LIVE_S, STANDBY_S, UNTOLD_S
from solix_exporter.sim import Fault, FaultKind, SimulatedCloud
from solix_exporter.sim.wire_format import Json
from solix_exporter.web import Status
from solix_exporter.web.json_view import snapshot_json
from solix_exporter.web.page.view import view_page
from tests.scraping import Scrape

Start = Callable[..., Awaitable[tuple[SimulatedCloud, Exporter]]]

SCENE = SCENE_INFO.path
FROZEN = Fault("*", FaultKind.FROZEN)
HOUR_S = 3600.0
YEAR_1970 = "1970-01-01 00:00:00"
HISTORY = {
    *("solix_site_info", "solix_site_data_valid", "solix_site_data_timestamp_seconds"),
    *("solix_site_lifetime_energy_watthours_total", "solix_site_lifetime_savings_total"),
    "solix_site_lifetime_co2_savings_grams_total",
}
"""What a scene tells of a site whose readings are old."""
LIVE_ENDS = (
    *("_power_watts", "_soc_ratio", "_stored_energy_watthours", "_capacity_watthours"),
    *("solix_device_status", "solix_device_error_code", "_preset_watts"),
)


@pytest.fixture
async def start(clock: ManualClock, make_exporter: Callable[..., Exporter]) -> AsyncIterator[Start]:
    """Start a simulated cloud, and an exporter on it."""
    async with AsyncExitStack() as stack:

        async def build(scenario: str, **sections: Any) -> tuple[SimulatedCloud, Exporter]:  # noqa: ANN401
            cloud = SimulatedCloud(clock, scenario=scenario, seed=1, endpoint_limit=0)
            await cloud.start()
            stack.push_async_callback(cloud.stop)
            return cloud, make_exporter(cloud, **sections)

        yield build


async def run(exporter: Exporter, *, only: str = "") -> None:
    """Run all live polls once, or one of them."""
    for job in exporter.jobs:
        if job.poll == only or not (only or job.poll == "energy"):
            await job.run()


async def go_on(exporter: Exporter, clock: ManualClock, seconds: float) -> Scrape:
    """Let time pass, and poll each five minutes and at the end."""
    end_s = clock.monotonic() + seconds
    while (left_s := end_s - clock.monotonic()) > 0:
        clock.advance(min(300.0, left_s))
        await run(exporter)
    return Scrape(exporter)


def measured(scrape: Scrape) -> set[str]:
    """Return the names of the series that are about now."""
    return {name for name in scrape.names() if name.endswith(LIVE_ENDS)}


def snapshot_of(exporter: Exporter, clock: ManualClock) -> Any:  # noqa: ANN401  JSON
    return orjson.loads(snapshot_json(Status(clock.now(), exporter.snapshot())))


async def test_frozen_answers_are_live_for_half_an_hour(start: Start, clock: ManualClock) -> None:
    cloud, exporter = await start("home")
    cloud.faults.add(FROZEN)
    await run(exporter, only="sites")
    (site,) = exporter.snapshot().sites
    assert site.data_at is not None
    age = clock.now() - site.data_at
    clock.advance(LIVE_S - age.total_seconds() - 1)
    await run(exporter, only="sites")
    seen = Scrape(exporter)
    assert seen.one("solix_site_data_valid") == 1
    assert len(measured(seen)) > 10
    # Without another poll: age is not a matter of asking.
    clock.advance(1)
    assert measured(Scrape(exporter)) == set()
    await run(exporter, only="sites")
    seen = Scrape(exporter)
    assert measured(seen) == set()
    assert {name for name in seen.names() if name.startswith("solix_site_")} == HISTORY
    assert seen.one("solix_site_data_valid") == 0
    assert set(seen.all("solix_device_data_valid")) == {0}
    assert seen.one("solix_up") == 1
    # The cloud's own word on the connection is no reading.
    assert set(seen.all("solix_device_online")) == {1}


async def test_all_readers_agree_on_what_is_old(start: Start, clock: ManualClock) -> None:
    cloud, exporter = await start("home")
    cloud.faults.add(FROZEN)
    await run(exporter)
    (site,) = snapshot_of(exporter, clock)["sites"]
    assert site["now"]["home_load_power_w"] > 0
    await go_on(exporter, clock, 3 * HOUR_S)
    found = snapshot_of(exporter, clock)
    (site,) = found["sites"]
    assert (site["now"], site["scene"], site["is_data_valid"]) == (None, None, False)
    assert site["lifetime"]["energy_wh"] > 0
    assert [device["now"] for device in found["devices"]] == [None] * 4
    (stale,) = exporter.snapshot().sites
    assert list(site_readings(stale)) == []
    assert [row for one in exporter.snapshot().devices for row in device_readings(one)] == []
    page = view_page(Status(clock.now(), exporter.snapshot()))
    assert (page.mark, page.headline) == ("bad", "Your system has no fresh data")
    (shown,) = page.sites
    # The clock of the test stands at 11:02:30 UTC, that of the site in Berlin.
    assert shown.last_known == "13:02"
    assert {end.pace for end in shown.flow.ends} == {""}
    assert {device.state for device in shown.devices} == {"no fresh readings"}


async def test_what_moves_again_is_live_again(start: Start, clock: ManualClock) -> None:
    cloud, exporter = await start("home")
    cloud.faults.add(FROZEN)
    await run(exporter)
    assert measured(await go_on(exporter, clock, HOUR_S)) == set()
    cloud.faults.clear()
    seen = await go_on(exporter, clock, 60)
    assert seen.one("solix_site_data_valid") == 1
    assert len(seen.all("solix_site_home_load_power_watts")) == 1


async def test_a_stamp_of_yesterday_is_old_at_once(start: Start, clock: ManualClock) -> None:
    cloud, exporter = await start("home")
    cloud.faults.add(Fault(SCENE, FaultKind.TIME_JUMP, lag_s=26 * HOUR_S))
    cloud.faults.add(Fault(SCENE, FaultKind.WRONG_TYPE, key="status", value="0"))
    await run(exporter, only="sites")
    seen = Scrape(exporter)
    assert measured(seen) == set()
    assert seen.one("solix_site_data_valid") == 0
    assert 0 in seen.all("solix_device_online")
    assert view_page(Status(clock.now(), exporter.snapshot())).sites[0].last_known == (
        "2026-06-19 11:02"
    )


@pytest.mark.parametrize(
    ("scenario", "limit_s"),
    [("sb1", STANDBY_S), ("sb1-dual", STANDBY_S), ("cascade", LIVE_S), ("sb2-plugs", LIVE_S)],
)
async def test_first_generation_banks_alone_may_be_silent_for_longer(
    start: Start, clock: ManualClock, scenario: str, limit_s: float
) -> None:
    cloud, exporter = await start(scenario)
    cloud.faults.add(FROZEN)
    await run(exporter)
    seen = await go_on(exporter, clock, limit_s - 120)
    assert seen.one("solix_site_data_valid") == 1
    assert "solix_site_battery_soc_ratio" in measured(seen)
    seen = await go_on(exporter, clock, 120)
    assert seen.one("solix_site_data_valid") == 0
    assert "solix_site_battery_soc_ratio" not in measured(seen)


@pytest.mark.parametrize("text", ["10m", "5h"])
async def test_the_age_can_be_configured(start: Start, clock: ManualClock, text: str) -> None:
    cloud, exporter = await start("home", poll={"stale_after": text})
    limit_s = {"10m": 600, "5h": 18000}[text]
    cloud.faults.add(FROZEN)
    await run(exporter)
    assert (await go_on(exporter, clock, limit_s - 120)).one("solix_site_data_valid") == 1
    assert (await go_on(exporter, clock, 120)).one("solix_site_data_valid") == 0


async def test_a_configured_age_is_taken_up_without_a_restart(
    clock: ManualClock, sim: SimulatedCloud, settings_for: Callable[..., Settings]
) -> None:
    settings = [settings_for(sim), settings_for(sim, poll={"stale_after": "5h"})]
    exporter = Exporter(settings[0], clock, load=lambda: settings[1])
    sim.faults.add(FROZEN)
    async with exporter.connected():
        await run(exporter, only="sites")
        clock.advance(HOUR_S)
        await run(exporter, only="sites")
        assert Scrape(exporter).one("solix_site_data_valid") == 0
        await exporter.reload()
        assert Scrape(exporter).one("solix_site_data_valid") == 1


# --- clocks --------------------------------------------------------------------------------


async def test_a_machine_that_slept_shows_nothing_old(start: Start, clock: ManualClock) -> None:
    _, exporter = await start("all")
    for _ in range(3):
        await go_on(exporter, clock, 300)
    for job in exporter.jobs:
        await job.run()
    before = Scrape(exporter)
    assert len(measured(before)) > 30
    clock.set_wall_clock(8 * HOUR_S)
    seen = Scrape(exporter)
    # The capacity of a model is no reading.
    assert measured(seen) <= {
        "solix_battery_capacity_watthours",
        "solix_vehicle_battery_capacity_watthours",
    }
    assert not any("_day_" in name for name in seen.names())
    assert seen.all("solix_site_info") == before.all("solix_site_info")
    assert seen.one("solix_up") == 1
    assert any(name.endswith("_energy_watthours_total") for name in seen.names())
    await run(exporter, only="sites")
    assert 1 in Scrape(exporter).all("solix_site_data_valid")


async def test_a_clock_that_is_set_back_keeps_nothing_old_alive(
    start: Start, clock: ManualClock
) -> None:
    cloud, exporter = await start("home")
    cloud.faults.add(FROZEN)
    await go_on(exporter, clock, 600)
    clock.set_wall_clock(-3 * HOUR_S)
    assert (await go_on(exporter, clock, 600)).one("solix_site_data_valid") == 1
    seen = await go_on(exporter, clock, LIVE_S - 600)
    assert measured(seen) == set()
    assert seen.one("solix_site_data_valid") == 0


async def test_a_clock_that_is_set_back_blanks_nothing(start: Start, clock: ManualClock) -> None:
    _, exporter = await start("home")
    await go_on(exporter, clock, 600)
    clock.set_wall_clock(-3 * HOUR_S)
    assert (await go_on(exporter, clock, 60)).one("solix_site_data_valid") == 1
    assert (await go_on(exporter, clock, HOUR_S)).one("solix_site_data_valid") == 1


async def test_a_clock_that_jumped_ahead_and_back_leaves_no_trace(
    start: Start, clock: ManualClock
) -> None:
    cloud, exporter = await start("home")
    await go_on(exporter, clock, 600)
    # The cloud goes on with the right time.
    cloud.faults.add(Fault(SCENE, FaultKind.TIME_JUMP, lag_s=24 * HOUR_S))
    clock.set_wall_clock(24 * HOUR_S)
    assert measured(Scrape(exporter)) == set()
    assert measured(await go_on(exporter, clock, 60)) == set()
    cloud.faults.clear()
    clock.set_wall_clock(-24 * HOUR_S)
    seen = await go_on(exporter, clock, 60)
    assert seen.one("solix_site_data_valid") == 1
    assert len(measured(seen)) > 10


# --- where the cloud tells no time -----------------------------------------------------------


def without_stamp(cloud: SimulatedCloud, **more: Any) -> None:  # noqa: ANN401  values of JSON
    """Freeze the scene, with the year 1970 in it."""
    stamp = {"key": "updated_time", "value": YEAR_1970} | more
    cloud.faults.add(Fault(SCENE, FaultKind.WRONG_TYPE, **stamp))


async def test_an_answer_without_a_time_is_as_old_as_its_last_change(
    start: Start, clock: ManualClock
) -> None:
    cloud, exporter = await start("home")
    frozen_clock_s = clock.monotonic()
    without_stamp(cloud)
    await run(exporter, only="sites")
    assert exporter.snapshot().sites[0].data_at is None
    # An answer that changes is live for days.
    for _ in range(30):
        clock.advance(HOUR_S)
        await run(exporter, only="sites")
        assert Scrape(exporter).one("solix_site_data_valid") == 1
    assert clock.monotonic() - frozen_clock_s > UNTOLD_S


async def test_an_inverter_may_tell_the_same_for_a_long_night(
    start: Start, clock: ManualClock
) -> None:
    cloud, exporter = await start("mi80")
    cloud.faults.add(Fault(PV_STATUS.path, FaultKind.FROZEN))
    await go_on(exporter, clock, 120)
    seen = await go_on(exporter, clock, UNTOLD_S - 300)
    assert seen.one("solix_site_data_valid") == 1
    assert len(seen.all("solix_inverter_power_watts")) == 1
    seen = await go_on(exporter, clock, 900)
    assert seen.one("solix_site_data_valid") == 0
    assert seen.all("solix_inverter_power_watts") == []
    assert seen.all("solix_site_pv_power_watts") == []
    assert seen.one("solix_device_online") == 1


async def test_power_of_an_inverter_that_is_offline_is_a_leftover(
    start: Start, clock: ManualClock
) -> None:
    cloud, exporter = await start("mi80")
    await go_on(exporter, clock, 120)
    (device,) = exporter.snapshot().devices
    told: Json = [{"sn": device.sn, "power": 520, "status": 0}]
    path = PV_STATUS.path
    cloud.faults.add(Fault(path, FaultKind.WRONG_TYPE, key="pvStatuses", value=told))
    seen = await go_on(exporter, clock, 300)
    assert seen.one("solix_inverter_power_watts") == 520
    seen = await go_on(exporter, clock, LIVE_S)
    assert seen.one("solix_device_online") == 0
    assert seen.all("solix_inverter_power_watts") == []
    assert seen.one("solix_site_data_valid") == 0


@pytest.mark.parametrize("scenario", ["power-panel", "x1"])
async def test_averages_that_stop_are_left_out(
    start: Start, clock: ManualClock, scenario: str
) -> None:
    cloud, exporter = await start(scenario)
    clock.advance(timedelta(minutes=6).total_seconds())
    await go_on(exporter, clock, 600)
    seen = Scrape(exporter)
    assert seen.one("solix_site_data_valid") == 1
    assert "solix_site_home_load_power_watts" in measured(seen)
    cloud.faults.add(FROZEN)
    await run(exporter)
    seen = await go_on(exporter, clock, LIVE_S)
    assert seen.one("solix_site_data_valid") == 0
    assert "solix_site_home_load_power_watts" not in measured(seen)
    assert seen.all("solix_battery_soc_ratio") == []
    (site,) = snapshot_of(exporter, clock)["sites"]
    assert site["now"] is None
    assert len(seen.all("solix_site_data_timestamp_seconds")) == 1
