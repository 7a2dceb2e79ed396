"""Runs the monitor: polls, draws each second and at each key, walks the folders."""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from solix_exporter.app.exporter import Exporter, Mode
from solix_exporter.clock import SystemClock
from solix_exporter.config import Settings
from solix_exporter.errors import CloudError
from solix_exporter.monitor.page import Page
from solix_exporter.monitor.screen import Screen
from solix_exporter.monitor.state import State, Wish
from solix_exporter.monitor.watched import PollLine, Watched
from solix_exporter.poll.jobs import PollJob

if TYPE_CHECKING:
    from solix_exporter.poll.modbus import LocalPoll

_TICK_S = 1.0
LogLines = Callable[[], Sequence[str]]


def watched_of(exporter: Exporter, title: str, log: LogLines) -> Watched:
    """Return an exporter as the monitor looks at it."""
    return Watched(
        title=title,
        snapshot=exporter.snapshot,
        polls=lambda: [
            *(_local_line(exporter, poll) for poll in exporter.local.polls.values()),
            *(_line(exporter, job) for job in exporter.jobs),
        ],
        budget=exporter.budget.state,
        now=SystemClock().now,
        log=log,
    )


def _line(exporter: Exporter, job: PollJob) -> PollLine:
    error = str(job.last_error) if job.last_error else ""
    if isinstance(job.last_error, CloudError):
        # The message comes first, because a narrow screen cuts the line.
        error = f"{job.last_error.message} ({job.last_error.endpoint})"
    return PollLine(
        account=job.account,
        poll=job.poll,
        has_run=job.has_run,
        has_answered=job.last_success_at is not None,
        error=error,
        next_in_s=exporter.next_poll_in_s(job),
    )


def _local_line(exporter: Exporter, poll: "LocalPoll") -> PollLine:
    return PollLine(
        account=poll.target,
        poll="local",
        has_run=poll.has_run,
        has_answered=poll.last_success_at is not None,
        error=str(poll.last_error) if poll.last_error else "",
        next_in_s=exporter.next_poll_in_s(poll),
    )


class Monitor:
    """The monitor in a terminal, live or on captured folders."""

    def __init__(self, settings: Settings, folders: Sequence[Path], log: LogLines) -> None:
        self._settings = settings
        self._folders = folders
        self._log = log
        self._state = State()
        self._place = 0
        self._wishes: asyncio.Queue[Wish | None] = asyncio.Queue()

    async def run(self) -> None:
        """Show the systems until the user has seen enough."""
        while await self._show(self._exporter()):
            self._place %= len(self._folders)

    def _exporter(self) -> Exporter:
        folders = self._folders[self._place : self._place + 1]
        return Exporter(self._settings, SystemClock(), folders, mode=Mode.WATCHING)

    async def _show(self, exporter: Exporter) -> bool:
        """Show one exporter; return whether another folder is wanted."""
        title = self._folders[self._place].name if self._folders else ""
        if len(self._folders) > 1:
            title += f" [{self._place + 1}/{len(self._folders)}]"
        page = Page(watched_of(exporter, title, self._log), self._state)
        async with exporter.polling():
            with Screen(page, self._press) as screen:
                while True:
                    wish = await self._next_wish()
                    if wish is Wish.QUIT:
                        return False
                    if wish is Wish.REFRESH:
                        exporter.refresh()
                    if self._walks(wish):
                        return True
                    screen.paint()

    def _press(self, key: str) -> None:
        self._wishes.put_nowait(self._state.press(key))

    async def _next_wish(self) -> Wish | None:
        """Return what the next key asks for, None where nothing happened for a moment."""
        with contextlib.suppress(TimeoutError):
            return await asyncio.wait_for(self._wishes.get(), _TICK_S)
        return None

    def _walks(self, wish: Wish | None) -> bool:
        """Go to another folder where that is wanted and there is one."""
        steps = {Wish.NEXT_FOLDER: 1, Wish.PREVIOUS_FOLDER: -1}
        if wish not in steps or len(self._folders) < 2:  # noqa: PLR2004  one has no next
            return False
        self._place += steps[wish]
        return True
