"""What a power panel does ahead of an outage; None means "not reported"."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BackupStatus:
    """Whether a power panel holds its batteries full because an outage is expected."""

    is_auto: bool | None = None
    """By the cloud's warning of a disaster."""
    is_manual: bool | None = None
    """By the owner's plan."""
