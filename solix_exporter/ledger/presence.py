"""Tells whether an exporter is running on a ledger: a lock that ends with its process."""

import fcntl
import os
from pathlib import Path
from typing import TextIO

from solix_exporter.errors import LedgerError
from solix_exporter.ledger.schema import make_private


class Presence:
    """The mark that an exporter holds while it runs."""

    def __init__(self, ledger: Path | None) -> None:
        self._path = ledger.with_name(f"{ledger.name}.running") if ledger else None
        self._file: TextIO | None = None

    def hold(self) -> bool:
        """Hold the mark; return whether nobody else did. Without a file there is nobody else.

        Raises LedgerError where the mark cannot be written.
        """
        if self._path is None:
            return True
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            # For nobody else, whatever the umask.
            file = os.fdopen(os.open(self._path, os.O_WRONLY | os.O_CREAT, 0o600), "w")
            make_private(self._path)
        except OSError as error:
            raise LedgerError(
                f"{self._path} cannot be written: {error.strerror}. Run this as the user that the"
                " exporter runs as, or name another folder in state_dir"
            ) from error
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
    """Return whether an exporter is running on a ledger. Raises LedgerError."""
    presence = Presence(ledger)
    if not presence.hold():
        return True
    presence.release()
    return False
