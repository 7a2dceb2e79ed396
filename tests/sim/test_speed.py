import time

import pytest

from solix_exporter.clock import ManualClock
from solix_exporter.sim import SimulatedCloud, scenario_names
from solix_exporter.sim.answers.call import Call
from solix_exporter.sim.answers.dispatch import answer

SCENE = "power_service/v1/site/get_scen_info"


def test_a_scene_costs_much_less_than_a_millisecond(clock: ManualClock) -> None:
    cloud = SimulatedCloud(clock)
    account = next(iter(cloud._world.accounts.values()))
    call = Call(
        world=cloud._world,
        account=account,
        is_home_region=True,
        body={"site_id": cloud.site_ids[0]},
        now=clock.now(),
    )
    answer("POST", SCENE, call, "eu")
    costs_s = []
    for _ in range(50):
        begun = time.perf_counter()
        answer("POST", SCENE, call, "eu")
        costs_s.append(time.perf_counter() - begun)
    assert min(costs_s) < 0.0005


@pytest.mark.parametrize("scenario", scenario_names())
def test_the_first_state_after_the_start_is_there_at_once(
    clock: ManualClock, scenario: str
) -> None:
    begun = time.perf_counter()
    cloud = SimulatedCloud(clock, scenario=scenario)
    for site_id in cloud.site_ids:
        cloud.truth(site_id)
    assert time.perf_counter() - begun < 0.5


def test_a_year_of_history_takes_seconds_not_minutes(clock: ManualClock) -> None:
    cloud = SimulatedCloud(clock)
    begun = time.perf_counter()
    for _ in range(365):
        clock.advance(-86400)
        cloud.truth(cloud.site_ids[0])
    assert time.perf_counter() - begun < 10
