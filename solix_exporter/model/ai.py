"""The cloud's own optimiser of newer systems ("AI mode")."""

from dataclasses import dataclass
from enum import Enum


class AiStatus(Enum):
    """What it does; the value is the `status` label."""

    INACTIVE = "inactive"
    RUNNING = "running"
    FAILURE = "failure"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class AiRuntime:
    """Whether it works, and how long it still learns."""

    status: AiStatus | None = None
    learning_left_s: float | None = None
    """Seconds that are left of the learning phase, 0 once it is over."""
