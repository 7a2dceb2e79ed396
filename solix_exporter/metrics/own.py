"""The exporter's own counters: requests, budget, polls, logins. Listens to the working parts."""

import platform
from collections.abc import Callable, Iterable, Iterator

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from solix_exporter.cloud.budget import EndpointBudget
from solix_exporter.model.events import PollDone

LOGIN_OUTCOMES = ("success", "rejected", "locked", "error")
REJECTED_READINGS = ("soc_jump", "counter_backwards", "implausible_energy", "late_day_change")

_REQUEST_BUCKETS_S = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_POLL_BUCKETS_S = (0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0)


class OwnMetrics:
    """Counts what happens; an `Observer` for `cloud` and `poll`."""

    def __init__(self, version: str) -> None:
        # `_created` series would double every counter.
        disable_created_metrics()
        self.registry = registry = CollectorRegistry()
        self._requests = Counter(
            "solix_cloud_requests_total",
            "Requests to the cloud by how they ended.",
            ["endpoint", "outcome"],
            registry=registry,
        )
        self._request_duration = Histogram(
            "solix_cloud_request_duration_seconds",
            "How long requests to the cloud took.",
            ["endpoint"],
            buckets=_REQUEST_BUCKETS_S,
            registry=registry,
        )
        self._throttle_wait = Counter(
            "solix_cloud_throttle_wait_seconds_total",
            "Time that requests waited for the budget.",
            ["endpoint"],
            registry=registry,
        )
        self._malformed = Counter(
            "solix_cloud_malformed_values_total",
            "Values of an answer whose type or text could not be read; they count as not reported.",
            ["endpoint", "field"],
            registry=registry,
        )
        self._unread = Gauge(
            "solix_cloud_unread_fields",
            "Keys in the last answer that no parser read.",
            ["endpoint"],
            registry=registry,
        )
        self._logins = Counter(
            "solix_logins_total",
            "Logins by how they ended.",
            ["account", "outcome"],
            registry=registry,
        )
        self._rejected = Counter(
            "solix_readings_rejected_total",
            "Readings that were not plausible and therefore not shown.",
            ["reason"],
            registry=registry,
        )
        self._polls = Counter(
            "solix_polls_total",
            "Polls by how they ended.",
            ["account", "poll", "outcome"],
            registry=registry,
        )
        self._poll_duration = Histogram(
            "solix_poll_duration_seconds",
            "How long polls took, waiting for the budget included.",
            ["poll"],
            buckets=_POLL_BUCKETS_S,
            registry=registry,
        )
        self._poll_success = Gauge(
            "solix_poll_last_success_timestamp_seconds",
            "When the poll last succeeded.",
            ["account", "poll"],
            registry=registry,
        )
        self._poll_interval = Gauge(
            "solix_poll_interval_seconds",
            "How often the poll runs now; the budget can stretch it.",
            ["account", "poll"],
            registry=registry,
        )
        for reason in REJECTED_READINGS:
            self._rejected.labels(reason)
        _register_process(registry, version)

    def watch_budget(self, budget: Callable[[], Iterable[EndpointBudget]]) -> None:
        """Show the windows of the budget, read when they are asked for."""
        self.registry.register(_BudgetCollector(budget))

    def expect_account(self, account: str) -> None:
        """Start an account's login counters at 0, so that the first refusal is an increase."""
        for outcome in LOGIN_OUTCOMES:
            self._logins.labels(account, outcome)

    def expect_poll(self, account: str, poll: str, interval_s: float) -> None:
        """Start a poll's counters at 0."""
        for outcome in ("success", "error"):
            self._polls.labels(account, poll, outcome)
        self.interval_changed(account, poll, interval_s)

    def expect_endpoint(self, endpoint: str) -> None:
        """Start the counters of an endpoint that alerts look at; the rest come as they happen."""
        for outcome in ("ok", "rate_limited"):
            self._requests.labels(endpoint, outcome)
        self._throttle_wait.labels(endpoint)

    def request_done(self, endpoint: str, outcome: str, duration_s: float) -> None:
        """Count one request to the cloud."""
        self._requests.labels(endpoint, outcome).inc()
        self._request_duration.labels(endpoint).observe(duration_s)

    def throttle_waited(self, endpoint: str, waited_s: float) -> None:
        """Count time that a request waited for the budget."""
        self._throttle_wait.labels(endpoint).inc(waited_s)

    def value_malformed(self, endpoint: str, field: str) -> None:
        """Count a value whose type or text could not be read."""
        self._malformed.labels(endpoint, field).inc()

    def fields_unread(self, endpoint: str, fields: tuple[str, ...]) -> None:
        """Note how many keys of the last answer no parser knows."""
        self._unread.labels(endpoint).set(len(fields))

    def login_done(self, account: str, outcome: str) -> None:
        """Count a login."""
        self._logins.labels(account, outcome).inc()

    def poll_done(self, poll: PollDone) -> None:
        """Count a poll that ended."""
        outcome = "success" if poll.is_success else "error"
        self._polls.labels(poll.account, poll.poll, outcome).inc()
        self._poll_duration.labels(poll.poll).observe(poll.duration_s)
        if poll.is_success:
            self._poll_success.labels(poll.account, poll.poll).set(poll.at.timestamp())

    def interval_changed(self, account: str, poll: str, interval_s: float) -> None:
        """Note how often a poll runs now."""
        self._poll_interval.labels(account, poll).set(interval_s)

    def reading_rejected(self, reason: str) -> None:
        """Count a reading that is not plausible."""
        self._rejected.labels(reason).inc()


def _register_process(registry: CollectorRegistry, version: str) -> None:
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    GCCollector(registry=registry)
    Gauge(
        "solix_exporter_build_info",
        "The running version, always 1.",
        ["version", "python_version"],
        registry=registry,
    ).labels(version, platform.python_version()).set(1)


class _BudgetCollector(Collector):
    """The windows of the budget, read when they are asked for."""

    def __init__(self, budget: Callable[[], Iterable[EndpointBudget]]) -> None:
        self._budget = budget

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Give the budget's gauges; of an endpoint on two servers those of the fuller window."""
        limit = GaugeMetricFamily(
            "solix_cloud_budget_limit_requests",
            "Requests that may go to the endpoint in a minute.",
            labels=["endpoint"],
        )
        remaining = GaugeMetricFamily(
            "solix_cloud_budget_remaining_requests",
            "Requests that may still go in the running minute.",
            labels=["endpoint"],
        )
        tightest: dict[str, EndpointBudget] = {}
        for window in self._budget():
            known = tightest.get(window.endpoint)
            if known is None or window.remaining < known.remaining:
                tightest[window.endpoint] = window
        for endpoint, window in sorted(tightest.items()):
            limit.add_metric([endpoint], window.limit)
            remaining.add_metric([endpoint], window.remaining)
        yield limit
        yield remaining
