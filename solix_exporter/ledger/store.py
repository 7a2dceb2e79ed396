"""Reads and writes of the ledger."""

import sqlite3
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from solix_exporter.ledger.file import LedgerFile
from solix_exporter.ledger.lifetimes import LifetimeTable
from solix_exporter.ledger.outbox import Outbox, revise
from solix_exporter.ledger.rows import DayRecord, DayState, DayTotal, FlowKey, Recorded
from solix_exporter.model.energy import Flow

_TOTALS = """
    SELECT t.site_id, t.device_sn, t.day, t.flow, t.wh, t.counted_wh,
           COALESCE(d.closed, 0), t.revision
    FROM day_total t LEFT JOIN site_day d ON d.site_id = t.site_id AND d.day = t.day
"""
_FLOWS = {flow.value: flow for flow in Flow}


class Ledger:
    """The daily totals of all sites; safe for several threads and processes.

    Every method raises LedgerError where the file cannot be read or written.
    """

    def __init__(self, path: Path | None) -> None:
        """Take the file; None keeps everything in memory. Nothing is opened yet."""
        self._file = LedgerFile(path)
        self.outbox = Outbox(self._file)
        self.lifetimes = LifetimeTable(self._file)

    @property
    def path(self) -> Path | None:
        """Return the file, None where everything is in memory."""
        return self._file.path

    def open(self) -> None:
        """Open the file, made where there is none."""
        self._file.open()

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    # --- sites and days --------------------------------------------------------------------

    def began(self, site_id: str) -> date | None:
        """Return the first day that the counters of a site count."""
        with self._file.reading() as connection:
            found = connection.execute("SELECT began FROM site WHERE site_id = ?", (site_id,))
            row = found.fetchone()
        return date.fromisoformat(row[0]) if row else None

    def begin(self, site_id: str, day: date) -> date:
        """Return the first day that the counters of a site count: this one at the latest."""
        with self._file.writing() as connection:
            connection.execute(
                "INSERT INTO site VALUES (?, ?)"
                " ON CONFLICT DO UPDATE SET began = excluded.began WHERE excluded.began < began",
                (site_id, day.isoformat()),
            )
        return self.began(site_id) or day

    def states(self, site_id: str, first: date, last: date) -> dict[date, DayState]:
        """Return how the days of a range were read; a day that never was is missing."""
        with self._file.reading() as connection:
            rows = connection.execute(
                "SELECT day, read_at, closed, is_live FROM site_day"
                " WHERE site_id = ? AND day BETWEEN ? AND ?",
                (site_id, first.isoformat(), last.isoformat()),
            ).fetchall()
        return {
            date.fromisoformat(day): DayState(_instant(read_at), bool(closed), bool(is_live))
            for day, read_at, closed, is_live in rows
        }

    def site_ids(self) -> tuple[str, ...]:
        """Return the sites that have any day."""
        with self._file.reading() as connection:
            rows = connection.execute("SELECT DISTINCT site_id FROM site_day ORDER BY site_id")
            return tuple(row[0] for row in rows)

    # --- totals ----------------------------------------------------------------------------

    def record(self, record: DayRecord) -> Recorded:
        """Keep a reading of a day, all of it or nothing.

        A number that changed gets a new revision, and so do all of a day that is closed. What is
        counted only grows, and only by days that the exporter read while it ran. A closed day
        stays as it is unless `overwrite`.
        """
        with self._file.writing() as connection:
            state = self._state(connection, record)
            if state is not None and record.read_at is not None:
                state = state.as_of(record.read_at)
            if state is not None and state.closed and not record.overwrite:
                return Recorded(0)
            fallen = []
            changed = 0
            for key, wh in record.totals.items():
                before = self._row(connection, record, key)
                changed += before is None or before[0] != wh
                if before is not None and wh < before[1]:
                    fallen.append(key)
                self._write(connection, record, (key, wh, before))
            self._write_state(connection, record, state)
        return Recorded(changed, tuple(fallen))

    @staticmethod
    def _state(connection: sqlite3.Connection, record: DayRecord) -> DayState | None:
        row = connection.execute(
            "SELECT read_at, closed, is_live FROM site_day WHERE site_id = ? AND day = ?",
            (record.site_id, record.day.isoformat()),
        ).fetchone()
        return DayState(_instant(row[0]), bool(row[1]), bool(row[2])) if row else None

    @staticmethod
    def _row(
        connection: sqlite3.Connection, record: DayRecord, key: FlowKey
    ) -> tuple[float, float] | None:
        device_sn, flow = key
        row: tuple[float, float] | None = connection.execute(
            "SELECT wh, counted_wh FROM day_total"
            " WHERE site_id = ? AND device_sn = ? AND day = ? AND flow = ?",
            (record.site_id, device_sn, record.day.isoformat(), flow.value),
        ).fetchone()
        return row

    @staticmethod
    def _write(
        connection: sqlite3.Connection,
        record: DayRecord,
        change: tuple[FlowKey, float, tuple[float, float] | None],
    ) -> None:
        (device_sn, flow), wh, before = change
        old_wh, old_counted = before or (None, 0.0)
        counted = max(old_counted, wh) if record.is_live else old_counted
        if (wh, counted) == (old_wh, old_counted):
            return
        connection.execute(
            "INSERT INTO day_total VALUES (?, ?, ?, ?, ?, ?,"
            " (SELECT COALESCE(max(revision), 0) + 1 FROM day_total))"
            " ON CONFLICT DO UPDATE SET wh = excluded.wh, counted_wh = excluded.counted_wh,"
            " revision = CASE WHEN wh = excluded.wh THEN revision ELSE excluded.revision END",
            (record.site_id, device_sn, record.day.isoformat(), flow.value, wh, counted),
        )

    @staticmethod
    def _write_state(
        connection: sqlite3.Connection, record: DayRecord, before: DayState | None
    ) -> None:
        read_at = record.read_at or (before.read_at if before else None)
        closed = record.closed or (before is not None and before.closed)
        is_live = record.is_live or (before is not None and before.is_live)
        if before == DayState(read_at, closed, is_live):
            return
        connection.execute(
            "INSERT INTO site_day (site_id, day, read_at, closed, is_live) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET read_at = excluded.read_at, closed = excluded.closed,"
            " is_live = excluded.is_live",
            (
                record.site_id,
                record.day.isoformat(),
                read_at.timestamp() if read_at else None,
                closed,
                is_live,
            ),
        )
        if closed and not (before and before.closed):
            # Some sinks take a day only now, when it no longer changes.
            revise(connection, record.site_id, record.day.isoformat())

    def day(self, site_id: str, day: date) -> tuple[DayTotal, ...]:
        """Return the totals of one day of a site and its devices."""
        return self.totals((site_id,), day, day)

    def totals(self, site_ids: Sequence[str], first: date, last: date) -> tuple[DayTotal, ...]:
        """Return the totals of a range of days, by site, day, device and flow."""
        marks = ",".join("?" * len(site_ids))
        return self._select(
            f"WHERE t.site_id IN ({marks}) AND t.day BETWEEN ? AND ?"
            " ORDER BY t.site_id, t.day, t.device_sn, t.flow",
            (*site_ids, first.isoformat(), last.isoformat()),
        )

    def counters(self, site_id: str) -> dict[FlowKey, float]:
        """Return the monotone sums of a site and its devices since its ledger began, Wh."""
        with self._file.reading() as connection:
            rows = connection.execute(
                "SELECT device_sn, flow, sum(counted_wh)"
                " FROM day_total JOIN site_day USING (site_id, day)"
                " WHERE site_id = ? AND is_live GROUP BY device_sn, flow",
                (site_id,),
            ).fetchall()
        return {(sn, _FLOWS[flow]): round(wh, 3) for sn, flow, wh in rows if flow in _FLOWS}

    def _select(self, where: str, values: Sequence[str | int]) -> tuple[DayTotal, ...]:
        with self._file.reading() as connection:
            rows = connection.execute(_TOTALS + where, tuple(values)).fetchall()
        # A flow that another version knew stays in the file and out of sight.
        return tuple(
            DayTotal(
                site_id, sn, date.fromisoformat(day), _FLOWS[flow], wh, counted, bool(closed), rev
            )
            for site_id, sn, day, flow, wh, counted, closed, rev in rows
            if flow in _FLOWS
        )


def _instant(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
