"""The metrics of messages and of the connection to the broker; they exist where MQTT is on."""

from solix_exporter.metrics.own import OwnMetrics
from solix_exporter.metrics.samples import OwnMetric, Samples
from solix_exporter.mqtt.events import Answer, Connect, ConnectionState
from solix_exporter.mqtt.field_values import Ignored
from solix_exporter.mqtt.frames import Outcome
from solix_exporter.mqtt.requests import Request

_STATE = OwnMetric(
    "solix_mqtt_connection_state",
    "gauge",
    "How the account stands with the broker of its devices: 1 for the state that is on, 0 for the"
    " others.",
    ("account", "state"),
)
_CONNECTS = OwnMetric(
    "solix_mqtt_connects_total",
    "counter",
    "Attempts to connect to the broker by how they ended.",
    ("account", "outcome"),
)
_SUBSCRIPTIONS = OwnMetric(
    "solix_mqtt_subscriptions",
    "gauge",
    "Devices that the broker lets the account listen to, and that it does not.",
    ("account", "state"),
)
_MESSAGES = OwnMetric(
    "solix_mqtt_messages_total",
    "counter",
    "Messages of devices by what became of them; models and types that are not known are called"
    " other.",
    ("model", "type", "outcome"),
)
_BYTES = OwnMetric(
    "solix_mqtt_received_bytes_total", "counter", "Bytes of all messages.", ("account",)
)
_IGNORED = OwnMetric(
    "solix_mqtt_ignored_values_total",
    "counter",
    "Values in messages that were left out: marked as unknown by the device, not a number,"
    " impossible, cut short, or a time more than a day off.",
    ("reason",),
)
_REQUESTS = OwnMetric(
    "solix_mqtt_requests_total",
    "counter",
    "Requests to devices by type of frame and how they ended.",
    ("kind", "outcome"),
)
_EXPIRY = OwnMetric(
    "solix_mqtt_certificate_expiry_timestamp_seconds",
    "gauge",
    "Until when the account's certificate for the broker is valid.",
    ("account",),
)
_LOST = OwnMetric(
    "solix_device_messages_lost_total",
    "counter",
    "Messages of a device that never arrived, by the gaps in its own count.",
    ("device_sn",),
)

MQTT_METRICS = (
    _STATE,
    _CONNECTS,
    _SUBSCRIPTIONS,
    _MESSAGES,
    _BYTES,
    _IGNORED,
    _REQUESTS,
    _EXPIRY,
    _LOST,
)
"""In the order of `/metrics`."""

_SUBSCRIPTION_STATES = ("granted", "refused")


class MqttMetrics:
    """Counts messages, connections and requests; an `MqttObserver`."""

    def __init__(self, own: OwnMetrics) -> None:
        """Add the metrics to the exporter's own."""
        samples = {metric: Samples(metric) for metric in MQTT_METRICS}
        own.also_show(*samples.values())
        self._state = samples[_STATE]
        self._connects = samples[_CONNECTS]
        self._subscriptions = samples[_SUBSCRIPTIONS]
        self._messages = samples[_MESSAGES]
        self._bytes = samples[_BYTES]
        self._ignored = samples[_IGNORED]
        self._requests = samples[_REQUESTS]
        self._expiry = samples[_EXPIRY]
        self._lost = samples[_LOST]
        for reason in Ignored:
            self._ignored.add(0, reason)
        for request in Request:
            for answer in Answer:
                self._requests.add(0, request.value, answer)

    def expect_account(self, account: str) -> None:
        """Start an account's counters at 0, so that the first event of each is an increase."""
        for outcome in Connect:
            self._connects.add(0, account, outcome)
        self._bytes.add(0, account)

    def state_changed(self, account: str, state: ConnectionState) -> None:
        """Set how an account stands with the broker."""
        for one in ConnectionState:
            self._state.set(float(one is state), account, one.value)

    def connect_ended(self, account: str, outcome: Connect) -> None:
        """Count an attempt to connect."""
        self._connects.add(1, account, outcome)

    def subscriptions_changed(self, account: str, granted: int, refused: int) -> None:
        """Set how many devices may be listened to and how many may not."""
        for state, count in zip(_SUBSCRIPTION_STATES, (granted, refused), strict=True):
            self._subscriptions.set(count, account, state)

    def message_received(self, model: str, message_type: str, outcome: Outcome) -> None:
        """Count a message."""
        self._messages.add(1, model, message_type, outcome)

    def bytes_received(self, account: str, count: int) -> None:
        """Count the bytes of a message."""
        self._bytes.add(count, account)

    def value_ignored(self, reason: Ignored, count: int) -> None:
        """Count values that were left out."""
        self._ignored.add(count, reason)

    def request_ended(self, request: Request, outcome: Answer) -> None:
        """Count a request."""
        self._requests.add(1, request.value, outcome)

    def certificate_read(self, account: str, expires_s: float) -> None:
        """Set until when the account's certificate is valid."""
        self._expiry.set(expires_s, account)

    def messages_lost(self, sn: str, count: int) -> None:
        """Count messages that never came."""
        self._lost.add(count, sn)

    def account_forgotten(self, account: str) -> None:
        """Remove what is shown of an account."""
        for one in ConnectionState:
            self._state.remove(account, one.value)
        for outcome in Connect:
            self._connects.remove(account, outcome)
        for state in _SUBSCRIPTION_STATES:
            self._subscriptions.remove(account, state)
        self._bytes.remove(account)
        self._expiry.remove(account)
