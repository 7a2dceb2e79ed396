"""The text of `/metrics`: rendered once per snapshot, then served from memory.

Only the accounts that changed are rendered again; the exporter's own counters are at most a second
old.
"""

import math
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import product

from solix_exporter.metrics.catalogue import CATALOGUE
from solix_exporter.metrics.negotiation import OPENMETRICS, accepts_gzip, content_type
from solix_exporter.metrics.own import OwnMetrics
from solix_exporter.metrics.slice_lines import Lines, SliceLines
from solix_exporter.metrics.text_format import END, header
from solix_exporter.model.snapshot import Snapshot

OWN_LIFE_S = 1.0
"""The exporter's own counters are rendered no more often than this."""

_GZIP_LEVEL = 3
"""Text this regular gains little from a higher one."""
_GZIP_WINDOW = 16 + zlib.MAX_WBITS
"""How zlib is asked for a gzip header."""


@dataclass(frozen=True, slots=True)
class ScrapeAnswer:
    """The answer to a scrape."""

    body: bytes
    content_type: str
    content_encoding: str | None = None


def home_texts(lines: list[Lines], *, openmetrics: bool) -> Iterator[str]:
    """Yield the metrics of the catalogue; one without samples is left out."""
    for metric, samples in zip(CATALOGUE, zip(*lines, strict=True), strict=False):
        body = "".join(samples)
        if body:
            yield header(metric.name, metric.kind, metric.help, openmetrics=openmetrics)
            yield body


@dataclass(frozen=True, slots=True)
class _Body:
    """The last body in one format and encoding."""

    content: bytes = b""
    snapshot: Snapshot | None = None
    rendered_at_s: float = -math.inf

    def is_current(self, snapshot: Snapshot) -> bool:
        is_new = time.monotonic() - self.rendered_at_s < OWN_LIFE_S
        return is_new and self.snapshot is snapshot


class Exposition:
    """Answers scrapes from the current snapshot.

    A body is kept as it was sent: a client that accepts gzip, as Prometheus does, leaves no plain
    text in memory.
    """

    def __init__(self, current: Callable[[], Snapshot], own: OwnMetrics) -> None:
        """Take a function that returns the current snapshot, and the exporter's own metrics."""
        self._current = current
        self._own = own
        self._lines = SliceLines()
        self._bodies = {form: _Body() for form in product((False, True), repeat=2)}
        """By whether it is OpenMetrics, and whether it is gzip."""

    def scrape(self, accept: str, accept_encoding: str) -> ScrapeAnswer:
        """Return the answer to a scrape with these `Accept` and `Accept-Encoding` headers."""
        form_type = content_type(accept)
        openmetrics = form_type.startswith(OPENMETRICS)
        gzip = accepts_gzip(accept_encoding)
        snapshot = self._current()
        body = self._bodies[openmetrics, gzip]
        if not body.is_current(snapshot):
            rendered_at_s = time.monotonic()
            chunks = (text.encode() for text in self.texts(snapshot, openmetrics=openmetrics))
            content = _zip(chunks) if gzip else b"".join(chunks)
            body = self._bodies[openmetrics, gzip] = _Body(content, snapshot, rendered_at_s)
        return ScrapeAnswer(body.content, form_type, "gzip" if gzip else None)

    def texts(self, snapshot: Snapshot, *, openmetrics: bool) -> Iterator[str]:
        """Yield the text for a snapshot piece by piece."""
        yield "".join(self._own.texts(openmetrics=openmetrics))
        yield from home_texts(self._lines.of(snapshot), openmetrics=openmetrics)
        if openmetrics:
            yield END


def _zip(chunks: Iterable[bytes]) -> bytes:
    deflater = zlib.compressobj(_GZIP_LEVEL, wbits=_GZIP_WINDOW)
    return b"".join([*map(deflater.compress, chunks), deflater.flush()])
