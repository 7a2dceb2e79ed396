"""The exporter's own metrics: the Prometheus library counts beside them and writes every byte."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import prometheus_client as library
import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.openmetrics.exposition import generate_latest as generate_openmetrics

from solix_exporter.metrics.influx_metrics import INFLUX_METRICS, InfluxMetrics
from solix_exporter.metrics.modbus_metrics import MODBUS_METRICS
from solix_exporter.metrics.mqtt_metrics import MQTT_METRICS
from solix_exporter.metrics.own import OWN_METRICS, OwnMetrics
from solix_exporter.metrics.process import ProcessMetrics
from solix_exporter.metrics.samples import OwnMetric, Samples
from solix_exporter.model.events import PollDone
from tests.scraping import samples_of

METRICS = (*OWN_METRICS, *INFLUX_METRICS, *MQTT_METRICS, *MODBUS_METRICS)
NUMBERS = st.floats(0, allow_nan=False)
CHANGES = st.lists(st.tuples(NUMBERS, st.text(max_size=3)), max_size=6)
NOW = datetime(2026, 6, 20, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _without_created() -> Iterator[None]:
    """The library's `_created` series, which would double every counter, are off."""
    library.disable_created_metrics()
    yield
    library.enable_created_metrics()


class Beside:
    """A metric of ours and the same one of the library, changed alike."""

    def __init__(self, metric: OwnMetric) -> None:
        self._kind = metric.kind
        self._labels = metric.labels
        self._registry = library.CollectorRegistry()
        self._ours = Samples(metric)
        made: Any = {
            "counter": library.Counter,
            "gauge": library.Gauge,
            "histogram": library.Histogram,
        }[metric.kind]
        buckets = {"buckets": metric.buckets} if metric.kind == "histogram" else {}
        self._theirs = made(
            metric.name, metric.help, metric.labels, registry=self._registry, **buckets
        )

    def change(self, number: float, value: str) -> None:
        values = (value,) * len(self._labels)
        theirs = self._theirs.labels(*values) if values else self._theirs
        if self._kind == "counter":
            self._ours.add(number, *values)
            theirs.inc(number)
        elif self._kind == "gauge":
            self._ours.set(number, *values)
            theirs.set(number)
        else:
            self._ours.observe(number, *values)
            theirs.observe(number)

    def remove(self, value: str) -> None:
        values = (value,) * len(self._labels)
        if values and self._kind != "histogram":
            self._ours.remove(*values)
            self._theirs.remove(*values)

    def texts(self) -> list[tuple[str, str]]:
        """Return our text and the library's, plain and as OpenMetrics."""
        plain = self._ours.text(openmetrics=False)
        openmetrics = f"{self._ours.text(openmetrics=True)}# EOF\n"
        return [
            (plain, library.generate_latest(self._registry).decode()),
            (openmetrics, generate_openmetrics(self._registry).decode()),
        ]


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
@given(changes=CHANGES)
def test_every_byte_is_the_librarys(metric: OwnMetric, changes: list[tuple[float, str]]) -> None:
    beside = Beside(metric)
    for number, value in changes:
        beside.change(number, value)
    for _, value in changes[::2]:
        beside.remove(value)
    for number, value in changes[:1]:
        beside.change(number, value)
    for ours, theirs in beside.texts():
        assert ours == theirs


@pytest.mark.parametrize("openmetrics", [False, True])
def test_the_process_is_told_as_the_library_tells_it(openmetrics: bool) -> None:  # noqa: FBT001
    metrics = ProcessMetrics()
    ours = "".join(metrics.texts(openmetrics=openmetrics))
    write = generate_openmetrics if openmetrics else library.generate_latest
    theirs = write(metrics._registry).decode().removesuffix("# EOF\n")
    assert names_only(ours) == names_only(theirs)
    assert "process_cpu_seconds_total" in ours


def names_only(text: str) -> list[str]:
    """Return the lines without the values, which change from look to look."""
    return [line if line.startswith("#") else line.rpartition(" ")[0] for line in text.splitlines()]


def test_the_samples_exist_before_anything_happens() -> None:
    own = OwnMetrics("1.2.3")
    own.expect_account("home")
    own.expect_poll("home", "sites", 60.0)
    own.expect_endpoint("site_list")
    samples = {
        (name, *sorted(dict(labels).values())): value
        for (name, labels), value in samples_of("".join(own.texts(openmetrics=False))).items()
    }
    assert samples["solix_logins_total", "home", "rejected"] == 0
    assert samples["solix_polls_total", "error", "home", "sites"] == 0
    assert samples["solix_poll_interval_seconds", "home", "sites"] == 60
    assert samples["solix_cloud_requests_total", "rate_limited", "site_list"] == 0
    assert samples["solix_readings_rejected_total", "soc_jump"] == 0


def test_what_is_forgotten_leaves_the_text() -> None:
    own = OwnMetrics("1.2.3")
    own.expect_account("home")
    own.expect_poll("home", "sites", 60.0)
    own.poll_done(PollDone("home", "sites", is_success=True, duration_s=1.0, at=NOW))
    own.forget_account("home", ["sites"])
    assert 'account="home"' not in "".join(own.texts(openmetrics=False))


def test_deliveries_are_shown_after_the_process() -> None:
    own = OwnMetrics("1.2.3")
    InfluxMetrics(own).points_written(3, NOW)
    text = "".join(own.texts(openmetrics=False))
    assert text.index("solix_influxdb_points_written_total 3.0") > text.index("python_info")
    assert f"solix_influxdb_last_success_timestamp_seconds {NOW.timestamp():.10g}" not in text
    assert "solix_influxdb_last_success_timestamp_seconds 1.781956" in text
