"""The software in a device."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class FirmwarePart:
    """The software of one part of a device."""

    name: str
    """Label value: "controller", "radio", "pack", else the cloud's name of the part."""
    version: str = ""
    """Installed version without a leading "v"; empty where not reported."""
    new_version: str = ""
    """The version that waits for it; empty where there is none."""


@dataclass(frozen=True, slots=True)
class Firmware:
    """What the cloud says of a device's software."""

    version: str = ""
    """Installed version without a leading "v"; empty where not reported."""
    newest_version: str = ""
    is_update_available: bool = False
    """Whether there is a newer version of it or of one of its parts."""
    parts: tuple[FirmwarePart, ...] = ()


@dataclass(frozen=True, slots=True)
class FirmwareHistory:
    """The updates that a device had."""

    changed_at_local: datetime | None = None
    """Of the last one, naive, on the site's clock; None where there was none."""
