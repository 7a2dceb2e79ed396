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


@dataclass(frozen=True, slots=True)
class Co2Ranking:
    """What the CO2 that a site has saved since it was set up is likened to."""

    trees: float | None = None
    """How many trees save as much."""
