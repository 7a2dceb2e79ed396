"""The software in a device."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Firmware:
    """What the cloud says of a device's software."""

    version: str = ""
    """Installed version without a leading "v"; empty where not reported."""
    newest_version: str = ""
    is_update_available: bool = False
    """Whether there is a newer version of it or of one of its parts."""
