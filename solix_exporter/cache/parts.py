"""The parts of an account: the answers to each endpoint, and what is worked out from them."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from functools import reduce
from typing import Any, TypeAlias, TypeVar
from zoneinfo import ZoneInfo

from solix_exporter.cache.part import Part, no_listener
from solix_exporter.clock import Moment
from solix_exporter.cloud.endpoints.account import BIND_DEVICES
from solix_exporter.cloud.endpoints.endpoint import Endpoint
from solix_exporter.cloud.endpoints.home_systems import HES_DEV_INFO, HES_SYSTEM_RUNNING_INFO
from solix_exporter.cloud.endpoints.sites import POWER_LIMIT, SITE_LIST
from solix_exporter.cloud.endpoints.vehicles import USER_VEHICLES
from solix_exporter.model.account import Account
from solix_exporter.model.bound import BoundDevice
from solix_exporter.model.device import DeviceReadings
from solix_exporter.model.energy import DayTotals, EnergyCounters
from solix_exporter.model.home_system import (
    HomeSystemAverages,
    HomeSystemDay,
    home_system_devices,
)
from solix_exporter.model.in_force import InForce
from solix_exporter.model.prices import PriceProvider
from solix_exporter.model.products import DeviceType
from solix_exporter.model.site import (
    Access,
    DeviceListing,
    Scene,
    SiteListing,
    SiteType,
    dock_listings,
)
from solix_exporter.model.standalone import (
    InverterStatus,
)
from solix_exporter.model.vehicle import VehicleListing

V = TypeVar("V")

ACCOUNT = ""
"""The key of an answer that is about the account as a whole."""


def market_key(provider: PriceProvider) -> str:
    """Return the key of a provider's prices."""
    return f"{provider.country}/{provider.company}/{provider.area}"


def _no_parts(_: str) -> Iterable["AccountParts"]:
    return ()


@dataclass(frozen=True, slots=True)
class SceneAnswer:
    """A scene, and when its devices measured."""

    scene: Scene
    data_at: datetime | None
    """Time of the newest device data."""


@dataclass(slots=True, eq=False)
class AccountParts:
    """The parts of one account, each replaced whole by the poll that owns it.

    `parts[WIFI_LIST]` holds the answers to one endpoint by what was asked about: a site id, a
    serial number, a vehicle id, `ACCOUNT`, or `market_key`. The attributes hold what is not the
    plain answer of one endpoint.
    """

    preferred: Callable[[str], Iterable["AccountParts"]] = _no_parts
    """Returns the parts of the accounts whose answers about a site go before this one's; accounts
    come and go, so it is called each time."""

    account: Part[None, Account] = field(default_factory=Part)
    zones: Part[str, ZoneInfo] = field(default_factory=Part)
    """Time zones by site id, as are the next ones."""
    scenes: Part[str, SceneAnswer] = field(default_factory=Part)
    averages: Part[str, HomeSystemAverages] = field(default_factory=Part)
    home_system_days: Part[str, HomeSystemDay] = field(default_factory=Part)
    """The day's energy, from the same answers as the averages; the energy poll reads it."""
    in_force: Part[str, InForce] = field(default_factory=Part)
    """The settings that apply now; computed, not asked for."""
    energy_today: Part[str, DayTotals] = field(default_factory=Part)
    energy_yesterday: Part[str, DayTotals] = field(default_factory=Part)
    """From the ledger; valid until the site's midnight."""
    energy_counters: Part[str, EnergyCounters] = field(default_factory=Part)
    """The ledger's sums; history, so they stay valid."""
    inverter_status: Part[str, InverterStatus] = field(default_factory=Part)
    """By serial number; one answer is about all inverters of the account."""

    _on_change: Callable[[], None] = no_listener
    _answers: dict[str, Part[str, Any]] = field(default_factory=dict)
    """By endpoint name."""

    def __getitem__(self, endpoint: Endpoint[V]) -> Part[str, V]:
        """Return the answers to an endpoint."""
        part = self._answers.get(endpoint.name)
        if part is None:
            part = self._answers[endpoint.name] = Part()
            part.on_change = self._on_change
        return part

    def part(self, key: "PartKey[V]") -> Part[str, V]:
        """Return the answers to an endpoint, or one of the other parts."""
        return self[key] if isinstance(key, Endpoint) else key(self)

    def is_answered_elsewhere(self, key: "PartKey[Any]", site_id: str, at: Moment) -> bool:
        """Return whether another account's answer about a site, valid then, goes before this one's.

        As long as there is one, this account's own answer would not be shown.
        """
        return any(
            parts.part(key).fresh(site_id, at) is not None for parts in self.preferred(site_id)
        )

    def notify(self, on_change: Callable[[], None]) -> None:
        """Call this after each change of any part."""
        self._on_change = on_change
        for part in self._all():
            part.on_change = on_change

    def _all(self) -> tuple[Part[Any, Any], ...]:
        attributes = (getattr(self, row.name) for row in fields(self))
        others = (value for value in attributes if isinstance(value, Part))
        return (*others, *self._answers.values())

    def next_expiry(self, now: Moment) -> Moment:
        """Return when the next answer stops being valid."""
        return reduce(Moment.earliest, [part.next_expiry(now) for part in self._all()])

    def listings(self) -> tuple[SiteListing, ...]:
        """Return the last site list, however old, and one virtual site per stand-alone inverter."""
        listed = self[SITE_LIST].latest(ACCOUNT) or ()
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
        """Return whether the devices of all sites are known; before, none is called stand-alone."""
        return self[SITE_LIST].latest(ACCOUNT) is not None and all(
            listing.site_type is SiteType.HES
            or listing.devices
            or self.scenes.latest(listing.site_id) is not None
            for listing in listed
        )

    @property
    def knows_devices(self) -> bool:
        """Return whether the account has named all of its devices."""
        listed = self[SITE_LIST].latest(ACCOUNT)
        is_bound_known = self[BIND_DEVICES].latest(ACCOUNT) is not None
        return listed is not None and is_bound_known and self._knows_devices_of(listed)

    def devices_of(self, listing: SiteListing) -> tuple[DeviceListing, ...]:
        """Return the devices of a site that its list entry, limits, structure and scene name.

        However old: identities are history.
        """
        docks = dock_listings(self[POWER_LIMIT].latest(listing.site_id))
        found = {listed.sn: listed for listed in docks}
        found |= {listed.sn: listed for listed in listing.devices}
        parts = home_system_devices(
            self[HES_DEV_INFO].latest(listing.site_id),
            self[HES_SYSTEM_RUNNING_INFO].latest(listing.site_id),
        )
        found.update((listed.sn, listed) for listed in parts)
        if answer := self.scenes.latest(listing.site_id):
            found.update((listed.sn, listed) for listed in answer.scene.devices)
        return tuple(found.values())

    def scene_of(self, sn: str) -> tuple[DeviceReadings, datetime] | None:
        """Return what the newest scene with a device says of it, and when it was measured."""
        for listing in self.listings():
            answer = self.scenes.latest(listing.site_id)
            for listed in answer.scene.devices if answer and answer.data_at else ():
                if answer and answer.data_at and listed.sn == sn and listed.readings:
                    return listed.readings, answer.data_at
        return None

    def bound_devices(self) -> Mapping[str, BoundDevice]:
        """Return the bound devices by serial number, however old."""
        return self[BIND_DEVICES].latest(ACCOUNT) or {}

    def listed_vehicles(self) -> tuple[VehicleListing, ...]:
        """Return the vehicles, however old their list: they are history."""
        return self[USER_VEHICLES].latest(ACCOUNT) or ()


PartKey: TypeAlias = Endpoint[V] | Callable[[AccountParts], Part[str, V]]
"""What finds a part of an account: an endpoint, or a function that returns one of its attributes.
"""


def _virtual_listing(inverter: BoundDevice) -> SiteListing:
    return SiteListing(
        site_id=f"virtual-{inverter.sn}",
        name=inverter.name or inverter.product.name,
        site_type=SiteType.VIRTUAL,
        # Older lists do not report the owner of a device, and its service answers only the owner.
        access=Access.OWNER,
        devices=(DeviceListing(inverter.sn, inverter.product, inverter.name),),
    )
