"""The log of requests, for tests."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ModbusRecord:
    """One request that a device has got."""

    at: datetime
    """Aware, UTC, on the network's clock."""
    sn: str
    """Of the device, whatever a fault lets it say."""
    connection: int
    """Number of the connection, counted from 1 over all devices."""
    unit: int
    function: int
    address: int | None
    count: int
    """Registers that were asked for; 0 if it is no read."""

    @property
    def is_read(self) -> bool:
        """Return whether the request only reads."""
        return self.function in {3, 4}
