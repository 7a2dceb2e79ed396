"""Currencies: the cloud writes a symbol that several countries share, metrics want the ISO code."""

from dataclasses import dataclass

_SYMBOLS: dict[str, tuple[str, ...]] = {
    "€": ("EUR",),
    "$": ("USD", "AUD", "CAD", "NZD", "SGD", "HKD", "TWD", "MXN"),
    "£": ("GBP",),
    "¥": ("JPY", "CNY"),
    "kr": ("SEK", "NOK", "DKK", "ISK"),
    "Kč": ("CZK",),
    "zł": ("PLN",),
    "Ft": ("HUF",),
    "Lei": ("RON",),
    "лв": ("BGN",),
    "CHF": ("CHF",),
    "₪": ("ILS",),
    "₺": ("TRY",),
    "₴": ("UAH",),
    "R$": ("BRL",),
    "R": ("ZAR",),
    "₹": ("INR",),
    "₩": ("KRW",),
}
"""Symbols as the cloud writes them, the likeliest code first."""

_COUNTRY_CODES = {
    "AU": "AUD", "CA": "CAD", "NZ": "NZD", "SG": "SGD", "HK": "HKD", "TW": "TWD", "MX": "MXN",
    "JP": "JPY", "CN": "CNY", "SE": "SEK", "NO": "NOK", "DK": "DKK", "IS": "ISK",
}  # fmt: skip
"""The countries whose currency shares its symbol with another one."""

_ISO_CODE_LENGTH = 3


@dataclass(frozen=True, slots=True)
class Currencies:
    """The cloud's currency list: the ISO codes that each symbol may mean."""

    codes: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Pairs of symbol and codes."""
    default_symbol: str = ""


def iso_code(symbol: str, country: str, listed: Currencies | None = None) -> str:
    """Return the ISO code of a currency symbol as used in `country`, "" where unknown.

    A symbol that several currencies share is decided by the country, then by the cloud's list,
    then by what is likeliest.
    """
    symbol = symbol.strip()
    if len(symbol) == _ISO_CODE_LENGTH and symbol.isascii() and symbol.isalpha():
        return symbol.upper()
    candidates = dict(listed.codes).get(symbol, ()) if listed else ()
    known = _SYMBOLS.get(symbol, ())
    own = _COUNTRY_CODES.get(country.upper(), "")
    if own and own in (*candidates, *known):
        return own
    return next(iter((*(code for code in known if code in candidates), *known, *candidates)), "")
