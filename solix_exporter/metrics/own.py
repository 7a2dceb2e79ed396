"""The exporter's own counters: requests, budget, polls, logins. Listens to the working parts."""

import platform
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

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
POLL_OUTCOMES = ("success", "error")
REJECTED_READINGS = (
    "soc_jump",
    "lifetime_backwards",
    "lifetime_jump",
    "counter_backwards",
    "implausible_energy",
    "late_day_change",
)


@dataclass(frozen=True, slots=True)
class _Row:
    """One metric: its full name, its help and its labels."""

    name: str
    text: str
    labels: tuple[str, ...]
    buckets: tuple[float, ...] = ()
    """Upper bounds of a histogram's buckets."""


_REQUESTS = _Row(
    "solix_cloud_requests_total",
    "Requests to the cloud by how they ended.",
    ("endpoint", "outcome"),
)
_REQUEST_DURATION = _Row(
    "solix_cloud_request_duration_seconds",
    "How long requests to the cloud took.",
    ("endpoint",),
    (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0),
)
_THROTTLE_WAIT = _Row(
    "solix_cloud_throttle_wait_seconds_total",
    "Time that requests waited for the budget.",
    ("endpoint",),
)
_MALFORMED = _Row(
    "solix_cloud_malformed_values_total",
    "Values of an answer whose type or text could not be read; they count as not reported.",
    ("endpoint", "field"),
)
_UNREAD = _Row(
    "solix_cloud_unread_fields", "Keys in the last answer that no parser read.", ("endpoint",)
)
_LOGINS = _Row("solix_logins_total", "Logins by how they ended.", ("account", "outcome"))
_REJECTED = _Row(
    "solix_readings_rejected_total",
    "Readings that were not plausible and therefore not shown.",
    ("reason",),
)
_POLLS = _Row("solix_polls_total", "Polls by how they ended.", ("account", "poll", "outcome"))
_POLL_DURATION = _Row(
    "solix_poll_duration_seconds",
    "How long polls took, waiting for the budget included.",
    ("poll",),
    (0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0),
)
_POLL_SUCCESS = _Row(
    "solix_poll_last_success_timestamp_seconds",
    "When the cloud last answered the poll.",
    ("account", "poll"),
)
_POLL_INTERVAL = _Row(
    "solix_poll_interval_seconds",
    "How often the poll runs now; the budget can stretch it.",
    ("account", "poll"),
)
_BUDGET_LIMIT = _Row(
    "solix_cloud_budget_limit_requests",
    "Requests that may go to the endpoint in a minute.",
    ("endpoint",),
)
_BUDGET_REMAINING = _Row(
    "solix_cloud_budget_remaining_requests",
    "Requests that may still go in the running minute.",
    ("endpoint",),
)
_BUILD_INFO = _Row(
    "solix_exporter_build_info", "The running version, always 1.", ("version", "python_version")
)


class OwnMetrics:
    """Counts what happens; an `Observer` for `cloud` and `poll`."""

    def __init__(self, version: str) -> None:
        # `_created` series would double every counter.
        disable_created_metrics()
        self.registry = CollectorRegistry()
        self.labels: dict[str, tuple[str, ...]] = {
            row.name: row.labels for row in (_BUDGET_LIMIT, _BUDGET_REMAINING)
        }
        """Names of the labels of each metric, for the documentation."""
        self._requests = self._counter(_REQUESTS)
        self._request_duration = self._histogram(_REQUEST_DURATION)
        self._throttle_wait = self._counter(_THROTTLE_WAIT)
        self._malformed = self._counter(_MALFORMED)
        self._unread = self._gauge(_UNREAD)
        self._logins = self._counter(_LOGINS)
        self._rejected = self._counter(_REJECTED)
        self._polls = self._counter(_POLLS)
        self._poll_duration = self._histogram(_POLL_DURATION)
        self._poll_success = self._gauge(_POLL_SUCCESS)
        self._poll_interval = self._gauge(_POLL_INTERVAL)
        self._gauge(_BUILD_INFO).labels(version, platform.python_version()).set(1)
        for reason in REJECTED_READINGS:
            self._rejected.labels(reason)
        self._budget: Callable[[], Iterable[EndpointBudget]] = tuple
        self._windows = _BudgetCollector()
        self.registry.register(self._windows)
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=self.registry)

    def counter(self, name: str, text: str, *labels: str) -> Counter:
        """Add a counter."""
        self.labels[name] = labels
        return Counter(name, text, labels, registry=self.registry)

    def gauge(self, name: str, text: str, *labels: str) -> Gauge:
        """Add a gauge."""
        self.labels[name] = labels
        return Gauge(name, text, labels, registry=self.registry)

    def _counter(self, row: _Row) -> Counter:
        return self.counter(row.name, row.text, *row.labels)

    def _gauge(self, row: _Row) -> Gauge:
        return self.gauge(row.name, row.text, *row.labels)

    def _histogram(self, row: _Row) -> Histogram:
        self.labels[row.name] = row.labels
        return Histogram(
            row.name, row.text, row.labels, buckets=row.buckets, registry=self.registry
        )

    def watch_budget(self, budget: Callable[[], Iterable[EndpointBudget]]) -> None:
        """Show the windows of the budget, as they are when `look` is called."""
        self._budget = budget

    def look(self) -> None:
        """Read what changes without telling; the registry may then be asked in a thread."""
        self._windows.seen = tuple(self._budget())

    def expect_account(self, account: str) -> None:
        """Start an account's login counters at 0, so that the first refusal is an increase."""
        for outcome in LOGIN_OUTCOMES:
            self._logins.labels(account, outcome)

    def forget_account(self, account: str, polls: Iterable[str]) -> None:
        """Stop showing an account that is not configured any more, with these polls."""
        for outcome in LOGIN_OUTCOMES:
            self._logins.remove(account, outcome)
        self.forget_polls(account, polls)

    def forget_polls(self, account: str, polls: Iterable[str]) -> None:
        """Stop showing polls that an account does not have any more."""
        for poll in polls:
            for outcome in POLL_OUTCOMES:
                self._polls.remove(account, poll, outcome)
            self._poll_success.remove(account, poll)
            self._poll_interval.remove(account, poll)

    def expect_poll(self, account: str, poll: str, interval_s: float) -> None:
        """Start a poll's counters at 0."""
        for outcome in POLL_OUTCOMES:
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

    def poll_needless(self, account: str, poll: str) -> None:
        """Stop showing a poll until it has something to ask again."""
        self.forget_polls(account, (poll,))

    def reading_rejected(self, reason: str) -> None:
        """Count a reading that is not plausible."""
        self._rejected.labels(reason).inc()


class _BudgetCollector(Collector):
    """The windows of the budget, as they were last seen."""

    def __init__(self) -> None:
        self.seen: tuple[EndpointBudget, ...] = ()

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Give the budget's gauges; of an endpoint on two servers those of the fuller window."""
        limit, remaining = (
            GaugeMetricFamily(row.name, row.text, labels=row.labels)
            for row in (_BUDGET_LIMIT, _BUDGET_REMAINING)
        )
        tightest: dict[str, EndpointBudget] = {}
        for window in self.seen:
            known = tightest.get(window.endpoint)
            if known is None or window.remaining < known.remaining:
                tightest[window.endpoint] = window
        for endpoint, window in sorted(tightest.items()):
            limit.add_metric([endpoint], window.limit)
            remaining.add_metric([endpoint], window.remaining)
        yield limit
        yield remaining
