"""The event loop of the commands that ask the cloud: who stops one need not wait for a name.

The library looks names up in threads that the end of a process waits for. Where the network is
away, that is half a minute and more.
"""

import asyncio
import socket
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from functools import partial
from typing import Any, TypeVar

T = TypeVar("T")


def run(work: Coroutine[Any, Any, T]) -> T:
    """Do the work as `asyncio.run` does; at its end no look-up of a name is waited for."""
    with asyncio.Runner(loop_factory=_Loop) as runner:
        return runner.run(work)


class _Loop(asyncio.SelectorEventLoop):
    async def getaddrinfo(self, *place: Any, **wishes: Any) -> list[Any]:  # noqa: ANN401 - passed on
        """Look a name up. Raises OSError."""
        found: Future[list[Any]] = Future()
        found.set_running_or_notify_cancel()
        look_up = partial(socket.getaddrinfo, *place, **wishes)
        threading.Thread(target=_answer, args=(look_up, found), daemon=True).start()
        return await asyncio.wrap_future(found, loop=self)


def _answer(look_up: Callable[[], list[Any]], found: "Future[list[Any]]") -> None:
    try:
        found.set_result(look_up())
    except Exception as error:  # noqa: BLE001 - it is raised where the name is waited for
        found.set_exception(error)
