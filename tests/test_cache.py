from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from solix_exporter.cache import ACCOUNT, Cache, Life, SceneAnswer
from solix_exporter.cloud.endpoints.sites import SITE_LIST
from solix_exporter.cloud.endpoints.vehicles import USER_VEHICLES
from solix_exporter.model.account import Account
from solix_exporter.model.device import DeviceReadings, Plug
from solix_exporter.model.freshness import LIVE_S
from solix_exporter.model.lifetime import Lifetime
from solix_exporter.model.money import Currencies, iso_code
from solix_exporter.model.products import product_of
from solix_exporter.model.site import (
    Access,
    DeviceListing,
    Scene,
    SiteListing,
    SiteReadings,
    SiteType,
)
from solix_exporter.model.vehicle import VehicleListing
from tests.moments import START, at

SITE, PLUG = "site-1", "plug-1"


def listing(access: Access = Access.OWNER, site_id: str = SITE) -> SiteListing:
    return SiteListing(site_id, "Home", SiteType.SOLARBANK, access)


def answer(watts: float) -> SceneAnswer:
    plug = DeviceListing(PLUG, product_of("A17X8"), "Fridge", DeviceReadings(plug=Plug(watts)))
    lifetime = Lifetime(currency_symbol="$")
    readings = SiteReadings(
        data_at_local=START.replace(tzinfo=None), plug_power_w=watts, lifetime=lifetime
    )
    return SceneAnswer(Scene(readings, (plug,)), START)


def fill(cache: Cache, name: str, watts: float, access: Access = Access.OWNER) -> None:
    parts = cache.of(name)
    parts.account.replace(None, Account(name, "AU", "https://cloud"))
    parts[SITE_LIST].replace(ACCOUNT, (listing(access),), Life(at(0), 600))
    parts.zones.replace(SITE, ZoneInfo("Australia/Sydney"))
    parts.scenes.replace(SITE, answer(watts), Life(at(0), 600))


def test_a_snapshot_joins_the_parts() -> None:
    cache = Cache()
    fill(cache, "home", 5)
    snapshot = cache.snapshot(at(0))
    (site,), (device,) = snapshot.sites, snapshot.devices
    assert (site.name, site.account, site.timezone) == ("Home", "home", "Australia/Sydney")
    assert site.currency == "AUD"
    assert site.scene
    assert site.scene.plug_power_w == 5
    assert (device.sn, device.site_id, device.name) == (PLUG, SITE, "Fridge")


def test_a_part_that_grew_old_leaves_identities_and_times() -> None:
    cache = Cache()
    fill(cache, "home", 5)
    cache.snapshot(at(0))
    (site,), (device,) = cache.snapshot(at(600)).sites, cache.snapshot(at(600)).devices
    assert site.scene is None
    assert site.data_at == START
    assert device.scene is None
    assert device.name == "Fridge"


def test_nothing_changed_is_the_same_object() -> None:
    cache = Cache()
    fill(cache, "home", 5)
    fill(cache, "other", 5)
    first = cache.snapshot(at(0))
    cache.of("home").scenes.replace(SITE, answer(5), Life(at(0), 900))
    assert cache.snapshot(at(60)) is first
    assert cache.snapshot(at(700)).sites[0].scene


def test_a_change_in_one_account_leaves_the_slices_of_the_others() -> None:
    cache = Cache()
    fill(cache, "home", 5)
    cache.of("away").account.replace(None, Account("away", "DE", "https://cloud"))
    first = cache.snapshot(at(0))
    cache.of("home").scenes.replace(SITE, answer(6), Life(at(0), 600))
    second = cache.snapshot(at(1))
    assert second.slices[0] is not first.slices[0]
    assert second.slices[1] is first.slices[1]


def test_two_accounts_that_see_a_site_make_one_set_of_series_the_owners() -> None:
    cache = Cache()
    fill(cache, "member", 7, Access.MEMBER)
    fill(cache, "owner", 5)
    snapshot = cache.snapshot(at(0))
    (site,), (device,) = snapshot.sites, snapshot.devices
    assert (site.account, site.access, device.account) == ("owner", Access.OWNER, "owner")
    assert site.scene
    assert site.scene.plug_power_w == 5


def test_a_member_fills_in_while_the_owners_answers_are_missing() -> None:
    cache = Cache()
    fill(cache, "owner", 5)
    fill(cache, "member", 7, Access.MEMBER)
    cache.of("member").scenes.replace(SITE, answer(7), Life(at(0), 900))
    (site,) = cache.snapshot(at(700)).sites
    assert site.account == "owner"
    assert site.scene
    assert site.scene.plug_power_w == 7


def test_a_site_that_left_the_list_takes_its_devices_along() -> None:
    cache = Cache()
    fill(cache, "home", 5)
    parts = cache.of("home")
    parts[SITE_LIST].replace(ACCOUNT, ())
    parts.scenes.keep_only(())
    assert (cache.snapshot(at(0)).sites, cache.snapshot(at(0)).devices) == ((), ())


@pytest.mark.parametrize(
    ("symbol", "country", "code"),
    [
        ("€", "DE", "EUR"),
        ("$", "US", "USD"),
        ("$", "CA", "CAD"),
        ("$", "DE", "USD"),
        ("kr", "NO", "NOK"),
        ("kr", "", "SEK"),
        ("CHF", "CH", "CHF"),
        ("eur", "", "EUR"),
        ("?", "DE", ""),
        ("", "DE", ""),
    ],
)
def test_a_symbol_becomes_an_iso_code(symbol: str, country: str, code: str) -> None:
    assert iso_code(symbol, country) == code


def test_the_clouds_list_knows_symbols_that_are_not_in_the_table() -> None:
    listed = Currencies((("₱", ("PHP",)), ("kr", ("ISK", "NOK"))))
    assert iso_code("₱", "PH", listed) == "PHP"
    assert iso_code("kr", "", listed) == "NOK"


def test_a_login_that_is_configured_twice_shows_its_vehicles_once() -> None:
    cache = Cache()
    for name in ("home", "again"):
        fill(cache, name, 5)
        cars = (VehicleListing("car", "Family car"), VehicleListing("car", "Family car"))
        cache.of(name)[USER_VEHICLES].replace(ACCOUNT, cars)
    (vehicle,) = cache.snapshot(at(0)).vehicles
    assert vehicle.account == "home"
    cache.forget("home")
    (vehicle,) = cache.snapshot(at(0)).vehicles
    assert vehicle.account == "again"
    cache.of("again")[USER_VEHICLES].replace(ACCOUNT, ())
    assert cache.snapshot(at(0)).vehicles == ()


def test_the_same_answer_after_an_outage_is_shown_again() -> None:
    cache = Cache()
    fill(cache, "home", 5)
    assert cache.snapshot(at(700)).sites[0].scene is None
    cache.of("home").scenes.replace(SITE, answer(5), Life(at(760), 600))
    assert cache.snapshot(at(760)).sites[0].scene


def test_a_repeated_answer_does_not_grow_younger() -> None:
    cache = Cache()
    parts = cache.of("home")
    parts[SITE_LIST].replace(ACCOUNT, (listing(),), Life(at(0), 1e6))
    for seconds in range(0, 2000, 60):
        life = Life(at(seconds), 600)
        parts.scenes.replace(SITE, answer(5), life, measured_at=START)
        (site,) = cache.snapshot(at(seconds)).sites
        is_live = seconds < LIVE_S
        assert (site.is_data_valid, site.scene is not None) == (is_live, is_live)


def test_an_answer_that_another_account_has_newer_is_the_one_that_is_shown() -> None:
    cache = Cache()
    fill(cache, "owner", 5)
    fill(cache, "member", 7, Access.MEMBER)
    life = Life(at(3600), 600)
    for name, watts, seconds in (("owner", 5, 0), ("member", 7, 3590)):
        measured_at = START + timedelta(seconds=seconds)
        told = SceneAnswer(answer(watts).scene, measured_at)
        cache.of(name).scenes.replace(SITE, told, life, measured_at=measured_at)
    (site,) = cache.snapshot(at(3600)).sites
    assert site.scene
    assert site.scene.plug_power_w == 7
