"""Limits that the owner or the law sets: powers in W, states of charge 0-1."""

from collections.abc import Mapping
from dataclasses import dataclass

from solix_exporter.model.products import Product


@dataclass(frozen=True, slots=True)
class SocLimits:
    """Between which states of charge a battery is used."""

    cutoff_ratio: float | None = None
    """The option that was chosen among the fixed ones: not discharged below it."""
    lower_ratio: float | None = None
    """The freely chosen one of newer firmware; a default where the model does not know it."""
    upper_ratio: float | None = None
    backup_reserve_ratio: float | None = None
    is_backup_reserve_on: bool | None = None


@dataclass(frozen=True, slots=True)
class SystemSettings:
    """Settings that a system has as a whole."""

    soc: SocLimits = SocLimits()
    is_export_allowed: bool | None = None
    export_limit_w: float | None = None

    @property
    def is_empty(self) -> bool:
        """Return whether the system keeps none; its devices then have their own."""
        return self == SystemSettings()


@dataclass(frozen=True, slots=True)
class DeviceLimits:
    """Limits of one device."""

    output_w: float | None = None
    """None where the limit of the system holds."""
    ac_input_w: float | None = None
    options_w: tuple[float, ...] = ()
    """Limits of the output that can be chosen."""


@dataclass(frozen=True, slots=True)
class PowerDock:
    """The box that several solarbanks hang on."""

    sn: str
    product: Product
    name: str = ""


@dataclass(frozen=True, slots=True)
class PowerLimits:
    """Limits of a site and of its devices."""

    output_w: float | None = None
    """AC output of the system, as set in the app."""
    legal_output_w: float | None = None
    """What the law allows; None where there is no such limit."""
    ac_input_w: float | None = None
    """Sum of the devices' AC charging limits."""
    options_w: tuple[float, ...] = ()
    """Limits of the output that can be chosen."""
    devices: Mapping[str, DeviceLimits] | None = None
    """By serial number."""
    dock: PowerDock | None = None
    """Often named nowhere else: neither in the scene nor in the list of bound devices."""
