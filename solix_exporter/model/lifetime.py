"""Totals of a system or device since it was set up; None means "not reported"."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Lifetime:
    """The cloud's totals since the system was set up."""

    energy_wh: float | None = None
    co2_savings_g: float | None = None
    savings: float | None = None
    currency_symbol: str = ""


NO_LIFETIME = Lifetime()
"""Nothing is reported."""
