"""The fleet without a network, with numbers worked out by hand."""

import pytest

from solix_exporter.cloud.budget import Plan
from tests.benchmarks import fleet

SERVER = "cloud"
LIST = "power_service/v1/site/get_site_list"
SITES = Plan("default/sites", SERVER, {LIST: 1, fleet.SCENE: 1}, 60)
DAILY = Plan("default/details", SERVER, {f"endpoint/{number}": 1 for number in range(12)}, 600)


def test_every_account_lies_in_one_shard() -> None:
    names = [f"home-{number}" for number in range(300)]
    held = fleet.shards(names, 3)
    assert sorted(name for shard in held for name in shard) == sorted(names)
    assert all(60 < len(shard) < 140 for shard in held)


@pytest.mark.parametrize(
    ("accounts", "interval_s"),
    [
        (1, 60),
        # 7 requests a minute are less than 8 in 62 s, 8 are more.
        (7, 60),
        (8, 62),
        # 200 requests at 8 in 62 s.
        (200, 1550),
    ],
)
def test_the_budget_stretches_what_does_not_fit(accounts: int, interval_s: float) -> None:
    assert fleet.intervals_s(accounts, [SITES]) == {"sites": pytest.approx(interval_s)}


def test_an_hour_of_one_account_asks_each_minute() -> None:
    address = fleet.live(["home"], [SITES], 1)
    # At once, and then at a fixed phase of each minute.
    assert len(address.sent_s[LIST]) in {60, 61}
    assert len(address.scenes_s["home"]) in {60, 61}


def test_accounts_that_all_start_at_once_keep_within_the_limit() -> None:
    address = fleet.live([f"home-{number}" for number in range(30)], [SITES, DAILY], 1)
    assert [fleet.windows_over(times) for times in address.sent_s.values()] == [0] * 14
    # The window is full: 8 in 62 s, in an hour 58 times.
    assert 56 * 8 <= len(address.sent_s[LIST]) <= 59 * 8


def test_a_window_with_one_too_many_is_seen() -> None:
    assert fleet.windows_over([float(second) for second in range(10)]) == 0
    assert fleet.windows_over([float(second) for second in range(11)]) == 1
    # The first has left the window of the eleventh.
    assert fleet.windows_over([*map(float, range(10)), 60.0]) == 0


@pytest.mark.parametrize(
    ("gaps_s", "share", "age_s"),
    [
        ([60], 0.5, 30),
        ([60, 60, 60], 0.95, 57),
        # Of 100 s, 40 pass with an age up to 20: 20 in each gap. The other 60 are in the longer.
        ([20, 80], 0.4, 20),
        ([20, 80], 0.7, 50),
        ([20, 80], 1.0, 80),
    ],
)
def test_the_age_of_a_reading(gaps_s: list[float], share: float, age_s: float) -> None:
    assert fleet.age_s(gaps_s, share) == pytest.approx(age_s)
