"""Joins the answers of the slow polls about a site and its devices."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from solix_exporter.cache.join_without_scene import NOTHING, WithoutScene
from solix_exporter.cache.sources import Sources
from solix_exporter.cloud.endpoints.account import AUTO_UPGRADE, BIND_DEVICES, OTA_BATCH
from solix_exporter.cloud.endpoints.chargers import (
    CHARGER_CHARGING_MODES,
    CHARGER_DEVICE_SETTING,
    EV_CHARGE_TOTALS,
)
from solix_exporter.cloud.endpoints.devices import (
    DEVICE_FITTINGS,
    DEVICE_LOAD,
    POWER_CUTOFF,
    PV_LIMIT,
    SOLAR_INFO,
    UPGRADE_RECORD,
)
from solix_exporter.cloud.endpoints.endpoint import Endpoint
from solix_exporter.cloud.endpoints.home_systems import CHARGING_WIFI_INFO, HES_WIFI_INFO
from solix_exporter.cloud.endpoints.sites import (
    AI_EMS_STATUS,
    CO2_RANKING,
    POWER_LIMIT,
    SITE_PRICE,
    SYSTEM_SETTINGS,
    USAGE_SCHEDULE,
    WIFI_LIST,
)
from solix_exporter.model.bound import BoundDevice
from solix_exporter.model.details import DeviceDetails, SiteDetails
from solix_exporter.model.in_force import BankInForce
from solix_exporter.model.limits import DeviceLimits, SocLimits
from solix_exporter.model.prices import PriceNow, SitePrice
from solix_exporter.model.products import DeviceType
from solix_exporter.model.radio import WifiLink, WifiList, rated_signal
from solix_exporter.model.schedule import BackupWindow, PowerChoice
from solix_exporter.model.site import DeviceListing, SiteReadings
from solix_exporter.model.standalone import ChargeTotals

_FIRST_GENERATION, _WITH_BACKUP_RESERVE = 1, 3
_FREE_SOC_LIMITS = "soc_enable"
"""The feature switch of devices whose limits can be chosen freely."""


def join_site_details(site_id: str, sources: Sources) -> SiteDetails:
    """Return the details of a site."""
    money = _Money(sources)
    held = sources.fresh(lambda parts: parts.in_force, site_id)
    price = sources.fresh(SITE_PRICE, site_id)
    ranking = sources.fresh(CO2_RANKING, site_id)
    return SiteDetails(
        in_force=held,
        price=money.in_iso(held.price) if held else None,
        spot=money.in_iso(held.spot) if held else None,
        feed_in=money.in_iso(_feed_in(price)) if price else None,
        limits=sources.fresh(POWER_LIMIT, site_id),
        system_settings=sources.fresh(SYSTEM_SETTINGS, site_id),
        trees=ranking.trees if ranking else None,
        ai=sources.fresh(AI_EMS_STATUS, site_id),
        choice=_choice(site_id, sources),
        backup=_backup(site_id, sources),
    )


def _backup(site_id: str, sources: Sources) -> BackupWindow | None:
    usage = sources.fresh(USAGE_SCHEDULE, site_id)
    scene = sources.fresh(lambda parts: parts.scenes, site_id)
    told = scene.scene.site.backup if scene else None
    return (usage.backup if usage else None) or told


def _choice(site_id: str, sources: Sources) -> PowerChoice | None:
    newer = sources.fresh(USAGE_SCHEDULE, site_id)
    first = sources.fresh(DEVICE_LOAD, site_id)
    return (newer.choice if newer else None) or (first.choice if first else None)


def _feed_in(price: SitePrice) -> PriceNow | None:
    if price.feed_in_price is None:
        return None
    return PriceNow(price.feed_in_price, price.currency_symbol, price.price_type)


@dataclass(frozen=True, slots=True)
class _Money:
    """Turns currency symbols into ISO codes of the first account's country."""

    sources: Sources

    def in_iso(self, price: PriceNow | None) -> PriceNow | None:
        """Return the price with its ISO code."""
        if price is None:
            return None
        return PriceNow(price.amount, self.sources.iso_code(price.currency), price.price_type)


@dataclass(frozen=True, slots=True)
class SiteContext:
    """What a device's details depend on; a stand-alone device has none."""

    site_id: str
    details: SiteDetails
    scene: SiteReadings | None
    without_scene: WithoutScene = NOTHING
    stale: Mapping[str, bool | None] = field(default_factory=dict)
    """The devices with stale readings, and whether they are connected."""
    data_at: datetime | None = None
    """When the newest readings were measured, where the cloud tells; history."""
    measured_s: float = -math.inf
    """When the live ones were measured or last changed, seconds since 1970."""


def join_device_details(
    listed: DeviceListing, sources: Sources, site: SiteContext | None
) -> DeviceDetails:
    """Return the details of a device."""
    sn = listed.sn
    bound = sources.fresh_row(BIND_DEVICES, sn)
    named = sources.latest_row(BIND_DEVICES, sn)
    pv_limit_w = sources.fresh(PV_LIMIT, sn)
    held = site.details.in_force.banks.get(sn) if site and site.details.in_force else None
    return DeviceDetails(
        bound=bound,
        firmware=sources.fresh_row(OTA_BATCH, sn),
        firmware_changed_at=_firmware_changed_at(sn, sources, site),
        installed_at=listed.installed_at,
        is_auto_upgrade_on=sources.fresh_row(AUTO_UPGRADE, sn),
        radio=_radio(listed, sources, site, bound),
        room=listed.room or (named.room if named else ""),
        ssid=_ssid(listed, sources, site) or (named.ssid if named else ""),
        pv_names=listed.pv_names,
        limits=_limits(sn, site),
        pv_limit_w=pv_limit_w,
        soc_limits=_soc_limits(listed, sources, site),
        in_force=held,
        is_export_allowed=_is_export_allowed(listed, held, site),
        inverter_model=sources.fresh(SOLAR_INFO, sn) or "",
        has_zero_watt_switch=sources.fresh(DEVICE_FITTINGS, sn),
        charge_totals=_charge_totals(sources, sn),
        charger_settings=sources.fresh(CHARGER_DEVICE_SETTING, sn),
        charger_modes=sources.fresh(CHARGER_CHARGING_MODES, sn) or (),
    )


def _firmware_changed_at(sn: str, sources: Sources, site: SiteContext | None) -> datetime | None:
    history = sources.fresh(UPGRADE_RECORD, sn)
    zone = sources.accounts[0].zones.latest(site.site_id) if site else None
    if history is None or history.changed_at_local is None or zone is None:
        return None
    return history.changed_at_local.replace(tzinfo=zone)


def _charge_totals(sources: Sources, sn: str) -> ChargeTotals | None:
    totals = sources.fresh(EV_CHARGE_TOTALS, sn)
    return replace(totals, currency=sources.iso_code(totals.currency_symbol)) if totals else None


def _radio(
    listed: DeviceListing, sources: Sources, site: SiteContext | None, bound: BoundDevice | None
) -> WifiLink | None:
    """Return the link from the site's list, completed from the list of bound devices."""
    links = sources.fresh(WIFI_LIST, site.site_id) if site else None
    named = links.of(listed.sn, listed.wifi_place) if links else None
    link = named or _home_system_link(sources.fresh, listed.sn) or WifiLink()
    rssi_dbm = link.rssi_dbm or (bound.rssi_dbm if bound else None)
    signal_ratio = link.signal_ratio
    if signal_ratio is None and rssi_dbm is not None:
        signal_ratio = rated_signal(rssi_dbm)
    found = WifiLink(signal_ratio, rssi_dbm, link.is_wired, link.ssid)
    return found if found != WifiLink() else None


def _ssid(listed: DeviceListing, sources: Sources, site: SiteContext | None) -> str:
    """Return the network, however old the answer: the label of a series must not come and go."""
    links = sources.latest(WIFI_LIST, site.site_id) if site else None
    named = links.of(listed.sn, listed.wifi_place) if links else None
    link = named or _home_system_link(sources.latest, listed.sn)
    return link.ssid if link else ""


def _home_system_link(
    find: Callable[[Endpoint[WifiList], str], WifiList | None], sn: str
) -> WifiLink | None:
    """Return the link of a panel or an X1, which the site's list does not have."""
    answer = find(CHARGING_WIFI_INFO, sn) or find(HES_WIFI_INFO, sn)
    return answer.of(sn, 1) if answer else None


def _limits(sn: str, site: SiteContext | None) -> DeviceLimits | None:
    limits = site.details.limits if site else None
    return limits.devices.get(sn) if limits and limits.devices else None


def _is_first(listed: DeviceListing) -> bool:
    return listed.product.generation == _FIRST_GENERATION


def _has_system_settings(listed: DeviceListing) -> bool:
    """Return whether the settings of the system apply to the device."""
    kind = listed.product.device_type
    if kind is DeviceType.SOLARBANK:
        return not _is_first(listed)
    return kind is DeviceType.COMBINER_BOX


def _is_export_allowed(
    listed: DeviceListing, held: BankInForce | None, site: SiteContext | None
) -> bool | None:
    """Return the schedule's switch in the first generation, the system's in later ones."""
    if site is None or not _has_system_settings(listed):
        return held.is_export_allowed if held else None
    settings = site.details.system_settings
    if settings is not None and settings.is_export_allowed is not None:
        return settings.is_export_allowed
    return site.scene.is_export_allowed if site.scene else None


def _soc_limits(
    listed: DeviceListing, sources: Sources, site: SiteContext | None
) -> SocLimits | None:
    """Return the limits that the device supports.

    The cloud fills in defaults for every device; a feature switch says which are real.
    """
    if listed.product.device_type is not DeviceType.SOLARBANK:
        return None
    own = sources.fresh(POWER_CUTOFF, listed.sn)
    settings = site.details.system_settings if site else None
    if settings and not settings.is_empty and not _is_first(listed):
        own = settings.soc
    if own is None:
        return None
    if _FREE_SOC_LIMITS not in listed.switches or _is_first(listed):
        return SocLimits(cutoff_ratio=own.cutoff_ratio)
    if (listed.product.generation or _WITH_BACKUP_RESERVE) < _WITH_BACKUP_RESERVE:
        return SocLimits(own.cutoff_ratio, own.lower_ratio, own.upper_ratio)
    return own
