"""The country codes that an account may have."""

import difflib
from collections.abc import Mapping
from functools import cache
from importlib import resources

ALIASES: Mapping[str, str] = {"UK": "GB", "EL": "GR"}
"""Codes that the cloud uses in place of ISO ones, which it takes as well."""
_OTHERS = {"XK": "Kosovo"}
"""A code that the cloud knows beside the ISO ones."""
_CODE_LENGTH = 2
_MOST_HINTS = 4


@cache
def names() -> Mapping[str, str]:
    """Return the country names by their codes, those of the cloud's own included.

    Source: `iso3166.tab` of the time zone database.
    """
    table = resources.files("tzdata").joinpath("zoneinfo/iso3166.tab").read_text("utf-8")
    rows = (line.split("\t") for line in table.splitlines() if line and not line.startswith("#"))
    iso = {row[0]: row[1] for row in rows}
    return iso | _OTHERS | {alias: iso[code] for alias, code in ALIASES.items()}


def check_country(value: str) -> str:
    """Return a country code in capital letters.

    Raises ValueError with the nearest codes for one that does not exist. A longer text is not
    repeated: it may be a password in the wrong place.
    """
    code, known = value.strip().upper(), names()
    if code in known:
        return code
    if len(code) == _CODE_LENGTH and code.isalpha() and code.isascii():
        hints = ", ".join(f"{near} ({known[near]})" for near in _nearest(code))
        raise ValueError(f"{code} is the code of no country; the nearest ones are {hints}")
    sentence = "must be two letters such as DE or US; they select the account's cloud"
    named = _named(value)
    raise ValueError(f"{sentence}; {known[named]} is {named}" if named else sentence)


def _nearest(code: str) -> list[str]:
    """Return codes that differ in as little as possible: two letters swapped, then one wrong."""

    def distance(other: str) -> tuple[int, int, str]:
        wrong = sum(one != two for one, two in zip(code, other, strict=True))
        return wrong if other != code[::-1] else 0, other in ALIASES, other

    return sorted(names(), key=distance)[:_MOST_HINTS]


def _named(text: str) -> str | None:
    """Return the code of the country that somebody wrote out, None where it is like none."""
    by_name = {name.casefold(): code for code, name in names().items() if code not in ALIASES}
    found = difflib.get_close_matches(text.strip().casefold(), by_name, n=1, cutoff=0.85)
    return by_name[found[0]] if found else None
