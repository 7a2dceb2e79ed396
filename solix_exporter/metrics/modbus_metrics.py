"""The metrics of the reading of local devices; they exist where it is configured."""

from solix_exporter.metrics.own import OwnMetrics
from solix_exporter.metrics.samples import OwnMetric, Samples
from solix_exporter.model.events import LocalPollDone

SUCCESS = "success"
LOCAL_OUTCOMES = (
    SUCCESS,
    "dns",
    "refused",
    "unreachable",
    "timeout",
    "reset",
    "malformed",
    "exception",
    "empty",
    "foreign_device",
)
LOCAL_REJECTIONS = ("soc_range", "pv_range", "empty_answer")

_UP = OwnMetric(
    "solix_modbus_up", "gauge", "Whether the last poll of the local device succeeded.", ("target",)
)
_INFO = OwnMetric(
    "solix_modbus_info",
    "gauge",
    "The device that last answered at the address, always 1.",
    ("target", "device_sn", "part_number", "firmware"),
)
_POLLS = OwnMetric(
    "solix_modbus_polls_total",
    "counter",
    "Polls of local devices by how they ended.",
    ("target", "outcome"),
)
_CONNECTS = OwnMetric(
    "solix_modbus_connects_total",
    "counter",
    "Connections to local devices, with the question who answers, by how they ended.",
    ("target", "outcome"),
)
_EXCEPTIONS = OwnMetric(
    "solix_modbus_exceptions_total",
    "counter",
    "Reads that the device answered with an exception of the Modbus protocol, by its code.",
    ("target", "code"),
)
_DURATION = OwnMetric(
    "solix_modbus_poll_duration_seconds",
    "histogram",
    "How long polls of local devices took.",
    ("target",),
    (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0),
)
_SUCCESS_AT = OwnMetric(
    "solix_modbus_poll_last_success_timestamp_seconds",
    "gauge",
    "When the local device was last read.",
    ("target",),
)
_INTERVAL = OwnMetric(
    "solix_modbus_poll_interval_seconds",
    "gauge",
    "How often the local device is polled now; longer while it is away.",
    ("target",),
)

MODBUS_METRICS = (
    _UP,
    _INFO,
    _POLLS,
    _CONNECTS,
    _EXCEPTIONS,
    _DURATION,
    _SUCCESS_AT,
    _INTERVAL,
)
"""In the order of `/metrics`."""


class ModbusMetrics:
    """Counts connections and polls; a `LocalObserver`."""

    def __init__(self, own: OwnMetrics) -> None:
        """Add the metrics to the exporter's own."""
        samples = {metric: Samples(metric) for metric in MODBUS_METRICS}
        own.also_show(*samples.values())
        own.expect_rejections(LOCAL_REJECTIONS)
        self._own = own
        self._up = samples[_UP]
        self._info = samples[_INFO]
        self._polls = samples[_POLLS]
        self._connects = samples[_CONNECTS]
        self._exceptions = samples[_EXCEPTIONS]
        self._duration = samples[_DURATION]
        self._success_at = samples[_SUCCESS_AT]
        self._interval = samples[_INTERVAL]
        self._identities: dict[str, tuple[str, str, str]] = {}
        self._codes: dict[str, set[str]] = {}

    def expect_target(self, target: str, interval_s: float) -> None:
        """Start a device's counters at 0, so that the first event of each is an increase."""
        self._up.set(0, target)
        for outcome in LOCAL_OUTCOMES:
            self._polls.add(0, target, outcome)
            self._connects.add(0, target, outcome)
        self._interval.set(interval_s, target)

    def forget_target(self, target: str) -> None:
        """Remove a device that is not configured any more."""
        for gauge in (self._up, self._success_at, self._interval):
            gauge.remove(target)
        for outcome in LOCAL_OUTCOMES:
            self._polls.remove(target, outcome)
            self._connects.remove(target, outcome)
        self._duration.remove_observations(target)
        for code in self._codes.pop(target, ()):
            self._exceptions.remove(target, code)
        if identity := self._identities.pop(target, None):
            self._info.remove(target, *identity)

    def connect_done(self, target: str, outcome: str) -> None:
        """Count an attempt to connect and identify."""
        self._connects.add(1, target, outcome)

    def device_identified(self, target: str, sn: str, part_number: str, firmware: str) -> None:
        """Set which device answers."""
        if before := self._identities.get(target):
            self._info.remove(target, *before)
        self._identities[target] = (sn, part_number, firmware)
        self._info.set(1, target, sn, part_number, firmware)

    def exception_answered(self, target: str, code: int) -> None:
        """Count an exception of the protocol."""
        self._codes.setdefault(target, set()).add(str(code))
        self._exceptions.add(1, target, str(code))

    def local_poll_done(self, poll: LocalPollDone) -> None:
        """Count a poll that ended."""
        is_success = poll.outcome == SUCCESS
        self._up.set(float(is_success), poll.target)
        self._polls.add(1, poll.target, poll.outcome)
        self._duration.observe(poll.duration_s, poll.target)
        if is_success:
            self._success_at.set(poll.at.timestamp(), poll.target)

    def local_interval_changed(self, target: str, interval_s: float) -> None:
        """Set how often the device is polled now."""
        self._interval.set(interval_s, target)

    def reading_rejected(self, reason: str) -> None:
        """Count a reading that is not plausible."""
        self._own.reading_rejected(reason)
