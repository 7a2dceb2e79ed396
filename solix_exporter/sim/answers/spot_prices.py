"""Currencies and spot prices."""

import re
from datetime import date, datetime, timedelta
from math import cos, exp, pi
from zoneinfo import ZoneInfo

from solix_exporter.sim.answers.call import NOT_AVAILABLE, Call, RefusedError
from solix_exporter.sim.hardware import Role
from solix_exporter.sim.noise import uniform
from solix_exporter.sim.wire_format import Json, two_decimals

_CURRENCIES = (
    ("$", "AUD, CAD, USD"),
    ("лв", "BGN"),
    ("CHF", "CHF"),
    ("Kč", "CZK"),
    ("€", "EUR"),
    ("£", "GBP"),
    ("Ft", "HUF"),
    ("kr", "ISK, NOK, SEK"),
    ("¥", "JPY"),
    ("zł", "PLN"),
    ("Lei", "RON"),
)
_COMPANY, _AREA = "Nordpool", "GER"
_MARKET_ZONE = ZoneInfo("Europe/Berlin")
_MARKET_SEED = 20
_RELEASE_HOUR = 13
_UNIX_TIME = re.compile(r"^[0-9]{1,11}$")


def currency_list(call: Call) -> Json:
    """Return the currencies that the app offers, and the one of the account's country.

    Source: `power_service/v1/currency/get_list`.
    """
    entries: list[Json] = [{"symbol": symbol, "name": name} for symbol, name in _CURRENCIES]
    is_dollar = call.account.login.country == "US"
    default = {"symbol": "$", "name": "USD"} if is_dollar else {"symbol": "€", "name": "EUR"}
    return {"currency_list": entries, "default_currency": {**default}}


def monetary_units(_: Call) -> Json:
    """Return the currencies; source: `charging_energy_service/get_world_monetary_unit`."""
    return {
        "price_units": [
            {"price_unit": symbol, "is_default": symbol == "$", "name": name}
            for symbol, name in _CURRENCIES
        ]
    }


def home_monetary_units(call: Call) -> Json:
    """Return the currencies; source: `charging_hes_svc/get_world_monetary_unit`."""
    site = call.site()
    return {
        "priceUnits": [
            {
                "priceUnit": symbol,
                "isDefault": bool(site.of(Role.HES)) and symbol == site.spec.currency,
                "name": name,
            }
            for symbol, name in _CURRENCIES
        ]
    }


def dynamic_price_sites(call: Call) -> Json:
    """Return which sites have dynamic prices; source: `dynamic_price/check_available`."""
    found = [site.site_id for site in call.sites if site.spec.price_type == "dynamic"]
    return {"site_ids": ",".join(found) or None}


def spot_prices(call: Call) -> Json:
    """Return the hourly spot prices of a day, net per MWh; those of tomorrow from 13:00 on.

    Source: `power_service/v1/dynamic_price/price_detail`. Code -1 for an unknown area.
    """
    if (call.text("company"), call.text("area")) != (_COMPANY, _AREA):
        raise RefusedError(NOT_AVAILABLE)
    asked = call.text("date")
    at = datetime.fromtimestamp(int(asked), _MARKET_ZONE) if _UNIX_TIME.match(asked) else call.now
    today = at.astimezone(_MARKET_ZONE).date()
    local = call.now.astimezone(_MARKET_ZONE)
    is_released = local.date() > today or (local.date() == today and local.hour >= _RELEASE_HOUR)
    tomorrow = today + timedelta(days=1)
    return {
        "release_time": f"{_RELEASE_HOUR}:00",
        "today_price_trend": _price_trend(today),
        "tomorrow_price_trend": _price_trend(tomorrow) if is_released else [],
        "currency": "EUR",
        "today_avg_price": two_decimals(_mean(_hour_prices(today))),
        "tomorrow_avg_price": two_decimals(_mean(_hour_prices(tomorrow)))
        if is_released
        else "0.00",
    }


def _hour_prices(day: date) -> list[float]:
    """Return the hourly prices of a day: high in the morning and evening, low at noon."""
    level = 60 + 60 * uniform(_MARKET_SEED, day.toordinal())
    sun = uniform(_MARKET_SEED + 1, day.toordinal())
    return [
        level * (1.0 + 0.35 * cos(2 * pi * (hour - 8) / 12))
        - 110 * sun * exp(-(((hour - 13) / 3) ** 2))
        for hour in range(24)
    ]


def _price_trend(day: date) -> Json:
    return [
        {"time": f"{hour:02d}:00", "price": two_decimals(price)}
        for hour, price in enumerate(_hour_prices(day))
    ]


def _mean(prices: list[float]) -> float:
    return sum(prices) / len(prices)
