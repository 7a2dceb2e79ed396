"""The copy of an answer with pseudonyms in the place of what is private."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from solix_exporter.redact.keys import Kind, holds_versions, kind_of
from solix_exporter.redact.known import Known
from solix_exporter.redact.looks import is_long_id
from solix_exporter.redact.packed import pack, unpack

_SMALLEST_PRIVATE_NUMBER = 1000
"""A smaller whole number is a state or a count that shares its key's words with an id."""
_QUERY = re.compile(r"(?<=[^\s?#][?#])[^\s\"<>]+")
"""What follows the path of a link: signatures, tokens, and whose it is."""
_LINK = re.compile(r"[a-z][a-z0-9+.-]*://")
_LOGIN = re.compile(r"(?<=://)[^\s/?#@]+(?=@)")
"""User and password in a link."""


@dataclass(frozen=True, slots=True)
class Place:
    """What the keys above a value say about it."""

    kind: Kind | None = None
    is_version: bool = False

    def below(self, key: str) -> "Place":
        """Return the place of the value under `key`."""
        return Place(kind_of(key) or self.kind, self.is_version or holds_versions(key))


_ANYWHERE = Place()


@dataclass(frozen=True, slots=True)
class Copy:
    """Walks through answers of which `known` knows the private texts."""

    known: Known

    def of(self, value: object, place: Place = _ANYWHERE) -> object:
        """Return a copy of `value` at `place`; types are kept."""
        if isinstance(value, Mapping):
            return {
                self._key(key): self.of(inner, place.below(str(key)))
                for key, inner in value.items()
            }
        if isinstance(value, list | tuple):
            return [self.of(inner, place) for inner in value]
        if isinstance(value, str):
            return self._text(value, place)
        return self._number(value, place.kind)

    def _key(self, key: object) -> object:
        return self.known.in_key(key) if isinstance(key, str) else key

    def _text(self, text: str, place: Place) -> str:
        if text.lstrip().startswith(("{", "[")):
            return self._json(text, place)
        if place.kind is None or not text:
            return self._public(text, place)
        return self.known.pseudonym(text, place.kind)

    def _public(self, text: str, place: Place) -> str:
        if _LINK.match(text):
            for part in (_QUERY, _LOGIN):
                text = part.sub(
                    lambda match: self.known.pseudonym(match.group(), Kind.OPAQUE), text
                )
        return self.known.in_text(text, is_version=place.is_version)

    def _json(self, text: str, place: Place) -> str:
        """Return JSON that the cloud packed into a text, with its private values replaced."""
        packed = unpack(text)
        if packed is None:
            return self.known.pseudonym(text, place.kind or Kind.OPAQUE)
        copy = self.of(packed, place)
        return text if copy == packed else pack(copy, like=text)

    def _number(self, value: object, kind: Kind | None) -> object:
        """Return a number of as many digits in place of an id or a coordinate."""
        if kind is None and not is_long_id(value):
            return value
        if isinstance(value, int) and abs(value) >= _SMALLEST_PRIVATE_NUMBER:
            return int(self._digits(str(value)))
        if isinstance(value, float) and math.isfinite(value):
            digits, _, exponent = str(value).partition("e")
            return float(f"{self._digits(digits)}e{exponent or 0}")
        return value

    def _digits(self, text: str) -> str:
        digits = self.known.pseudonym(text, Kind.SHAPED)
        return re.sub("^(-?)0", r"\g<1>1", digits)
