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
class AiAdvantage:
    """The part of the optimiser's savings that mere self-consumption would not have saved."""

    savings: float | None = None
    ratio: float | None = None
    """Related to what self-consumption would have saved."""


@dataclass(frozen=True, slots=True)
class AiSavings:
    """What the optimiser saved."""

    savings: float | None = None
    """Since it was first on."""
    advantage: AiAdvantage = AiAdvantage()
    currency_symbol: str = ""


NO_AI_SAVINGS = AiSavings()
"""Nothing is reported."""


@dataclass(frozen=True, slots=True)
class AiRuntime:
    """Whether it works, and how long it still learns."""

    status: AiStatus | None = None
    learning_left_s: float | None = None
    """Seconds that are left of the learning phase, 0 once it is over."""
