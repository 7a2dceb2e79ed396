"""The systems that the answers so far have named, so that more can be asked."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from solix_exporter.cloud.endpoints.endpoint import Json
from solix_exporter.cloud.parse.scene import parse_scene
from solix_exporter.cloud.parse.site_list import parse_site_list
from solix_exporter.cloud.record import Record
from solix_exporter.errors import CloudError
from solix_exporter.model.products import DeviceType, Product, product_of
from solix_exporter.model.site import Access, DeviceListing, SiteType

_SHARED = 2
"""`ms_device_type` of a device that another account shares."""


@dataclass(frozen=True, slots=True)
class FoundSite:
    """A system that the account sees."""

    site_id: str
    site_type: SiteType
    is_owned: bool


@dataclass(frozen=True, slots=True)
class FoundDevice:
    """A device, in a system or on its own."""

    sn: str
    product: Product
    is_owned: bool
    site_id: str = ""

    @property
    def kind(self) -> DeviceType:
        """Return the kind of device."""
        return self.product.device_type


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider of prices that change by the hour."""

    country: str
    company: str
    area: str


@dataclass(slots=True)
class Discovery:
    """Everything that can be asked about, as far as it is known."""

    sites: dict[str, FoundSite] = field(default_factory=dict)
    devices: dict[str, FoundDevice] = field(default_factory=dict)
    vehicles: dict[str, tuple[str, str, int]] = field(default_factory=dict)
    """Vehicle id -> brand, model, year."""
    home_energy: dict[str, None] = field(default_factory=dict)
    """Ids of the systems that report to be home energy systems."""
    providers: dict[Provider, None] = field(default_factory=dict)
    offered: dict[Provider, None] = field(default_factory=dict)
    macs: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Addresses of what is connected to a panel, by its serial number."""
    shelly_token: str = ""

    def add_answer(
        self, name: str, body: Mapping[str, Json], envelope: Mapping[str, object]
    ) -> bool:
        """Note what an answer names; return whether there may be more to ask about.

        Malformed answers are ignored.
        """
        read = _READERS.get(name)
        if read is None:
            return False
        data = envelope.get("data")
        record = Record(data if isinstance(data, dict) else {"list": data})
        try:
            read(self, body, record)
        except CloudError:
            # The answer is exported as it is; that it cannot be read shows in a replay.
            return False
        return True

    def add_device(self, device: FoundDevice) -> None:
        """Note a device; the first answer that names its site wins."""
        before = self.devices.get(device.sn)
        if before is None or (device.site_id and not before.site_id):
            self.devices[device.sn] = device

    def devices_of(self, site: FoundSite, *kinds: DeviceType) -> Iterator[FoundDevice]:
        """Give the devices of a site; only those of these kinds, if any is named."""
        for device in self.devices.values():
            if device.site_id == site.site_id and (not kinds or device.kind in kinds):
                yield device


def _read_sites(found: Discovery, _: Mapping[str, Json], record: Record) -> None:
    for listing in parse_site_list(record):
        is_owned = listing.access is Access.OWNER
        found.sites[listing.site_id] = FoundSite(listing.site_id, listing.site_type, is_owned)
        _add_listed(found, listing.site_id, listing.devices)


def _read_bound(found: Discovery, _: Mapping[str, Json], record: Record) -> None:
    for entry in record.records("data" if record.is_list("data") else "list"):
        sn, product = entry.text("device_sn"), product_of(entry.text("product_code"))
        if sn:
            # Answers of 2024 do not have the field, and had owned devices only.
            is_owned = entry.integer("ms_device_type") != _SHARED
            found.add_device(FoundDevice(sn, product, is_owned))


def _read_scene(found: Discovery, body: Mapping[str, Json], record: Record) -> None:
    _add_listed(found, str(body["site_id"]), parse_scene(record).devices)


def _add_listed(found: Discovery, site_id: str, listed: tuple[DeviceListing, ...]) -> None:
    site = found.sites.get(site_id)
    for device in listed:
        is_owned = site is not None and site.is_owned
        found.add_device(FoundDevice(device.sn, device.product, is_owned, site_id))


def _read_home_energy(found: Discovery, body: Mapping[str, Json], record: Record) -> None:
    main_sn, site_id = record.text("mainSn"), str(body["siteId"])
    if main_sn:
        found.home_energy[site_id] = None
        _add_part(found, site_id, main_sn, record.text("mainDeviceModel"))
    for charger in record.records("evChargerInfos"):
        _add_part(found, site_id, charger.text("evChargerSn"), "A5191")


def _read_home_devices(found: Discovery, body: Mapping[str, Json], record: Record) -> None:
    site_id = str(body["siteId"])
    for part in record.records("results"):
        for device in (part, *part.records("subDevInfo")):
            _add_part(found, site_id, device.text("sn"), device.text("pn"))


def _add_part(found: Discovery, site_id: str, sn: str, part_number: str) -> None:
    site = found.sites.get(site_id)
    if sn:
        product = product_of(part_number, DeviceType.HES)
        found.add_device(FoundDevice(sn, product, bool(site and site.is_owned), site_id))


def _read_vehicles(found: Discovery, _: Mapping[str, Json], record: Record) -> None:
    for vehicle in record.records("vehicle_list"):
        vehicle_id = vehicle.text("vehicle_id")
        if vehicle_id:
            year = vehicle.integer("productive_year") or 0
            found.vehicles[vehicle_id] = (vehicle.text("brand"), vehicle.text("model"), year)


def _read_price(found: Discovery, _: Mapping[str, Json], record: Record) -> None:
    dynamic = record.record("dynamic_price")
    provider = Provider(dynamic.text("country"), dynamic.text("company"), dynamic.text("area"))
    if provider.company:
        found.providers[provider] = None


def _read_offers(found: Discovery, _: Mapping[str, Json], record: Record) -> None:
    for country in record.records("country_info"):
        for company in country.records("company_info"):
            for area in company.records("area_info"):
                names = (country.text("country"), company.text("company"), area.text("area"))
                found.offered[Provider(*names)] = None


def _read_panel(found: Discovery, _: Mapping[str, Json], record: Record) -> None:
    for device in record.records("device_infos"):
        mac, sn = device.text("ble_mac"), device.text("sn")
        if mac and sn:
            found.macs[sn] = (mac,)


def _read_token(found: Discovery, _: Mapping[str, Json], record: Record) -> None:
    found.shelly_token = record.text("token")


_READERS: Mapping[str, Callable[[Discovery, Mapping[str, Json], Record], None]] = {
    "site_list": _read_sites,
    "bind_devices": _read_bound,
    "scene_info": _read_scene,
    "hes_system_running_info": _read_home_energy,
    "hes_dev_info": _read_home_devices,
    "user_vehicles": _read_vehicles,
    "site_price": _read_price,
    "dynamic_price_providers": _read_offers,
    "charging_device_info": _read_panel,
    "token_by_userid": _read_token,
}
"""The answers that name more to ask about."""
