"""The exporter's own metrics: requests, budget, polls, logins."""

import platform
from collections.abc import Callable, Iterable, Iterator

from solix_exporter.cloud.budget import EndpointBudget
from solix_exporter.metrics.process import ProcessMetrics
from solix_exporter.metrics.samples import OwnMetric, Samples
from solix_exporter.model.compared import COMPARED
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
    "soc_range",
)

_REQUESTS = OwnMetric(
    "solix_cloud_requests_total",
    "counter",
    "Requests to the cloud by how they ended.",
    ("endpoint", "outcome"),
)
_REQUEST_DURATION = OwnMetric(
    "solix_cloud_request_duration_seconds",
    "histogram",
    "How long requests to the cloud took.",
    ("endpoint",),
    (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0),
)
_THROTTLE_WAIT = OwnMetric(
    "solix_cloud_throttle_wait_seconds_total",
    "counter",
    "Time that requests waited for the budget.",
    ("endpoint",),
)
_MALFORMED = OwnMetric(
    "solix_cloud_malformed_values_total",
    "counter",
    "Values of an answer whose type or text could not be read; they count as not reported.",
    ("endpoint", "field"),
)
_UNREAD = OwnMetric(
    "solix_cloud_unread_fields",
    "gauge",
    "Keys in the last answer that no parser read.",
    ("endpoint",),
)
_LOGINS = OwnMetric(
    "solix_logins_total", "counter", "Logins by how they ended.", ("account", "outcome")
)
_REJECTED = OwnMetric(
    "solix_readings_rejected_total",
    "counter",
    "Readings that were not plausible and therefore not shown.",
    ("reason",),
)
_DISAGREE = OwnMetric(
    "solix_readings_disagree_total",
    "counter",
    "Fields of a device that two of its sources reported for the same minutes more than 20 % and"
    " 100 W apart, for ten minutes.",
    ("field",),
)
_POLLS = OwnMetric(
    "solix_polls_total", "counter", "Polls by how they ended.", ("account", "poll", "outcome")
)
_POLL_DURATION = OwnMetric(
    "solix_poll_duration_seconds",
    "histogram",
    "How long polls took, waiting for the budget included.",
    ("poll",),
    (0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0),
)
_POLL_SUCCESS = OwnMetric(
    "solix_poll_last_success_timestamp_seconds",
    "gauge",
    "When the cloud last answered the poll.",
    ("account", "poll"),
)
_POLL_INTERVAL = OwnMetric(
    "solix_poll_interval_seconds",
    "gauge",
    "How often the poll runs now; the budget can stretch it.",
    ("account", "poll"),
)
_BUILD_INFO = OwnMetric(
    "solix_exporter_build_info",
    "gauge",
    "The running version, always 1.",
    ("version", "python_version"),
)
_BUDGET_LIMIT = OwnMetric(
    "solix_cloud_budget_limit_requests",
    "gauge",
    "Requests that may go to the endpoint in a minute.",
    ("endpoint",),
)
_BUDGET_REMAINING = OwnMetric(
    "solix_cloud_budget_remaining_requests",
    "gauge",
    "Requests that may still go in the running minute.",
    ("endpoint",),
)

OWN_METRICS = (
    _REQUESTS,
    _REQUEST_DURATION,
    _THROTTLE_WAIT,
    _MALFORMED,
    _UNREAD,
    _LOGINS,
    _REJECTED,
    _DISAGREE,
    _POLLS,
    _POLL_DURATION,
    _POLL_SUCCESS,
    _POLL_INTERVAL,
    _BUILD_INFO,
    _BUDGET_LIMIT,
    _BUDGET_REMAINING,
)
"""In the order of `/metrics`."""


class OwnMetrics:
    """Counts what happens; an `Observer` for `cloud` and `poll`."""

    def __init__(self, version: str) -> None:
        samples = {metric: Samples(metric) for metric in OWN_METRICS}
        self._samples = tuple(samples.values())
        self._requests = samples[_REQUESTS]
        self._request_duration = samples[_REQUEST_DURATION]
        self._throttle_wait = samples[_THROTTLE_WAIT]
        self._malformed = samples[_MALFORMED]
        self._unread = samples[_UNREAD]
        self._logins = samples[_LOGINS]
        self._rejected = samples[_REJECTED]
        self._disagree = samples[_DISAGREE]
        self._polls = samples[_POLLS]
        self._poll_duration = samples[_POLL_DURATION]
        self._poll_success = samples[_POLL_SUCCESS]
        self._poll_interval = samples[_POLL_INTERVAL]
        self._budget_limit = samples[_BUDGET_LIMIT]
        self._budget_remaining = samples[_BUDGET_REMAINING]
        samples[_BUILD_INFO].set(1, version, platform.python_version())
        self.expect_rejections(REJECTED_READINGS)
        for field in COMPARED:
            self._disagree.add(0, field)
        self._budget: Callable[[], Iterable[EndpointBudget]] = tuple
        self._process = ProcessMetrics()
        self._further: tuple[Samples, ...] = ()

    def also_show(self, *samples: Samples) -> None:
        """Add metrics that are counted elsewhere."""
        self._further += samples

    def watch_budget(self, budget: Callable[[], Iterable[EndpointBudget]]) -> None:
        """Show the windows that `budget` returns at each rendering."""
        self._budget = budget

    def texts(self, *, openmetrics: bool) -> Iterator[str]:
        """Yield the text of each metric, those of the process included."""
        self._read_budget()
        for samples in self._samples:
            yield samples.text(openmetrics=openmetrics)
        yield from self._process.texts(openmetrics=openmetrics)
        for samples in self._further:
            yield samples.text(openmetrics=openmetrics)

    def _read_budget(self) -> None:
        """Set the budget's gauges; an endpoint on two servers shows the fuller window."""
        tightest: dict[str, EndpointBudget] = {}
        for window in self._budget():
            known = tightest.get(window.endpoint)
            if known is None or window.remaining < known.remaining:
                tightest[window.endpoint] = window
        self._budget_limit.clear()
        self._budget_remaining.clear()
        for endpoint, window in sorted(tightest.items()):
            self._budget_limit.set(window.limit, endpoint)
            self._budget_remaining.set(window.remaining, endpoint)

    def expect_rejections(self, reasons: Iterable[str]) -> None:
        """Start the counters of implausible readings at 0."""
        for reason in reasons:
            self._rejected.add(0, reason)

    def expect_account(self, account: str) -> None:
        """Start an account's login counters at 0, so that the first refusal is an increase."""
        for outcome in LOGIN_OUTCOMES:
            self._logins.add(0, account, outcome)

    def forget_account(self, account: str, polls: Iterable[str]) -> None:
        """Remove an account that is no longer configured, with its polls."""
        for outcome in LOGIN_OUTCOMES:
            self._logins.remove(account, outcome)
        self.forget_polls(account, polls)

    def forget_polls(self, account: str, polls: Iterable[str]) -> None:
        """Remove polls that an account no longer has."""
        for poll in polls:
            for outcome in POLL_OUTCOMES:
                self._polls.remove(account, poll, outcome)
            self._poll_success.remove(account, poll)
            self._poll_interval.remove(account, poll)

    def expect_poll(self, account: str, poll: str, interval_s: float) -> None:
        """Start a poll's counters at 0."""
        for outcome in POLL_OUTCOMES:
            self._polls.add(0, account, poll, outcome)
        self.interval_changed(account, poll, interval_s)

    def expect_endpoint(self, endpoint: str) -> None:
        """Start the counters of an endpoint that alerts use at 0."""
        for outcome in ("ok", "rate_limited"):
            self._requests.add(0, endpoint, outcome)
        self._throttle_wait.add(0, endpoint)

    def request_done(self, endpoint: str, outcome: str, duration_s: float) -> None:
        """Count one request to the cloud."""
        self._requests.add(1, endpoint, outcome)
        self._request_duration.observe(duration_s, endpoint)

    def throttle_waited(self, endpoint: str, waited_s: float) -> None:
        """Count time that a request waited for the budget."""
        self._throttle_wait.add(waited_s, endpoint)

    def value_malformed(self, endpoint: str, field: str) -> None:
        """Count a value with an unexpected type or text."""
        self._malformed.add(1, endpoint, field)

    def fields_unread(self, endpoint: str, fields: tuple[str, ...]) -> None:
        """Set how many keys of the last answer no parser reads."""
        self._unread.set(len(fields), endpoint)

    def login_done(self, account: str, outcome: str) -> None:
        """Count a login."""
        self._logins.add(1, account, outcome)

    def poll_done(self, poll: PollDone) -> None:
        """Count a poll that ended."""
        outcome = "success" if poll.is_success else "error"
        self._polls.add(1, poll.account, poll.poll, outcome)
        self._poll_duration.observe(poll.duration_s, poll.poll)
        if poll.is_success:
            self._poll_success.set(poll.at.timestamp(), poll.account, poll.poll)

    def interval_changed(self, account: str, poll: str, interval_s: float) -> None:
        """Set how often a poll runs now."""
        self._poll_interval.set(interval_s, account, poll)

    def poll_needless(self, account: str, poll: str) -> None:
        """Remove a poll that has nothing to ask; it comes back when it has."""
        self.forget_polls(account, (poll,))

    def reading_rejected(self, reason: str) -> None:
        """Count an implausible reading."""
        self._rejected.add(1, reason)

    def readings_disagree(self, field: str) -> None:
        """Count a field that two sources report differently."""
        self._disagree.add(1, field)
