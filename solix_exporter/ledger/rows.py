"""What goes into the ledger and what comes out of it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from solix_exporter.model.energy import Flow

FlowKey = tuple[str, Flow]
"""Serial number of a device, empty for the site, and the flow."""


@dataclass(frozen=True, slots=True)
class DayTotal:
    """One row: the energy of one flow on one day."""

    site_id: str
    device_sn: str
    """Empty for the site itself."""
    day: date
    flow: Flow
    wh: float
    """What the cloud says now, Wh."""
    counted_wh: float
    """What of it went into the counter, Wh; 0 for a day that was fetched afterwards."""
    closed: bool
    """True when the day will not be asked for again."""
    revision: int
    """Grows over the whole ledger with each number that changed, and with each day that closed."""


@dataclass(frozen=True, slots=True)
class DayState:
    """What is known about the reading of a day."""

    read_at: datetime | None
    """When all of it was last read, UTC."""
    closed: bool
    is_live: bool
    """True where the exporter read the day while it ran, False where only a backfill did."""

    def as_of(self, now: datetime) -> "DayState":
        """Return what of it counts at an instant.

        A reading of later was made by a clock that went ahead, of a day that was not over.
        """
        if self.read_at is None or self.read_at <= now:
            return self
        return replace(self, read_at=None, closed=False)


@dataclass(frozen=True, slots=True)
class DayIdentity:
    """What names a day of a site to the outside, and stays once it is known.

    A site that moves to another zone or account would else make a second day of it. Only a start
    that was a wrong guess is mended.
    """

    site_id: str
    day: date
    account: str
    """Name of the account that the day was first read through."""
    start: datetime
    """First instant of the day at the site, UTC."""


@dataclass(frozen=True, slots=True)
class MendedDays:
    """What mending the starts of a site's days came to."""

    days: int = 0
    """Days that began at another instant."""
    delivered: int = 0
    """Those of them that a sink may have taken under the wrong one."""


@dataclass(frozen=True, slots=True)
class ChangedDay:
    """A day of a site, and its newest change among those that were asked for."""

    identity: DayIdentity
    revision: int


@dataclass(frozen=True, slots=True)
class DayRecord:
    """One reading of a day, to be kept."""

    site_id: str
    day: date
    totals: Mapping[FlowKey, float]
    """Energy, Wh."""
    read_at: datetime | None = None
    """None where a part of the day could not be read: it is then still due."""
    closed: bool = False
    is_live: bool = True
    """False for a backfill: its energy never goes into the counters."""
    overwrite: bool = False
    """Whether a closed day may be changed."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a record changed."""

    changed: int
    """Rows whose number changed."""
    fallen: tuple[FlowKey, ...] = ()
    """Flows whose number is lower than what was counted."""
