"""Devices outside any system: micro inverters, EV chargers, chargers.

None means "not reported" and is never 0. Powers in W, energies in Wh, shares 0-1.
"""

from dataclasses import dataclass

from solix_exporter.model.lifetime import NO_LIFETIME, Lifetime


@dataclass(frozen=True, slots=True)
class InverterStatus:
    """Current state of a stand-alone micro inverter."""

    sn: str
    power_w: float | None = None
    is_online: bool | None = None


@dataclass(frozen=True, slots=True)
class InverterTotals:
    """Totals of a stand-alone micro inverter since it was set up."""

    lifetime: Lifetime = NO_LIFETIME
    power_limit_w: float | None = None
    """The output that it is set to."""


@dataclass(frozen=True, slots=True)
class ChargeTotals:
    """All charging orders of an EV charger together."""

    energy_wh: float | None = None
    duration_s: float | None = None
    charges: int | None = None
    cost: float | None = None
    cost_savings: float | None = None
    currency_symbol: str = ""
    """As the cloud writes it."""
    currency: str = ""
    """ISO code, empty until the answer is joined with the account's country."""
    co2_savings_g: float | None = None


@dataclass(frozen=True, slots=True)
class ChargerSettings:
    """The switches of a charger."""

    switches: tuple[tuple[str, bool], ...] = ()
    """Name and position; only those that the charger reports."""


@dataclass(frozen=True, slots=True)
class ChargerMode:
    """A charging mode that the owner defined."""

    number: str
    """Its place in the list, else its id; the name is the owner's."""
    power_w: float | None = None
    """What the ports may give together."""
