"""Locks between the processes that share a state directory; a lock ends with its process."""

import asyncio
import fcntl
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

OWNER_ONLY = 0o600

_AGAIN_S = 0.05


@asynccontextmanager
async def file_lock(path: Path, patience_s: float) -> AsyncIterator[None]:
    """Hold the lock that `path` stands for; where the disk can hold none, hold nothing.

    Raises TimeoutError when others have held it for `patience_s` of real time.
    """
    try:
        handle = open_private(path)
    except OSError:
        yield
        return
    try:
        until_s = time.monotonic() + patience_s
        while not _is_taken(handle):
            if time.monotonic() >= until_s:
                raise TimeoutError(f"{path.name} is held by another process")
            await asyncio.sleep(_AGAIN_S)
        yield
    finally:
        os.close(handle)


def open_private(path: Path) -> int:
    """Open a file for reading and writing; one that is not there is made for its owner only.

    Raises OSError.
    """
    flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NONBLOCK
    with suppress(FileNotFoundError):
        return os.open(path, flags, OWNER_ONLY)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return os.open(path, flags, OWNER_ONLY)


def _is_taken(handle: int) -> bool:
    """Take the lock where it is free; return whether it is ours now, or cannot be anybody's."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        # A file system without locks.
        return True
    return True
