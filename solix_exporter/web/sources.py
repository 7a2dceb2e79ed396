"""What the web server is given: functions that answer, and nothing to ask the cloud with."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol


class ScrapeAnswer(Protocol):
    """One rendering of the metrics."""

    @property
    def body(self) -> bytes:
        """Return the text, already in its encoding."""

    @property
    def content_type(self) -> str:
        """Return the media type with its version and charset."""

    @property
    def content_encoding(self) -> str | None:
        """Return `gzip`, or None for plain text."""


@dataclass(frozen=True, slots=True)
class AccountLine:
    """What the landing page says about one account."""

    name: str
    """The short configured name, never the e-mail address."""
    is_up: bool | None
    """Whether the last poll of the sites succeeded; None before the first has ended."""
    state: str
    """One sentence about login and poll, for people."""


@dataclass(frozen=True, slots=True)
class WebSources:
    """Where the routes get their answers."""

    scrape: Callable[[str, str], ScrapeAnswer]
    """Takes the headers Accept and Accept-Encoding."""
    is_ready: Callable[[], bool]
    """Tells whether the metrics hold what they are there for."""
    accounts: Callable[[], Sequence[AccountLine]]
    """The accounts, in the order of the configuration."""
    telemetry_path: str = "/metrics"
    """Where the metrics are; at `/` they take the place of the landing page."""
