"""The requests of the last minute in one small file that all processes of a state directory share.

It is read and written once per request, under a lock and without waiting for the disk to have it:
what a power cut loses is a minute old when the machine is back.
"""

import errno
import fcntl
import os
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import orjson

from solix_exporter.cloud.filelock import open_private

_LARGEST_BYTES = 1024 * 1024
_PATIENCE_S = 1.0
"""How long another process may hold the file; one that was stopped holds it for ever."""
_AGAIN_S = 0.002
_TOLERANCE_S = 5.0
"""Processes read the clock a moment before they hold the file."""


@dataclass(frozen=True, slots=True)
class Place:
    """What the cloud counts requests by."""

    server: str
    endpoint: str


@dataclass(frozen=True, slots=True)
class Others:
    """What other processes did, also those that have ended since."""

    ages_s: tuple[float, ...] = ()
    """How long ago each of their requests went to the endpoint, oldest first."""
    last_age_s: float | None = None
    """How long ago the last of their requests went to the server."""
    refused_age_s: float | None = None
    """How long ago any process, this one included, met a 429 there."""
    refusals: int = 0
    """How many there were in a row."""


@dataclass(frozen=True, slots=True)
class Lasting:
    """How long what is in the file counts."""

    request_s: float
    refusal_s: float


@dataclass(slots=True)
class _Content:
    """What the file holds; times are Unix seconds."""

    sent: list[tuple[float, str, Place]] = field(default_factory=list)
    """When, and by which process."""
    refused: dict[Place, tuple[float, int]] = field(default_factory=dict)
    """The last 429, and how many there were in a row."""

    def settle(self, now_s: float, lasting: Lasting) -> bool:
        """Forget what counts no more; return whether the host's clock was set back.

        Then all times are moved along, so that none of them lasts until the clock is there again.
        """
        times_s = [*(row[0] for row in self.sent), *(row[0] for row in self.refused.values())]
        ahead_s = max(times_s, default=now_s) - now_s
        shift_s = ahead_s if ahead_s > _TOLERANCE_S else 0.0
        self.sent = [
            (at_s - shift_s, process, place)
            for at_s, process, place in self.sent
            if at_s - shift_s > now_s - lasting.request_s
        ]
        self.refused = {
            place: (at_s - shift_s, count)
            for place, (at_s, count) in self.refused.items()
            if at_s - shift_s > now_s - lasting.refusal_s
        }
        return shift_s > 0


class SharedLog:
    """The file; its methods wait for the disk and belong into a thread. They raise OSError."""

    def __init__(self, path: Path, lasting: Lasting) -> None:
        self._path = path
        self._lasting = lasting
        self._own = secrets.token_hex(4)
        """Names this process, as a number that may be used again would not."""

    def take(
        self, place: Place, now_s: float, may_go: Callable[[Others], bool]
    ) -> tuple[bool, Others]:
        """Note a request unless `may_go` says no to what others did.

        Return what it said, and what they did.
        """
        with _Locked(self._path) as file:
            content = file.read()
            is_set_back = content.settle(now_s, self._lasting)
            others = self._others(content, place, now_s)
            is_free = may_go(others)
            if is_free:
                content.sent.append((now_s, self._own, place))
            if is_free or is_set_back:
                file.write(content)
            return is_free, others

    def note_refusal(self, place: Place, now_s: float, count: int) -> None:
        """Note a 429, and how many there were in a row, for the other processes."""
        with _Locked(self._path) as file:
            content = file.read()
            content.settle(now_s, self._lasting)
            content.refused[place] = (now_s, count)
            file.write(content)

    def _others(self, content: _Content, place: Place, now_s: float) -> Others:
        ages_s = [
            (max(0.0, now_s - at_s), of)
            for at_s, process, of in content.sent
            if process != self._own and of.server == place.server
        ]
        refused_s, count = content.refused.get(place, (None, 0))
        return Others(
            tuple(sorted((age_s for age_s, of in ages_s if of == place), reverse=True)),
            min((age_s for age_s, _ in ages_s), default=None),
            None if refused_s is None else max(0.0, now_s - refused_s),
            count,
        )


class _Locked:
    """The file while this process alone has it."""

    def __init__(self, path: Path) -> None:
        self._handle = open_private(path)
        self._size = 0

    def __enter__(self) -> Self:
        try:
            self._lock()
        except BaseException:
            os.close(self._handle)
            raise
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._handle)

    def _lock(self) -> None:
        until_s = time.monotonic() + _PATIENCE_S
        while True:
            try:
                fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= until_s:
                    raise TimeoutError("another process holds it") from None
                time.sleep(_AGAIN_S)
            else:
                return

    def read(self) -> _Content:
        """Return what the file holds; nothing where that makes no sense."""
        self._size = os.fstat(self._handle).st_size
        if self._size > _LARGEST_BYTES:
            os.ftruncate(self._handle, 0)
            self._size = 0
        text = os.pread(self._handle, self._size, 0)
        try:
            return _from_json(orjson.loads(text)) if text else _Content()
        except (ValueError, TypeError, LookupError, AttributeError):
            return _Content()

    def write(self, content: _Content) -> None:
        """Replace the content by one write, so that a process that is killed leaves no half."""
        sent = [(at_s, process, *_spelled(place)) for at_s, process, place in content.sent]
        refused = [(*_spelled(place), *row) for place, row in content.refused.items()]
        text = orjson.dumps({"version": 1, "sent": sent, "refused": refused}).ljust(self._size)
        if os.pwrite(self._handle, text, 0) < len(text):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _spelled(place: Place) -> tuple[str, str]:
    return place.server, place.endpoint


def _from_json(content: dict[str, list[list[str]]]) -> _Content:
    """Return the content. Raises ValueError, TypeError, LookupError or AttributeError."""
    return _Content(
        [
            (float(at_s), str(process), Place(str(server), str(endpoint)))
            for at_s, process, server, endpoint in content["sent"]
        ],
        {
            Place(str(server), str(endpoint)): (float(at_s), max(0, int(count)))
            for server, endpoint, at_s, count in content["refused"]
        },
    )
