"""The samples of the exporter's own metrics: plain numbers, changed on the event loop only."""

import math
from dataclasses import dataclass

from solix_exporter.metrics.text_format import NUMBER_TEXTS, Kind, header, in_braces


@dataclass(frozen=True, slots=True)
class OwnMetric:
    """One metric of the exporter itself."""

    name: str
    kind: Kind
    help: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()
    """Upper bounds of a histogram's buckets, without infinity."""


class Samples:
    """The samples of one metric; label values are given in the order of its label names."""

    def __init__(self, metric: OwnMetric) -> None:
        """Start at 0 where there are no labels, otherwise without samples."""
        self._metric = metric
        self._numbers: dict[str, float] = {}
        """By what follows the metric's name: a histogram's suffix, and the labels."""
        if not metric.labels:
            self.add(0)

    def add(self, number: float, *values: str) -> None:
        """Add to a counter; adding 0 makes its sample."""
        self._add(number, self._key(values))

    def set(self, number: float, *values: str) -> None:
        """Set a gauge."""
        self._numbers[self._key(values)] = number

    def observe(self, number: float, *values: str) -> None:
        """Add an observation to a histogram."""
        for bound in (*self._metric.buckets, math.inf):
            le = ("le", NUMBER_TEXTS[bound])
            self._add(float(number <= bound), f"_bucket{self._key(values, le)}")
        self._add(1, f"_count{self._key(values)}")
        self._add(number, f"_sum{self._key(values)}")

    def remove(self, *values: str) -> None:
        """Remove a sample, if it exists."""
        self._numbers.pop(self._key(values), None)

    def remove_observations(self, *values: str) -> None:
        """Remove the observations of a histogram, if there are any."""
        for bound in (*self._metric.buckets, math.inf):
            le = ("le", NUMBER_TEXTS[bound])
            self._numbers.pop(f"_bucket{self._key(values, le)}", None)
        for suffix in ("_count", "_sum"):
            self._numbers.pop(f"{suffix}{self._key(values)}", None)

    def clear(self) -> None:
        """Remove all samples."""
        self._numbers.clear()

    def text(self, *, openmetrics: bool) -> str:
        """Return the metric's header and sample lines."""
        metric = self._metric
        lines = [
            f"{metric.name}{key} {NUMBER_TEXTS[number]}\n" for key, number in self._numbers.items()
        ]
        start = header(metric.name, metric.kind, metric.help, openmetrics=openmetrics)
        return "".join((start, *lines))

    def _add(self, number: float, key: str) -> None:
        self._numbers[key] = self._numbers.get(key, 0.0) + number

    def _key(self, values: tuple[str, ...], *more: tuple[str, str]) -> str:
        return in_braces((*zip(self._metric.labels, values, strict=True), *more))
