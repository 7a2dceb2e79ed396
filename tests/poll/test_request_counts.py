"""How many requests the slow polls cost, by the simulated cloud's own count.

What reference 03 counts for the same systems is in the table; vehicles, which it counts too, and
the updates that devices had, which it does not, are left out. Nothing that did not change is asked
twice: a second cycle is short.
"""

import pytest

from solix_exporter.clock import ManualClock
from solix_exporter.sim import SimulatedCloud
from tests.conftest import StartExporter

CLOUD = ("sites", "device_details", "site_details")

COUNTS = {
    # Bound devices, auto-upgrade, firmware, Wi-Fi, schedule, station; REF 9 without vehicles and
    # with a cut-off for a system that keeps its own settings. Messages, price, limits, CO2.
    "home": ((6, 4), (3, 0)),
    # Cut-off, inverter, load, fittings; REF 1 + 2 + 1 + 1 + 3 = 8, and 4.
    "sb1": ((8, 4), (3, 0)),
    # REF 1 + 2 + 1 + 1 + 6 = 11, and 4.
    "sb1-dual": ((11, 4), (3, 0)),
    "sb2-ac": ((6, 4), (3, 0)),
    # One newer and two older banks; REF 1 + 2 + 1 + (1 + 6) + (2 + 1) = 14, and 4.
    "cascade": ((13, 4), (4, 0)),
    # PV limit; REF 8. AI status, market and forecast; REF 6 and a price list, and 2 forecasts.
    "sb3": ((7, 7), (3, 0)),
    # Three banks; REF 9. AI status; REF 5 and a price list.
    "multisystem": ((9, 5), (3, 0)),
}


@pytest.mark.parametrize("scenario", COUNTS)
async def test_requests_of_a_first_and_of_a_later_cycle(
    clock: ManualClock, make_exporter: StartExporter, scenario: str
) -> None:
    cloud = SimulatedCloud(clock, scenario=scenario, seed=1, endpoint_limit=0)
    await cloud.start()
    try:
        exporter = make_exporter(cloud, poll={"disable": ["user_vehicles", "upgrade_record"]})
        jobs = {job.poll: job for job in exporter.jobs}
        counted = []
        for _ in range(2):
            assert await jobs["sites"].run()
            cycle = []
            for poll in ("device_details", "site_details"):
                before = len(cloud.requests)
                assert await jobs[poll].run()
                cycle.append(len(cloud.requests) - before)
            counted.append(tuple(cycle))
            clock.advance(600)
        assert tuple(counted) == COUNTS[scenario]
    finally:
        await cloud.stop()


async def test_a_day_asks_what_the_intervals_say(
    clock: ManualClock, sim: SimulatedCloud, make_exporter: StartExporter
) -> None:
    exporter = make_exporter(sim)
    jobs = {job.poll: job for job in exporter.jobs}
    for _ in range(144):
        assert await jobs["sites"].run()
        assert await jobs["device_details"].run()
        assert await jobs["site_details"].run()
        clock.advance(600)
    asked: dict[str, int] = {}
    for request in sim.requests:
        asked[request.path.rsplit("/", 1)[-1]] = asked.get(request.path.rsplit("/", 1)[-1], 0) + 1
    # Every 10 minutes, half hour, hour, 6 hours; the parameter is the schedule and the station.
    # Every fact that is shown beside these stands in one of these answers, but for the updates
    # that each device with firmware had, once a day.
    assert asked == {
        "login": 1,
        "get_site_list": 144,
        "get_scen_info": 144,
        "get_list": 1,
        "get_relate_and_bind_devices": 144,
        "get_auto_upgrade": 24,
        "check_update": 24,
        "get_upgrade_record": 3,
        "get_wifi_info_list": 144,
        "get_site_device_param": 144 + 48,
        "get_vehicle_list": 48,
        "get_message_unread": 48,
        "get_site_price": 48,
        "get_power_limit": 48,
        "co2_ranking": 4,
    }
