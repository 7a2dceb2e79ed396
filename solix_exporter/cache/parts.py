"""The parts of an account: one attribute a source, each replaced whole by the poll that owns it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from functools import reduce
from typing import Any
from zoneinfo import ZoneInfo

from solix_exporter.cache.part import Part
from solix_exporter.clock import Moment
from solix_exporter.model.account import Account, UnreadMessages
from solix_exporter.model.ai import AiRuntime
from solix_exporter.model.backup import BackupStatus
from solix_exporter.model.bound import BoundDevice
from solix_exporter.model.energy import DayTotals, EnergyCounters
from solix_exporter.model.firmware import Firmware
from solix_exporter.model.forecast import PvForecast
from solix_exporter.model.in_force import InForce
from solix_exporter.model.lifetime import Co2Ranking, Lifetime
from solix_exporter.model.limits import PowerLimits, SocLimits, StationSettings
from solix_exporter.model.money import Currencies
from solix_exporter.model.prices import MarketPrices, PriceProvider, SitePrice
from solix_exporter.model.products import DeviceType
from solix_exporter.model.radio import WifiList
from solix_exporter.model.schedule import BankSchedule, UsageSchedule
from solix_exporter.model.site import (
    Access,
    DeviceListing,
    Scene,
    SiteListing,
    SiteType,
    dock_listings,
)
from solix_exporter.model.standalone import (
    ChargerMode,
    ChargerSettings,
    ChargeTotals,
    InverterStatus,
    InverterTotals,
)
from solix_exporter.model.station import (
    StationAverages,
    StationDay,
    StationStatus,
    StationStructure,
    station_devices,
)
from solix_exporter.model.vehicle import VehicleDetails, VehicleListing

ACCOUNT = ""
"""The key of an answer that is about the account as a whole."""


def market_key(provider: PriceProvider) -> str:
    """Return the key of a provider's prices."""
    return f"{provider.country}/{provider.company}/{provider.area}"


@dataclass(frozen=True, slots=True)
class SceneAnswer:
    """A scene, and when its devices measured."""

    scene: Scene
    data_at: datetime | None
    """Time of the newest device data."""


@dataclass(slots=True)
class AccountParts:
    """The parts of one account: one attribute a source."""

    account: Part[None, Account] = field(default_factory=Part)
    site_list: Part[None, tuple[SiteListing, ...]] = field(default_factory=Part)
    zones: Part[str, ZoneInfo] = field(default_factory=Part)
    """The zone of each site's clock."""
    currencies: Part[None, Currencies] = field(default_factory=Part)
    scenes: Part[str, SceneAnswer] = field(default_factory=Part)
    averages: Part[str, StationAverages] = field(default_factory=Part)
    """By site id, as are the next ones."""
    station_days: Part[str, StationDay] = field(default_factory=Part)
    """What the answers of the averages told of the day's energy; the energy poll reads it."""
    panel_status: Part[str, StationStatus] = field(default_factory=Part)
    hes_status: Part[str, StationStatus] = field(default_factory=Part)
    hes_structure: Part[str, StationStructure] = field(default_factory=Part)
    rate_plans: Part[str, SitePrice] = field(default_factory=Part)
    backups: Part[str, BackupStatus] = field(default_factory=Part)
    inverter_prices: Part[str, SitePrice] = field(default_factory=Part)
    pps_totals: Part[str, Lifetime] = field(default_factory=Part)
    panel_wifi: Part[str, WifiList] = field(default_factory=Part)
    """By the serial number that was asked for, as are the next ones."""
    hes_wifi: Part[str, WifiList] = field(default_factory=Part)
    inverter_status: Part[str, InverterStatus] = field(default_factory=Part)
    inverter_totals: Part[str, InverterTotals] = field(default_factory=Part)
    charge_totals: Part[str, ChargeTotals] = field(default_factory=Part)
    charger_settings: Part[str, ChargerSettings] = field(default_factory=Part)
    charger_modes: Part[str, tuple[ChargerMode, ...]] = field(default_factory=Part)
    vehicles: Part[str, tuple[VehicleListing, ...]] = field(default_factory=Part)
    vehicle_details: Part[str, VehicleDetails] = field(default_factory=Part)
    """By vehicle id."""
    in_force: Part[str, InForce] = field(default_factory=Part)
    """What the settings of each site mean now; worked out, not asked."""

    bound: Part[str, Mapping[str, BoundDevice]] = field(default_factory=Part)
    product_names: Part[str, Mapping[str, str]] = field(default_factory=Part)
    auto_upgrade: Part[str, Mapping[str, bool]] = field(default_factory=Part)
    updates: Part[str, Mapping[str, Firmware]] = field(default_factory=Part)
    wifi: Part[str, WifiList] = field(default_factory=Part)
    inverters_behind: Part[str, str] = field(default_factory=Part)
    """By the serial number of the solarbank."""
    bank_schedules: Part[str, BankSchedule] = field(default_factory=Part)
    fittings: Part[str, bool] = field(default_factory=Part)
    usage_schedules: Part[str, UsageSchedule] = field(default_factory=Part)
    stations: Part[str, StationSettings] = field(default_factory=Part)
    pv_limits: Part[str, float | None] = field(default_factory=Part)
    cutoffs: Part[str, SocLimits] = field(default_factory=Part)

    messages: Part[str, UnreadMessages] = field(default_factory=Part)
    prices: Part[str, SitePrice] = field(default_factory=Part)
    markets: Part[str, MarketPrices] = field(default_factory=Part)
    """By provider, see `market_key`."""
    power_limits: Part[str, PowerLimits] = field(default_factory=Part)
    co2_rankings: Part[str, Co2Ranking] = field(default_factory=Part)
    ai: Part[str, AiRuntime] = field(default_factory=Part)
    forecasts: Part[str, PvForecast] = field(default_factory=Part)

    energy_today: Part[str, DayTotals] = field(default_factory=Part)
    energy_counters: Part[str, EnergyCounters] = field(default_factory=Part)
    """The ledger's sums; history, so they stay valid."""

    seen_before: Callable[[str], Iterable["AccountParts"]] = field(
        default=lambda _site_id: (), repr=False, compare=False
    )
    """The parts of the accounts whose answers about a site go before this one's; other accounts
    may come and go, so it is to be asked anew each time."""

    _all: tuple[Part[Any, Any], ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Gather the parts once: all of them are asked when they expire."""
        rows = (getattr(self, row.name, None) for row in fields(self))
        self._all = tuple(row for row in rows if isinstance(row, Part))

    def is_told_before(
        self, part: Callable[["AccountParts"], Part[str, Any]], site_id: str, at: Moment
    ) -> bool:
        """Return whether an answer about a site, valid at that time, goes before this account's.

        As long as there is one, nobody sees what this account would be told.
        """
        return any(part(one).fresh(site_id, at) is not None for one in self.seen_before(site_id))

    def tell(self, on_change: Callable[[], None]) -> None:
        """Call this after each change of any part."""
        for part in self._all:
            part.on_change = on_change

    def next_expiry(self, now: Moment) -> Moment:
        """Return when the next answer stops being valid."""
        return reduce(Moment.earliest, [part.next_expiry(now) for part in self._all])

    def listings(self) -> tuple[SiteListing, ...]:
        """Return the last site list, however old, and a virtual site a stand-alone inverter."""
        listed = self.site_list.latest(None) or ()
        return (*listed, *self._virtual_listings(listed))

    def _virtual_listings(self, listed: tuple[SiteListing, ...]) -> Iterator[SiteListing]:
        bound = self.bound_devices()
        inverters = [sn for sn in bound if bound[sn].product.device_type is DeviceType.INVERTER]
        if not inverters or not self._knows_devices_of(listed):
            return
        in_sites = {device.sn for listing in listed for device in self.devices_of(listing)}
        for sn in inverters:
            if sn not in in_sites:
                yield _virtual_listing(bound[sn])

    def _knows_devices_of(self, listed: tuple[SiteListing, ...]) -> bool:
        """Return whether every site told what is in it; until then none can be called alone."""
        return self.site_list.latest(None) is not None and all(
            listing.site_type is SiteType.HES
            or listing.devices
            or self.scenes.latest(listing.site_id) is not None
            for listing in listed
        )

    def devices_of(self, listing: SiteListing) -> tuple[DeviceListing, ...]:
        """Return the devices of a site: those of its list entry, limits, structure and scene.

        However old: identities are history.
        """
        docks = dock_listings(self.power_limits.latest(listing.site_id))
        found = {listed.sn: listed for listed in docks}
        found |= {listed.sn: listed for listed in listing.devices}
        parts = station_devices(
            self.hes_structure.latest(listing.site_id), self.hes_status.latest(listing.site_id)
        )
        found.update((listed.sn, listed) for listed in parts)
        if answer := self.scenes.latest(listing.site_id):
            found.update((listed.sn, listed) for listed in answer.scene.devices)
        return tuple(found.values())

    def bound_devices(self) -> Mapping[str, BoundDevice]:
        """Return the bound devices by serial number, however old."""
        return self.bound.latest(ACCOUNT) or {}

    def listed_vehicles(self) -> tuple[VehicleListing, ...]:
        """Return the vehicles, however old their list is: what is known of them are facts."""
        return self.vehicles.latest(ACCOUNT) or ()


def _virtual_listing(inverter: BoundDevice) -> SiteListing:
    return SiteListing(
        site_id=f"virtual-{inverter.sn}",
        name=inverter.name or inverter.product.name,
        site_type=SiteType.VIRTUAL,
        # Older lists do not tell whose a device is, and its service answers the owner alone.
        access=Access.OWNER,
        devices=(DeviceListing(inverter.sn, inverter.product, inverter.name),),
    )
