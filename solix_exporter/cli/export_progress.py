"""How far an export is: a bar in a terminal, nothing where there is none."""

import sys
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from solix_exporter.export.collect import Progress as Step

_WORTH_TELLING_S = 2.0


class ProgressBar:
    """A bar on stderr that takes no room once it is done."""

    def __init__(self, account: str) -> None:
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[state]}"),
            console=Console(stderr=True),
            transient=True,
            disable=not sys.stderr.isatty(),
        )
        self._task = self._bar.add_task(account, total=None, state="")

    def __enter__(self) -> Self:
        """Show the bar."""
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Take it away."""
        self._bar.stop()

    def show(self, step: Step) -> None:
        """Show how far it is, and what it waits for."""
        waits = step.wait_s >= _WORTH_TELLING_S
        state = f"waits {step.wait_s:.0f} s for {step.name}" if waits else step.name
        self._bar.update(self._task, completed=step.done, total=step.known, state=state)
