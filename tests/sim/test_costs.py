"""The cost of the simulated homes in calls; bounds are about twice the counted values."""

import pytest

from solix_exporter.clock import ManualClock
from solix_exporter.sim import SimulatedCloud, cloud_scenario_names
from solix_exporter.sim.answers.call import Call
from solix_exporter.sim.answers.dispatch import answer
from tests.work import calls_of

SCENE = "power_service/v1/site/get_scen_info"
A_SCENE = 700
A_DAY = 3_000
FIRST_STATE_OF_A_SITE = 20 * A_DAY
SEED = 4711
"""Of homes that no other test uses, because computed days are shared."""


def test_a_scene_is_answered_from_what_is_known(clock: ManualClock) -> None:
    cloud = SimulatedCloud(clock)
    account = next(iter(cloud._world.accounts.values()))
    call = Call(
        world=cloud._world,
        account=account,
        is_home_region=True,
        body={"site_id": cloud.site_ids[0]},
        now=clock.now(),
        messaging=cloud.mqtt,
    )
    answer("POST", SCENE, call, "eu")
    assert calls_of(lambda: answer("POST", SCENE, call, "eu")) < A_SCENE


@pytest.mark.parametrize("scenario", cloud_scenario_names())
def test_the_first_state_after_the_start_takes_days_not_years(
    clock: ManualClock, scenario: str
) -> None:
    def start() -> None:
        cloud = SimulatedCloud(clock, scenario=scenario, seed=SEED)
        for site_id in cloud.site_ids:
            cloud.truth(site_id)

    sites = len(SimulatedCloud(clock, scenario=scenario).site_ids)
    assert calls_of(start) < FIRST_STATE_OF_A_SITE * sites


def test_a_day_of_history_costs_the_same_however_far_it_is_back(clock: ManualClock) -> None:
    def month() -> None:
        for _ in range(32):
            clock.advance(-86400)
            cloud.truth(cloud.site_ids[0])

    cloud = SimulatedCloud(clock, seed=SEED)
    first = calls_of(month)
    clock.advance(-300 * 86400)
    assert max(first, calls_of(month)) < 32 * A_DAY
