"""The equipment of a home: sizes, limits and usage patterns; no behaviour."""

from dataclasses import dataclass, field
from enum import Enum
from zoneinfo import ZoneInfo


class Control(Enum):
    """What sets the output of the system."""

    SELF_USE = "self_use"
    """A meter: deliver what the home needs."""
    PLUGS = "plugs"
    """Plugs without a meter: deliver what they need, and `preset_w` on top."""
    PRESET = "preset"
    """A schedule: deliver a fixed power around the clock."""
    TARIFF = "tariff"
    """Charge from the grid in the cheap hours, serve the home in the others."""


@dataclass(frozen=True, slots=True)
class Location:
    """Where the home is."""

    latitude_deg: float
    longitude_deg: float
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class PvString:
    """One PV input."""

    peak_w: int
    azimuth_deg: float = 180.0
    """Direction that the panel faces, clockwise from north."""
    tilt_deg: float = 30.0
    """0 is flat, 90 is vertical."""


@dataclass(frozen=True, slots=True)
class BatterySpec:
    """All batteries of a system together; 0 Wh without any."""

    capacity_wh: int = 0
    charge_limit_w: int = 0
    discharge_limit_w: int = 0
    floor_ratio: float = 0.1
    """State of charge below which the battery is not discharged, 0-1."""


@dataclass(frozen=True, slots=True)
class PlugSpec:
    """One metered socket."""

    standby_w: int
    active_w: int
    pattern: str
    """`cycle` (a fridge), `evening` (a television) or `office`."""


@dataclass(frozen=True, slots=True)
class EvCharging:
    """A wall box and the car that charges there."""

    power_w: int
    probability: float = 0.6
    """Share of the days on which the car charges."""
    hour: int = 18
    """Local hour at which it is plugged in."""


@dataclass(frozen=True, slots=True)
class Plant:
    """A home with everything that generates, stores or uses power."""

    place: Location
    strings: tuple[PvString, ...] = ()
    battery: BatterySpec = field(default_factory=BatterySpec)
    output_limit_w: int = 800
    """Limit of the inverter's AC output."""
    control: Control = Control.SELF_USE
    preset_w: int = 0
    """Delivered power under `Control.PRESET`, the base load under `Control.PLUGS`."""
    grid_charge_w: int = 0
    """Power drawn in the cheap hours under `Control.TARIFF`."""
    base_load_w: int = 220
    """Mean power of all loads that are neither appliances nor on plugs."""
    plugs: tuple[PlugSpec, ...] = ()
    ev: EvCharging | None = None
    upstream: "Plant | None" = None
    """A first-generation bank whose output is one more PV input of this system."""
