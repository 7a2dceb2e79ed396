"""The copy of an answer with pseudonyms in the place of what is private."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from solix_exporter.redact.keys import Kind, kind_of
from solix_exporter.redact.known import Known
from solix_exporter.redact.packed import pack, unpack

_SMALLEST_PRIVATE_NUMBER = 1000
"""A smaller whole number is a state or a count that shares its key's words with an id."""
_QUERY = re.compile(r"(?<=\?)(?<=[^\s?]\?)[^\s\"<>]+")
"""What follows the question mark of a link: signatures, and whose it is."""
_LINK = re.compile(r"[a-z][a-z0-9+.-]*://")
_LOGIN = re.compile(r"(?<=://)[^\s/?#@]+(?=@)")
"""User and password in a link."""


@dataclass(frozen=True, slots=True)
class Copy:
    """Walks through answers of which `known` knows the private texts."""

    known: Known

    def of(self, value: object, kind: Kind | None = None) -> object:
        """Return the copy of `value`, which stands under a key of `kind`; types stay."""
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
        return self.known.in_key(key) if isinstance(key, str) else key

    def _text(self, text: str, kind: Kind | None) -> str:
        if text.startswith(("{", "[")):
            return self._json(text, kind)
        if kind is None or not text:
            return self._public(text)
        return self.known.pseudonym(text, kind)

    def _public(self, text: str) -> str:
        if _LINK.match(text):
            for part in (_QUERY, _LOGIN):
                text = part.sub(
                    lambda match: self.known.pseudonym(match.group(), Kind.OPAQUE), text
                )
        return self.known.in_text(text)

    def _json(self, text: str, kind: Kind | None) -> str:
        """Return JSON that the cloud packed into a text, with its private values replaced."""
        packed = unpack(text)
        if packed is None:
            return self.known.pseudonym(text, kind or Kind.OPAQUE)
        copy = self.of(packed, kind)
        return text if copy == packed else pack(copy, like=text)

    def _number(self, value: object) -> object:
        """Return a number of as many digits in place of an id or a coordinate."""
        if isinstance(value, int) and abs(value) >= _SMALLEST_PRIVATE_NUMBER:
            return int(self._digits(str(value)))
        if isinstance(value, float) and math.isfinite(value):
            digits, _, exponent = str(value).partition("e")
            return float(f"{self._digits(digits)}e{exponent or 0}")
        return value

    def _digits(self, text: str) -> str:
        digits = self.known.pseudonym(text, Kind.SHAPED)
        return re.sub("^(-?)0", r"\g<1>1", digits)
