"""The functions from which the web server gets its answers."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from solix_exporter.cloud.budget import EndpointBudget
from solix_exporter.model.snapshot import Snapshot


class MetricsBody(Protocol):
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
    """One account, or one local device, as shown on the page."""

    name: str
    """The short configured name, never the e-mail address."""
    is_up: bool | None
    """Whether the last poll of the sites or the device succeeded; None before the first."""
    state: str
    """The state in one sentence."""
    advice: str = ""
    """What to do about it: one or two sentences, empty if nothing is to be done."""


@dataclass(frozen=True, slots=True)
class PollLine:
    """One poll of one account as shown on the page."""

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
    local: tuple[AccountLine, ...] = ()
    """The configured devices of the local network."""
    notes: Mapping[str, str] = field(default_factory=dict)
    """What messages of devices give, and what would give more, by serial number."""


@dataclass(frozen=True, slots=True)
class WebPaths:
    """URL paths; prefixes start with a slash and end without one, that of the root is empty."""

    telemetry: str = "/metrics"
    """At `/` the metrics replace the page."""
    prefix: str = ""
    """Before every path that is served."""
    external_prefix: str = ""
    """Before every path in a link, for a server behind a proxy."""
    hosts: frozenset[str] = frozenset()
    """Host names of this server besides those of the machine, in lower case."""


@dataclass(frozen=True, slots=True)
class WebSources:
    """Sources of the answers of all routes."""

    scrape: Callable[[str, str], MetricsBody]
    """Arguments: the headers Accept and Accept-Encoding."""
    is_ready: Callable[[], bool]
    """Whether `/metrics` has measurements."""
    status: Callable[[], Status]
    config: Callable[[], str]
    """The settings as YAML, without secrets."""
    reload: Callable[[], Awaitable[str]]
    """Reloads the configuration; returns a sentence, or raises ConfigError and changes nothing."""
    paths: WebPaths = WebPaths()
