"""Totals of a system or device since it was set up; None means "not reported"."""

from dataclasses import dataclass
from enum import StrEnum


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


class LifetimeFlow(StrEnum):
    """What a device's own counters add up; the value is the `flow` label."""

    PV = "pv"
    OUTPUT = "output"
    CHARGE = "charge"
    DISCHARGE = "discharge"
    BYPASS = "bypass"
    CONSUMED = "consumed"
    GRID_IMPORT = "grid_import"
    GRID_EXPORT = "grid_export"


@dataclass(frozen=True, slots=True)
class LifetimeEnergy:
    """A counter of the device, as it reports it."""

    flow: LifetimeFlow
    energy_wh: float | None = None
    """Monotone but for a replaced or reset device; 0 is no reading."""
