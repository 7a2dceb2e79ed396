"""What becomes of 10,000 accounts behind 50 addresses under the cloud's limits."""

import multiprocessing
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import pairwise
from pathlib import Path

from solix_exporter.cloud.budget import Plan
from tests.benchmarks import fleet
from tests.benchmarks.exporter_days import plans_of
from tests.benchmarks.figures import Figures

AREA = "fleet"
_ACCOUNTS, _ADDRESSES = 10_000, 50
_HOURS, _SETTLED_S = 4, 3600.0
_CPUS = os.cpu_count()


async def test_a_fleet(figures: Figures, tmp_path: Path) -> None:
    plans = await plans_of("home", tmp_path)
    names = [f"home-{number}" for number in range(_ACCOUNTS)]
    held = fleet.shards(names, _ADDRESSES)
    with ProcessPoolExecutor(_CPUS, multiprocessing.get_context("spawn")) as processes:
        addresses = list(processes.map(partial(fleet.live, plans=plans, hours=_HOURS), held))
    _add_small(figures, plans)
    _add_intervals(figures, plans)
    figures.add(AREA, "accounts at the fullest address", max(map(len, held)), "accounts")
    _add_windows(figures, addresses)
    _add_ages(figures, addresses)


def _add_small(figures: Figures, plans: Sequence[Plan]) -> None:
    """Find how many accounts one address takes before the budget stretches a poll."""
    wished = {plan.interval_s for plan in plans}
    fitting = 0
    while wished.issuperset(fleet.intervals_s(fitting + 1, plans).values()):
        fitting += 1
    figures.add(AREA, "sites an address and minute at full pace", fitting, "sites")


def _add_intervals(figures: Figures, plans: Sequence[Plan]) -> None:
    for poll, interval_s in fleet.intervals_s(_ACCOUNTS // _ADDRESSES, plans).items():
        name = f"{poll} at 200 accounts an address"
        figures.add(AREA, name, interval_s / 60, "min")


def _add_windows(figures: Figures, addresses: Sequence[fleet.Address]) -> None:
    sent = [times for address in addresses for times in address.sent_s.values()]
    over = sum(map(fleet.windows_over, sent))
    figures.add(AREA, "requests in all", sum(map(len, sent)), "requests")
    figures.add(AREA, "windows over the limit", over / sum(map(len, sent)), "share")
    busiest = max(
        fleet.busiest_per_minute(address.sent_s, _SETTLED_S, _HOURS * 3600.0)
        for address in addresses
    )
    figures.add(AREA, "busiest endpoint of an address", busiest, "req/min")


def _add_ages(figures: Figures, addresses: Sequence[fleet.Address]) -> None:
    gaps_s = [
        later_s - earlier_s
        for address in addresses
        for times in address.scenes_s.values()
        for earlier_s, later_s in pairwise(times)
        if earlier_s >= _SETTLED_S
    ]
    for share in (0.5, 0.95, 0.99):
        age_min = fleet.age_s(gaps_s, share) / 60
        figures.add(AREA, f"age of a site's data, {share:.0%} of the time", age_min, "min")
