"""The metrics of the process and of Python, as the Prometheus library collects them."""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector

from solix_exporter.metrics.text_format import NUMBER_TEXTS, header, in_braces


class ProcessMetrics:
    """The metrics `process_*` and `python_*`."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=self._registry)

    def texts(self, *, openmetrics: bool) -> Iterator[str]:
        """Yield the text of each metric."""
        for metric in self._registry.collect():
            # The library adds the suffix of a counter to its samples only.
            name = f"{metric.name}_total" if metric.type == "counter" else metric.name
            yield header(name, metric.type, metric.documentation, openmetrics=openmetrics)
            for sample in metric.samples:
                labels = in_braces(sample.labels.items())
                yield f"{sample.name}{labels} {NUMBER_TEXTS[sample.value]}\n"
