"""Prices that change by the hour, as a provider publishes them."""

from solix_exporter.cloud.record import Record
from solix_exporter.model.prices import MarketPrices


def parse_market_prices(record: Record) -> MarketPrices:
    """Return the prices of two days.

    Source: `power_service/v1/dynamic_price/price_detail`. The prices of tomorrow are empty until
    the `release_time`. Some lists hold quarters of an hour.
    """
    record.ignore("release_time", "today_avg_price", "tomorrow_avg_price")
    return MarketPrices(
        currency=record.text("currency"),
        today=_trend(record, "today_price_trend"),
        tomorrow=_trend(record, "tomorrow_price_trend"),
    )


def _trend(record: Record, key: str) -> tuple[tuple[int, float], ...]:
    found = []
    for entry in record.unique(key, "time"):
        minute, price = entry.minutes("time"), entry.number("price")
        if minute is not None and price is not None:
            found.append((minute, price))
    return tuple(sorted(found))
