"""Events of requests, polls and deliveries, and the protocols of their observers.

`cloud` and `poll` report to an `Observer` and know nothing of metrics; the exporter's own
counters implement it; library users may pass their own.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class PollDone:
    """One poll that ended."""

    account: str
    poll: str
    is_success: bool
    duration_s: float
    at: datetime


class Observer(Protocol):
    """Observes requests, logins and polls; `endpoint` is the label, the name of the row."""

    def request_done(self, endpoint: str, outcome: str, duration_s: float) -> None:
        """Count one request to the cloud; `outcome` is a label of solix_cloud_requests_total."""

    def throttle_waited(self, endpoint: str, waited_s: float) -> None:
        """Count time that a request waited for the budget."""

    def value_malformed(self, endpoint: str, field: str) -> None:
        """Count a value whose type or text could not be read."""

    def fields_unread(self, endpoint: str, fields: tuple[str, ...]) -> None:
        """Set the keys of the last answer that no parser reads."""

    def login_done(self, account: str, outcome: str) -> None:
        """Count a login: success, rejected, locked or error."""

    def poll_done(self, poll: PollDone) -> None:
        """Count a poll that ended."""

    def interval_changed(self, account: str, poll: str, interval_s: float) -> None:
        """Set how often a poll runs now."""

    def poll_needless(self, account: str, poll: str) -> None:
        """Remove a poll that has nothing to ask any more."""

    def reading_rejected(self, reason: str) -> None:
        """Count a reading that is not plausible."""

    def readings_disagree(self, field: str) -> None:
        """Count a field that two sources of a device report differently for long."""


@dataclass(frozen=True, slots=True)
class LocalPollDone:
    """One poll of a local device that ended."""

    target: str
    """What the configuration calls it."""
    outcome: str
    """A label of solix_modbus_polls_total."""
    duration_s: float
    at: datetime


class LocalObserver(Protocol):
    """Observes the connections to local devices and their polls."""

    def connect_done(self, target: str, outcome: str) -> None:
        """Count an attempt to connect and identify; a label of solix_modbus_connects_total."""

    def device_identified(self, target: str, sn: str, part_number: str, firmware: str) -> None:
        """Set which device answers."""

    def exception_answered(self, target: str, code: int) -> None:
        """Count an exception of the protocol."""

    def local_poll_done(self, poll: LocalPollDone) -> None:
        """Count a poll that ended."""

    def local_interval_changed(self, target: str, interval_s: float) -> None:
        """Set how often the device is polled now."""

    def reading_rejected(self, reason: str) -> None:
        """Count a reading that is not plausible."""


class DeliveryObserver(Protocol):
    """Observes the deliveries of a sink."""

    def points_written(self, count: int, at: datetime) -> None:
        """Count points that the server accepted."""

    def points_rejected(self, count: int) -> None:
        """Count points that the server refused for good."""

    def points_dropped(self, count: int) -> None:
        """Count points that were dropped because the spool was full."""

    def write_failed(self) -> None:
        """Count a delivery that will be retried."""

    def points_pending(self, count: int) -> None:
        """Set how many points the server does not have yet."""


class SilentObserver:
    """Listens to nothing."""

    def request_done(self, endpoint: str, outcome: str, duration_s: float) -> None:
        """Ignore."""

    def throttle_waited(self, endpoint: str, waited_s: float) -> None:
        """Ignore."""

    def value_malformed(self, endpoint: str, field: str) -> None:
        """Ignore."""

    def fields_unread(self, endpoint: str, fields: tuple[str, ...]) -> None:
        """Ignore."""

    def login_done(self, account: str, outcome: str) -> None:
        """Ignore."""

    def poll_done(self, poll: PollDone) -> None:
        """Ignore."""

    def interval_changed(self, account: str, poll: str, interval_s: float) -> None:
        """Ignore."""

    def poll_needless(self, account: str, poll: str) -> None:
        """Ignore."""

    def reading_rejected(self, reason: str) -> None:
        """Ignore."""

    def readings_disagree(self, field: str) -> None:
        """Ignore."""
