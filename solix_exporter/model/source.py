"""Where readings come from, and how old those of each source are."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class Source(Enum):
    """Where readings come from; the value is the `source` label."""

    CLOUD = "cloud"
    MQTT = "mqtt"
    MODBUS = "modbus"


@dataclass(frozen=True, slots=True)
class Origin:
    """The sources of a device's readings."""

    now: Source | None = None
    """The one whose readings go before those of the others; None without live readings."""
    times: tuple[tuple[Source, datetime], ...] = ()
    """When each measured last, where it tells; history, so it stays when the readings are old."""

    def at(self, source: Source) -> datetime | None:
        """Return when a source measured last."""
        return dict(self.times).get(source)


NO_ORIGIN = Origin()
"""Nothing was ever measured."""
