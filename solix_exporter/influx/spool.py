"""A bounded queue of lines on disk; the oldest files are dropped first.

Only whole files are removed, so part of a file may be delivered again after a crash; a point that
is written twice stays one point.
"""

import os
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from solix_exporter.errors import SinkError

_SUFFIX = ".lines"
_FILES = 64
"""Files in a full spool; a full spool drops one of them."""


@dataclass(slots=True)
class _File:
    """One file of the queue."""

    path: Path
    size: int
    lines: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """Lines to deliver, and the file that holds them."""

    path: Path
    lines: tuple[str, ...]


@dataclass(slots=True)
class Spool:
    """A queue of lines in a folder of its own."""

    folder: Path
    limit_bytes: int
    _files: list[_File] = field(default_factory=list)
    """Oldest first."""
    _open: BinaryIO | None = None
    """Where lines are added: the last of the files."""
    _is_open: bool = False
    """Whether the files of an earlier run were read."""

    def open(self) -> None:
        """Read the files of an earlier run. Raises SinkError if the folder cannot be used."""
        try:
            self._make_folder()
            found = sorted(self.folder.glob(f"*{_SUFFIX}"))
            self._files = [_left(path) for path in found if path.stem.isdecimal()]
        except OSError as error:
            raise _failure(self.folder, error) from error
        self._is_open = True

    def _make_folder(self) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def close(self) -> None:
        """Close the file that lines are added to."""
        stream, self._open = self._open, None
        if stream is not None:
            with suppress(OSError):
                stream.close()

    def add(self, lines: list[str]) -> int:
        """Add lines and return how many old ones were dropped to make room.

        Raises SinkError if they cannot be written.
        """
        if not lines:
            return 0
        if not self._is_open:
            self.open()
        text = "".join(f"{line}\n" for line in lines).encode()
        try:
            file, stream = self._last(len(text))
            stream.write(text)
            # Not fsync: a killed process loses nothing, and a power cut some seconds of readings.
            stream.flush()
        except OSError as error:
            # A line that is cut off must stay the last of its file.
            self.close()
            raise _failure(self.folder, error) from error
        file.size += len(text)
        file.lines += len(lines)
        return self._make_room()

    def _last(self, size: int) -> tuple[_File, BinaryIO]:
        """Return the file to append to, a new one if the last is full or being read."""
        if self._open is not None and self._files[-1].size + size > self.limit_bytes // _FILES:
            self.close()
        if self._open is None:
            number = int(self._files[-1].path.stem) + 1 if self._files else 1
            path = self.folder / f"{number:012}{_SUFFIX}"
            self._make_folder()
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
            self._open = os.fdopen(os.open(path, flags, 0o600), "wb")
            self._files.append(_File(path, 0, 0))
        return self._files[-1], self._open

    def _make_room(self) -> int:
        dropped = 0
        while len(self._files) > 1 and sum(file.size for file in self._files) > self.limit_bytes:
            dropped += self._files[0].lines
            self._remove(0)
        return dropped

    def pending(self) -> int:
        """Return how many lines wait."""
        return sum(file.lines for file in self._files)

    def oldest(self) -> Waiting | None:
        """Return the oldest lines, None if none wait; new lines go to another file.

        A last line cut off by a crash is left out, and so is a file that was removed.
        Raises SinkError.
        """
        while self._files:
            if len(self._files) == 1:
                self.close()
            path = self._files[0].path
            try:
                text = path.read_bytes()
            except FileNotFoundError:
                text = b""
            except OSError as error:
                raise _failure(self.folder, error) from error
            lines = text.decode(errors="replace").split("\n")[:-1]
            if lines:
                return Waiting(path, tuple(lines))
            self._remove(0)
        return None

    def done(self, waiting: Waiting) -> None:
        """Forget lines that were delivered, unless they were dropped meanwhile."""
        for index, file in enumerate(self._files):
            if file.path == waiting.path:
                self._remove(index)
                return

    def _remove(self, index: int) -> None:
        file = self._files.pop(index)
        try:
            file.path.unlink(missing_ok=True)
        except OSError as error:
            raise _failure(self.folder, error) from error


def _left(path: Path) -> _File:
    """Return a file of an earlier run."""
    text = path.read_bytes()
    return _File(path, len(text), text.count(b"\n"))


def _failure(folder: Path, error: OSError) -> SinkError:
    return SinkError(f"{folder}: the spool cannot be used: {error.strerror or error}")
