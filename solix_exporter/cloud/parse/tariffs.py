"""Tariff plans, which stand in a site's schedule and in its price settings alike."""

from solix_exporter.cloud.record import Record
from solix_exporter.model.tariff import Season, Tariff, TariffDay, TariffSlot

TARIFFS: dict[int, Tariff] = {
    1: Tariff.PEAK,
    2: Tariff.MID_PEAK,
    3: Tariff.OFF_PEAK,
    4: Tariff.VALLEY,
}
_LAST_HOUR = 24
_LAST_MONTH = 12


def read_seasons(record: Record) -> tuple[Season, ...]:
    """Return the seasons of `use_time`; none where no tariffs were entered."""
    return tuple(_season(entry) for entry in record.records("use_time"))


def _season(entry: Record) -> Season:
    months = entry.record("sea")
    first, last = months.integer("start_month"), months.integer("end_month")
    weekday, weekend = _day(entry, "weekday"), _day(entry, "weekend")
    return Season(
        first_month=1 if first is None else first,
        last_month=_LAST_MONTH if last is None else last,
        weekday=weekday,
        weekend=weekday if entry.flag("is_same") else weekend,
        currency_symbol=entry.text("unit"),
    )


def _day(entry: Record, kind: str) -> TariffDay:
    prices = []
    for item in entry.records(f"{kind}_price"):
        tariff, price = _tariff(item), item.number("price")
        if price is not None:
            prices.append((tariff, price))
    return TariffDay(tuple(_slot(item) for item in entry.records(kind)), tuple(prices))


def _slot(item: Record) -> TariffSlot:
    start, end = item.integer("start_time"), item.integer("end_time")
    return TariffSlot(
        start_hour=0 if start is None else start,
        end_hour=_LAST_HOUR if end is None else end,
        tariff=_tariff(item),
    )


def _tariff(item: Record) -> Tariff:
    return TARIFFS.get(item.integer("type") or 0, Tariff.UNKNOWN)
