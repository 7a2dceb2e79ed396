"""What a device reported by itself, past the cloud's HTTP answers."""

from dataclasses import dataclass
from datetime import datetime

from solix_exporter.model.device import DeviceReadings
from solix_exporter.model.source import Source

__all__ = ["DeviceReport", "Source"]


@dataclass(frozen=True, slots=True)
class DeviceReport:
    """What one message or one read of registers reported of a device.

    Replaced whole by the next one of its serial number, source and kind.
    """

    sn: str
    source: Source
    kind: str
    """Message type of MQTT ("0405"), or group of registers ("live", "settings", "slow")."""
    part_number: str
    measured_at: datetime
    """Aware, UTC."""
    valid_s: float
    """For how long it is live, from `measured_at`."""
    readings: DeviceReadings
    """Only what was reported."""
    firmware: str = ""
    name: str = ""
    site: str = ""
    """Name of the local site that it belongs to where no account lists it; "" is the default."""
    sequence: int | None = None
    """`msg_seq` of MQTT."""
