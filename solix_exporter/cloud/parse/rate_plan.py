"""What a kWh costs where no site price tells it: power panels, stand-alone inverters."""

from collections.abc import Sequence

from solix_exporter.cloud.record import Record
from solix_exporter.model.prices import PriceType, SitePrice
from solix_exporter.model.tariff import Season, Tariff, TariffDay, TariffSlot

PEAK_TYPES: dict[int, Tariff] = {
    1: Tariff.VALLEY,
    2: Tariff.OFF_PEAK,
    3: Tariff.MID_PEAK,
    4: Tariff.PEAK,
}
"""`peak_type` rises with the price (capture Powerpanel_Tou), against the tariffs of a solarbank."""

_PER_KWH = {"kwh": 1.0}
"""Prices are those of a kWh; those of anything else are left out."""

_WEEKEND, _WEEKDAY = 1, 2
"""`day_type`: the evening peak of the capture is in 2."""

_LAST_HOUR = 24


def parse_rate_plan(record: Record) -> SitePrice:
    """Return the contract of a power panel; without price and seasons where there is none.

    Source: `charging_energy_service/get_utility_rate_plan`. It names no currency. Its periods
    start at full hours, as do those of the service's own rules.
    """
    seasons = tuple(_season(entry) for entry in record.records("peak_sessions"))
    return SitePrice(
        price=record.number("fixed_price"),
        price_type=PriceType.USE_TIME if seasons else PriceType.FIXED,
        seasons=seasons,
    )


def _season(entry: Record) -> Season:
    entry.ignore("id", "name", "start_desc", "end_desc", "type")
    start, end = entry.local_time("start_time"), entry.local_time("end_time")
    periods = entry.records("peak_valley_prices")
    by_kind: dict[int | None, list[Record]] = {}
    for period in periods:
        period.ignore("id")
        by_kind.setdefault(period.integer("day_type"), []).append(period)
    weekday = by_kind.get(_WEEKDAY) or periods
    return Season(
        first_month=start.month if start else 1,
        last_month=end.month if end else 12,
        weekday=_day(weekday),
        weekend=_day(by_kind.get(_WEEKEND) or weekday),
    )


def _day(periods: Sequence[Record]) -> TariffDay:
    slots, prices = [], {}
    for period in periods:
        tariff = PEAK_TYPES.get(period.integer("peak_type") or 0, Tariff.UNKNOWN)
        start, end = (
            _hour(period, "start_time_period", 0),
            _hour(period, "end_time_period", _LAST_HOUR),
        )
        slots.append(TariffSlot(start, end, tariff))
        price = period.number("buy", scale=period.unit("energy_unit", _PER_KWH, usual="kwh"))
        if price is not None:
            prices[tariff] = price
    return TariffDay(tuple(slots), tuple(prices.items()))


def _hour(period: Record, key: str, default: int) -> int:
    """Return the hour of "16:00"; the day ends at "24:00"."""
    text = period.text(key).partition(":")[0]
    return int(text) if text.isdecimal() and int(text) <= _LAST_HOUR else default


def parse_inverter_price(record: Record) -> SitePrice:
    """Return the price of a stand-alone inverter's kWh.

    Source: `charging_pv_svc/selectUserTieredElecPrice`; the cloud keeps tiers and uses the first.
    """
    tiers = record.records("tieredElecPrices")
    for tier in tiers:
        tier.ignore("from", "to", "price")
    return SitePrice(
        price=tiers[0].number("price") if tiers else None,
        currency_symbol=record.text("currencyUnit"),
    )
