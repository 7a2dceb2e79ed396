"""Tariffs: seasons with prices by hour, and providers of spot prices."""

from solix_exporter.sim.wire_format import Json
from solix_exporter.sim.world import SimSite


def use_time(site: SimSite) -> Json:
    """Return the tariff seasons of a site; an empty list without any.

    Tariff codes: 1 peak, 2 mid peak, 3 off peak, 4 valley.
    """
    if site.spec.price_type != "use_time":
        return []
    slots: list[Json] = [
        {"start_time": start, "end_time": end, "type": tariff}
        for start, end, tariff in ((0, 6, 4), (6, 17, 3), (17, 21, 1), (21, 24, 3))
    ]
    prices: list[Json] = [
        {"price": price, "type": tariff} for price, tariff in (("0.18", 4), ("0.3", 3), ("0.42", 1))
    ]
    return [
        {
            "sea": {"start_month": 1, "end_month": 12},
            "weekday": slots,
            "weekend": slots,
            "weekday_price": prices,
            "weekend_price": prices,
            "unit": site.spec.currency,
            "is_same": True,
        }
    ]


def provider() -> dict[str, Json]:
    """Return the provider of dynamic prices."""
    return {"country": "DE", "company": "Nordpool", "area": "GER", "pct": None}


def tariffs(site: SimSite) -> Json:
    """Return the tariff settings of a site."""
    return {
        "price_type": site.spec.price_type,
        "use_time": use_time(site) or None,
        "dynamic_price": chosen_provider(site),
        "fixed_price": {
            "price": f"{site.spec.price:g}",
            "sell_price": "",
            "unit": site.spec.currency,
            "accuracy": 2,
        },
        "time_slot_data": None,
    }


def chosen_provider(site: SimSite) -> Json:
    """Return the provider that a site uses, as in schedules; null without one."""
    if site.spec.price_type != "dynamic":
        return None
    return provider() | {"currency": "€", "adjust_coef": None}
