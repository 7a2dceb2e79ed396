"""Money: currencies, prices, tariffs."""

from solix_exporter.sim.answers.call import Call
from solix_exporter.sim.dialect import Json

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


def currency_list(call: Call) -> Json:
    """Return the currencies that the app offers, and the one of the account's country.

    Source: `power_service/v1/currency/get_list`.
    """
    entries: list[Json] = [{"symbol": symbol, "name": name} for symbol, name in _CURRENCIES]
    is_dollar = call.account.login.country == "US"
    default = {"symbol": "$", "name": "USD"} if is_dollar else {"symbol": "€", "name": "EUR"}
    return {"currency_list": entries, "default_currency": {**default}}
