"""The private texts that many answers hold together, and how to find them in any other text."""

import base64
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, quote_plus

from solix_exporter.redact.keys import Kind, holds_versions, kind_of
from solix_exporter.redact.looks import is_long_id
from solix_exporter.redact.needles import pattern_of
from solix_exporter.redact.packed import unpack
from solix_exporter.redact.pseudonym import core_of, pseudonym
from solix_exporter.redact.shapes import private_spans

SHORTEST_IDENTIFIER = 8
"""A shorter text may occur elsewhere by accident; it is replaced under its own key only."""
SHORTEST_NAME = 6
"""The same for a word that people chose."""
_LONGEST = 256
"""A longer text - a certificate, a paragraph - is not looked for elsewhere."""
_MOST = 2000
"""So many texts are looked for; an answer that claims more identities would stop everything."""
_NEVER_ELSEWHERE = "trace_id"

_MOST_SHAPES = 1000
"""Limit of texts found by their shape alone; they are replaced everywhere."""
_PRIVATE_KEY_SHAPES = re.compile(r"[0-9A-F]{12}|(?=\D*\d)(?=[^A-Z]*[A-Z])[0-9A-Z]{12,17}")
"""Serial numbers as keys, which are never long words of capitals and digits otherwise."""


@dataclass(slots=True)
class Found:
    """Private texts, gathered answer by answer."""

    kinds: dict[str, Kind] = field(default_factory=dict)
    """Core of a text -> its replacement under any key."""
    texts: dict[str, None] = field(default_factory=dict)
    """The texts themselves, in every spelling that was seen."""

    def gather(self, value: object, kind: Kind | None = None, *, is_version: bool = False) -> None:
        """Collect the private texts of a value under a key of `kind`."""
        if isinstance(value, Mapping):
            for key, inner in value.items():
                name = str(key)
                self._note_key(name)
                if key != _NEVER_ELSEWHERE:
                    is_ours = is_version or holds_versions(name)
                    self.gather(inner, kind_of(name) or kind, is_version=is_ours)
        elif isinstance(value, list | tuple):
            for inner in value:
                self.gather(inner, kind, is_version=is_version)
        elif isinstance(value, str):
            self._gather_text(value, kind, is_version=is_version)
        elif isinstance(value, int | float) and (kind is Kind.SHAPED or is_long_id(value)):
            self._note(str(value).lstrip("-"), Kind.SHAPED)

    def _note_key(self, key: str) -> None:
        if _PRIVATE_KEY_SHAPES.fullmatch(key):
            self._note(key, Kind.SHAPED)
        else:
            self._note_shapes(key)

    def _gather_text(self, text: str, kind: Kind | None, *, is_version: bool) -> None:
        packed = unpack(text)
        if packed is not None:
            self.gather(packed, kind, is_version=is_version)
        elif kind is not None:
            self._note(text, kind)
        else:
            self._note_shapes(text, is_version=is_version)

    def _note_shapes(self, text: str, *, is_version: bool = False) -> None:
        for span in private_spans(text, is_version=is_version):
            if len(self.texts) < _MOST_SHAPES:
                self._note(text[span.start : span.end], span.kind)

    def _note(self, text: str, kind: Kind) -> None:
        core = core_of(text)
        before = self.kinds.get(core)
        if before is None or kind is Kind.SHAPED:
            self.kinds[core] = kind
        if len(self.texts) < _MOST and SHORTEST_NAME <= len(text) <= _LONGEST:
            self.texts[text] = None


_WORD = re.compile(r"[0-9A-Za-z]+")
_PUBLIC_PARTS = frozenset({"", "anker_power"})
"""Public text that may accompany an identifier inside a longer one."""

_FORMATS_KEY = re.compile(r"[a-z][A-Za-z0-9_]*")
"""Keys as the cloud's programmers write them; people begin a name with a capital, or use blanks."""


def is_identifier(text: str) -> bool:
    """Return whether a text cannot occur elsewhere by accident: long, with digits, one word."""
    has_digit = any(character.isdigit() for character in text) or "@" in text
    return len(text) >= SHORTEST_IDENTIFIER and has_digit and not re.search(r"\s", text)


class Known:
    """Finds private texts again, in every spelling, and replaces them by their pseudonyms."""

    def __init__(self, key: bytes, found: Found) -> None:
        self._key = key
        self._kinds = found.kinds
        identifiers = [text for text in found.texts if is_identifier(text)]
        numbers = [text for text in identifiers if text.replace(".", "").isdigit()]
        words = [text for text in identifiers if text not in set(numbers)]
        names = [text for text in found.texts if not is_identifier(text)]
        spellings = {*words, *(core_of(text) for text in words)}
        self._words = pattern_of(
            (text for text in spellings if len(text) >= SHORTEST_IDENTIFIER), re.IGNORECASE
        )
        self._numbers = pattern_of(numbers, around=r"[\d.]")
        self._names = pattern_of(names, re.IGNORECASE, around=r"\w")
        self._parts = {part for text in spellings for part in _parts(text.lower())}
        self._encoded = dict(self._encodings([*words, *names]))
        self._disguised = pattern_of(self._encoded)

    def pseudonym(self, text: str, kind: Kind) -> str:
        """Return the pseudonym of a private text: the same under every key.

        An id that is made of others, as `thing_name` is, is made of their pseudonyms.
        """
        kind = self._kinds.get(core_of(text), kind)
        is_composable = kind is Kind.SHAPED and len(text) <= _LONGEST
        parts = self._identifiers_in(text) if is_composable else []
        if not parts:
            return pseudonym(self._key, text, kind)
        told, end = "", 0
        for start, stop in parts:
            told += self._remainder(text[end:start]) + self.pseudonym(text[start:stop], kind)
            end = stop
        return told + self._remainder(text[end:])

    def _identifiers_in(self, text: str) -> list[tuple[int, int]]:
        """Return the places of other identifiers within one, each between separators."""
        words = [found.span() for found in _WORD.finditer(text)]
        found, first = [], 0
        while first < len(words):
            for last in range(len(words) - 1, first - 1, -1):
                start, end = words[first][0], words[last][1]
                part = text[start:end]
                if part != text and is_identifier(part) and core_of(part) in self._kinds:
                    found.append((start, end))
                    first = last
                    break
            first += 1
        return found

    def _remainder(self, text: str) -> str:
        if text.strip("-_") in _PUBLIC_PARTS:
            return text
        return pseudonym(self._key, text, Kind.SHAPED)

    def in_key(self, key: str) -> str:
        """Return a key without identifiers, and without names where it is no word of the format."""
        key = self._without_identifiers(self._without_shapes(key))
        return key if _FORMATS_KEY.fullmatch(key) else self._without_names(key)

    def in_text(self, text: str, *, is_version: bool = False) -> str:
        """Return a text without identifiers, names and whatever looks private."""
        text = self._without_shapes(text, is_version=is_version)
        if len(text) < SHORTEST_NAME:
            return text
        text = self._without_identifiers(text)
        return text if _is_enumeration(text) else self._without_names(text)

    def remains_in(self, text: str) -> bool:
        """Return whether a text contains part of an identifier that it should not."""
        small, length = text.lower(), SHORTEST_IDENTIFIER
        if not self._parts:
            return False
        return any(
            small[start : start + length] in self._parts for start in range(len(small) - length + 1)
        )

    def _without_shapes(self, text: str, *, is_version: bool = False) -> str:
        told, end = "", 0
        for span in private_spans(text, is_version=is_version):
            told += text[end : span.start]
            told += self.pseudonym(text[span.start : span.end], span.kind)
            end = span.end
        return told + text[end:]

    def _without_names(self, text: str) -> str:
        if self._names is None:
            return text
        return self._names.sub(lambda match: self.pseudonym(match.group(), Kind.NAME), text)

    def _without_identifiers(self, text: str) -> str:
        if len(text) < SHORTEST_NAME:
            return text
        for pattern in (self._words, self._numbers):
            if pattern is not None:
                text = pattern.sub(lambda match: self.pseudonym(match.group(), Kind.SHAPED), text)
        if self._disguised is not None:
            text = self._disguised.sub(lambda match: self._encoded[match.group()], text)
        return text

    def _encodings(self, texts: Iterable[str]) -> Iterator[tuple[str, str]]:
        """Yield each text and its pseudonym in other spellings."""
        for text in texts:
            stand_in = self.pseudonym(text, Kind.NAME)
            for write in _SCRIPTS:
                if write(text) != text:
                    yield write(text), write(stand_in)
            for place in range(3):
                for old, new in zip(_base64(text, place), _base64(stand_in, place), strict=True):
                    if len(old) >= SHORTEST_IDENTIFIER:
                        yield old, new


def _parts(text: str) -> Iterator[str]:
    """Yield the parts of an identifier that cannot occur elsewhere by accident."""
    for start in range(len(text) - SHORTEST_IDENTIFIER + 1):
        part = text[start : start + SHORTEST_IDENTIFIER]
        if re.search(r"\d", part) and re.search(r"[^\W\d_]", part):
            yield part


def _is_enumeration(text: str) -> bool:
    """Return whether a text is a word of the cloud's own, such as `use_time`."""
    return re.fullmatch(r"[a-z0-9_]+", text) is not None


def _percent(text: str) -> str:
    return quote(text, safe="", errors="replace")


def _small_percent(text: str) -> str:
    return re.sub(r"%..", lambda match: match.group().lower(), _percent(text))


def _form(text: str) -> str:
    return quote_plus(text, safe="", errors="replace")


def _escaped(text: str) -> str:
    return json.dumps(text)[1:-1]


def _hex(text: str) -> str:
    return text.encode("utf-8", "replace").hex()


def _large_hex(text: str) -> str:
    return _hex(text).upper()


_SCRIPTS = (_percent, _small_percent, _form, _escaped, _hex, _large_hex)
"""Ways to write a text in links, in JSON within a text, and in bytes; base64 depends on the place.
"""


def _base64(text: str, place: int) -> tuple[str, str]:
    """Return the characters of base64 that depend on `text` alone, in both alphabets.

    `place` is the number of bytes before it, modulo 3.
    """
    content = bytes(place) + text.encode("utf-8", "replace")
    encoded = base64.b64encode(content).decode()
    end = len(content) * 8 // 6
    plain = encoded[(place * 8 + 5) // 6 : end]
    return plain, plain.replace("+", "-").replace("/", "_")
