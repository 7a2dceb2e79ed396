"""What the web server is given: functions that answer, and nothing to ask the cloud with."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from solix_exporter.cloud.budget import EndpointBudget
from solix_exporter.model.snapshot import Snapshot


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
    """What the page says about one account."""

    name: str
    """The short configured name, never the e-mail address."""
    is_up: bool | None
    """Whether the last poll of the sites succeeded; None before the first has ended."""
    state: str
    """What is the case: one sentence."""
    advice: str = ""
    """What to do about it: one or two sentences, empty where there is nothing to do."""


@dataclass(frozen=True, slots=True)
class PollLine:
    """What the page says about one poll of one account."""

    account: str
    poll: str
    interval_s: float
    last_success_at: datetime | None
    next_run_in_s: float | None
    """Seconds of the exporter's clock; None where it waits for another poll or runs now."""
    is_failing: bool
    """Whether its last run failed."""


@dataclass(frozen=True, slots=True)
class Status:
    """Everything that the page shows, at one moment."""

    now: datetime
    snapshot: Snapshot
    accounts: tuple[AccountLine, ...] = ()
    """In the order of the configuration."""
    polls: tuple[PollLine, ...] = ()
    budget: tuple[EndpointBudget, ...] = ()


@dataclass(frozen=True, slots=True)
class WebPaths:
    """Where things are; prefixes start with a slash and end without one, the root's is empty."""

    telemetry: str = "/metrics"
    """At `/` the metrics take the place of the page."""
    prefix: str = ""
    """In front of every path that is served."""
    external_prefix: str = ""
    """In front of every path in a link: where a proxy shows this server."""
    hosts: frozenset[str] = frozenset()
    """Names under which this server is reached beside those of the machine, in small letters."""


@dataclass(frozen=True, slots=True)
class WebSources:
    """Where the routes get their answers."""

    scrape: Callable[[str, str], ScrapeAnswer]
    """Takes the headers Accept and Accept-Encoding."""
    is_ready: Callable[[], bool]
    """Tells whether the metrics hold what they are there for."""
    status: Callable[[], Status]
    config: Callable[[], str]
    """The settings as YAML, without secrets."""
    reload: Callable[[], Awaitable[str]]
    """Reads the configuration again; gives a sentence, or raises ConfigError and changes nothing.
    """
    paths: WebPaths = WebPaths()
