"""What prices of quarters of an hour amount to, and those of providers that are no exchange."""

from datetime import datetime
from zoneinfo import ZoneInfo

from solix_exporter.model.price_outlook import SpotStatistic, price_outlook
from solix_exporter.model.prices import MarketPrices, PriceProvider

BERLIN = ZoneInfo("Europe/Berlin")
NORDPOOL = PriceProvider("DE", "Nordpool", "GER")
NOON = datetime(2026, 6, 17, 12, 20, tzinfo=BERLIN)

# 100 all day, but 80, 90, 60, 50 in the quarters from 13:00 and 65 from 14:00 to 15:00.
QUARTERS = ((0, 100.0), (780, 80.0), (795, 90.0), (810, 60.0), (825, 50.0), (840, 65.0), (900, 100))


def test_an_hour_of_quarters_counts_by_its_mean() -> None:
    outlook = price_outlook(NORDPOOL, MarketPrices("EUR", QUARTERS), NOON.date(), NOON)
    # The lowest quarter is in the hour from 13:00, whose mean is 70: 65 is cheaper.
    assert outlook.cheapest == (("today", NOON.replace(hour=14, minute=0)),)
    # (13 + 9) hours of 100, one of 70, one of 65: 2335 / 24 = 97.29166667.
    assert outlook.spots == (
        SpotStatistic("today", "mean", 0.09729167),
        SpotStatistic("today", "lowest", 0.05),
        SpotStatistic("today", "highest", 0.1),
        SpotStatistic("next_hour", "mean", 0.07),
    )


def test_the_cheapest_hour_is_of_any_provider_and_spots_of_the_exchange_alone() -> None:
    other = PriceProvider("DE", "Octopus", "GER")
    outlook = price_outlook(other, MarketPrices("EUR", QUARTERS), NOON.date(), NOON)
    assert outlook.spots == ()
    assert len(outlook.cheapest) == 1


def test_yesterdays_answer_knows_today_as_its_tomorrow() -> None:
    market = MarketPrices("EUR", QUARTERS, ((0, 20.0), (720, 10.0)))
    asked_on = NOON.date().replace(day=16)
    outlook = price_outlook(NORDPOOL, market, asked_on, NOON)
    assert outlook.cheapest == (("today", NOON.replace(minute=0)),)
    assert SpotStatistic("today", "mean", 0.015) in outlook.spots
