from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from solix_exporter.cloud.regions import server_of, zones_of
from solix_exporter.poll.zones import SiteZones

SITE = "site"
SPAIN = tuple(ZoneInfo(name) for name in zones_of("ES"))
BERLIN = (ZoneInfo("Europe/Berlin"),)
NOON = datetime(2026, 6, 20, 12, 0, tzinfo=UTC)


def local(moment: datetime, zone: str) -> datetime:
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def test_a_stamp_is_read_in_the_zone_of_the_country() -> None:
    stamp = local(NOON - timedelta(minutes=2), "Europe/Berlin")
    assert SiteZones(BERLIN).data_at(SITE, stamp, NOON) == NOON - timedelta(minutes=2)


def test_a_configured_zone_goes_first() -> None:
    zones = SiteZones(BERLIN, {SITE: ZoneInfo("America/New_York")}, ZoneInfo("Asia/Tokyo"))
    assert zones.zone(SITE).key == "America/New_York"
    assert zones.zone("other").key == "Asia/Tokyo"


def test_an_unknown_stamp_stays_unknown() -> None:
    assert SiteZones(BERLIN).data_at(SITE, None, NOON) is None


def test_a_stamp_in_the_future_tells_nothing() -> None:
    stamp = local(NOON + timedelta(minutes=6), "Europe/Berlin")
    assert SiteZones(BERLIN).data_at(SITE, stamp, NOON) is None


@pytest.mark.parametrize("minutes", [0, 30, 59])
def test_the_hour_that_comes_twice_is_read_as_the_later_possible_one(minutes: int) -> None:
    # On 2026-10-25 at 01:00 UTC clocks in Berlin go back from 03:00 to 02:00.
    second = datetime(2026, 10, 25, 1, minutes, tzinfo=UTC)
    first = second - timedelta(hours=1)
    stamp = local(first, "Europe/Berlin")
    zones = SiteZones(BERLIN)
    assert zones.data_at(SITE, stamp, first + timedelta(minutes=1)) == first
    assert zones.data_at(SITE, stamp, second + timedelta(minutes=1)) == second


def test_a_site_on_the_canaries_is_found_by_its_stamps() -> None:
    zones = SiteZones(SPAIN)
    assert zones.zone(SITE).key == "Europe/Madrid"
    for minute in range(5):
        now = NOON + timedelta(minutes=minute)
        zones.data_at(SITE, local(now, "Atlantic/Canary"), now)
    assert zones.zone(SITE).key == "Atlantic/Canary"
    now = NOON + timedelta(minutes=9)
    assert zones.data_at(SITE, local(now, "Atlantic/Canary"), now) == now


def test_a_bank_in_standby_that_reports_hourly_does_not_move() -> None:
    zones = SiteZones(SPAIN)
    for minute in range(600):
        now = NOON + timedelta(minutes=minute)
        sent = now.replace(minute=0)
        assert zones.data_at(SITE, local(sent, "Europe/Madrid"), now) == sent
    assert zones.zone(SITE).key == "Europe/Madrid"


def test_a_zone_that_is_impossible_is_left_at_once() -> None:
    # A stamp of Lisbon's clock read in the Azores' zone would lie an hour ahead.
    zones = SiteZones((ZoneInfo("Atlantic/Azores"), ZoneInfo("Europe/Lisbon")))
    assert zones.data_at(SITE, local(NOON, "Europe/Lisbon"), NOON) == NOON


EASTERN, CENTRAL = "EST5EDT,M3.2.0,M11.1.0", "CET-1CEST,M3.5.0,M10.5.0/3"


def test_a_site_in_another_country_is_found_by_its_devices_clocks() -> None:
    # A panel in New York of an account in Germany: 12:00 UTC is 08:00 there in June.
    zones = SiteZones(BERLIN)
    zones.add_rules(SITE, [EASTERN, "", EASTERN])
    assert zones.zone(SITE).key == "America/New_York"
    assert zones.is_confirmed_by_devices(SITE)
    assert zones.data_at(SITE, datetime(2026, 6, 20, 8, 0), NOON) == NOON  # noqa: DTZ001  as sent


def test_a_country_with_one_of_the_clocks_keeps_its_own_name() -> None:
    zones = SiteZones(SPAIN)
    zones.add_rules(SITE, [CENTRAL])
    assert zones.zone(SITE).key == "Europe/Madrid"


def test_a_countrys_second_zone_is_told_by_its_clocks_without_any_stamp() -> None:
    zones = SiteZones(SPAIN)
    zones.add_rules(SITE, ["WET0WEST,M3.5.0/1,M10.5.0"])
    assert zones.zone(SITE).key == "Atlantic/Canary"


@pytest.mark.parametrize("rules", [[], [""], ["nonsense"], ["UTC0"], [EASTERN, CENTRAL]])
def test_clocks_that_name_no_one_zone_leave_the_countrys(rules: list[str]) -> None:
    zones = SiteZones(BERLIN)
    zones.add_rules(SITE, rules)
    assert zones.zone(SITE).key == "Europe/Berlin"


def test_what_is_configured_goes_before_the_clocks() -> None:
    zones = SiteZones(BERLIN, {SITE: BERLIN[0]})
    everywhere = SiteZones(BERLIN, default=BERLIN[0])
    for known in (zones, everywhere):
        known.add_rules(SITE, [EASTERN])
        assert known.zone(SITE).key == "Europe/Berlin"


def test_a_clock_that_was_set_wrong_moves_no_site_whose_stamps_are_fresh() -> None:
    zones = SiteZones(BERLIN)
    for minute in range(5):
        now = NOON + timedelta(minutes=minute)
        assert zones.data_at(SITE, local(now, "Europe/Berlin"), now) == now
        zones.add_rules(SITE, [EASTERN])
    assert zones.zone(SITE).key == "Europe/Berlin"


def test_a_wrong_clock_is_found_out_by_the_first_stamps() -> None:
    # Read in New York's zone, a stamp of Berlin lies hours ahead.
    zones = SiteZones(BERLIN)
    zones.add_rules(SITE, [EASTERN])
    assert zones.data_at(SITE, local(NOON, "Europe/Berlin"), NOON) == NOON
    assert zones.zone(SITE).key == "Europe/Berlin"


@pytest.mark.parametrize(
    ("country", "first"),
    [("DE", "Europe/Berlin"), ("UK", "Europe/London"), ("GB", "Europe/London"),
     ("EL", "Europe/Athens"), ("US", "America/New_York"), ("XX", None)],
)  # fmt: skip
def test_the_zones_of_a_country(country: str, first: str | None) -> None:
    assert next(iter(zones_of(country)), None) == first


@pytest.mark.parametrize(
    ("country", "server"),
    [("DE", "-eu."), ("de", "-eu."), ("GB", "-eu."), ("JP", "-eu."), ("IL", "-eu."), ("ZZ", "-eu."),
     ("US", "api.anker"), ("us", "api.anker"), ("MX", "api.anker"), ("ZA", "api.anker")],
)  # fmt: skip
def test_the_server_of_a_country(country: str, server: str) -> None:
    assert server in server_of(country)


def test_two_stamps_are_not_enough_to_move_a_site() -> None:
    zones = SiteZones(SPAIN)
    for minute, zone in ((0, "Europe/Madrid"), (5, "Europe/Madrid"), (10, "Atlantic/Canary")):
        now = NOON + timedelta(minutes=minute)
        zones.data_at(SITE, local(now, "Atlantic/Canary"), now)
        assert zones.zone(SITE).key == zone
