"""Chooses format and encoding of `/metrics` by the headers of a scrape (RFC 9110, section 12).

Whatever a client sends, it gets an answer: the text format 0.0.4, which every scraper reads, where
nothing that is offered matches.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

_ITEM = re.compile(r'(?:[^,"]|"(?:\\.|[^"\\])*"?)+')
"""One item of a comma-separated list; quoted commas belong to the item."""
_PARAMETER = re.compile(r'(?:[^;"]|"(?:\\.|[^"\\])*"?)+')
_WEIGHT = re.compile(r"0(\.\d*)?|1(\.0*)?")
_ESCAPINGS = frozenset({"allow-utf-8", "underscores", "dots", "values"})
"""Escaping schemes for unusual names; no name here needs one, so that all give the same text."""

OPENMETRICS = "application/openmetrics-text"
TEXT = "text/plain"
_PLAIN = f"{TEXT}; version=0.0.4; charset=utf-8"
_TEXT = f"{TEXT}; version=1.0.0; charset=utf-8"
_OPENMETRICS = f"{OPENMETRICS}; version=1.0.0; charset=utf-8"


@dataclass(frozen=True, slots=True)
class _Range:
    """One item of an `Accept` or `Accept-Encoding` header."""

    name: str
    parameters: dict[str, str]
    weight: float


@lru_cache(64)
def content_type(accept: str) -> str:
    """Return the `Content-Type` to answer with; a scraper sends the same header each time."""
    ranges = sorted(_ranges(accept), key=lambda item: -item.weight)
    refused = {item.name for item in ranges if not item.weight}
    for item in ranges:
        found = _offered(item, refused) if item.weight else None
        if found is not None:
            return found
    return _PLAIN


@lru_cache(64)
def accepts_gzip(accept_encoding: str) -> bool:
    """Return whether the header lists gzip with a weight above 0."""
    return any(item.name == "gzip" and item.weight > 0 for item in _ranges(accept_encoding))


def _offered(item: _Range, refused: set[str]) -> str | None:
    """Return the content type for a media range, None if it is not offered."""
    if item.name == OPENMETRICS:
        return _versioned(item, _OPENMETRICS, {None: _OPENMETRICS})
    if item.name == TEXT:
        return _versioned(item, _TEXT, {None: _PLAIN, "0.0.4": _PLAIN})
    if item.name in {"*/*", "text/*"} and TEXT not in refused:
        return _PLAIN
    if item.name in {"*/*", "application/*"} and OPENMETRICS not in refused:
        return _OPENMETRICS
    return None


def _versioned(item: _Range, newest: str, others: dict[str | None, str]) -> str | None:
    version = item.parameters.get("version")
    if version != "1.0.0":
        return others.get(version)
    escaping = item.parameters.get("escaping")
    return f"{newest}; escaping={escaping if escaping in _ESCAPINGS else 'underscores'}"


def _ranges(header: str) -> Iterator[_Range]:
    for text in _ITEM.findall(header):
        name, _, rest = text.partition(";")
        parameters = {}
        for pair in _PARAMETER.findall(rest):
            key, _, value = pair.partition("=")
            parameters[key.strip().lower()] = _unquoted(value.strip())
        weight = parameters.pop("q", "1")
        # A weight that cannot be read asks for nothing.
        is_readable = _WEIGHT.fullmatch(weight) is not None
        yield _Range(name.strip().lower(), parameters, float(weight) if is_readable else 0.0)


def _unquoted(value: str) -> str:
    if len(value) > 1 and value[0] == value[-1] == '"':
        return re.sub(r"\\(.)", r"\1", value[1:-1])
    return value
