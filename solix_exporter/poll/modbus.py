"""The poll of one local device: outside the cloud's budget, and independent of every account."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from solix_exporter.advice import local_advice
from solix_exporter.clock import Clock
from solix_exporter.errors import ModbusError
from solix_exporter.modbus.device import LocalDevice
from solix_exporter.model.events import LocalObserver, LocalPollDone
from solix_exporter.model.report import DeviceReport
from solix_exporter.outages import Outages

_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class LocalPollTools:
    """What the polls of all local devices share."""

    clock: Clock
    observer: LocalObserver
    outages: Outages
    deliver: Callable[[DeviceReport], None]
    """Puts a report into the cache."""


@dataclass(slots=True)
class LocalPoll:
    """Polls one device; a `Job` of the scheduler."""

    device: LocalDevice
    tools: LocalPollTools
    has_run: bool = False
    last_success_at: datetime | None = None
    last_error: Exception | None = field(default=None)
    """Why the last run failed; None if it did not."""

    @property
    def target(self) -> str:
        """Return the value of the label `target`."""
        return self.device.target.name

    @property
    def key(self) -> str:
        """Return the job's name; no account's name has a slash at its beginning."""
        return f"/modbus/{self.target}"

    @property
    def problem(self) -> str:
        """Return what the log calls the device."""
        return f"local device {self.target}"

    @property
    def interval_s(self) -> Callable[[], float]:
        """Return what gives the interval now in force."""
        return self.device.interval_s

    async def run(self) -> bool:
        """Poll the device once; return False if that failed."""
        clock, observer = self.tools.clock, self.tools.observer
        began_s = clock.monotonic()
        outcome = await self._attempt()
        self.has_run = True
        if self.last_error is None:
            self.last_success_at = clock.now()
        took_s = clock.monotonic() - began_s
        observer.local_poll_done(LocalPollDone(self.target, outcome, took_s, clock.now()))
        observer.local_interval_changed(self.target, self.device.interval_s())
        return self.last_error is None

    async def _attempt(self) -> str:
        """Poll; return the outcome."""
        try:
            await self.device.poll(self.tools.deliver)
        except ModbusError as error:
            self.last_error = error
            advice = local_advice(error, is_held=self.device.is_held_by_another)
            self.tools.outages.begin(self.problem, f"{error.message}. {advice.todo}")
            return error.outcome
        except Exception as error:
            # The edge of the task: a defect in one poll must not end the others.
            _LOGGER.exception("local device %s: the poll failed", self.target)
            self.last_error = error
            return "malformed"
        self.last_error = None
        self.tools.outages.end(self.problem)
        return "success"
