"""A site (the cloud's "power system"): identity, and the readings of its scene answer.

None means "not reported" and is never 0. Powers in W and >= 0, energies in Wh, shares 0-1.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from solix_exporter.model.ai import NO_AI_SAVINGS, AiSavings
from solix_exporter.model.backup import BackupStatus
from solix_exporter.model.details import SiteDetails
from solix_exporter.model.device import DeviceReadings
from solix_exporter.model.energy import SiteEnergy
from solix_exporter.model.lifetime import NO_LIFETIME, Lifetime
from solix_exporter.model.limits import PowerLimits
from solix_exporter.model.products import Product
from solix_exporter.model.schedule import BackupWindow
from solix_exporter.model.usage import UsageMode

LOCAL_ACCOUNT = "local"
"""What stores get as the account of sites and devices that no account has."""


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


@dataclass(frozen=True, slots=True)
class SiteListing:
    """One entry of an account's site list."""

    site_id: str
    name: str
    site_type: SiteType
    access: Access
    devices: tuple["DeviceListing", ...] = ()
    type_code: int = 0
    """The cloud's `power_site_type`, finer than the kinds of system."""


@dataclass(frozen=True, slots=True)
class DeviceListing:
    """A device as a list names it: identity without readings."""

    sn: str
    product: Product
    name: str = ""
    readings: DeviceReadings | None = None
    wifi_place: int | None = None
    """Place in a list of Wi-Fi links that names no serial numbers, from 1."""
    switches: frozenset[str] = frozenset()
    """Names of the cloud's feature switches that are on."""
    installed_at: datetime | None = None
    """When it was added to the site."""
    room: str = ""
    """The room that the owner put it in."""
    pv_names: tuple[tuple[str, str], ...] = ()
    """The owner's names of PV inputs, by the input's label value."""


def dock_listings(limits: PowerLimits | None) -> tuple[DeviceListing, ...]:
    """Return the power dock as any other list names a device; nothing where there is none."""
    dock = limits.dock if limits else None
    return (DeviceListing(dock.sn, dock.product, dock.name),) if dock else ()


@dataclass(frozen=True, slots=True)
class SiteReadings:
    """What a scene answer says about the whole site."""

    is_data_valid: bool = True
    error_text: str = ""
    """What the cloud says of a trouble of the site; empty where it says nothing."""
    data_at_local: datetime | None = None
    """Time of the newest device data, naive, on the site's clock; None where not reported."""
    pv_power_w: float | None = None
    home_load_power_w: float | None = None
    other_load_power_w: float | None = None
    plug_power_w: float | None = None
    output_power_w: float | None = None
    ac_socket_power_w: float | None = None
    """Power drawn from the AC sockets of all banks."""
    grid_import_power_w: float | None = None
    grid_export_power_w: float | None = None
    battery_charge_power_w: float | None = None
    battery_discharge_power_w: float | None = None
    grid_to_battery_power_w: float | None = None
    third_party_pv_power_w: float | None = None
    """Surplus of PV that is not part of the system."""
    has_third_party_pv: bool = False
    """Whether the owner told the cloud of PV that is not part of the system."""
    soc_ratio: float | None = None
    """Mean of the banks weighted by capacity."""
    stored_energy_wh: float | None = None
    capacity_wh: float | None = None
    output_preset_w: float | None = None
    usage_mode: UsageMode | None = None
    backup: BackupWindow | None = None
    """When the battery is filled from the grid ahead of an outage; its switch is not told."""
    is_export_allowed: bool | None = None
    """Whether solarbanks of the second generation or later may feed the grid."""
    lifetime: Lifetime = NO_LIFETIME
    ai_savings: AiSavings = NO_AI_SAVINGS

    @property
    def has_power(self) -> bool:
        """Return whether anything flows."""
        powers = (
            self.pv_power_w,
            self.output_power_w,
            self.grid_import_power_w,
            self.grid_export_power_w,
            self.battery_charge_power_w,
            self.battery_discharge_power_w,
        )
        return any(powers)


@dataclass(frozen=True, slots=True)
class Scene:
    """One scene answer: the site's readings and those of its devices."""

    site: SiteReadings
    devices: tuple[DeviceListing, ...]


@dataclass(frozen=True, slots=True)
class Site:
    """One site; `scene` and `measured` are None until the cloud answered, and when that is old."""

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
    """Time of the newest device data; history, so it stays when the readings grew stale."""
    scene: SiteReadings | None = None
    measured: SiteReadings | None = None
    """What other sources measured where the scene has nothing: the averages of a power panel or
    X1, the stand-alone inverter of a virtual site."""
    local: SiteReadings | None = None
    """By the site's local devices, which then replace what the cloud measured."""
    totals: Lifetime | None = None
    """Totals of other sources, where the scene sends none or zeros or is stale."""
    ai_savings: tuple[str, AiSavings] | None = None
    """Currency, as ISO code, and what the optimiser saved; history, like `totals`."""
    backup: BackupStatus | None = None
    details: SiteDetails = field(default_factory=SiteDetails)
    energy: SiteEnergy | None = None
    """None until its statistics answered."""
    is_stale: bool = False
    """Whether the readings that the cloud repeats are too old to be shown as live."""

    @property
    def now(self) -> SiteReadings | None:
        """Return the live readings of the source that knows."""
        return self.local or self.measured or self.scene

    @property
    def is_data_valid(self) -> bool | None:
        """Return whether the readings are measured and live, None without any."""
        if self.local is None and self.is_stale:
            return False
        return self.now.is_data_valid if self.now else None

    @property
    def lifetime(self) -> Lifetime | None:
        """Return the totals since the system was set up."""
        if self.totals is not None:
            return self.totals
        return self.scene.lifetime if self.scene else None

    @property
    def usage_mode(self) -> UsageMode | None:
        """Return what decides the output now.

        The scene knows it soonest, but for a backup window, whose times the schedule has.
        """
        held = self.details.in_force.usage_mode if self.details.in_force else None
        shown = self.scene.usage_mode if self.scene else None
        is_told = shown not in (None, UsageMode.UNKNOWN)
        return held if held is UsageMode.BACKUP or (held and not is_told) else shown

    @property
    def output_preset_w(self) -> float | None:
        """Return the preset in force: by the schedule, else what the scene says."""
        held = self.details.in_force.output_preset_w if self.details.in_force else None
        if held is not None:
            return held
        return self.scene.output_preset_w if self.scene else None
