"""A ledger that is filled by hand, and a listener that remembers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time

from solix_exporter.ledger import DayRecord, Ledger
from solix_exporter.ledger.rows import FlowKey

SITE = "5f1c"
READ_AT = datetime(2026, 6, 20, 11, tzinfo=UTC)


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)


def keep(ledger: Ledger, day: date, totals: Mapping[FlowKey, float]) -> None:
    """Put a day of the site into the ledger; its days begin at midnight UTC."""
    ledger.record(DayRecord(SITE, day, totals, READ_AT))
    ledger.outbox.place(SITE, "home", midnight)


@dataclass
class Heard:
    """A `DeliveryObserver` that remembers."""

    written: int = 0
    rejected: int = 0
    dropped: int = 0
    errors: int = 0
    pending: list[int] = field(default_factory=list)
    written_at: datetime | None = None

    def points_written(self, count: int, at: datetime) -> None:
        self.written += count
        self.written_at = at

    def points_rejected(self, count: int) -> None:
        self.rejected += count

    def points_dropped(self, count: int) -> None:
        self.dropped += count

    def write_failed(self) -> None:
        self.errors += 1

    def points_pending(self, count: int) -> None:
        self.pending.append(count)
