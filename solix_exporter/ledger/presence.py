"""Tells whether an exporter is running on a ledger: a lock that ends with its process."""

import fcntl
from pathlib import Path
from typing import TextIO


class Presence:
    """The mark that an exporter holds while it runs."""

    def __init__(self, ledger: Path | None) -> None:
        self._path = ledger.with_name(f"{ledger.name}.running") if ledger else None
        self._file: TextIO | None = None

    def hold(self) -> bool:
        """Hold the mark; return whether nobody else did. Without a file there is nobody else."""
        if self._path is None:
            return True
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = self._path.open("a")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            return False
        self._file = file
        return True

    def release(self) -> None:
        """Let the mark go."""
        if self._file is not None:
            self._file.close()
            self._file = None


def is_running(ledger: Path) -> bool:
    """Return whether an exporter is running on a ledger."""
    presence = Presence(ledger)
    if not presence.hold():
        return True
    presence.release()
    return False
