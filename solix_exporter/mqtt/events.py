"""Events of connections, messages and requests, and the protocol of their observer."""

from enum import Enum, StrEnum
from typing import Protocol

from solix_exporter.mqtt.field_values import Ignored
from solix_exporter.mqtt.frames import Outcome
from solix_exporter.mqtt.requests import Request


class ConnectionState(Enum):
    """How an account stands with the broker; the value is the `state` label.

    The order is that of what an owner should hear first where several connections differ.
    """

    OFF = "off"
    CERTIFICATE_EXPIRED = "certificate_expired"
    TAKEN_OVER = "taken_over"
    REFUSED = "refused"
    """Connected, but not a single device may be listened to."""
    MUTE = "mute"
    """Connected, and nothing comes that should."""
    NO_BROKER = "no_broker"
    """The cloud names none for the account."""
    CONNECTING = "connecting"
    CONNECTED = "connected"


class Connect(StrEnum):
    """How an attempt to connect ended; the value is the `outcome` label."""

    CONNECTED = "connected"
    UNREACHABLE = "unreachable"
    TLS = "tls"
    """The handshake failed: another trust anchor or host name, or a refused certificate."""
    REFUSED = "refused"
    TIMEOUT = "timeout"


class Answer(StrEnum):
    """How a request ended; the value is the `outcome` label."""

    ANSWERED = "answered"
    UNANSWERED = "unanswered"
    FAILED = "failed"
    """It could not be sent."""


class MqttObserver(Protocol):
    """Observes what happens between an account and the broker."""

    def state_changed(self, account: str, state: ConnectionState) -> None:
        """Set how an account stands with the broker."""

    def connect_ended(self, account: str, outcome: Connect) -> None:
        """Count an attempt to connect."""

    def subscriptions_changed(self, account: str, granted: int, refused: int) -> None:
        """Set how many devices may be listened to and how many may not."""

    def message_received(self, model: str, message_type: str, outcome: Outcome) -> None:
        """Count a message by what became of it."""

    def bytes_received(self, account: str, count: int) -> None:
        """Count the bytes of a message."""

    def value_ignored(self, reason: Ignored, count: int) -> None:
        """Count values that were left out."""

    def request_ended(self, request: Request, outcome: Answer) -> None:
        """Count a request."""

    def certificate_read(self, account: str, expires_s: float) -> None:
        """Set until when the account's certificate is valid."""

    def messages_lost(self, sn: str, count: int) -> None:
        """Count messages of a device that never came; 0 makes the counter known."""

    def account_forgotten(self, account: str) -> None:
        """Remove what is shown of an account."""


class SilentMqttObserver:
    """An observer for whoever counts nothing."""

    def state_changed(self, account: str, state: ConnectionState) -> None:
        """Do nothing."""

    def connect_ended(self, account: str, outcome: Connect) -> None:
        """Do nothing."""

    def subscriptions_changed(self, account: str, granted: int, refused: int) -> None:
        """Do nothing."""

    def message_received(self, model: str, message_type: str, outcome: Outcome) -> None:
        """Do nothing."""

    def bytes_received(self, account: str, count: int) -> None:
        """Do nothing."""

    def value_ignored(self, reason: Ignored, count: int) -> None:
        """Do nothing."""

    def request_ended(self, request: Request, outcome: Answer) -> None:
        """Do nothing."""

    def certificate_read(self, account: str, expires_s: float) -> None:
        """Do nothing."""

    def messages_lost(self, sn: str, count: int) -> None:
        """Do nothing."""

    def account_forgotten(self, account: str) -> None:
        """Do nothing."""
