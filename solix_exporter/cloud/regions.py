"""Where an account lives: the server of a country, and the time zones of a country."""

from functools import cache
from importlib import resources

from solix_exporter.countries import ALIASES

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

_FAMILIAR = ("DE", "GB", "US", "CA", "AU", "NZ", "JP", "CN", "PT", "GR", "TR", "ZA", "BR", "MX")
"""Where rules of clocks are looked up, in this order; a country's own zones go before them."""


def server_of(country: str) -> str:
    """Return the base URL for a country; everything that is not listed lives on the EU server."""
    return SERVERS["com" if country.upper() in _COM_COUNTRIES else "eu"]


@cache
def zones_of(country: str) -> tuple[str, ...]:
    """Return the names of a country's time zones, the most populous first; () where unknown.

    Source: `zone.tab` of the time zone database.
    """
    code = ALIASES.get(country.upper(), country.upper())
    table = resources.files("tzdata").joinpath("zoneinfo/zone.tab").read_text("utf-8")
    rows = (line.split("\t") for line in table.splitlines() if not line.startswith("#"))
    return tuple(row[2] for row in rows if row[0] == code)


@cache
def zone_with_rule(rule: str) -> str | None:
    """Return the name of a time zone that now follows a POSIX rule, None where none does.

    Many places share a rule; one of a big country stands for them.
    """
    names = (name for country in _FAMILIAR for name in zones_of(country))
    return next((name for name in names if rule_of(name) == rule), None) if rule else None


@cache
def rule_of(zone: str) -> str:
    """Return the POSIX rule that a time zone now follows; "" for an unknown zone."""
    file = resources.files("tzdata").joinpath("zoneinfo", *zone.split("/"))
    if not file.is_file():
        return ""
    # RFC 8536: the rule is the last line of a file.
    return file.read_bytes().rstrip(b"\n").rpartition(b"\n")[2].decode("ascii", "replace")
