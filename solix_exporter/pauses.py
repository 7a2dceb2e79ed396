"""Keeps the pauses of the garbage collector short: while it looks, nothing else goes on.

A full collection looks at every object there is, half a second for 1,000 accounts. Nearly all of
them are snapshots and library code, which free themselves or stay for ever. So what has survived
a collection that took long is passed over by the next ones, until once a day all is looked at.
"""

import gc
import time
from types import TracebackType
from typing import Any, Self

LONG_S = 0.005
"""Later ones would be longer: a collection follows when a quarter more has come."""
THOROUGH_EACH_S = 86400.0
"""Cycles among objects that are passed over are found this seldom."""


class ShortPauses:
    """Watches the collector while it is entered."""

    def __init__(self, long_s: float = LONG_S, thorough_each_s: float = THOROUGH_EACH_S) -> None:
        self._long_s = long_s
        self._thorough_each_s = thorough_each_s
        self._began_s = 0.0
        self._thorough_at_s = 0.0

    def __enter__(self) -> Self:
        """Begin to watch."""
        self._thorough_at_s = time.monotonic() + self._thorough_each_s
        gc.callbacks.append(self._watch)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let the collector work as it does by itself."""
        gc.callbacks.remove(self._watch)
        gc.unfreeze()

    def _watch(self, phase: str, _: dict[str, Any]) -> None:
        now_s = time.monotonic()
        if phase == "start":
            self._began_s = now_s
        elif now_s >= self._thorough_at_s:
            # The next full collection looks at all, takes long, and what stays is passed over.
            self._thorough_at_s = now_s + self._thorough_each_s
            gc.unfreeze()
        elif now_s - self._began_s > self._long_s:
            gc.freeze()
