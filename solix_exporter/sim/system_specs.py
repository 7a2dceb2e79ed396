"""The description of a simulated system: hardware and settings; no behaviour."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum

from solix_exporter.sim.plant import Plant


class SceneMode(IntEnum):
    """The cloud's codes for the usage mode of a system."""

    NONE = 0
    METER = 1
    PLUGS = 2
    MANUAL = 3
    USE_TIME = 5
    SMART = 7
    TIME_SLOT = 8


@dataclass(frozen=True, slots=True)
class DeviceSpec:
    """One device of a system."""

    pn: str
    alias: str
    packs: int = 0
    """Expansion packs."""
    tag: str = ""
    """Room."""
    has_zero_switch: bool = False
    """Whether the accessory A17Y0 is fitted."""
    in_site: bool = True
    """Whether it is part of the power system or only bound to the account."""
    has_modbus: bool = False
    """Whether Modbus TCP is switched on in the app."""


@dataclass(frozen=True, slots=True)
class SystemSpec:
    """A power system with its settings."""

    name: str
    site_type: int
    """The cloud's `power_site_type`; 0 = stand-alone devices without a site."""
    plant: Plant
    devices: tuple[DeviceSpec, ...]
    mode: SceneMode = SceneMode.METER
    retain_load_w: int = 200
    price: float = 0.32
    currency: str = "€"
    price_type: str = "fixed"
    """`fixed`, `use_time` or `dynamic`."""
    features: tuple[str, ...] = ()
    """Feature switches that are on; see `live_solarbanks`."""
    built: datetime = datetime(2024, 3, 15, 9, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Scenario:
    """The systems and vehicles of one account."""

    title: str
    """Shown in the list of scenarios."""
    systems: tuple[SystemSpec, ...]
    country: str = "DE"
    region: str = "eu"
    """The server that has the account: `eu` or `com`."""
    has_member: bool = False
    """Whether a second account sees the systems as a member."""
    vehicles: int = 0
    has_account: bool = True
    """Whether the owner uses the cloud; without, only the local interfaces are there."""
