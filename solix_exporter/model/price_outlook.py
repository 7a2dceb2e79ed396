"""What the exchange's prices of today and tomorrow amount to: means, extremes, cheapest hours."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from solix_exporter.model.prices import MarketPrices, PriceProvider, spot_price

_HOUR_MIN, _DAY_MIN = 60, 24 * 60
_DECIMALS = 8

Slots = tuple[tuple[int, int, float], ...]
"""Start and end in minutes since midnight, and the price between them."""


@dataclass(frozen=True, slots=True)
class SpotStatistic:
    """A net price of a kWh at the exchange that is worked out over a period."""

    period: str
    """Label value: "today", "tomorrow", "next_hour"."""
    statistic: str
    """Label value: "mean", "lowest", "highest"."""
    amount: float


@dataclass(frozen=True, slots=True)
class PriceOutlook:
    """What is known of the prices of today and tomorrow."""

    currency: str = ""
    """ISO code."""
    spots: tuple[SpotStatistic, ...] = ()
    """Empty for providers that are no exchange."""
    cheapest: tuple[tuple[str, datetime], ...] = ()
    """By day, "today" and "tomorrow", the start of its cheapest hour."""


def price_outlook(
    provider: PriceProvider, market: MarketPrices, asked_on: date, local: datetime
) -> PriceOutlook:
    """Return the outlook at an aware time on the site's clock."""
    spots: list[SpotStatistic] = []
    cheapest = []
    for offset, name in enumerate(("today", "tomorrow")):
        day = local.date() + timedelta(days=offset)
        slots = _slots(market.of_day(asked_on, day))
        spots += _statistics(provider, name, slots)
        minute = _cheapest_hour(slots)
        if minute is not None:
            midnight = datetime(day.year, day.month, day.day, tzinfo=local.tzinfo)
            cheapest.append((name, midnight.replace(hour=minute // _HOUR_MIN)))
    return PriceOutlook(
        market.currency,
        (*spots, *_next_hour(provider, market, asked_on, local)),
        tuple(cheapest),
    )


def _slots(prices: tuple[tuple[int, float], ...]) -> Slots:
    following = (*(start for start, _ in prices), _DAY_MIN)[1:]
    return tuple((start, end, price) for (start, price), end in zip(prices, following, strict=True))


def _statistics(provider: PriceProvider, period: str, slots: Slots) -> Iterator[SpotStatistic]:
    prices = [price for *_, price in slots]
    amounts = {
        "mean": _mean(slots),
        "lowest": min(prices, default=None),
        "highest": max(prices, default=None),
    }
    for statistic, price in amounts.items():
        amount = None if price is None else spot_price(provider, price)
        if amount is not None:
            yield SpotStatistic(period, statistic, amount)


def _next_hour(
    provider: PriceProvider, market: MarketPrices, asked_on: date, local: datetime
) -> Iterator[SpotStatistic]:
    """Give the mean of the next full hour; of an hour there are few prices or one."""
    start = local.replace(minute=0, tzinfo=None) + timedelta(hours=1)
    slots = _slots(market.of_day(asked_on, start.date()))
    price = _mean(_between(slots, start.hour * _HOUR_MIN))
    amount = None if price is None else spot_price(provider, price)
    if amount is not None:
        yield SpotStatistic("next_hour", "mean", amount)


def _between(slots: Slots, minute: int) -> Slots:
    """Return the parts of slots that lie in the hour from a minute on."""
    cut = ((max(s, minute), min(e, minute + _HOUR_MIN), price) for s, e, price in slots)
    return tuple((start, end, price) for start, end, price in cut if start < end)


def _mean(slots: Slots) -> float | None:
    minutes = sum(end - start for start, end, _ in slots)
    if not minutes:
        return None
    return round(sum((end - start) * price for start, end, price in slots) / minutes, _DECIMALS)


def _cheapest_hour(slots: Slots) -> int | None:
    """Return the first minute of the full hour with the lowest mean, the first of several."""
    means = ((_mean(_between(slots, minute)), minute) for minute in range(0, _DAY_MIN, _HOUR_MIN))
    known = [(mean, minute) for mean, minute in means if mean is not None]
    return min(known)[1] if known else None
