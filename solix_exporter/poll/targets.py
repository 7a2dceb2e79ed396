"""What the rows of the schedule ask about: an account, sites, devices, or a choice of them."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from solix_exporter.cache import ACCOUNT, market_key
from solix_exporter.cloud.endpoints.account import OTA_BATCH
from solix_exporter.cloud.endpoints.endpoint import Json
from solix_exporter.cloud.endpoints.home_systems import HES_DEV_INFO
from solix_exporter.cloud.endpoints.sites import SITE_PRICE, SYSTEM_SETTINGS, USAGE_SCHEDULE
from solix_exporter.cloud.endpoints.vehicles import USER_VEHICLES
from solix_exporter.model.products import PRODUCTS, DeviceType, Feature
from solix_exporter.model.site import SiteType
from solix_exporter.model.usage import UsageMode
from solix_exporter.poll.inventory import Inventory, KnownDevice, KnownSite

_FIRST_GENERATION = 1
_WITH_AI = frozenset({12, 18})
"""`power_site_type` of the systems that have the cloud's optimiser."""


@dataclass(frozen=True, slots=True)
class Target:
    """One thing to ask about."""

    key: str
    """The answer's key in its part: a site id, a serial number, or ACCOUNT."""
    body: Mapping[str, Json] = field(default_factory=dict)
    """The endpoint's fields. A changed body is asked about at once."""


Targets = Callable[[Inventory], Iterable[Target]]

# --- the usual ones ------------------------------------------------------------------------


def the_account(_: Inventory) -> Iterator[Target]:
    """Ask once per account."""
    yield Target(ACCOUNT)


def each_site(
    *types: SiteType,
    owner_only: bool = True,
    field: str = "site_id",
    when: Callable[[KnownSite], bool] | None = None,
) -> Targets:
    """Ask once per site of these types; `field` is the name of the id in the body."""

    def pick(inventory: Inventory) -> Iterator[Target]:
        for site in inventory.sites(*types):
            if (site.is_owned or not owner_only) and (when is None or when(site)):
                yield Target(site.site_id, {field: site.site_id})

    return pick


def each_device(
    when: Callable[[KnownDevice], bool],
    *,
    owner_only: bool = True,
    field: str = "device_sn",
) -> Targets:
    """Ask once per device; `field` is the name of the serial number in the body."""

    def pick(inventory: Inventory) -> Iterator[Target]:
        for device in inventory.devices():
            if (device.is_owned or not owner_only) and when(device):
                yield Target(device.sn, {field: device.sn})

    return pick


# --- conditions ----------------------------------------------------------------------------


def is_first_generation(device: KnownDevice) -> bool:
    """Return whether it is a solarbank of the first generation."""
    return _is_bank(device) and device.product.generation == _FIRST_GENERATION


def has_pv_limit(device: KnownDevice) -> bool:
    """Return whether it is a solarbank whose PV input has a limit that can be set."""
    return _is_bank(device) and Feature.PV_LIMIT in device.product.features


def is_panel(device: KnownDevice) -> bool:
    """Return whether it is a power panel."""
    return device.product.device_type is DeviceType.POWERPANEL


def is_ev_charger(device: KnownDevice) -> bool:
    """Return whether it is an EV charger."""
    return device.product.device_type is DeviceType.EV_CHARGER


def has_charger_settings(device: KnownDevice) -> bool:
    """Return whether it is a USB charger that has settings in the cloud."""
    product = device.product
    is_charger = product.device_type is DeviceType.CHARGER
    return is_charger and Feature.CHARGER_SETTINGS in product.features


def has_newer_banks(site: KnownSite) -> bool:
    """Return whether it has solarbanks of the second generation or later."""
    return any(
        device.product.device_type is DeviceType.SOLARBANK
        and device.product.generation != _FIRST_GENERATION
        for device in site.devices
    )


def has_ai(site: KnownSite) -> bool:
    """Return whether it has the cloud's optimiser."""
    return site.listing.type_code in _WITH_AI


def _is_bank(device: KnownDevice) -> bool:
    return device.product.device_type is DeviceType.SOLARBANK


# --- balcony systems -----------------------------------------------------------------------


def account_with_unknown_products(inventory: Inventory) -> Iterator[Target]:
    """Ask about the account if it has a model that neither `PRODUCTS` nor its own list names."""
    bound = inventory.parts.bound_devices()
    for device in inventory.devices():
        listed = bound.get(device.sn)
        is_named = listed is not None and listed.product_name
        if device.product.part_number not in PRODUCTS and not is_named:
            yield Target(ACCOUNT)
            return


def all_owned_devices(inventory: Inventory) -> Iterator[Target]:
    """Ask about all owned devices at once, except a power dock that is not bound."""
    bound = inventory.parts.bound_devices()
    sns = sorted(
        device.sn
        for device in inventory.devices()
        if device.is_owned
        and (device.product.device_type is not DeviceType.COMBINER_BOX or device.sn in bound)
    )
    if sns:
        yield Target(ACCOUNT, {"device_list": [{"device_sn": sn, "version": ""} for sn in sns]})


def each_device_with_firmware(inventory: Inventory) -> Iterator[Target]:
    """Ask about each owned device of a site, but those of which the cloud knows no firmware.

    Those are micro inverters and meters of others; the answer's times are on the site's clock.
    """
    known = inventory.parts[OTA_BATCH].latest(ACCOUNT) or {}
    for device in inventory.devices():
        firmware = known.get(device.sn)
        has_none = firmware is not None and not firmware.version
        if device.is_owned and device.site is not None and not has_none:
            yield Target(device.sn, {"device_sn": device.sn})


def each_first_generation_bank(inventory: Inventory) -> Iterator[Target]:
    """Ask about each owned solarbank of the first generation."""
    yield from (_bank(device) for device in _own_banks(inventory) if is_first_generation(device))


def one_first_generation_bank_per_site(inventory: Inventory) -> Iterator[Target]:
    """Ask about one owned solarbank of the first generation per site: they share a schedule."""
    seen = set()
    for device in _own_banks(inventory):
        site_id = device.site.site_id if device.site else ""
        if is_first_generation(device) and site_id not in seen:
            seen.add(site_id)
            yield Target(site_id, _bank(device).body)


def each_bank_with_own_settings(inventory: Inventory) -> Iterator[Target]:
    """Ask about each owned solarbank whose system has no settings for it."""
    for device in _own_banks(inventory):
        settings = None
        if device.site is not None:
            settings = inventory.parts[SYSTEM_SETTINGS].latest(device.site.site_id)
        if settings is None or settings.is_empty or is_first_generation(device):
            yield _bank(device)


def each_price_provider(inventory: Inventory) -> Iterator[Target]:
    """Ask about each provider of dynamic prices once for all sites, and again on each new day."""
    seen = set()
    for site in inventory.sites():
        price = inventory.parts[SITE_PRICE].latest(site.site_id)
        if price is None or price.provider is None or market_key(price.provider) in seen:
            continue
        seen.add(market_key(price.provider))
        # At noon the date is the same one in UTC, whatever clock the cloud reads it by.
        noon = inventory.local(site.site_id).replace(hour=12, minute=0, second=0, microsecond=0)
        body: dict[str, Json] = {
            "company": price.provider.company,
            "area": price.provider.area,
            "date": str(int(noon.timestamp())),
        }
        yield Target(market_key(price.provider), body)


def each_forecast_site(inventory: Inventory) -> Iterator[Target]:
    """Ask about today of each site in AI mode, the only one with a forecast."""
    for site in inventory.sites():
        scene = inventory.parts.scenes.latest(site.site_id)
        schedule = inventory.parts[USAGE_SCHEDULE].latest(site.site_id)
        modes = (scene.scene.site.usage_mode if scene else None, schedule and schedule.mode)
        if UsageMode.SMART in modes:
            yield _today(inventory, site)


def _today(inventory: Inventory, site: KnownSite) -> Target:
    day = inventory.local(site.site_id).date().isoformat()
    return Target(site.site_id, {"site_id": site.site_id, "start_time": day, "end_time": day})


def _own_banks(inventory: Inventory) -> Iterator[KnownDevice]:
    """Give the solarbanks in the account's own sites."""
    yield from (d for d in inventory.devices() if _is_bank(d) and d.is_owned and d.site is not None)


def _bank(device: KnownDevice) -> Target:
    site_id = device.site.site_id if device.site else ""
    return Target(device.sn, {"site_id": site_id, "device_sn": device.sn})


# --- power panels, X1, F3000, inverters, vehicles ------------------------------------------


def one_panel_per_site(inventory: Inventory) -> Iterator[Target]:
    """Ask the first panel of each owned site: the rate plan is the site's."""
    for site in inventory.sites(SiteType.POWERPANEL):
        sns = [
            device.sn
            for device in site.devices
            if device.product.device_type is DeviceType.POWERPANEL
        ]
        if sns and site.is_owned:
            yield Target(site.site_id, {"siteId": site.site_id, "sn": sns[0]})


def each_hes_controller(inventory: Inventory) -> Iterator[Target]:
    """Ask about each controller of the owned X1 systems; battery modules have no radio."""
    for site in inventory.sites(SiteType.HES):
        structure = inventory.parts[HES_DEV_INFO].latest(site.site_id)
        if structure and site.is_owned:
            for controller in structure.controllers():
                yield Target(controller.sn, {"sn": controller.sn})


def each_pps_site(inventory: Inventory) -> Iterator[Target]:
    """Ask about today of each F3000 system; the answer has the totals since set-up, too."""
    for site in inventory.sites(SiteType.SOLARBANK_PPS):
        yield _today(inventory, site)


def each_stand_alone_inverter(inventory: Inventory) -> Iterator[Target]:
    """Ask about each stand-alone inverter."""
    for site in inventory.sites(SiteType.VIRTUAL):
        for device in site.devices:
            yield Target(device.sn, {"sn": device.sn})


def each_virtual_site(inventory: Inventory) -> Iterator[Target]:
    """Ask about the same inverters; the answer belongs to the virtual site of each."""
    for site in inventory.sites(SiteType.VIRTUAL):
        for device in site.devices:
            yield Target(site.site_id, {"sn": device.sn})


def each_vehicle(inventory: Inventory) -> Iterator[Target]:
    """Ask about each vehicle of the account's list."""
    for vehicle in inventory.parts[USER_VEHICLES].latest(ACCOUNT) or ():
        yield Target(vehicle.vehicle_id, {"vehicle_id": vehicle.vehicle_id})
