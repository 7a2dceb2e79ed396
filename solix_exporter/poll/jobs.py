"""One poll as a job: runs it, measures and counts it, and catches all errors."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, auto

from solix_exporter.advice import with_advice
from solix_exporter.clock import Clock
from solix_exporter.cloud.budget import Budget
from solix_exporter.errors import CloudError, LedgerError, NotCaptured
from solix_exporter.model.events import Observer, PollDone
from solix_exporter.outages import Outages

_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PollTools:
    """What all polls of a process share."""

    clock: Clock
    budget: Budget
    observer: Observer
    outages: Outages = field(default_factory=Outages)
    listeners: list[Callable[[PollDone], None]] = field(default_factory=list)
    """Called after each poll that succeeded or failed."""


class Idle(Enum):
    """Why a run without requests is neither a success nor a failure."""

    RESTING = auto()
    """Nothing is due, or the sites and devices are not known yet."""
    NEEDLESS = auto()
    """There is nothing to ask about, or another account asks."""


@dataclass(slots=True)
class Tally:
    """The results of the questions of one run."""

    answered: int = 0
    resting: int = 0
    """Questions with an answer that is still good."""
    unavailable: int = 0
    """Questions that the account may not ask; they are no failure of the poll."""
    errors: list[CloudError] = field(default_factory=list)
    held: list[CloudError] = field(default_factory=list)
    """Refusals of questions that are held back."""

    def add(self, error: CloudError | None) -> None:
        """Count a question that was asked."""
        if error is None:
            self.answered += 1
        else:
            self.errors.append(error)

    def outcome(self) -> Idle | None:
        """Return None if the cloud answered, else why nothing was asked.

        Raises CloudError if everything that was asked failed, or everything is held back.
        """
        if self.answered:
            return None
        if self.errors:
            raise self.errors[0]
        if self.held and not self.resting:
            raise self.held[0]
        return Idle.RESTING if self.resting or self.unavailable else Idle.NEEDLESS


@dataclass(slots=True)
class PollJob:
    """One poll of one account."""

    account: str
    poll: str
    action: Callable[[], Awaitable[Idle | None]]
    """Returns None if the cloud answered."""
    interval_s: Callable[[], float]
    """The interval now in force."""
    tools: PollTools
    is_needed: Callable[[], bool] = lambda: True
    """Whether there is anything to ask; otherwise the poll is not counted."""
    plan: Callable[[], None] | None = None
    """Declares the requests of the next cycle, if they are known in advance."""
    has_run: bool = False
    last_success_at: datetime | None = None
    """When the cloud last answered."""
    last_error: Exception | None = None
    """Why the last run failed; None if it did not."""
    is_needless: bool = False
    """Whether the last run found that there is nothing to ask."""

    @property
    def key(self) -> str:
        """Return the job's name, unique in the process."""
        return f"{self.account}/{self.poll}"

    async def run(self) -> bool:
        """Run the poll once; return False if it failed.

        A run that asked nothing counts neither as a success nor as an error.
        """
        if not self.is_needed():
            self.tools.observer.poll_needless(self.account, self.poll)
            return True
        clock, observer = self.tools.clock, self.tools.observer
        started_s = clock.monotonic()
        ended = await self._attempt()
        self.has_run = True
        self.last_error = ended if isinstance(ended, Exception) else None
        self.is_needless = ended is Idle.NEEDLESS
        if self.is_needless:
            observer.poll_needless(self.account, self.poll)
            return True
        is_success, duration_s = ended is None, clock.monotonic() - started_s
        if is_success:
            self.last_success_at = clock.now()
        if is_success or self.last_error is not None:
            done = PollDone(self.account, self.poll, is_success, duration_s, clock.now())
            observer.poll_done(done)
            self._notify(done)
        observer.interval_changed(self.account, self.poll, self.interval_s())
        return self.last_error is None

    def _notify(self, done: PollDone) -> None:
        for listener in self.tools.listeners:
            try:
                listener(done)
            except Exception:
                # The edge of the task, as in `_attempt`.
                _LOGGER.exception("account %s: a listener of the poll failed", self.account)

    async def _attempt(self) -> Exception | Idle | None:
        """Run the action; return the error that ended it, or why nothing was asked."""
        outages = self.tools.outages
        try:
            idle = await self.action()
        except (CloudError, LedgerError) as error:
            text = with_advice(error) if isinstance(error, CloudError) else str(error)
            level = logging.INFO if isinstance(error, NotCaptured) else logging.WARNING
            outages.begin(f"account {self.account}, {self.poll} poll", text, level)
            return error
        except Exception as error:
            # The edge of the task: a defect in one poll must not end the others.
            _LOGGER.exception("account %s: the %s poll failed", self.account, self.poll)
            return error
        outages.end(f"account {self.account}, {self.poll} poll")
        return idle
