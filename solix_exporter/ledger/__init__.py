"""Daily totals on disk: what each day added up to, and the counters' monotone sums.

The only package that knows SQLite. It knows days, flows and revisions, not the cloud and not the
metrics.
"""

from solix_exporter.ledger.lifetimes import LifetimeRow
from solix_exporter.ledger.presence import Presence, is_running
from solix_exporter.ledger.rows import (
    ChangedDay,
    DayIdentity,
    DayRecord,
    DayState,
    DayTotal,
    MendedDays,
    Recorded,
)
from solix_exporter.ledger.schema import inspect
from solix_exporter.ledger.store import Ledger

__all__ = [
    "ChangedDay",
    "DayIdentity",
    "DayRecord",
    "DayState",
    "DayTotal",
    "Ledger",
    "LifetimeRow",
    "MendedDays",
    "Presence",
    "Recorded",
    "inspect",
    "is_running",
]
