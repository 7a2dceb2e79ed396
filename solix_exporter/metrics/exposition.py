"""The text of `/metrics`: rendered once for a snapshot, then served from memory.

The snapshot's part is made anew only for the accounts that changed; the exporter's own counters
are at most a second old. Which format is sent is negotiated as the Prometheus library does it.
"""

import gzip
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import choose_encoder
from prometheus_client.openmetrics.exposition import generate_latest as generate_openmetrics

from solix_exporter.metrics.catalogue import CATALOGUE
from solix_exporter.metrics.slice_lines import SliceLines
from solix_exporter.metrics.subjects import AnyMetric
from solix_exporter.model.snapshot import Snapshot

OWN_LIFE_S = 1.0
"""The exporter's own counters are rendered no more often than this."""

_END = b"# EOF\n"
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
    """The kept renderings of one exposition format."""

    openmetrics: bool
    snapshot: Snapshot | None = None
    home: bytes = b""
    own_at_s: float = float("-inf")
    plain: bytes = b""
    zipped: bytes = b""
    """The two answers; empty where they have to be put together anew."""


@dataclass(slots=True)
class Exposition:
    """Answers scrapes from the snapshot of the moment."""

    snapshot: Callable[[], Snapshot]
    own: CollectorRegistry
    _texts: SliceLines = field(default_factory=SliceLines)
    _lines: tuple[Snapshot, list[tuple[str, ...]]] | None = None
    _formats: dict[bool, _Format] = field(
        default_factory=lambda: {flag: _Format(flag) for flag in (False, True)}
    )

    def scrape(self, accept: str, accept_encoding: str) -> ScrapeAnswer:
        """Return the answer to a scrape with these `Accept` and `Accept-Encoding` headers."""
        content_type = choose_encoder(accept)[1]
        form = self._formats[content_type.startswith("application/openmetrics-text")]
        self._refresh(form)
        if "gzip" not in accept_encoding:
            return ScrapeAnswer(form.plain, content_type)
        if not form.zipped:
            form.zipped = gzip.compress(form.plain, compresslevel=_GZIP_LEVEL, mtime=0)
        return ScrapeAnswer(form.zipped, content_type, "gzip")

    def _refresh(self, form: _Format) -> None:
        snapshot, now_s = self.snapshot(), time.monotonic()
        is_same = form.snapshot is snapshot
        if is_same and now_s - form.own_at_s < OWN_LIFE_S:
            return
        if not is_same:
            form.home = render_snapshot(self._lines_of(snapshot), openmetrics=form.openmetrics)
            form.snapshot = snapshot
        form.plain, form.zipped = self._own(form) + form.home, b""
        if form.openmetrics:
            form.plain += _END
        form.own_at_s = now_s

    def _lines_of(self, snapshot: Snapshot) -> list[tuple[str, ...]]:
        if self._lines is None or self._lines[0] is not snapshot:
            self._lines = (snapshot, self._texts.of(snapshot))
        return self._lines[1]

    def _own(self, form: _Format) -> bytes:
        if form.openmetrics:
            return bytes(generate_openmetrics(self.own)).removesuffix(_END)
        return generate_latest(self.own)
