"""A site (the cloud's "power system"): identity, and the readings of its scene answer.

None means "not reported" and is never 0. Powers in W and >= 0, energies in Wh, shares 0-1.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from solix_exporter.model.device import DeviceReadings
from solix_exporter.model.energy import SiteEnergy
from solix_exporter.model.products import Product


class SiteType(Enum):
    """The kinds of system; the value is the `site_type` label."""

    VIRTUAL = "virtual"
    PPS = "pps"
    SOLARBANK = "solarbank"
    HES = "hes"
    POWERPANEL = "powerpanel"
    SOLARBANK_PPS = "solarbank_pps"
    EV_CHARGER = "ev_charger"
    HOME_BACKUP = "home_backup"
    POWERBANK = "powerbank"
    UNKNOWN = "unknown"


class Access(Enum):
    """How the account sees the site; the value is the `access` label."""

    OWNER = "owner"
    MEMBER = "member"


class UsageMode(Enum):
    """What decides the output; the value is the `mode` label."""

    SMARTMETER = "smartmeter"
    SMARTPLUGS = "smartplugs"
    MANUAL = "manual"
    BACKUP = "backup"
    USE_TIME = "use_time"
    SMART = "smart"
    TIME_SLOT = "time_slot"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class SiteListing:
    """One entry of an account's site list."""

    site_id: str
    name: str
    site_type: SiteType
    access: Access
    devices: tuple["DeviceListing", ...] = ()


@dataclass(frozen=True, slots=True)
class DeviceListing:
    """A device as a list names it: identity without readings."""

    sn: str
    product: Product
    name: str = ""
    readings: DeviceReadings | None = None


@dataclass(frozen=True, slots=True)
class Lifetime:
    """The cloud's totals since the system was set up."""

    energy_wh: float | None = None
    co2_savings_g: float | None = None
    savings: float | None = None
    currency_symbol: str = ""


@dataclass(frozen=True, slots=True)
class SiteReadings:
    """What a scene answer says about the whole site."""

    is_data_valid: bool = True
    data_at_local: datetime | None = None
    """Time of the newest device data, naive, on the site's clock; None where not told."""
    pv_power_w: float | None = None
    home_load_power_w: float | None = None
    other_load_power_w: float | None = None
    plug_power_w: float | None = None
    output_power_w: float | None = None
    grid_import_power_w: float | None = None
    grid_export_power_w: float | None = None
    battery_charge_power_w: float | None = None
    battery_discharge_power_w: float | None = None
    grid_to_battery_power_w: float | None = None
    third_party_pv_power_w: float | None = None
    """Surplus of PV that is not part of the system."""
    soc_ratio: float | None = None
    """Mean of the banks weighted by capacity."""
    stored_energy_wh: float | None = None
    capacity_wh: float | None = None
    output_preset_w: float | None = None
    usage_mode: UsageMode | None = None
    lifetime: Lifetime = Lifetime()


@dataclass(frozen=True, slots=True)
class Scene:
    """One scene answer: the site's readings and those of its devices."""

    site: SiteReadings
    devices: tuple[DeviceListing, ...]


@dataclass(frozen=True, slots=True)
class Site:
    """One site; `scene` is None until it answered, and when the answer grew stale."""

    site_id: str
    account: str
    """Name of the account whose answers are used."""
    name: str
    site_type: SiteType
    access: Access
    timezone: str
    """Name of the zone of the site's clock."""
    currency: str = ""
    """ISO code, empty where not known."""
    data_at: datetime | None = None
    """Time of the newest device data; history, so it stays when the scene grew stale."""
    scene: SiteReadings | None = None
    energy: SiteEnergy | None = None
    """None until its statistics answered."""
