"""One poll as a job: run it, time it, count it, and let no failure out."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime

from solix_exporter.advice import with_advice
from solix_exporter.clock import Clock
from solix_exporter.cloud.budget import Budget
from solix_exporter.errors import CloudError, LedgerError
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


@dataclass(slots=True)
class PollJob:
    """One poll of one account."""

    account: str
    poll: str
    action: Callable[[], Awaitable[None]]
    interval_s: Callable[[], float]
    """The interval now in force."""
    tools: PollTools
    is_needed: Callable[[], bool] = lambda: True
    """Whether there is anything to ask; a poll without is not counted."""
    plan: Callable[[], None] | None = None
    """Declares what the next cycle asks, where that can be told without asking."""
    has_run: bool = False
    last_success_at: datetime | None = None
    last_error: Exception | None = None
    """Why the last run failed; None where it succeeded."""

    @property
    def key(self) -> str:
        """Return the job's name: one of a kind in the process."""
        return f"{self.account}/{self.poll}"

    async def run(self) -> bool:
        """Run the poll once and return whether it succeeded."""
        if not self.is_needed():
            self.tools.observer.poll_needless(self.account, self.poll)
            return True
        clock, observer = self.tools.clock, self.tools.observer
        started_s = clock.monotonic()
        self.last_error = await self._attempt()
        is_success = self.last_error is None
        self.has_run = True
        if is_success:
            self.last_success_at = clock.now()
        duration_s = clock.monotonic() - started_s
        observer.poll_done(PollDone(self.account, self.poll, is_success, duration_s, clock.now()))
        observer.interval_changed(self.account, self.poll, self.interval_s())
        return is_success

    async def _attempt(self) -> Exception | None:
        """Run the action; return the error that ended it."""
        outages = self.tools.outages
        try:
            await self.action()
        except (CloudError, LedgerError) as error:
            text = with_advice(error) if isinstance(error, CloudError) else str(error)
            outages.begin(f"account {self.account}, {self.poll} poll", text)
            return error
        except Exception as error:
            # The edge of the task: a defect in one poll must not end the others.
            _LOGGER.exception("account %s: the %s poll failed", self.account, self.poll)
            return error
        outages.end(f"account {self.account}, {self.poll} poll")
        return None
