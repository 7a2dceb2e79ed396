"""What the working parts tell about themselves, and who listens.

`cloud` and `poll` report to an `Observer` and know nothing of metrics; the exporter's own
counters implement it, and a library user may listen or not.
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
    """The events that are worth counting."""

    def request_done(self, endpoint: str, outcome: str, duration_s: float) -> None:
        """Count one request to the cloud; `outcome` is a label of solix_cloud_requests_total."""

    def throttle_waited(self, endpoint: str, waited_s: float) -> None:
        """Count time that a request waited for the budget."""

    def value_malformed(self, endpoint: str, field: str) -> None:
        """Count a value whose type or text could not be read."""

    def fields_unread(self, endpoint: str, fields: tuple[str, ...]) -> None:
        """Note the keys of the last answer that no parser knows."""

    def login_done(self, account: str, outcome: str) -> None:
        """Count a login: success, rejected, locked or error."""

    def poll_done(self, poll: PollDone) -> None:
        """Count a poll that ended."""

    def interval_changed(self, account: str, poll: str, interval_s: float) -> None:
        """Note how often a poll runs now."""

    def poll_needless(self, account: str, poll: str) -> None:
        """Note that a poll has nothing to ask; it may have had before."""

    def reading_rejected(self, reason: str) -> None:
        """Count a reading that is not plausible."""


class DeliveryObserver(Protocol):
    """What a sink tells about its deliveries."""

    def points_written(self, count: int, at: datetime) -> None:
        """Count points that the server took."""

    def points_rejected(self, count: int) -> None:
        """Count points that the server refused for good."""

    def points_dropped(self, count: int) -> None:
        """Count points that were given up because they found no room to wait."""

    def write_failed(self) -> None:
        """Count a delivery that has to be tried again."""

    def points_pending(self, count: int) -> None:
        """Note how many points the server does not have yet."""


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
