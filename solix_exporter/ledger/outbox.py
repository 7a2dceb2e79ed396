"""What sinks need of the ledger: days that have an identity, what changed, what each one has."""

import sqlite3
from collections.abc import Callable
from datetime import UTC, date, datetime

from solix_exporter.ledger.file import LedgerFile
from solix_exporter.ledger.rows import ChangedDay, DayIdentity, MendedDays


class Outbox:
    """The changes of the ledger, in their order, and how far each sink has taken them.

    Every method raises LedgerError where the file cannot be read or written.
    """

    def __init__(self, file: LedgerFile) -> None:
        self._file = file

    def place(self, site_id: str, account: str, start_of: Callable[[date], datetime]) -> None:
        """Say whose a site's days are and when they begin, where that is not known yet.

        Sinks see a day from then on, so its numbers get new revisions.
        """
        with self._file.reading() as connection:
            days = connection.execute(
                "SELECT day FROM site_day WHERE site_id = ? AND start IS NULL ORDER BY day",
                (site_id,),
            ).fetchall()
        if not days:
            return
        with self._file.writing() as connection:
            for (day,) in days:
                start = start_of(date.fromisoformat(day)).timestamp()
                connection.execute(
                    "UPDATE site_day SET account = ?, start = ?"
                    " WHERE site_id = ? AND day = ? AND start IS NULL",
                    (account, start, site_id, day),
                )
                revise(connection, site_id, day)

    def mend(
        self, site_id: str, start_of: Callable[[date], datetime], since: date | None
    ) -> MendedDays:
        """Let a site's days begin where they should, from a day on; None mends all of them.

        Their numbers get new revisions, so that sinks take them once more.
        """
        first = since.isoformat() if since else ""
        with self._file.writing() as connection:
            rows = connection.execute(
                "SELECT d.day, d.start, EXISTS ("
                "  SELECT 1 FROM day_total t WHERE (t.site_id, t.day) = (d.site_id, d.day)"
                "  AND t.revision <= (SELECT max(revision) FROM sink))"
                " FROM site_day d WHERE d.site_id = ? AND d.day >= ? AND d.start IS NOT NULL"
                " ORDER BY d.day",
                (site_id, first),
            ).fetchall()
            days = delivered = 0
            for day, start, is_delivered in rows:
                right = start_of(date.fromisoformat(day)).timestamp()
                if right != start:
                    connection.execute(
                        "UPDATE site_day SET start = ? WHERE site_id = ? AND day = ?",
                        (right, site_id, day),
                    )
                    revise(connection, site_id, day)
                    days, delivered = days + 1, delivered + is_delivered
        return MendedDays(days, delivered)

    def changed_days(
        self, revision: int, limit: int, *, closed_only: bool = False
    ) -> tuple[ChangedDay, ...]:
        """Return the days of the next `limit` numbers that changed after a revision.

        The days are in the order of their changes; a day that is not placed yet is left out, and
        so is one that still changes with `closed_only`.
        """
        with self._file.reading() as connection:
            rows = connection.execute(
                "SELECT site_id, day, account, start, max(revision) AS newest FROM ("
                " SELECT t.site_id, t.day, d.account, d.start, t.revision"
                " FROM day_total t JOIN site_day d USING (site_id, day)"
                " WHERE t.revision > ? AND d.start IS NOT NULL AND d.closed >= ?"
                " ORDER BY t.revision LIMIT ?"
                ") GROUP BY site_id, day ORDER BY newest",
                (revision, closed_only, limit),
            ).fetchall()
        return tuple(
            ChangedDay(
                DayIdentity(
                    site_id, date.fromisoformat(day), account, datetime.fromtimestamp(start, UTC)
                ),
                newest,
            )
            for site_id, day, account, start, newest in rows
        )

    def count_points_since(self, revision: int, *, closed_only: bool = False) -> int:
        """Return how many days of sites and devices have a number that changed after a revision."""
        with self._file.reading() as connection:
            found = connection.execute(
                "SELECT count(*) FROM ("
                " SELECT DISTINCT t.site_id, t.device_sn, t.day"
                " FROM day_total t JOIN site_day d USING (site_id, day)"
                " WHERE t.revision > ? AND d.closed >= ?)",
                (revision, closed_only),
            )
            return int(found.fetchone()[0])

    def delivered(self, sink: str) -> int:
        """Return the last revision that a sink has taken, 0 for a new one."""
        with self._file.reading() as connection:
            row = connection.execute("SELECT revision FROM sink WHERE name = ?", (sink,)).fetchone()
        return int(row[0]) if row else 0

    def mark_delivered(self, sink: str, revision: int) -> None:
        """Note that a sink has taken everything up to a revision."""
        with self._file.writing() as connection:
            connection.execute("INSERT OR REPLACE INTO sink VALUES (?, ?)", (sink, revision))

    def take_back(self, sink: str, since: datetime) -> None:
        """Note that a sink may lack the days that began since an instant, and all later changes."""
        with self._file.writing() as connection:
            connection.execute(
                "UPDATE sink SET revision = min(revision, COALESCE(("
                " SELECT min(t.revision) - 1 FROM day_total t JOIN site_day d USING (site_id, day)"
                " WHERE d.start >= ?), revision)) WHERE name = ?",
                (since.timestamp(), sink),
            )


def revise(connection: sqlite3.Connection, site_id: str, day: str) -> None:
    """Give all numbers of a day new revisions, within the caller's transaction."""
    where = (site_id, day)
    keys = connection.execute(
        "SELECT device_sn, flow FROM day_total WHERE site_id = ? AND day = ?", where
    ).fetchall()
    for key in keys:
        connection.execute(
            "UPDATE day_total SET revision = (SELECT max(revision) + 1 FROM day_total)"
            " WHERE site_id = ? AND day = ? AND device_sn = ? AND flow = ?",
            (*where, *key),
        )
