"""Distinguishes addresses, tokens and account numbers from what merely resembles them."""

import ipaddress
import re

_SHORTEST_TOKEN = 16
_SHORTEST_MIXED = 24
_SHORTEST_LETTERS = 32
_LARGEST_OCTET = 255
_IBAN = range(15, 35)
_PHONE = range(7, 16)
_LEAST_IBAN_DIGITS = 8
_PATH_PART = 12
"""The parts of a path are shorter on average."""
_SMALLEST_LONG_ID = 10**13
_MODULUS, _REMAINDER = 97, 1

_TIMES = re.compile(
    r"(?:1[0-9]|20)\d{8}(?:000|\d{3}|\d{6}|\d{9})?|(?:19|20)\d\d[01]\d[0-3]\d\d{4,9}"
)
"""Seconds, milli-, micro- and nanoseconds since 1970, and YYYYMMDDhhmm with or without more."""
_DATE = re.compile(r"\d{1,2}([-/. ])\d{1,2}\1(?:\d\d|\d{4})(?!\d)")
_DECIMAL = re.compile(r"[-+]?\d+\.\d+")
_SWITCH = re.compile(r"[a-z](?=[A-Z])|[A-Z](?=[a-z])")


def is_address(text: str) -> bool:
    """Return whether a text with colons is an IPv6 address, however it is spelled."""
    candidate = text.partition("%")[0].rstrip(".")
    spellings = (candidate, candidate.removeprefix(":"), candidate.removesuffix(":"))
    return any(_is_ipv6(spelling) for spelling in spellings)


def _is_ipv6(text: str) -> bool:
    try:
        ipaddress.IPv6Address(text)
    except ValueError:
        return False
    return bool(text.strip(":"))


def is_quad(text: str) -> bool:
    """Return whether four numbers with dots can be an IPv4 address."""
    return all(int(part) <= _LARGEST_OCTET for part in text.split("."))


def is_account_number(text: str) -> bool:
    """Return whether a text is an IBAN, or looks like one with a digit mistyped."""
    core = re.sub("[ -]", "", text)
    if len(core) not in _IBAN:
        return False
    digits = sum(character.isdigit() for character in core)
    if core.isupper() and digits >= _LEAST_IBAN_DIGITS:
        return True
    turned = core[4:] + core[:4]
    return int("".join(str(int(letter, 36)) for letter in turned)) % _MODULUS == _REMAINDER


def is_time(digits: str) -> bool:
    """Return whether digits are a time of this century, in any of the usual units."""
    return _TIMES.fullmatch(digits) is not None


def is_long_number(digits: str) -> bool:
    """Return whether so many digits are neither a time nor nothing."""
    return not is_time(digits) and bool(digits.strip("0"))


def is_long_id(value: object) -> bool:
    """Return whether a number is an id: no device counts so far, and no clock."""
    is_whole = isinstance(value, int) and abs(value) >= _SMALLEST_LONG_ID
    return is_whole and is_long_number(str(value).lstrip("-"))


def is_phone(text: str) -> bool:
    """Return whether a text can be dialled."""
    digits = re.sub(r"\D", "", text)
    if len(digits) not in _PHONE or not digits.strip("0"):
        return False
    return not (_DATE.match(text) or _DECIMAL.fullmatch(text))


def is_place(text: str) -> bool:
    """Return whether two decimal numbers can be a place on earth, but not off its coast at 0, 0."""
    latitude, longitude = (float(number) for number in re.findall(r"[-+]?\d+\.\d+", text)[:2])
    is_on_earth = abs(latitude) <= 180 and abs(longitude) <= 180  # noqa: PLR2004  degrees
    return is_on_earth and (abs(latitude) >= 1 or abs(longitude) >= 1)


def is_grouped_key(text: str) -> bool:
    """Return whether groups of letters and digits are a licence key or a serial number."""
    groups = text.split("-")
    with_digits = sum(any(character.isdigit() for character in group) for group in groups)
    return with_digits > 1 and any(character.isalpha() for character in text)


def is_token(text: str) -> bool:
    """Return whether letters and digits are mixed as no word is: a key, a token, a hash."""
    return any(_is_random(run) for run in re.findall(r"[A-Za-z0-9]+", text))


def is_base64(text: str) -> bool:
    """Return whether a text with slashes is packed bytes and no path."""
    return text.count("/") * _PATH_PART <= len(text) and is_token(text.replace("/", ""))


def _is_random(run: str) -> bool:
    length = len(run)
    if length < _SHORTEST_TOKEN or run.isdigit():
        return False
    digit_groups = len(re.findall(r"\d+", run))
    if digit_groups > 1 or (digit_groups and run.isupper()):
        return True
    has_both = run.upper() != run and run.lower() != run
    if digit_groups and has_both and length >= _SHORTEST_MIXED:
        return True
    return length >= _SHORTEST_LETTERS and len(_SWITCH.findall(run)) * 2 >= length / 2
