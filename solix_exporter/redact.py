"""Which keys of the cloud's answers are private, and what stands in their place.

Logs and exports walk the same table. A pseudonym has the length of what it replaces, and the same
value gets the same pseudonym wherever it stands, so that answers still fit together.
"""

import enum
import functools
import hashlib
import json
import math
import re
import secrets
import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field


class Kind(enum.Enum):
    """How a private value is replaced."""

    SHAPED = "shaped"
    """Digits by digits, letters by letters, hexadecimal stays so; `:`, `-`, `@` stay."""
    OPAQUE = "opaque"
    """Letters only."""
    PUBLIC = "public"
    """Not at all, although another row would match."""


KEYS: tuple[tuple[str, Kind], ...] = (
    ("token expires", Kind.PUBLIC),
    # Secrets
    ("token", Kind.OPAQUE),
    ("gtoken", Kind.OPAQUE),
    ("password", Kind.OPAQUE),
    ("pwd", Kind.OPAQUE),
    ("secret", Kind.OPAQUE),
    ("authorization", Kind.OPAQUE),
    ("cookie", Kind.OPAQUE),
    ("certificate", Kind.OPAQUE),
    ("private key", Kind.OPAQUE),
    ("geo key", Kind.OPAQUE),
    # People
    ("email", Kind.SHAPED),
    ("mail", Kind.SHAPED),
    ("phone", Kind.SHAPED),
    ("mobile", Kind.SHAPED),
    ("user name", Kind.OPAQUE),
    ("first name", Kind.OPAQUE),
    ("last name", Kind.OPAQUE),
    ("nick name", Kind.OPAQUE),
    ("nickname", Kind.OPAQUE),
    ("avatar", Kind.OPAQUE),
    ("installer", Kind.OPAQUE),
    ("user id", Kind.SHAPED),
    ("member id", Kind.SHAPED),
    ("account id", Kind.SHAPED),
    ("trace id", Kind.SHAPED),
    ("order id", Kind.SHAPED),
    ("order no", Kind.SHAPED),
    ("rfid", Kind.SHAPED),
    ("card no", Kind.SHAPED),
    ("vin", Kind.SHAPED),
    ("vehicle id", Kind.SHAPED),
    # Places
    ("address", Kind.OPAQUE),
    ("install location", Kind.OPAQUE),
    ("install env", Kind.OPAQUE),
    ("street", Kind.OPAQUE),
    ("city", Kind.OPAQUE),
    ("zip", Kind.SHAPED),
    ("zipcode", Kind.SHAPED),
    ("postcode", Kind.SHAPED),
    ("lat", Kind.SHAPED),
    ("latitude", Kind.SHAPED),
    ("lng", Kind.SHAPED),
    ("lon", Kind.SHAPED),
    ("longitude", Kind.SHAPED),
    ("location", Kind.OPAQUE),
    ("google code", Kind.OPAQUE),
    # Names that people give to their things
    ("alias", Kind.OPAQUE),
    ("site name", Kind.OPAQUE),
    ("home name", Kind.OPAQUE),
    ("group name", Kind.OPAQUE),
    ("device name", Kind.OPAQUE),
    ("vehicle name", Kind.OPAQUE),
    ("wifi name", Kind.OPAQUE),
    ("ssid", Kind.OPAQUE),
    ("bssid", Kind.SHAPED),
    # Things
    ("sn", Kind.SHAPED),
    ("sns", Kind.SHAPED),
    ("site id", Kind.SHAPED),
    ("station id", Kind.SHAPED),
    ("mac", Kind.SHAPED),
    ("macs", Kind.SHAPED),
    ("ble id", Kind.SHAPED),
    ("uuid", Kind.SHAPED),
    ("ip", Kind.SHAPED),
    ("err msg", Kind.OPAQUE),  # holds the serial number of an offline device
)
"""Words that stand together in a key, however the key is spelled; the first match counts."""

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_SEPARATORS = re.compile(r"[^0-9A-Za-z]")
_SHORTEST_IDENTIFIER = 8
"""A shorter text may stand elsewhere by accident; it is replaced under its own key only."""
_SMALLEST_PRIVATE_NUMBER = 1000
"""A smaller whole number is a state or a count that shares its key's words with an id."""


@functools.lru_cache(maxsize=4096)
def kind_of(key: str) -> Kind | None:
    """Return how a value under `key` is replaced, None where it stays."""
    words = " ".join(word.lower() for word in _WORDS.findall(key))
    for row, kind in KEYS:
        if f" {row} " in f" {words} ":
            return None if kind is Kind.PUBLIC else kind
    return None


@dataclass(frozen=True, slots=True)
class Redactor:
    """Replaces what is private; with the same `key`, always by the same pseudonyms."""

    key: bytes = field(repr=False)

    def redact(self, value: object) -> object:
        """Return a copy of `value` without private data.

        Identifiers that stand under a private key once are replaced in all other texts and keys
        of `value` too.
        """
        known = {text: self.pseudonym(text, Kind.SHAPED) for text in _identifiers(value, None)}
        return _Copy(self, dict(sorted(known.items(), key=_longest_first))).of(value, None)

    def pseudonym(self, text: str, kind: Kind) -> str:
        """Return what stands for `text`; the spelling of a MAC address makes no difference."""
        core = _SEPARATORS.sub("", text).lower()
        stream = iter(hashlib.shake_256(self.key + core.encode()).digest(len(text)))
        if kind is Kind.OPAQUE:
            return "".join(string.ascii_letters[byte % 52] for byte in stream)
        letters = "abcdef" if re.fullmatch(r"[0-9a-f]+", core) else string.ascii_lowercase
        return "".join(_same_sort(character, stream, letters) for character in text)


def _longest_first(item: tuple[str, str]) -> tuple[int, str]:
    return -len(item[0]), item[0]


def _same_sort(character: str, stream: Iterator[int], letters: str) -> str:
    """Return a character of the same sort: a digit, a letter of the same case, or itself."""
    if not character.isalnum():
        return character
    byte = next(stream)
    if character.isdigit():
        return string.digits[byte % 10]
    letter = letters[byte % len(letters)]
    return letter.upper() if character.isupper() else letter


def _identifiers(value: object, kind: Kind | None) -> Iterator[str]:
    """Yield the texts under keys of `value` whose kind is SHAPED, and long enough to be unique."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _identifiers(inner, kind_of(str(key)) or kind)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _identifiers(inner, kind)
    elif isinstance(value, str) and kind is Kind.SHAPED and len(value) >= _SHORTEST_IDENTIFIER:
        yield value


@dataclass(frozen=True, slots=True)
class _Copy:
    """One walk through a payload; `known` are its identifiers, longest first."""

    redactor: Redactor
    known: Mapping[str, str]

    def of(self, value: object, kind: Kind | None) -> object:
        """Return the copy of `value`, which stands under a key of `kind`."""
        if isinstance(value, Mapping):
            return self._mapping(value, kind)
        if isinstance(value, list | tuple):
            return [self.of(inner, kind) for inner in value]
        if isinstance(value, str):
            return self._text(value, kind)
        return self._number(value) if kind is not None else value

    def _mapping(self, value: Mapping[object, object], kind: Kind | None) -> dict[object, object]:
        return {
            self._key(key): self.of(inner, kind_of(str(key)) or kind)
            for key, inner in value.items()
        }

    def _key(self, key: object) -> object:
        return self._without_identifiers(key) if isinstance(key, str) else key

    def _text(self, text: str, kind: Kind | None) -> str:
        if text.startswith(("{", "[")):
            return self._json(text, kind)
        if kind is None or not text:
            return self._without_identifiers(text)
        return self.redactor.pseudonym(text, kind)

    def _json(self, text: str, kind: Kind | None) -> str:
        """Return JSON that the cloud packed into a text, with its private values replaced."""
        try:
            packed = json.loads(text)
        except ValueError:
            return self.redactor.pseudonym(text, kind or Kind.OPAQUE)
        return self._without_identifiers(json.dumps(self.of(packed, kind), ensure_ascii=False))

    def _without_identifiers(self, text: str) -> str:
        for identifier, pseudonym in self.known.items():
            text = text.replace(identifier, pseudonym)
        return text

    def _number(self, value: object) -> object:
        """Return a number of as many digits in place of an id or a coordinate."""
        if isinstance(value, int) and abs(value) >= _SMALLEST_PRIVATE_NUMBER:
            return int(self._digits(str(value)))
        if isinstance(value, float) and math.isfinite(value):
            digits, _, exponent = str(value).partition("e")
            return float(f"{self._digits(digits)}e{exponent or 0}")
        return value

    def _digits(self, text: str) -> str:
        digits = self.redactor.pseudonym(text, Kind.SHAPED)
        return re.sub("^(-?)0", r"\g<1>1", digits)


@functools.cache
def _of_this_process() -> Redactor:
    return Redactor(secrets.token_bytes(16))


def redact(value: object) -> object:
    """Return a copy of `value` fit for a log; pseudonyms stay the same until the program ends."""
    return _of_this_process().redact(value)
