"""The daily totals that a server lacks, in the order in which they changed."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from solix_exporter.influx.points import Naming, day_lines, device_info_line, site_info_line
from solix_exporter.ledger import DayIdentity, Ledger
from solix_exporter.model.snapshot import Snapshot

ROWS = 4000
"""Changes read from the ledger at once: some hundred days."""

_TODAY = timedelta(hours=25)
"""The longest day; a day that began earlier is over."""
_LAST = timedelta(hours=25 + 24)
"""The same for the last complete day, which is known at noon of the next."""


@dataclass(frozen=True, slots=True)
class DayBatch:
    """Points to write."""

    lines: tuple[str, ...] = ()
    revision: int = 0
    """The ledger's revision that the server has afterwards."""


class DailyTotals:
    """The daily totals of the ledger that one server lacks."""

    def __init__(self, ledger: Ledger, sink: str, naming: Naming) -> None:
        """Build from the ledger and its name for this server."""
        self._ledger = ledger
        self._sink = sink
        self._naming = naming
        self.closed_only = False
        """Whether unfinished days are held back."""

    def next(self, snapshot: Snapshot, now: datetime) -> DayBatch:
        """Return the oldest changes, as whole days; no lines if the server has everything.

        Names come from the snapshot. Raises LedgerError.
        """
        outbox = self._ledger.outbox
        changed = outbox.changed_days(
            outbox.delivered(self._sink), ROWS, closed_only=self.closed_only
        )
        newest = _LAST if self.closed_only else _TODAY
        lines: list[str] = []
        for day in changed:
            lines.extend(self._lines(day.identity))
            if now - day.identity.start < newest:
                lines.extend(self._names(day.identity, snapshot))
        revision = max((day.revision for day in changed), default=0)
        return DayBatch(tuple(line for line in lines if line), revision)

    def _lines(self, identity: DayIdentity) -> list[str]:
        rows = self._ledger.day(identity.site_id, identity.day)
        return list(day_lines(self._naming, identity, rows))

    def _names(self, identity: DayIdentity, snapshot: Snapshot) -> list[str]:
        """Return the names of a site and its devices, at the start of its day.

        They are written with the day, so that they are written when it changes and not otherwise.
        """
        site_id, at = identity.site_id, identity.start
        return [
            *(site_info_line(self._naming, site, at) for site in snapshot.sites
              if site.site_id == site_id),
            *(device_info_line(self._naming, device, at) for device in snapshot.devices
              if device.site_id == site_id),
        ]  # fmt: skip

    def delivered(self, batch: DayBatch) -> None:
        """Note that the server has a batch. Raises LedgerError."""
        if batch.revision:
            self._ledger.outbox.mark_delivered(self._sink, batch.revision)

    def take_back(self, since: datetime) -> None:
        """Note that the server may lack the days since an instant. Raises LedgerError."""
        self._ledger.outbox.take_back(self._sink, since)

    def pending(self) -> int:
        """Return how many points the server lacks. Raises LedgerError."""
        outbox = self._ledger.outbox
        return outbox.count_points_since(outbox.delivered(self._sink), closed_only=self.closed_only)
