"""Day gauges of the past, as `promtool tsdb create-blocks-from openmetrics` takes them.

The rows are those of `/metrics`, so that a dashboard finds one series before and after the first
start. Each day is one sample at its last second: what the gauge would have shown then.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from solix_exporter.metrics.energy_rows import DAY_METRICS
from solix_exporter.metrics.subjects import AnyMetric, Chosen
from solix_exporter.metrics.text_format import END, Labels, header, labels_text
from solix_exporter.model.snapshot import AccountSlice


@dataclass(frozen=True, slots=True)
class HistoryDay:
    """Sites and devices with the energy of one day."""

    at: datetime
    """Time of the samples."""
    part: AccountSlice


def history_lines(days: Sequence[HistoryDay], extra: Labels = ()) -> Iterator[str]:
    """Give the text line by line, family by family, each in the order of time.

    `extra` labels are added to each sample: those that Prometheus adds to what it scrapes, `job`
    and `instance`, make the series the same.
    """
    ordered = sorted(days, key=lambda day: day.at)
    for metric in DAY_METRICS:
        lines = [line for day in ordered for line in _lines(metric, day, extra)]
        if lines:
            yield header(metric.name, metric.kind, metric.help, openmetrics=True)
            yield from lines
    yield END


def _lines(metric: AnyMetric, day: HistoryDay, extra: Labels) -> Iterator[str]:
    rows = []
    for chosen in metric.subject.choose(day.part):
        labels = tuple(sorted((*chosen.labels, *extra)))
        rows.append(Chosen(chosen.item, labels, labels_text(labels)))
    stamp = f" {int(day.at.timestamp())}\n"
    for line in metric.write(rows).splitlines():
        yield line + stamp
