"""Shapes that look private under any key: addresses, keys, tokens, account numbers.

Numbers, states, times, versions and codes of products must not look so: a replay needs them.
"""

import functools
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from solix_exporter.redact.keys import Kind, kind_of
from solix_exporter.redact.looks import (
    is_account_number,
    is_address,
    is_base64,
    is_grouped_key,
    is_long_number,
    is_phone,
    is_place,
    is_quad,
    is_token,
)

SHORTEST = 3
"""No shape is shorter."""
_SHORT = 40
"""Characters of a text whose spans are remembered."""


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a text that is private."""

    start: int
    end: int
    kind: Kind


@dataclass(frozen=True, slots=True)
class _Shape:
    """A pattern that finds candidates in a text, and a check of each."""

    kind: Kind
    pattern: re.Pattern[str]
    is_meant: Callable[[str], bool]
    is_in_pictures: bool
    """Whether it is private in the link of a picture, too."""
    needs: str
    """A text that every match contains; looking for it first saves most searches."""


def _always(_: str) -> bool:
    return True


def _part(
    pattern: str,
    is_meant: Callable[[str], bool] = _always,
    *,
    needs: str = "",
    kind: Kind = Kind.SHAPED,
    is_in_pictures: bool = True,
) -> _Shape:
    return _Shape(kind, re.compile(pattern), is_meant, is_in_pictures, needs)


def _word(
    pattern: str,
    is_meant: Callable[[str], bool] = _always,
    *,
    needs: str = "",
    is_in_pictures: bool = True,
) -> _Shape:
    """Return the shape of a word between characters other than letters and digits."""
    bounded = rf"(?i)(?<![0-9A-Za-z])(?:{pattern})(?![0-9A-Za-z])"
    return _part(bounded, is_meant, needs=needs, is_in_pictures=is_in_pictures)


_HEX = "[0-9A-Fa-f]"
_DEGREES = r"[-+]?\d{1,3}\.\d{3,15}°?\s?[NSEW]?"
_STREETS = (
    r"stra(?:ß|ss)e|str\.|gasse|weg|platz|allee|ring|damm|ufer|chaussee|straat|laan|gatan|vej|vägen"
)
_ROADS = (
    r"street|st|avenue|ave|road|rd|lane|ln|drive|dr|boulevard|blvd|court|ct"
    r"|square|sq|close|place|pl"
)
_WAYS = r"rue|avenue|boulevard|chemin|impasse|via|viale|piazza|calle|avenida|plaza|rua|ulica|ul\."
_WORDS = r"(?:[^\W\d_][\w.'-]{0,40}\s+){1,4}"

# Every repetition has a limit where a match may begin anywhere: a text of some MiB is gone through
# once.
_STREET = (
    rf"(?i)(?<!\w)(?:[^\W\d_][\w.']{{0,40}}[ -]){{0,3}}[^\W\d_]{{0,40}}(?:{_STREETS})\s?\d{{1,4}}"
    r"\s?[a-z]?(?!\w)"
    rf"|(?<!\w)\d{{1,5}}[a-z]?,?\s+{_WORDS}(?:{_ROADS})(?!\w)"
    rf"|(?<!\w)\d{{1,4}}[a-z]?,?\s+(?:{_WAYS})\s+[^\W\d_]"
    rf"|(?<!\w)(?:{_WAYS})\s+{_WORDS}\d{{1,4}}(?!\w)"
)
"""A street and a number; the town is next to it, so the whole text is replaced."""


_LINE_END = r"(?:\r?\n|(?:\\+r)?\\+n|[ \t]+)"
"""Also as JSON within JSON escapes it, with one more backslash at each level."""


def _keys() -> tuple[_Shape, ...]:
    return (
        _part(
            r"-----BEGIN [A-Z0-9 ]+-----(?s:.*?)(?:-----END [A-Z0-9 ]+-----|\Z)",
            needs="-----BEGIN ",
            kind=Kind.OPAQUE,
        ),
        _part(
            rf"(?:[A-Za-z0-9+/]{{40,76}}{_LINE_END})+[A-Za-z0-9+/]{{1,76}}={{0,2}}",
            kind=Kind.OPAQUE,
        ),
    )


def _ids() -> tuple[_Shape, ...]:
    return (
        _word(rf"{_HEX}{{8}}(?:-{_HEX}{{4}}){{3}}-{_HEX}{{12}}", needs="-", is_in_pictures=False),
        _word(r"(?-i:(?=[0-9A-Z]*\d[0-9A-Z]*\d)(?=[0-9A-Z]*[A-Z])[0-9A-Z]{16,17})"),
        _word(r"(?-i:[A-Z0-9]{4,8}(?:-[A-Z0-9]{4,8}){2,7})", is_grouped_key, needs="-"),
    )


def _device_addresses() -> tuple[_Shape, ...]:
    return (
        _word(rf"(?:{_HEX}{{2}}[:-]){{5}}{_HEX}{{2}}(?:(?:[:-]{_HEX}{{2}}){{2}})?"),
        _word(rf"(?:{_HEX}{{4}}\.){{2}}{_HEX}{{4}}", needs="."),
        _word(rf"(?=[a-f]*\d)(?=\d*[a-f]){_HEX}{{12}}", is_in_pictures=False),
    )


def _network_addresses() -> tuple[_Shape, ...]:
    return (
        _part(
            r"[\w.+!#$%&'*/=?^`{|}~-]{1,80}@(?:[\w-]{1,63}(?:\.[\w-]{1,63})+|\[[^\]\s]{1,60}\])",
            needs="@",
        ),
        _part(
            rf"(?<!{_HEX})(?<!:){_HEX}{{0,4}}:(?:{_HEX}|:){{0,40}}:(?:{_HEX}|[:.]){{0,40}}"
            r"(?:%[\w.-]{1,20})?",
            is_address,
            needs=":",
        ),
        _word(rf"(?:{_HEX}\.){{8,32}}ip6\.arpa", needs="."),
        _word(r"[0-9a-f-]{2,40}(?:s\w{1,20})?\.ipv6-literal\.net", needs=".ipv6-"),
        _part(r"(?<![0-9A-Za-z.])(?:\d{1,3}\.){3}\d{1,3}(?![0-9A-Za-z]|\.\d)", is_quad, needs="."),
    )


def _numbers() -> tuple[_Shape, ...]:
    return (
        _word(r"[a-z]{2}\d{2}(?:[ -]?[a-z0-9]{4}){2,7}(?:[ -]?[a-z0-9]{1,3})?", is_account_number),
        _word(r"\d{4}([ -])\d{4}\1\d{4}\1\d{1,7}|\d{4}([ -])\d{6}\2\d{5}"),
        _part(r"(?<![\w.,])\d{14,}(?!\w|[.,]\d)", is_long_number),
        _part(r"(?<![\w+.,:/-])(?:\+|\(?0|\()\d[\d ()./-]{5,24}\d(?!\w|[.:,]\d)", is_phone),
        _word(r"\d{3}([-. ])\d{3}\1\d{4}"),
    )


def _places() -> tuple[_Shape, ...]:
    return (
        _part(rf"(?<![\w.]){_DEGREES}\s{{0,3}}[,;/\s]\s{{0,3}}{_DEGREES}", is_place, needs="."),
        _part(r"\d{1,3}°\s?(?:\d{1,2}['\u2032]\s?(?:[\d.]{1,9}[\"\u2033]\s?)?)?[NSEWO]", needs="°"),
        _part(r"(?<!\w)geo:[-\d.,]+", needs="geo:"),
        _word(r"[23456789CFGHJMPQRVWX]{8}\+[23456789CFGHJMPQRVWX]{2,3}", needs="+"),
    )


def _tokens() -> tuple[_Shape, ...]:
    return (
        _part(
            r"(?<![\w-])eyJ[\w-]+\.[\w-]+(?:\.[\w-]*)*",
            needs="eyJ",
            kind=Kind.OPAQUE,
            is_in_pictures=False,
        ),
        _part(r"[A-Za-z0-9_+=~-]{16,}", is_token, is_in_pictures=False),
        _part(
            r"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{40,}={0,2}",
            is_base64,
            needs="/",
            kind=Kind.OPAQUE,
            is_in_pictures=False,
        ),
        _part(r"(?<=Bearer )\S+|(?<=Basic )\S+", kind=Kind.OPAQUE),
    )


@functools.cache
def _shapes() -> tuple[_Shape, ...]:
    """Return the table; built when needed, as its patterns take almost a megabyte."""
    groups = (_keys, _ids, _device_addresses, _network_addresses, _numbers, _places, _tokens)
    return tuple(shape for group in groups for shape in group())


_NAME = re.compile(r"(?P<key>[A-Za-z][\w.-]{0,60})[\"']?\s{0,3}[:=]\s{0,3}(?P<quote>\\?[\"'])?")
"""A name before its value, as in forms, headers, and JSON that was cut off."""
_BARE = re.compile(r"[^\s\"'&,;<>{}\[\]()]*")
_LISTED = re.compile(r"[^\]}]*")
_STATES = frozenset({"true", "false", "null", "none", "on", "off", "yes", "no"})
_SMALL_NUMBER = re.compile(r"-?\d{1,3}")
_PICTURE = re.compile(
    r"(?<![a-z])[a-z]{2,10}://[^\s?#:]{1,500}(?::\d{1,5}/[^\s?#:]{1,500})?"
    r"\.(?:png|jpe?g|gif|webp|svg|bin|zip|pdf)(?=[?#\s]|\Z)",
    re.IGNORECASE,
)
"""The cloud's own pictures and files have ids of its own."""
_SAYS_VERSION = re.compile(r"(?:version|firmware|release|ver|fw|sw|v)[\s:=.\"']*\Z", re.IGNORECASE)
_LETTERS = re.compile(r"[a-z_ ]*", re.IGNORECASE)
_LONGEST_WORDS = 24
"""Letters alone may be a token from here on."""


def private_spans(text: str, *, is_version: bool = False) -> Sequence[Span]:
    """Return the parts of a text that look private, in order, none over another.

    `is_version` tells that the text stands for versions, which may look like an address.
    """
    if len(text) < SHORTEST:
        return ()
    # The same words and numbers occur in all answers, and each is checked twice.
    look = _spans_of_short if len(text) <= _SHORT else _spans
    return look(text, is_version)


def _spans(text: str, is_version: bool) -> Sequence[Span]:  # noqa: FBT001  as the cache wants it
    if _may_be_street(text) and re.search(_STREET, text):
        return (Span(0, len(text), Kind.OPAQUE),)
    spans = list(_pairs(text))
    if len(text) > _LONGEST_WORDS or not _LETTERS.fullmatch(text):
        spans += _shaped(text, is_version=is_version)
    return tuple(_merged(spans))


def _may_be_street(text: str) -> bool:
    return (" " in text or "str" in text.lower()) and any(map(str.isdigit, text))


_spans_of_short = functools.lru_cache(maxsize=4096)(_spans)


def _shaped(text: str, *, is_version: bool) -> Iterator[Span]:
    beside_pictures = _PICTURE.sub(lambda found: " " * len(found.group()), text)
    for shape in _shapes():
        if shape.needs not in text:
            continue
        searched = text if shape.is_in_pictures else beside_pictures
        for found in shape.pattern.finditer(searched):
            is_ours = shape.is_meant is is_quad and (is_version or _says_version(found))
            if not is_ours and shape.is_meant(found.group()):
                yield Span(*found.span(), shape.kind)


def _says_version(found: re.Match[str]) -> bool:
    return _SAYS_VERSION.search(found.string, max(0, found.start() - 16), found.start()) is not None


def _pairs(text: str) -> Iterator[Span]:
    """Yield the values that a text names itself."""
    if ":" not in text and "=" not in text:
        return
    place = 0
    while found := _NAME.search(text, place):
        kind = kind_of(found["key"])
        place = found.end()
        if kind is None:
            # The value may begin the next pair: `error: token=...`.
            continue
        place = _end_of_value(text, found)
        value = text[found.end() : place]
        if value and value.lower() not in _STATES and not _SMALL_NUMBER.fullmatch(value):
            yield Span(found.end(), place, kind)


def _end_of_value(text: str, name: re.Match[str]) -> int:
    """Return where a value ends: at its second quotation mark, or where none can go on."""
    if name["quote"] is None:
        found = (_LISTED if text.startswith(("[", "{"), name.end()) else _BARE).match(
            text, name.end()
        )
        return found.end() if found else name.end()
    end = text.find(name["quote"], name.end())
    return len(text) if end < 0 else end


def _merged(spans: list[Span]) -> list[Span]:
    """Return the spans with those that overlap as one."""
    merged: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.start, -span.end)):
        last = merged[-1] if merged else None
        if last is None or span.start >= last.end:
            merged.append(span)
        elif span.end > last.end:
            merged[-1] = Span(last.start, span.end, Kind.SHAPED)
    return merged
