"""The price settings of a site."""

from solix_exporter.cloud.parse.tariffs import read_seasons
from solix_exporter.cloud.record import Record
from solix_exporter.model.prices import PriceProvider, PriceType, SitePrice

_TYPES = {kind.value: kind for kind in PriceType}


def parse_site_price(record: Record) -> SitePrice:
    """Return the price settings.

    Source: `power_service/v1/site/get_site_price`. Answers of before 2025 have a fixed price and
    nothing else.
    """
    # `current_mode` is the usage mode, `site_co2` nearly always 0 and of unknown unit.
    record.ignore("site_id", "site_co2", "current_mode", "accuracy")
    kind = record.text("price_type")
    return SitePrice(
        price=record.number("price"),
        feed_in_price=record.number("sell_price"),
        currency_symbol=record.text("site_price_unit"),
        price_type=_TYPES.get(kind, PriceType.UNKNOWN) if kind else PriceType.FIXED,
        seasons=read_seasons(record),
        provider=_provider(record.record("dynamic_price")),
    )


def _provider(entry: Record) -> PriceProvider | None:
    entry.ignore("pct", "currency", "adjust_coef")
    provider = PriceProvider(entry.text("country"), entry.text("company"), entry.text("area"))
    # The cloud answers nothing about a provider without an area.
    return provider if provider.company and provider.area else None
