"""The parts of an account: one attribute a source, each replaced whole by the poll that owns it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from solix_exporter.cache.part import Part
from solix_exporter.model.account import Account, UnreadMessages
from solix_exporter.model.ai import AiRuntime
from solix_exporter.model.bound import BoundDevice
from solix_exporter.model.energy import DayTotals, EnergyCounters
from solix_exporter.model.firmware import Firmware
from solix_exporter.model.forecast import PvForecast
from solix_exporter.model.in_force import InForce
from solix_exporter.model.limits import PowerLimits, SocLimits, StationSettings
from solix_exporter.model.money import Currencies
from solix_exporter.model.prices import MarketPrices, PriceProvider, SitePrice
from solix_exporter.model.radio import WifiList
from solix_exporter.model.schedule import BankSchedule, UsageSchedule
from solix_exporter.model.site import DeviceListing, Scene, SiteListing

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
    trees: Part[str, float | None] = field(default_factory=Part)
    ai: Part[str, AiRuntime] = field(default_factory=Part)
    forecasts: Part[str, PvForecast] = field(default_factory=Part)

    energy_today: Part[str, DayTotals] = field(default_factory=Part)
    energy_counters: Part[str, EnergyCounters] = field(default_factory=Part)
    """The ledger's sums; history, so they stay valid."""

    _all: tuple[Part[Any, Any], ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Gather the parts once: their versions are asked for at every scrape."""
        rows = (getattr(self, row.name, None) for row in fields(self))
        self._all = tuple(row for row in rows if isinstance(row, Part))

    def version(self) -> int:
        """Return a number that grows with each change."""
        return sum([part.version for part in self._all])

    def next_expiry_s(self, now_s: float) -> float:
        """Return when the next answer stops being valid."""
        return min([part.next_expiry_s(now_s) for part in self._all])

    def listings(self) -> tuple[SiteListing, ...]:
        """Return the last site list, however old: identities are history."""
        return self.site_list.latest(None) or ()

    def devices_of(self, listing: SiteListing) -> tuple[DeviceListing, ...]:
        """Return the devices of a site: those of its list entry, and those of its scene over them.

        However old: identities are history.
        """
        found = {listed.sn: listed for listed in listing.devices}
        if answer := self.scenes.latest(listing.site_id):
            found.update((listed.sn, listed) for listed in answer.scene.devices)
        return tuple(found.values())

    def bound_devices(self) -> Mapping[str, BoundDevice]:
        """Return the bound devices by serial number, however old."""
        return self.bound.latest(ACCOUNT) or {}
