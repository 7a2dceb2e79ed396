"""What can decide the output of solarbanks."""

from enum import Enum


class UsageMode(Enum):
    """What decides the output; the value is the `mode` label."""

    SMARTMETER = "smartmeter"
    SMARTPLUGS = "smartplugs"
    MANUAL = "manual"
    BACKUP = "backup"
    USE_TIME = "use_time"
    SMART = "smart"
    TIME_SLOT = "time_slot"
    UNKNOWN = "unknown"
