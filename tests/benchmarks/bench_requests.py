"""What a day of each kind of system costs in requests, beside what the reference client sends."""

import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor

from solix_exporter.sim.scenarios import SCENARIOS, cloud_scenario_names
from tests.benchmarks.exporter_days import count_a_day
from tests.benchmarks.figures import Figures
from tests.benchmarks.reference_client import reference_day

AREA = "requests a day"


def test_each_kind_of_system(figures: Figures) -> None:
    # The longest first, so that no process ends up alone with it.
    names = sorted(cloud_scenario_names(), key=lambda name: -len(SCENARIOS[name].systems))
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(os.cpu_count(), mp_context=context) as processes:
        found = dict(zip(names, processes.map(count_a_day, names), strict=True))
    for name in cloud_scenario_names():
        reference = reference_day(SCENARIOS[name], is_member=name == "member").total
        figures.add(AREA, name, found[name].total, "requests")
        figures.add(AREA, f"{name}, reference client", reference, "requests")
        figures.add(AREA, f"{name}, beside it", found[name].total / reference, "times")
    refused = sum(asked.refused for asked in found.values())
    figures.add(AREA, "answered with 429", refused, "requests")
