"""A site that two accounts see is asked about once, for as long as one of them is told."""

from collections import Counter
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from solix_exporter.app.exporter import Exporter
from solix_exporter.cache import ACCOUNT, Cache, Life
from solix_exporter.clock import ManualClock
from solix_exporter.cloud.endpoints.sites import CO2_RANKING, SITE_LIST
from solix_exporter.config import Settings
from solix_exporter.model.lifetime import Co2Ranking
from solix_exporter.model.site import Access, SiteListing, SiteType
from solix_exporter.sim import Fault, FaultKind, SimulatedCloud
from tests.moments import at
from tests.scraping import Scrape

SHARED = {
    "co2_ranking": "solix_site_co2_equivalent_trees",
    "get_status": "solix_site_ai_status",
    "energy_statistics": "solix_site_battery_soc_ratio",
    "get_energy_statistics": "solix_site_battery_soc_ratio",
}
"""The questions by the end of their path, and what shows their answers."""
AVERAGES = {"energy_statistics": 4, "get_energy_statistics": 5}
"""What one slot costs."""

SITE = "site-1"


def listed(cache: Cache, name: str, access: Access) -> None:
    listing = SiteListing(SITE, "Home", SiteType.SOLARBANK, access)
    cache.of(name)[SITE_LIST].replace(ACCOUNT, (listing,))


def is_answered_elsewhere(cache: Cache, name: str, seconds: float) -> bool:
    return cache.of(name).is_answered_elsewhere(CO2_RANKING, SITE, at(seconds))


def test_the_owners_answer_goes_before_while_it_is_valid_and_the_owner_there() -> None:
    cache = Cache()
    listed(cache, "member", Access.MEMBER)
    assert not is_answered_elsewhere(cache, "member", 0)
    listed(cache, "owner", Access.OWNER)
    assert not is_answered_elsewhere(cache, "member", 0)
    cache.of("owner")[CO2_RANKING].replace(SITE, Co2Ranking(1.0), Life(at(0), 600))
    assert is_answered_elsewhere(cache, "member", 599)
    assert not is_answered_elsewhere(cache, "member", 600)
    assert not is_answered_elsewhere(cache, "owner", 0)
    cache.forget("owner")
    assert not is_answered_elsewhere(cache, "member", 0)


class Pair:
    """An owner and a member of the same sites in one process."""

    def __init__(self, cloud: SimulatedCloud, settings: Settings, clock: ManualClock) -> None:
        self.cloud = cloud
        self.settings = settings
        self.clock = clock
        self.owner, self.member = cloud.accounts[:2]
        self.exporter = Exporter(settings, clock, load=lambda: self.settings)

    async def round(self, advance_s: float = 0) -> dict[str, Counter[str]]:
        """Run all polls but that of energy; return the shared requests of each account."""
        self.clock.advance(advance_s)
        self.cloud.requests.clear()
        for job in self.exporter.jobs:
            if job.poll != "energy":
                await job.run()
        asked = {"owner": Counter[str](), "member": Counter[str]()}
        for row in self.cloud.requests:
            name = "owner" if row.account == self.owner.email else "member"
            end = row.path.rsplit("/", 1)[-1]
            if end in SHARED:
                asked[name][end] += 1
        return asked

    def shown(self) -> dict[str, int]:
        """Return how many series show the answers."""
        scrape = Scrape(self.exporter)
        return {metric: len(scrape.all(metric)) for metric in SHARED.values()}


@pytest.fixture
async def pair(clock: ManualClock, settings_for: Callable[..., Settings]) -> AsyncIterator[Pair]:
    cloud = SimulatedCloud(clock, scenario="all", seed=1, endpoint_limit=0)
    await cloud.start()
    accounts: list[dict[str, Any]] = [
        {"name": name, "user": one.email, "password": one.password, "country": one.country}
        for name, one in zip(("owner", "member"), cloud.accounts[:2], strict=True)
    ]
    settings = settings_for(cloud, accounts=accounts, account={})
    settings = settings.model_copy(
        update={"cloud": settings.cloud.model_copy(update={"endpoint_limit": 0})}
    )
    pair = Pair(cloud, settings, clock)
    async with pair.exporter.connected():
        yield pair
    await cloud.stop()


async def test_a_member_is_not_asked_what_the_owner_was_told(pair: Pair) -> None:
    asked = await pair.round()
    assert asked["owner"].keys() == SHARED.keys()
    assert asked["member"] == {}
    asked = await pair.round(300)
    assert asked == {"owner": AVERAGES, "member": {}}


async def test_a_member_is_asked_before_the_answers_of_an_owner_who_fails_are_gone(
    pair: Pair,
) -> None:
    await pair.round()
    before = pair.shown()
    pair.cloud.faults.add(Fault("*", FaultKind.STATUS, status=500, email=pair.owner.email))
    asked = Counter[str]()
    # The averages are valid for 15 minutes, the status of the AI for 90, the trees for 18 hours.
    for _ in range(10):
        asked += (await pair.round(600))["member"]
        assert pair.shown() == before
    assert asked.keys() == SHARED.keys() - {"co2_ranking"}
    pair.clock.advance(16 * 3600)
    for _ in range(3):
        asked += (await pair.round(600))["member"]
        assert pair.shown() == before
    assert asked.keys() == SHARED.keys()


async def test_a_member_is_asked_for_averages_a_slot_before_those_of_the_owner_end(
    pair: Pair,
) -> None:
    await pair.round()
    pair.cloud.faults.add(Fault("*", FaultKind.STATUS, status=500, email=pair.owner.email))
    # They are valid for 15 minutes.
    assert (await pair.round(600))["member"].keys() >= AVERAGES.keys()


async def test_a_member_is_asked_as_soon_as_the_owner_is_removed(pair: Pair) -> None:
    await pair.round()
    before = pair.shown()
    (member,) = (row for row in pair.settings.accounts if row.name == "member")
    pair.settings = pair.settings.model_copy(update={"accounts": [member]})
    assert "removed owner" in await pair.exporter.reload()
    asked = await pair.round(300)
    assert asked["member"].keys() == SHARED.keys()
    assert pair.shown() == before
