"""Compares a day that was read with the ledger, and keeps it there."""

from dataclasses import dataclass
from datetime import date, datetime

from solix_exporter.ledger import DayRecord, Ledger
from solix_exporter.ledger.rows import FlowKey
from solix_exporter.poll.account import PolledAccount
from solix_exporter.poll.energy.checks import FallGuard
from solix_exporter.poll.energy.days import final_at, local_day
from solix_exporter.poll.energy.placing import DayPlacer
from solix_exporter.poll.energy.reader import DayReading


@dataclass(frozen=True, slots=True)
class Kept:
    """The result of keeping a reading."""

    totals: dict[FlowKey, float]
    rejected: int
    """How many totals fell; those that fell far keep their former value."""
    is_whole: bool
    """False if an answer is missing that the next try may bring."""


class DayKeeper:
    """Keeps the days of one account's sites; waits for the disk, so call it in a thread."""

    def __init__(self, account: PolledAccount, ledger: Ledger) -> None:
        self._account = account
        self._ledger = ledger
        self._guard = FallGuard()
        self._placer = DayPlacer(account, ledger)

    def keep(self, site_id: str, day: date, reading: DayReading, started: datetime) -> Kept:
        """Keep a reading that began at `started` in the ledger, and close its day when it is due.

        Raises LedgerError.
        """
        zone = self._account.zones.zone(site_id)
        began = self._ledger.begin(site_id, local_day(started, zone))
        totals, held = self._unfallen(site_id, day, reading)
        # What is held is decided by the next reading, which a closed day would not get.
        is_settled = reading.is_complete and not held
        record = DayRecord(
            site_id=site_id,
            day=day,
            totals=totals,
            read_at=started if is_settled else None,
            closed=is_settled and started >= final_at(day, zone),
            is_live=day >= began,
        )
        recorded = self._ledger.record(record)
        self._placer.place(site_id)
        return Kept(totals, held + len(recorded.fallen), reading.is_complete)

    def _unfallen(
        self, site_id: str, day: date, reading: DayReading
    ) -> tuple[dict[FlowKey, float], int]:
        """Return the totals; one that falls by more than rounding keeps its value for one turn.

        The second number is how many do.
        """
        totals, held = dict(reading.totals), 0
        for row in self._ledger.day(site_id, day):
            key = (row.device_sn, row.flow)
            if key in totals and self._guard.holds(row, totals[key]):
                totals[key] = row.wh
                held += 1
        return totals, held
