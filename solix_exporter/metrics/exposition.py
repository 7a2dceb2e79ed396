"""The text of `/metrics`: rendered once for a snapshot, then served from memory.

The snapshot's part is made anew only for the accounts that changed; the exporter's own counters
are at most a second old.
"""

import asyncio
import math
import time
import zlib
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product

from prometheus_client import generate_latest
from prometheus_client.openmetrics.exposition import generate_latest as generate_openmetrics

from solix_exporter.metrics.catalogue import CATALOGUE
from solix_exporter.metrics.negotiation import OPENMETRICS, accepts_gzip, content_type
from solix_exporter.metrics.own import OwnMetrics
from solix_exporter.metrics.slice_lines import Lines, SliceLines
from solix_exporter.metrics.subjects import AnyMetric
from solix_exporter.model.snapshot import Snapshot

OWN_LIFE_S = 1.0
"""The exporter's own counters are rendered no more often than this."""

_FEW_ACCOUNTS = 20
"""Text of so many is made in 3 ms, and a thread for it would take a megabyte of memory."""

_END = b"# EOF\n"
_TOTAL = "_total"
_HELP_ESCAPES = str.maketrans({"\\": r"\\", "\n": r"\n"})
_OPENMETRICS_ESCAPES = str.maketrans({"\\": r"\\", "\n": r"\n", '"': r"\""})
_GZIP_LEVEL = 3
"""Text this regular gains little from more."""
_GZIP_WINDOW = 16 + zlib.MAX_WBITS
"""The library's way to ask for gzip's frame."""


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


def family_texts(lines: list[Lines], *, openmetrics: bool) -> Iterator[bytes]:
    """Give the families of the catalogue; one that no account has a sample of is left out."""
    for metric, samples in zip(CATALOGUE, zip(*lines, strict=True), strict=False):
        body = "".join(samples)
        if body:
            yield (header(metric, openmetrics=openmetrics) + body).encode()


@dataclass(frozen=True, slots=True)
class _Body:
    """What was sent last in one format and encoding."""

    content: bytes = b""
    snapshot: Snapshot | None = None
    begun_at_s: float = -math.inf


class Exposition:
    """Answers scrapes from the snapshot of the moment.

    One text is made at a time, that of a fleet in a thread, because it takes long. It is kept as it
    was sent: who asks for gzip, as Prometheus does, leaves no plain text in memory.
    """

    def __init__(self, current: Callable[[], Awaitable[Snapshot]], own: OwnMetrics) -> None:
        """Take what gives the snapshot of the moment, and the exporter's own metrics."""
        self._current = current
        self._own = own
        self._lines = SliceLines()
        self._bodies = {form: _Body() for form in product((False, True), repeat=2)}
        """By whether it is OpenMetrics, and whether it is zipped."""
        self._turn = asyncio.Lock()

    async def scrape(self, accept: str, accept_encoding: str) -> ScrapeAnswer:
        """Return the answer to a scrape with these `Accept` and `Accept-Encoding` headers."""
        form_type = content_type(accept)
        form = (form_type.startswith(OPENMETRICS), accepts_gzip(accept_encoding))
        arrived_at_s = time.monotonic()
        if not await self._is_true(form):
            async with self._turn:
                # What was begun meanwhile is new enough, though a fleet may have changed again.
                if self._bodies[form].begun_at_s < arrived_at_s and not await self._is_true(form):
                    self._bodies[form] = await self._make(*form)
        body = self._bodies[form]
        return ScrapeAnswer(body.content, form_type, "gzip" if form[1] else None)

    async def _is_true(self, form: tuple[bool, bool]) -> bool:
        body = self._bodies[form]
        is_new = time.monotonic() - body.begun_at_s < OWN_LIFE_S
        return is_new and body.snapshot is await self._current()

    async def _make(self, openmetrics: bool, zipped: bool) -> _Body:  # noqa: FBT001  a key's parts
        snapshot, begun_at_s = await self._current(), time.monotonic()
        self._own.look()
        write = _zip if zipped else b"".join
        chunks = self.chunks(snapshot, openmetrics=openmetrics)
        if len(snapshot.slices) <= _FEW_ACCOUNTS:
            content = write(chunks)
        else:
            content = await asyncio.to_thread(write, chunks)
        return _Body(content, snapshot, begun_at_s)

    def chunks(self, snapshot: Snapshot, *, openmetrics: bool) -> Iterator[bytes]:
        """Give the text for a snapshot piece by piece; one thread at a time may ask."""
        if openmetrics:
            yield bytes(generate_openmetrics(self._own.registry)).removesuffix(_END)
        else:
            yield generate_latest(self._own.registry)
        yield from family_texts(self._lines.of(snapshot), openmetrics=openmetrics)
        if openmetrics:
            yield _END


def _zip(chunks: Iterable[bytes]) -> bytes:
    deflater = zlib.compressobj(_GZIP_LEVEL, wbits=_GZIP_WINDOW)
    return b"".join([*map(deflater.compress, chunks), deflater.flush()])
