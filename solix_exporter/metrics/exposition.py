"""The text of `/metrics`: rendered once for a snapshot, then served from memory.

The snapshot's part is made anew only for the accounts that changed; the exporter's own counters
are at most a second old. Which format is sent is negotiated as the Prometheus library does it.
"""

import asyncio
import gzip
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cache, lru_cache

from prometheus_client import generate_latest
from prometheus_client.exposition import choose_encoder
from prometheus_client.openmetrics.exposition import generate_latest as generate_openmetrics

from solix_exporter.metrics.catalogue import CATALOGUE
from solix_exporter.metrics.own import OwnMetrics
from solix_exporter.metrics.slice_lines import SliceLines
from solix_exporter.metrics.subjects import AnyMetric
from solix_exporter.model.snapshot import Snapshot

OWN_LIFE_S = 1.0
"""The exporter's own counters are rendered no more often than this."""

_END = b"# EOF\n"
_OPENMETRICS = "application/openmetrics-text"
_TOTAL = "_total"
_HELP_ESCAPES = str.maketrans({"\\": r"\\", "\n": r"\n"})
_OPENMETRICS_ESCAPES = str.maketrans({"\\": r"\\", "\n": r"\n", '"': r"\""})
_GZIP_LEVEL = 3
"""Text this regular gains little from more."""


@dataclass(frozen=True, slots=True)
class ScrapeAnswer:
    """What a scrape is answered with."""

    body: bytes
    content_type: str
    content_encoding: str | None = None


@cache
def header(metric: AnyMetric, *, openmetrics: bool) -> str:
    """Return the HELP and TYPE lines of a family."""
    name, text = metric.name, metric.help
    if openmetrics:
        # OpenMetrics names a counter's family without the suffix of its samples.
        name = name.removesuffix(_TOTAL) if metric.kind == "counter" else name
        text = text.translate(_OPENMETRICS_ESCAPES)
    else:
        text = text.translate(_HELP_ESCAPES)
    return f"# HELP {name} {text}\n# TYPE {name} {metric.kind}\n"


def render_snapshot(texts: list[tuple[str, ...]], *, openmetrics: bool) -> bytes:
    """Return the families of the catalogue; one that no account has a sample of is left out."""
    pieces: list[str] = []
    for metric, lines in zip(CATALOGUE, zip(*texts, strict=True), strict=False):
        body = "".join(lines)
        if body:
            pieces += (header(metric, openmetrics=openmetrics), body)
    return "".join(pieces).encode()


@dataclass(slots=True)
class _Format:
    """The kept rendering of one exposition format."""

    openmetrics: bool
    snapshot: Snapshot | None = None
    begun_at_s: float = float("-inf")
    plain: bytes = b""
    zipped: bytes = b""
    """Empty until somebody wants it."""

    def holds(self, snapshot: Snapshot, now_s: float) -> bool:
        """Return whether the text says what is the case."""
        return self.snapshot is snapshot and now_s - self.begun_at_s < OWN_LIFE_S


class Exposition:
    """Answers scrapes from the snapshot of the moment.

    Text is made in a thread, because that of a fleet takes long, and one at a time.
    """

    def __init__(self, current: Callable[[], Awaitable[Snapshot]], own: OwnMetrics) -> None:
        """Take what gives the snapshot of the moment, and the exporter's own metrics."""
        self._current = current
        self._own = own
        self._lines = SliceLines()
        self._formats = {flag: _Format(flag) for flag in (False, True)}
        self._turn = asyncio.Lock()

    async def scrape(self, accept: str, accept_encoding: str) -> ScrapeAnswer:
        """Return the answer to a scrape with these `Accept` and `Accept-Encoding` headers."""
        content_type = _content_type(accept)
        form = self._formats[content_type.startswith(_OPENMETRICS)]
        wants_zip = "gzip" in accept_encoding
        arrived_at_s = time.monotonic()
        is_kept = form.holds(await self._current(), arrived_at_s)
        if not is_kept or (wants_zip and not form.zipped):
            async with self._turn:
                await self._prepare(form, arrived_at_s, wants_zip=wants_zip)
        if wants_zip:
            return ScrapeAnswer(form.zipped, content_type, "gzip")
        return ScrapeAnswer(form.plain, content_type)

    async def _prepare(self, form: _Format, arrived_at_s: float, *, wants_zip: bool) -> None:
        """Make what a scrape wants, unless it was begun since the scrape arrived."""
        snapshot, now_s = await self._current(), time.monotonic()
        if form.begun_at_s < arrived_at_s and not form.holds(snapshot, now_s):
            self._own.look()
            form.plain = await asyncio.to_thread(self.text, snapshot, openmetrics=form.openmetrics)
            form.zipped, form.snapshot, form.begun_at_s = b"", snapshot, now_s
        if wants_zip and not form.zipped:
            form.zipped = await asyncio.to_thread(_zip, form.plain)

    def text(self, snapshot: Snapshot, *, openmetrics: bool) -> bytes:
        """Return the whole text for a snapshot; one thread at a time may ask."""
        registry = self._own.registry
        lines = self._lines.of(snapshot)
        if not openmetrics:
            return generate_latest(registry) + render_snapshot(lines, openmetrics=False)
        own = bytes(generate_openmetrics(registry)).removesuffix(_END)
        return b"".join((own, render_snapshot(lines, openmetrics=True), _END))


def _zip(text: bytes) -> bytes:
    return gzip.compress(text, compresslevel=_GZIP_LEVEL, mtime=0)


@lru_cache(64)
def _content_type(accept: str) -> str:
    """Return the format for an `Accept` header; a scraper sends the same one each time."""
    return str(choose_encoder(accept)[1])
