"""A device: its identity, and the capabilities that each source reported for it.

None means "not reported" and is never 0. Powers in W, energies in Wh, shares 0-1.
"""

from dataclasses import dataclass, field, fields, replace
from enum import Enum

from solix_exporter.model.battery import Battery, BatteryPack
from solix_exporter.model.control import ControlMode
from solix_exporter.model.details import DeviceDetails
from solix_exporter.model.energy import DeviceEnergy
from solix_exporter.model.lifetime import LifetimeEnergy
from solix_exporter.model.limits import DeviceLimits, SocLimits
from solix_exporter.model.ports import Phase, Port, PowerTotals, Switch, SystemPowers
from solix_exporter.model.products import Product
from solix_exporter.model.radio import WifiLink
from solix_exporter.model.source import NO_ORIGIN, Origin


class ChargingStatus(Enum):
    """What a solarbank does; the value is the `status` label.

    The cloud sends codes 0-7 and 116; the others are worked out from the powers, because newer
    models report code 0 for nearly everything.
    """

    DETECTION = "detection"
    PROTECTION_CHARGE = "protection_charge"
    BYPASS = "bypass"
    BYPASS_DISCHARGE = "bypass_discharge"
    DISCHARGE = "discharge"
    CHARGE = "charge"
    CHARGE_BYPASS = "charge_bypass"
    CHARGE_AC = "charge_ac"
    CHARGE_PRIORITY = "charge_priority"
    WAKEUP = "wakeup"
    COLD_WAKEUP = "cold_wakeup"
    FULLY_CHARGED = "fully_charged"
    FULL_BYPASS = "full_bypass"
    STANDBY = "standby"
    SLEEP = "sleep"
    UNKNOWN = "unknown"


class PartStatus(Enum):
    """Whether a meter or a power dock is in order; the value is the `status` label.

    The cloud's only code that is known is that for "in order".
    """

    OK = "ok"
    UNKNOWN = "unknown"


class EvChargerStatus(Enum):
    """What an EV charger does; the value is the `status` label."""

    STANDBY = "standby"
    PREPARING = "preparing"
    CHARGING = "charging"
    CHARGER_PAUSED = "charger_paused"
    VEHICLE_PAUSED = "vehicle_paused"
    COMPLETED = "completed"
    RESERVING = "reserving"
    DISABLED = "disabled"
    ERROR = "error"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class PvInput:
    """One PV input: a string by its number, or the micro inverter behind an AC model."""

    name: str
    """Label value: "1".."4" or "micro_inverter"; the owner's names of panels may change."""
    power_w: float | None = None
    voltage_v: float | None = None
    current_a: float | None = None


@dataclass(frozen=True, slots=True)
class Output:
    """Powers of a solarbank on its AC and DC sides."""

    power_w: float | None = None
    home_power_w: float | None = None
    """AC power delivered to the home."""
    ac_socket_power_w: float | None = None
    """Power drawn from the emergency socket."""
    ac_input_power_w: float | None = None
    """AC input other than PV, usually charging from the grid."""
    preset_w: float | None = None
    """The output that the schedule asks of this bank."""


@dataclass(frozen=True, slots=True)
class GridMeter:
    """A smart meter at the grid connection; both powers >= 0."""

    import_power_w: float | None = None
    export_power_w: float | None = None
    status: PartStatus | None = None


@dataclass(frozen=True, slots=True)
class Plug:
    """A smart plug."""

    power_w: float | None = None
    voltage_v: float | None = None
    current_a: float | None = None
    is_on: bool | None = None


@dataclass(frozen=True, slots=True)
class Inverter:
    """A micro inverter."""

    power_w: float | None = None
    limit_w: float | None = None
    """The output that it is set to."""


@dataclass(frozen=True, slots=True)
class EvCharger:
    """A wall box."""

    power_w: float | None = None
    status: EvChargerStatus | None = None
    session_energy_wh: float | None = None
    """Energy of the running or last session."""
    session_s: float | None = None
    """Its duration."""
    is_cable_connected: bool | None = None


@dataclass(frozen=True, slots=True)
class DeviceReadings:
    """What one source reports about one device: a scene, a message, a read of registers."""

    is_online: bool | None = None
    is_data_valid: bool = True
    error_code: int | None = None
    status: ChargingStatus | None = None
    pv_power_w: float | None = None
    pv_inputs: tuple[PvInput, ...] = ()
    battery: Battery | None = None
    output: Output | None = None
    meter: GridMeter | None = None
    plug: Plug | None = None
    inverter: Inverter | None = None
    ev_charger: EvCharger | None = None
    temperature_c: float | None = None
    packs: tuple[BatteryPack, ...] = ()
    ports: tuple[Port, ...] = ()
    totals: PowerTotals | None = None
    switches: tuple[Switch, ...] = ()
    remaining_empty_s: float | None = None
    """Until the battery is empty, as the device estimates; None for "no estimate"."""
    remaining_full_s: float | None = None
    """Until it is full."""
    phases: tuple[Phase, ...] = ()
    """Of a meter or EV charger; of other devices, what they see at their grid connection."""
    grid_frequency_hz: float | None = None
    lifetime_energy: tuple[LifetimeEnergy, ...] = ()
    """The device's own counters."""
    system: SystemPowers | None = None
    """What a solarbank reports about its whole site."""
    control_mode: ControlMode | None = None
    charge_setpoint_w: float | None = None
    """What is asked of the battery while something outside controls it; >= 0."""
    discharge_setpoint_w: float | None = None
    limits: DeviceLimits | None = None
    """A setting: what the cloud reports goes before it, as with the next two."""
    soc_limits: SocLimits | None = None
    pv_limit_w: float | None = None
    radio: WifiLink | None = None
    dock_status: PartStatus | None = None

    def filled_from(self, other: "DeviceReadings") -> "DeviceReadings":
        """Return these readings with what only the other ones hold."""
        missing = {
            row.name: getattr(other, row.name)
            for row in fields(self)
            if getattr(self, row.name) in (None, ())
        }
        return replace(self, **missing)


@dataclass(frozen=True, slots=True)
class Device:
    """One device; `scene` is None until its site's scene answered, and when that is old."""

    sn: str
    product: Product
    account: str
    """Name of the account whose answers are used."""
    site_id: str | None = None
    name: str = ""
    """The owner's name for it, the product's name where there is none."""
    main_device_sn: str = ""
    """The device that this one is a part of; empty for most."""
    firmware: str = ""
    """Version without a leading "v"; empty where not known."""
    scene: DeviceReadings | None = None
    measured: DeviceReadings | None = None
    """Readings of other sources: averages of a panel or X1, status of a stand-alone device."""
    details: DeviceDetails = field(default_factory=DeviceDetails)
    energy: DeviceEnergy | None = None
    """None where no statistics cover it."""
    is_stale: bool = False
    """Whether the readings that the scene repeats are too old to be shown as live."""
    is_connected: bool | None = None
    """Whether it is connected, by a scene whose readings are too old."""
    reported: DeviceReadings | None = None
    """The readings of all sources, where the device reports by itself, too."""
    origin: Origin = NO_ORIGIN
    lifetime_energy: tuple[LifetimeEnergy, ...] = ()
    """The device's own counters, as the ledger keeps them: they never go back."""

    @property
    def now(self) -> DeviceReadings | None:
        """Return the readings of all sources; what the scene has not, the others fill in."""
        if self.reported is not None:
            return self.reported
        if self.scene is None or self.measured is None:
            return self.scene or self.measured
        return self.scene.filled_from(self.measured)

    @property
    def is_online(self) -> bool | None:
        """Return whether it is connected to the cloud; the scene knows it sooner than the list."""
        if self.now is not None and self.now.is_online is not None:
            return self.now.is_online
        if self.is_connected is not None:
            return self.is_connected
        bound = self.details.bound
        return bound.is_online if bound else None

    @property
    def is_data_valid(self) -> bool | None:
        """Return whether the readings are measured and live, None where nothing says so."""
        if self.reported is not None:
            return True
        if self.is_stale:
            return False
        if self.scene is not None:
            return self.scene.is_data_valid
        return False if self.origin.times and self.origin.now is None else None

    @property
    def output_preset_w(self) -> float | None:
        """Return the preset in force: by its schedule, else what the scene says."""
        held = self.details.in_force
        if held is not None and held.preset_w is not None:
            return held.preset_w
        output = self.now.output if self.now else None
        return output.preset_w if output else None

    @property
    def reserve_ratio(self) -> float | None:
        """Return the state of charge below which the battery is not discharged.

        The freely chosen limit goes before the chosen option, and that before the scene's copy.
        """
        limits = self.details.soc_limits or SocLimits()
        battery = self.now.battery if self.now else None
        scene_ratio = battery.reserve_ratio if battery else None
        known = (limits.lower_ratio, limits.cutoff_ratio, scene_ratio)
        return next((ratio for ratio in known if ratio is not None), None)
