"""The terminal in full-screen mode: draws, reads keys, and always restores it."""

import asyncio
import contextlib
import os
import signal
import sys
import termios
import tty
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from rich.console import Console, RenderableType
from rich.live import Live

from solix_exporter.monitor.keyboard import Keyboard

_ESCAPE_WAIT_S = 0.05
"""The rest of a key's sequence comes at once, over a slow line too."""
_CHUNK = 1024


class Screen:
    """The whole terminal, between `with` and its end; only inside a running event loop."""

    def __init__(self, page: RenderableType, on_key: Callable[[str], None]) -> None:
        self._page = page
        self._on_key = on_key
        self._keyboard = Keyboard()
        self._live: Live | None = None
        self._before: list[Any] | None = None
        self._loop = asyncio.get_running_loop()

    def __enter__(self) -> Self:
        """Enter full-screen mode."""
        self._take()
        for number, act in self._signals().items():
            self._loop.add_signal_handler(number, act)
        if sys.stdin.isatty():
            self._loop.add_reader(sys.stdin.fileno(), self._read)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Restore the terminal."""
        self._give_back()
        self._loop.remove_reader(sys.stdin.fileno())
        for number in self._signals():
            self._loop.remove_signal_handler(number)

    def paint(self) -> None:
        """Draw the page as it is now."""
        if self._live is not None:
            self._live.update(self._page, refresh=True)

    def _signals(self) -> dict[signal.Signals, Callable[[], None]]:
        def leave() -> None:
            self._on_key("q")

        return {
            signal.SIGINT: leave,
            signal.SIGTERM: leave,
            signal.SIGHUP: leave,
            signal.SIGWINCH: self.paint,
            signal.SIGTSTP: self._pause,
        }

    def _take(self) -> None:
        if sys.stdin.isatty():
            self._before = termios.tcgetattr(sys.stdin)
            tty.setcbreak(sys.stdin)
        try:
            # Made anew each time, because the kind of terminal may have changed.
            self._live = Live(self._page, console=_console(), screen=True, auto_refresh=False)
            self._live.start(refresh=True)
        except BaseException:
            self._give_back()
            raise

    def _give_back(self) -> None:
        live, self._live = self._live, None
        # A terminal that went away cannot be put in order, and need not be.
        with contextlib.suppress(OSError):
            if live is not None:
                live.stop()
        with contextlib.suppress(OSError, termios.error):
            if self._before is not None:
                termios.tcsetattr(sys.stdin, termios.TCSADRAIN, self._before)

    def _pause(self) -> None:
        """Step aside for the shell (Ctrl-Z), and come back when it says so."""
        self._give_back()
        os.kill(os.getpid(), signal.SIGSTOP)
        self._take()

    def _read(self) -> None:
        content = self._chunk()
        if not content:
            self._loop.remove_reader(sys.stdin.fileno())
            self._on_key("q")
        for key in self._keyboard.feed(content):
            self._on_key(key)
        if self._keyboard.is_waiting:
            self._loop.call_later(_ESCAPE_WAIT_S, self._flush)

    def _chunk(self) -> bytes:
        try:
            return os.read(sys.stdin.fileno(), _CHUNK)
        except OSError:
            return b""

    def _flush(self) -> None:
        for key in self._keyboard.flush():
            self._on_key(key)


def _console() -> Console:
    """Return the terminal at its real size: LINES and COLUMNS do not follow a resize."""
    environ = {key: text for key, text in os.environ.items() if key not in {"COLUMNS", "LINES"}}
    return Console(_environ=environ)
