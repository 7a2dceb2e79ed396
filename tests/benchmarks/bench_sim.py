"""How fast the simulated cloud answers, starts and looks back."""

import time
from collections.abc import Callable

from solix_exporter.clock import ManualClock
from solix_exporter.sim import SimulatedCloud
from solix_exporter.sim.answers.call import Call
from solix_exporter.sim.answers.dispatch import answer
from tests.benchmarks.conftest import Time
from tests.benchmarks.exporter_days import NOON
from tests.benchmarks.figures import Figures

AREA = "Simulated cloud"
SCENE = "power_service/v1/site/get_scen_info"


def test_a_scene(timed: Time) -> None:
    cloud = SimulatedCloud(ManualClock(NOON))
    account = next(iter(cloud._world.accounts.values()))
    body = {"site_id": cloud.site_ids[0]}
    call = Call(cloud._world, account, True, body, NOON, cloud.mqtt)  # noqa: FBT003
    timed(AREA, "a scene", lambda: answer("POST", SCENE, call, "eu"))


def test_the_first_state_of_all_kinds_of_sites(figures: Figures) -> None:
    def start() -> None:
        cloud = SimulatedCloud(ManualClock(NOON), scenario="all")
        for site_id in cloud.site_ids:
            cloud.truth(site_id)

    figures.add(AREA, "all sites to their first state", _seconds(start), "s")


def test_a_year_of_history(figures: Figures) -> None:
    def look_back() -> None:
        clock = ManualClock(NOON)
        cloud = SimulatedCloud(clock)
        for _ in range(365):
            clock.advance(-86400)
            cloud.truth(cloud.site_ids[0])

    figures.add(AREA, "a year of history", _seconds(look_back), "s")


def _seconds(work: Callable[[], None]) -> float:
    started_s = time.perf_counter()
    work()
    return time.perf_counter() - started_s
