"""The ledger's file: opened, brought to the newest schema, or set aside when it cannot be read."""

import logging
import shutil
import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing, suppress
from pathlib import Path

from solix_exporter.errors import LedgerError

_LOGGER = logging.getLogger(__name__)

APPLICATION_ID = 0x534F4C58
"""Tells a ledger from any other SQLite file: "SOLX"."""

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        """CREATE TABLE site (
            site_id TEXT PRIMARY KEY,
            began TEXT NOT NULL
        ) WITHOUT ROWID""",
        """CREATE TABLE site_day (
            site_id TEXT NOT NULL,
            day TEXT NOT NULL,
            read_at REAL,
            closed INTEGER NOT NULL,
            is_live INTEGER NOT NULL,
            PRIMARY KEY (site_id, day)
        ) WITHOUT ROWID""",
        """CREATE TABLE day_total (
            site_id TEXT NOT NULL,
            device_sn TEXT NOT NULL,
            day TEXT NOT NULL,
            flow TEXT NOT NULL,
            wh REAL NOT NULL,
            counted_wh REAL NOT NULL,
            revision INTEGER NOT NULL,
            PRIMARY KEY (site_id, device_sn, day, flow)
        ) WITHOUT ROWID""",
        "CREATE UNIQUE INDEX day_total_revision ON day_total (revision)",
        """CREATE TABLE sink (
            name TEXT PRIMARY KEY,
            revision INTEGER NOT NULL
        ) WITHOUT ROWID""",
    ),
    (
        # Whose a day is and when it begins; empty until `Ledger.place` tells.
        "ALTER TABLE site_day ADD COLUMN account TEXT",
        "ALTER TABLE site_day ADD COLUMN start REAL",
    ),
    (
        """CREATE TABLE device_lifetime (
            device_sn TEXT NOT NULL,
            flow TEXT NOT NULL,
            base_wh REAL NOT NULL,
            register_wh REAL NOT NULL,
            seen_at REAL NOT NULL,
            source TEXT NOT NULL,
            day TEXT NOT NULL,
            day_base_wh REAL NOT NULL,
            PRIMARY KEY (device_sn, flow)
        ) WITHOUT ROWID""",
    ),
)
"""What leads from each schema version to the next; version 0 is an empty file."""

_PRIMARY = 0xFF
"""The part of an extended error code of SQLite that says what kind of error it is."""
_LEAST_ROOM_BYTES = 1 << 16
_OF_OTHERS = 0o077
_BUSY_S = 30.0
"""How long one process waits for another one's write."""
COMPANIONS = ("", "-wal", "-shm")


def connect(path: Path | None) -> sqlite3.Connection:
    """Return a connection to the ledger; None is one in memory.

    A file that is damaged, not a ledger, or of a newer version is set aside under another name.
    Raises LedgerError then, and where the file cannot be opened at all.
    """
    is_new = path is None or not path.exists()
    try:
        connection = _open(path)
    except OSError as error:
        raise LedgerError(explained(path, "the ledger cannot be opened", error)) from error
    except sqlite3.OperationalError as error:
        # No rights, no room, a lock: the file itself is not to blame.
        raise LedgerError(explained(path, "the ledger cannot be opened", error)) from error
    except _UnusableError as error:
        raise _set_aside(path, str(error)) from error
    except sqlite3.DatabaseError as error:
        raise _set_aside(path, f"is damaged ({error})") from error
    if is_new and path is not None:
        _LOGGER.info("a new ledger begins in %s", path)
    return connection


def inspect(path: Path) -> int:
    """Return how many days of sites a ledger holds, and change nothing.

    Raises LedgerError for a file that `connect` would refuse or set aside.
    """
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True)) as connection:
            _check(connection)
            found = connection.execute("SELECT count(*) FROM site_day").fetchone()
            return int(found[0])
    except _UnusableError as error:
        raise LedgerError(f"the ledger {path} {error}") from error
    except sqlite3.Error as error:
        raise LedgerError(f"the ledger {path} cannot be read: {error}") from error


def explained(path: Path | None, what: str, error: OSError | sqlite3.Error) -> str:
    """Return the message of a failure with its true reason; SQLite calls most "disk I/O error"."""
    reason = error.strerror if isinstance(error, OSError) else str(error)
    if path is not None and _has_no_room(path):
        reason = "no space is left on its disk; free some, and it goes on by itself"
    elif getattr(error, "sqlite_errorcode", 0) & _PRIMARY == sqlite3.SQLITE_READONLY:
        reason = "it cannot be written; check the owner and the rights of the file and its folder"
    return f"{path}: {what}: {reason}" if path else f"{what}: {reason}"


def _has_no_room(path: Path) -> bool:
    try:
        return shutil.disk_usage(path.parent).free < _LEAST_ROOM_BYTES
    except OSError:
        return False


class _UnusableError(Exception):
    """The file is readable, but no ledger of this version."""


def _open(path: Path | None) -> sqlite3.Connection:
    if path is not None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Before SQLite does: it gives its companions, which hold the newest rows, the same rights.
        with suppress(FileExistsError):
            path.touch(mode=0o600, exist_ok=False)
        for companion in COMPANIONS:
            make_private(path.with_name(path.name + companion))
    connection = sqlite3.connect(
        path or ":memory:", timeout=_BUSY_S, isolation_level=None, check_same_thread=False
    )
    try:
        _check(connection)
        # A commit is on the disk when it returns: a total that was acknowledged survives a crash.
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        migrate(connection, MIGRATIONS)
    except BaseException:
        connection.close()
        raise
    return connection


def make_private(path: Path) -> None:
    """Take the rights of others from a file that an earlier version or a copy left readable."""
    with suppress(OSError):
        if path.stat().st_mode & _OF_OTHERS:
            path.chmod(0o600)


def _check(connection: sqlite3.Connection) -> None:
    version, identity = _pragma(connection, "user_version"), _pragma(connection, "application_id")
    tables = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
    if tables and identity != APPLICATION_ID:
        raise _UnusableError("is not a ledger of this program")
    if version > len(MIGRATIONS):
        raise _UnusableError(
            f"was written by a newer version (schema {version}, known is {len(MIGRATIONS)})"
        )
    verdict = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if verdict != "ok":
        raise _UnusableError(f"is damaged ({verdict})")


def migrate(connection: sqlite3.Connection, migrations: Sequence[Sequence[str]]) -> None:
    """Bring the file from its schema version to the newest, each step whole or not at all."""
    while (version := _pragma(connection, "user_version")) < len(migrations):
        connection.execute("BEGIN EXCLUSIVE")
        try:
            # Another process may have done the step while this one waited for the lock.
            if _pragma(connection, "user_version") == version:
                for statement in migrations[version]:
                    connection.execute(statement)
                connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                connection.execute(f"PRAGMA user_version = {version + 1}")
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    with closing(connection.execute(f"PRAGMA {name}")) as cursor:
        return int(cursor.fetchone()[0])


def _set_aside(path: Path | None, what: str) -> LedgerError:
    """Rename the file and its companions, and return the error that says so."""
    if path is None:
        return LedgerError(f"the ledger {what}")
    kept = path.with_name(f"{path.name}.set-aside-{time.time_ns()}")
    for companion in COMPANIONS:
        file = path.with_name(path.name + companion)
        if file.exists():
            file.rename(kept.with_name(kept.name + companion))
    return LedgerError(
        f"{path}: the ledger {what}. It was set aside as {kept.name} and nothing in it was changed."
        " Start again to begin a new one, `solix-exporter backfill` fetches its days anew; or put"
        " the file back and use the version that wrote it"
    )
