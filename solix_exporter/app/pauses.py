"""Keeps the pauses of the event loop short that Python itself makes.

While a thread works, as one does that makes the text of a fleet, the loop waits up to 5 ms after
each read and write until the thread lets it go on, and a turn of the loop has many. It is made to
let go ten times as often.

While the garbage collector looks, nothing else goes on. A full collection looks at every object
there is, half a second for 1,000 accounts. Nearly all of them are snapshots and library code, which
free themselves or stay for ever. So what has survived a collection that took long is passed over by
the next ones, until once a day all is looked at.
"""

import gc
import sys
import time
from types import TracebackType
from typing import Any, Self

LONG_S = 0.005
"""Later ones would be longer: a collection follows when a quarter more has come."""
SWITCH_S = 0.0005
"""How long a thread may go on while another one waits."""
THOROUGH_EACH_S = 86400.0
"""Cycles among objects that are passed over are found this seldom."""


class ShortPauses:
    """Makes threads give way, and watches the collector, while it is entered."""

    def __init__(self, long_s: float = LONG_S, thorough_each_s: float = THOROUGH_EACH_S) -> None:
        self._long_s = long_s
        self._thorough_each_s = thorough_each_s
        self._began_s = 0.0
        self._thorough_at_s = 0.0
        self._switch_before_s = sys.getswitchinterval()

    def __enter__(self) -> Self:
        """Begin."""
        sys.setswitchinterval(SWITCH_S)
        self._thorough_at_s = time.monotonic() + self._thorough_each_s
        gc.callbacks.append(self._watch)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let Python work as it does by itself."""
        sys.setswitchinterval(self._switch_before_s)
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
