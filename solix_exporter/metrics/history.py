"""Day gauges of the past in the format of `promtool tsdb create-blocks-from openmetrics`.

The rows are those of `/metrics`, so that a dashboard shows one series before and after the first
start. Each day has one sample at its last second, with the value that the gauge had then.
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
    """Yield the text line by line, metric by metric, each in the order of time.

    `extra` labels are added to each sample: with the `job` and `instance` of the scrape the series
    are the same as in Prometheus.
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
