"""What the process does at SIGTERM, SIGINT and SIGHUP while it serves."""

import asyncio
import signal
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

_STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)


@contextmanager
def listening(reload: Callable[[], Coroutine[Any, Any, None]]) -> Iterator[asyncio.Event]:
    """Give the event that SIGTERM and SIGINT set; SIGHUP runs `reload`."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    reloads: set[asyncio.Task[None]] = set()

    def begin_reload() -> None:
        task = loop.create_task(reload())
        reloads.add(task)
        task.add_done_callback(reloads.discard)

    for number in _STOP_SIGNALS:
        loop.add_signal_handler(number, stop.set)
    loop.add_signal_handler(signal.SIGHUP, begin_reload)
    try:
        yield stop
    finally:
        for number in (*_STOP_SIGNALS, signal.SIGHUP):
            loop.remove_signal_handler(number)
