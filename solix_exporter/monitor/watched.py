"""The functions from which the monitor gets its data."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from solix_exporter.cloud.budget import EndpointBudget
from solix_exporter.model.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class PollLine:
    """The state of one poll."""

    account: str
    poll: str
    has_run: bool
    has_answered: bool
    """Whether the cloud ever answered it."""
    error: str
    """Why the last run failed, empty if it did not."""
    next_in_s: float | None
    """None while it runs, while it waits for another poll, and if it never runs again."""


@dataclass(frozen=True, slots=True)
class Watched:
    """Sources of the data on the screen."""

    title: str
    """Where the data come from."""
    snapshot: Callable[[], Snapshot]
    polls: Callable[[], Sequence[PollLine]]
    budget: Callable[[], Sequence[EndpointBudget]]
    now: Callable[[], datetime]
    log: Callable[[], Sequence[str]]
    """The last lines, the newest last."""
