"""The devices' own counters: what each register showed last, and what was counted before."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from solix_exporter.ledger.file import LedgerFile
from solix_exporter.model.lifetime import LifetimeFlow

_FLOWS = {flow.value: flow for flow in LifetimeFlow}


@dataclass(frozen=True, slots=True)
class LifetimeRow:
    """One counter of one device."""

    device_sn: str
    flow: LifetimeFlow
    base_wh: float
    """What is added to the register: counted before it was reset."""
    register_wh: float
    """What the device showed last."""
    seen_at: datetime
    """When, UTC."""
    source: str
    """Which source the register was read through."""
    day: date
    """The day of the last reading, at the device's site."""
    day_base_wh: float
    """The counter at the start of that day, or at its first reading."""

    @property
    def counter_wh(self) -> float:
        """Return the counter: it never goes back."""
        return round(self.base_wh + self.register_wh, 3)

    @property
    def day_wh(self) -> float:
        """Return the energy of the day so far."""
        return round(max(0.0, self.counter_wh - self.day_base_wh), 3)


class LifetimeTable:
    """The counters by device and flow. Every method raises LedgerError."""

    def __init__(self, file: LedgerFile) -> None:
        self._file = file

    def rows(self) -> tuple[LifetimeRow, ...]:
        """Return all counters."""
        with self._file.reading() as connection:
            rows = connection.execute(
                "SELECT device_sn, flow, base_wh, register_wh, seen_at, source, day, day_base_wh"
                " FROM device_lifetime ORDER BY device_sn, flow"
            ).fetchall()
        # A flow that another version knew stays in the file and out of sight.
        return tuple(
            LifetimeRow(
                sn,
                _FLOWS[flow],
                base_wh,
                register_wh,
                datetime.fromtimestamp(seen_at, UTC),
                source,
                date.fromisoformat(day),
                day_base_wh,
            )
            for sn, flow, base_wh, register_wh, seen_at, source, day, day_base_wh in rows
            if flow in _FLOWS
        )

    def keep(self, rows: Iterable[LifetimeRow]) -> None:
        """Replace these counters, all of them or none."""
        values = [
            (
                row.device_sn,
                row.flow.value,
                row.base_wh,
                row.register_wh,
                row.seen_at.timestamp(),
                row.source,
                row.day.isoformat(),
                row.day_base_wh,
            )
            for row in rows
        ]
        with self._file.writing() as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO device_lifetime VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values
            )
