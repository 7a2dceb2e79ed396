"""The ledger's connection: shared by threads, one transaction at a time."""

import logging
import sqlite3
import threading
import weakref
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from solix_exporter.errors import LedgerError
from solix_exporter.ledger.schema import COMPANIONS, connect, explained

_LOGGER = logging.getLogger(__name__)

_Identity = tuple[int, int]


class LedgerFile:
    """One open file; safe for several threads and processes."""

    def __init__(self, path: Path | None) -> None:
        """Take the file; None keeps everything in memory. Nothing is opened yet."""
        self.path = path
        self._connection: sqlite3.Connection | None = None
        self._identities: tuple[_Identity | None, ...] = ()
        """What tells the open file and its companions from others of their names."""
        self._lock = threading.RLock()

    def open(self) -> None:
        """Open the file, made where there is none. Raises LedgerError."""
        if self._connection is None:
            self._connection = connect(self.path)
            self._identities = tuple(_identity(file) for file in self._files())
            # Nobody closes an exporter that was built and never opened.
            weakref.finalize(self, self._connection.close)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Give the connection to read from. Raises LedgerError."""
        with self._lock:
            self.open()
            self._follow_name()
            if self._connection is None:
                raise LedgerError("the ledger is not open")
            try:
                yield self._connection
            except sqlite3.Error as error:
                raise LedgerError(explained(self.path, "the ledger failed", error)) from error

    def _follow_name(self) -> None:
        """Make sure that the open file is the one of its name; what nobody finds would be lost."""
        if self.path is None or self._connection is None or self._connection.in_transaction:
            return
        found = tuple(_identity(file) for file in self._files())
        is_whole = all(found[1:]) or found[1:] == self._identities[1:]
        if found[0] == self._identities[0] and is_whole:
            return
        if found[0] == self._identities[0]:
            # Closing writes what the deleted log holds into the file.
            self.close()
            _LOGGER.warning(
                "the log of %s was deleted while it was in use; nothing is lost", self.path
            )
        elif found[0] is None:
            self._write_back(self.path, self._connection)
            _LOGGER.warning("%s was deleted while it was in use; it was written anew", self.path)
        else:
            _LOGGER.warning("%s was replaced; the new file is used from now on", self.path)
            self._leave_file()
        self.open()

    def _files(self) -> list[Path]:
        """Return the file and its companions, none where everything is in memory."""
        path = self.path
        return [path.with_name(path.name + end) for end in COMPANIONS] if path else []

    def _leave_file(self) -> None:
        """Close the file, and take away its log, which must not be applied to another file."""
        known = dict(zip(self._files(), self._identities, strict=True))
        mine = [file for file in self._files()[1:] if _identity(file) == known[file]]
        self.close()
        for file in mine:
            file.unlink(missing_ok=True)

    def _write_back(self, path: Path, connection: sqlite3.Connection) -> None:
        """Write the content of the deleted file, which is still open, to its name again."""
        new = path.with_name(f"{path.name}.new")
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            new.unlink(missing_ok=True)
            new.touch(mode=0o600)
            with closing(sqlite3.connect(new)) as copy:
                connection.backup(copy)
            self._leave_file()
            new.rename(path)
        except (OSError, sqlite3.Error) as error:
            raise LedgerError(
                explained(path, "the ledger was deleted and cannot be written anew", error)
            ) from error

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Give a transaction that is on the disk, whole, when this ends. Raises LedgerError."""
        with self.reading() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise


def _identity(path: Path) -> _Identity | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
