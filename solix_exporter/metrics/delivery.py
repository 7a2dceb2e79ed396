"""The counters of what goes to InfluxDB; they exist where it is configured."""

from datetime import datetime

from solix_exporter.metrics.own import OwnMetrics


class DeliveryMetrics:
    """Counts deliveries; a `DeliveryObserver`."""

    def __init__(self, own: OwnMetrics) -> None:
        """Add the metrics to the exporter's own."""
        self._written = own.counter(
            "solix_influxdb_points_written_total",
            "Points that the server took; a point that is written again counts again.",
        )
        self._rejected = own.counter(
            "solix_influxdb_points_rejected_total",
            "Points that the server refused and that were set aside; the log names the first.",
        )
        self._dropped = own.counter(
            "solix_influxdb_points_dropped_total",
            "Live readings that were given up, the oldest first, because the spool was full.",
        )
        self._errors = own.counter(
            "solix_influxdb_write_errors_total",
            "Deliveries that failed and are tried again.",
        )
        self._pending = own.gauge(
            "solix_influxdb_pending_points",
            "Points that the ledger and the spool hold and the server has not.",
        )
        self._success = own.gauge(
            "solix_influxdb_last_success_timestamp_seconds",
            "When the server last took points; 0 before the first time.",
        )

    def points_written(self, count: int, at: datetime) -> None:
        """Count points that the server took."""
        self._written.inc(count)
        self._success.set(at.timestamp())

    def points_rejected(self, count: int) -> None:
        """Count points that the server refused for good."""
        self._rejected.inc(count)

    def points_dropped(self, count: int) -> None:
        """Count points that were given up because they found no room to wait."""
        self._dropped.inc(count)

    def write_failed(self) -> None:
        """Count a delivery that has to be tried again."""
        self._errors.inc()

    def points_pending(self, count: int) -> None:
        """Note how many points the server does not have yet."""
        self._pending.set(count)
