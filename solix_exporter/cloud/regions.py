"""Where an account lives: the server of a country, and the time zones of a country."""

from functools import cache
from importlib import resources

SERVERS = {
    "eu": "https://ankerpower-api-eu.anker.com",
    "com": "https://ankerpower-api.anker.com",
}
"""Region -> base URL. Both accept any login, but the wrong one shows an empty account."""

_COM_COUNTRIES = frozenset(
    {
        *("AR", "AU", "BR", "CA", "DZ", "EG", "HK", "IN", "JO", "KR", "LB", "LY"),
        *("MA", "MX", "NG", "NZ", "PS", "RU", "SG", "SY", "TN", "TW", "US", "ZA"),
    }
)

_ALIASES = {"UK": "GB", "EL": "GR"}
"""Codes that the cloud uses beside the ISO ones."""


def server_of(country: str) -> str:
    """Return the base URL for a country; everything that is not listed lives on the EU server."""
    return SERVERS["com" if country.upper() in _COM_COUNTRIES else "eu"]


@cache
def zones_of(country: str) -> tuple[str, ...]:
    """Return the names of a country's time zones, the most populous first; () where unknown.

    Source: `zone.tab` of the time zone database.
    """
    code = _ALIASES.get(country.upper(), country.upper())
    table = resources.files("tzdata").joinpath("zoneinfo/zone.tab").read_text("utf-8")
    rows = (line.split("\t") for line in table.splitlines() if not line.startswith("#"))
    return tuple(row[2] for row in rows if row[0] == code)
