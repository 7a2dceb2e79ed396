"""Settings of sites and devices from the slow polls; None or empty until those have run."""

from dataclasses import dataclass
from datetime import datetime

from solix_exporter.model.ai import AiRuntime
from solix_exporter.model.bound import BoundDevice
from solix_exporter.model.firmware import Firmware
from solix_exporter.model.in_force import BankInForce, InForce
from solix_exporter.model.limits import DeviceLimits, PowerLimits, SocLimits, SystemSettings
from solix_exporter.model.prices import PriceNow
from solix_exporter.model.radio import WifiLink
from solix_exporter.model.schedule import BackupWindow, PowerChoice
from solix_exporter.model.standalone import ChargerMode, ChargerSettings, ChargeTotals


@dataclass(frozen=True, slots=True)
class SiteDetails:
    """Settings of a site, and what they mean now."""

    in_force: InForce | None = None
    price: PriceNow | None = None
    """What a kWh costs now; here and below the currency is the ISO code."""
    spot: PriceNow | None = None
    """The exchange's net price of a kWh now."""
    feed_in: PriceNow | None = None
    """What a kWh that is fed in earns."""
    limits: PowerLimits | None = None
    system_settings: SystemSettings | None = None
    trees: float | None = None
    """How many trees save as much CO2."""
    ai: AiRuntime | None = None
    choice: PowerChoice | None = None
    """The output presets that the app offers."""
    backup: BackupWindow | None = None
    """The owner's backup window: by the schedule, else what the scene says."""


@dataclass(frozen=True, slots=True)
class DeviceDetails:
    """Settings of a device, and what they mean now."""

    bound: BoundDevice | None = None
    """None while the list of bound devices does not name it."""
    firmware: Firmware | None = None
    firmware_changed_at: datetime | None = None
    """When its software was last updated."""
    installed_at: datetime | None = None
    """When it was added to its site."""
    is_auto_upgrade_on: bool | None = None
    radio: WifiLink | None = None
    room: str = ""
    """The room that the owner put it in."""
    ssid: str = ""
    """The Wi-Fi network that it is in, by the newest answer, however old."""
    pv_names: tuple[tuple[str, str], ...] = ()
    """The owner's names of PV inputs, by the input's label value."""
    limits: DeviceLimits | None = None
    pv_limit_w: float | None = None
    """Limit of the PV input."""
    soc_limits: SocLimits | None = None
    in_force: BankInForce | None = None
    is_export_allowed: bool | None = None
    inverter_model: str = ""
    """Part number of the micro inverter behind a first-generation solarbank."""
    has_zero_watt_switch: bool | None = None
    charge_totals: ChargeTotals | None = None
    charger_settings: ChargerSettings | None = None
    charger_modes: tuple[ChargerMode, ...] = ()
