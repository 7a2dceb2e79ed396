"""The ledger's connection: shared by threads, one transaction at a time."""

import sqlite3
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from solix_exporter.errors import LedgerError
from solix_exporter.ledger.schema import connect


class LedgerFile:
    """One open file; safe for several threads and processes."""

    def __init__(self, path: Path | None) -> None:
        """Take the file; None keeps everything in memory. Nothing is opened yet."""
        self.path = path
        self._connection: sqlite3.Connection | None = None
        self._lock = threading.RLock()

    def open(self) -> None:
        """Open the file, made where there is none. Raises LedgerError."""
        if self._connection is None:
            self._connection = connect(self.path)
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
            if self._connection is None:
                raise LedgerError("the ledger is not open")
            try:
                yield self._connection
            except sqlite3.Error as error:
                raise LedgerError(f"{self.path}: the ledger failed: {error}") from error

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
