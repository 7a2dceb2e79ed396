"""The metrics of what is written to InfluxDB; they exist where it is configured."""

from datetime import datetime

from solix_exporter.metrics.own import OwnMetrics
from solix_exporter.metrics.samples import OwnMetric, Samples

_WRITTEN = OwnMetric(
    "solix_influxdb_points_written_total",
    "counter",
    "Points that the server took; a point that is written again counts again.",
)
_REJECTED = OwnMetric(
    "solix_influxdb_points_rejected_total",
    "counter",
    "Points that the server refused and that were set aside; the log names the first.",
)
_DROPPED = OwnMetric(
    "solix_influxdb_points_dropped_total",
    "counter",
    "Live readings that were given up, the oldest first, because the spool was full.",
)
_ERRORS = OwnMetric(
    "solix_influxdb_write_errors_total",
    "counter",
    "Deliveries that failed and are tried again.",
)
_PENDING = OwnMetric(
    "solix_influxdb_pending_points",
    "gauge",
    "Points that the ledger and the spool hold and the server has not.",
)
_SUCCESS = OwnMetric(
    "solix_influxdb_last_success_timestamp_seconds",
    "gauge",
    "When the server last took points; 0 before the first time.",
)

INFLUX_METRICS = (_WRITTEN, _REJECTED, _DROPPED, _ERRORS, _PENDING, _SUCCESS)
"""In the order of `/metrics`."""


class InfluxMetrics:
    """Counts deliveries; a `DeliveryObserver`."""

    def __init__(self, own: OwnMetrics) -> None:
        """Add the metrics to the exporter's own."""
        samples = {metric: Samples(metric) for metric in INFLUX_METRICS}
        own.also_show(*samples.values())
        self._written = samples[_WRITTEN]
        self._rejected = samples[_REJECTED]
        self._dropped = samples[_DROPPED]
        self._errors = samples[_ERRORS]
        self._pending = samples[_PENDING]
        self._success = samples[_SUCCESS]

    def points_written(self, count: int, at: datetime) -> None:
        """Count points that the server accepted."""
        self._written.add(count)
        self._success.set(at.timestamp())

    def points_rejected(self, count: int) -> None:
        """Count points that the server refused for good."""
        self._rejected.add(count)

    def points_dropped(self, count: int) -> None:
        """Count points that were dropped because the spool was full."""
        self._dropped.add(count)

    def write_failed(self) -> None:
        """Count a delivery that will be retried."""
        self._errors.add(1)

    def points_pending(self, count: int) -> None:
        """Set how many points the server does not have yet."""
        self._pending.set(count)
