"""What the rows of the query table ask about, where it is more than each site or each device."""

from collections.abc import Iterator

from solix_exporter.cache import ACCOUNT, market_key
from solix_exporter.cloud.endpoints.endpoint import Json
from solix_exporter.cloud.endpoints.sites import SITE_PRICE, SYSTEM_SETTINGS, USAGE_SCHEDULE
from solix_exporter.model.products import PRODUCTS, DeviceType, Feature
from solix_exporter.model.usage import UsageMode
from solix_exporter.poll.query import Target
from solix_exporter.poll.view import KnownDevice, KnownSite, View

_FIRST_GENERATION = 1
_WITH_AI = frozenset({12, 18})
"""`power_site_type` of the systems that have the cloud's optimiser."""

# --- which ---------------------------------------------------------------------------------


def is_first_generation(device: KnownDevice) -> bool:
    """Return whether it is a solarbank of the first generation."""
    return _is_bank(device) and device.product.generation == _FIRST_GENERATION


def has_pv_limit(device: KnownDevice) -> bool:
    """Return whether it is a solarbank whose PV input has a limit that can be set."""
    return _is_bank(device) and Feature.PV_LIMIT in device.product.features


def _is_bank(device: KnownDevice) -> bool:
    return device.product.device_type is DeviceType.SOLARBANK


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


# --- what ----------------------------------------------------------------------------------


def account_with_nameless_products(view: View) -> Iterator[Target]:
    """Ask about the account where it has a model that neither this program nor the list names."""
    bound = view.parts.bound_devices()
    for device in view.devices():
        listed = bound.get(device.sn)
        is_named = listed is not None and listed.product_name
        if device.product.part_number not in PRODUCTS and not is_named:
            yield Target(ACCOUNT)
            return


def all_owned_devices(view: View) -> Iterator[Target]:
    """Ask about all own devices at once, but for a power dock that nobody bound."""
    bound = view.parts.bound_devices()
    sns = sorted(
        device.sn
        for device in view.devices()
        if device.is_owned
        and (device.product.device_type is not DeviceType.COMBINER_BOX or device.sn in bound)
    )
    if sns:
        yield Target(ACCOUNT, {"device_list": [{"device_sn": sn, "version": ""} for sn in sns]})


def each_first_generation_bank(view: View) -> Iterator[Target]:
    """Ask about each own solarbank of the first generation."""
    yield from (_bank(device) for device in _own_banks(view) if is_first_generation(device))


def one_first_generation_bank_a_site(view: View) -> Iterator[Target]:
    """Ask about one own solarbank of the first generation a site: they share a schedule."""
    seen = set()
    for device in _own_banks(view):
        site_id = device.site.site_id if device.site else ""
        if is_first_generation(device) and site_id not in seen:
            seen.add(site_id)
            yield Target(site_id, _bank(device).body)


def each_bank_with_own_settings(view: View) -> Iterator[Target]:
    """Ask about each own solarbank whose system keeps no settings for it."""
    for device in _own_banks(view):
        station = view.parts[SYSTEM_SETTINGS].latest(device.site.site_id) if device.site else None
        if station is None or station.is_empty or is_first_generation(device):
            yield _bank(device)


def each_price_provider(view: View) -> Iterator[Target]:
    """Ask about each provider of changing prices once, whoever has it; anew at each day's start."""
    seen = set()
    for site in view.sites():
        price = view.parts[SITE_PRICE].latest(site.site_id)
        if price is None or price.provider is None or market_key(price.provider) in seen:
            continue
        seen.add(market_key(price.provider))
        # At noon the date is the same one in UTC, whatever clock the cloud reads it by.
        noon = view.local(site.site_id).replace(hour=12, minute=0, second=0, microsecond=0)
        body: dict[str, Json] = {
            "company": price.provider.company,
            "area": price.provider.area,
            "date": str(int(noon.timestamp())),
        }
        yield Target(market_key(price.provider), body)


def each_forecast_site(view: View) -> Iterator[Target]:
    """Ask about each site in AI mode, the only one in which the cloud forecasts."""
    for site in view.sites():
        scene = view.parts.scenes.latest(site.site_id)
        schedule = view.parts[USAGE_SCHEDULE].latest(site.site_id)
        modes = (scene.scene.site.usage_mode if scene else None, schedule and schedule.mode)
        if UsageMode.SMART in modes:
            day = view.local(site.site_id).date().isoformat()
            yield Target(
                site.site_id, {"site_id": site.site_id, "start_time": day, "end_time": day}
            )


def _own_banks(view: View) -> Iterator[KnownDevice]:
    """Give the solarbanks that are in a site of the account's own."""
    yield from (d for d in view.devices() if _is_bank(d) and d.is_owned and d.site is not None)


def _bank(device: KnownDevice) -> Target:
    site_id = device.site.site_id if device.site else ""
    return Target(device.sn, {"site_id": site_id, "device_sn": device.sn})
