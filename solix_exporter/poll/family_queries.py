"""The rows of the slow polls for power panels, X1 systems, stand-alone devices and vehicles.

The cost of a row is one request for each thing that it asks about, at each of its intervals.
"""

from collections.abc import Iterator

from solix_exporter.cache import ACCOUNT
from solix_exporter.cloud.endpoints.chargers import (
    CHARGER_CHARGING_MODES,
    CHARGER_DEVICE_SETTING,
    EV_CHARGE_TOTALS,
    PV_PRICE,
    PV_TOTAL_STATISTICS,
)
from solix_exporter.cloud.endpoints.home_systems import (
    CHARGING_DISASTER_STATUS,
    CHARGING_SYSTEM_RUNNING_INFO,
    CHARGING_UTILITY_RATE_PLAN,
    CHARGING_WIFI_INFO,
    HES_DEV_INFO,
    HES_SYSTEM_RUNNING_INFO,
    HES_WIFI_INFO,
)
from solix_exporter.cloud.endpoints.sites import PPS_TOTALS
from solix_exporter.cloud.endpoints.vehicles import USER_VEHICLE_DETAILS, USER_VEHICLES
from solix_exporter.model.products import DeviceType, Feature
from solix_exporter.model.site import SiteType
from solix_exporter.poll.query import (
    AnyQuery,
    Target,
    ask,
    each_device,
    each_site,
    the_account,
)
from solix_exporter.poll.view import KnownDevice, View

_MINUTE_S = 60.0
_HOUR_S = 3600.0


def _is_panel(device: KnownDevice) -> bool:
    return device.product.device_type is DeviceType.POWERPANEL


def _is_ev_charger(device: KnownDevice) -> bool:
    return device.product.device_type is DeviceType.EV_CHARGER


def _has_charger_settings(device: KnownDevice) -> bool:
    product = device.product
    is_charger = product.device_type is DeviceType.CHARGER
    return is_charger and Feature.CHARGER_SETTINGS in product.features


def _controllers(view: View) -> Iterator[Target]:
    """Ask for each controller of the owner's X1 systems; battery modules have no radio."""
    for site in view.sites(SiteType.HES):
        structure = view.parts[HES_DEV_INFO].latest(site.site_id)
        if structure and site.is_owned:
            for part in structure.controllers():
                yield Target(part.sn, {"sn": part.sn})


def _stand_alone_inverters(view: View) -> Iterator[Target]:
    for site in view.sites(SiteType.VIRTUAL):
        for device in site.devices:
            yield Target(device.sn, {"sn": device.sn})


def _virtual_sites(view: View) -> Iterator[Target]:
    for site in view.sites(SiteType.VIRTUAL):
        for device in site.devices:
            yield Target(site.site_id, {"sn": device.sn})


def _panel_contracts(view: View) -> Iterator[Target]:
    """Ask the first panel of each own site: the contract is the site's."""
    for site in view.sites(SiteType.POWERPANEL):
        sns = [
            device.sn
            for device in site.devices
            if device.product.device_type is DeviceType.POWERPANEL
        ]
        if sns and site.is_owned:
            yield Target(site.site_id, {"siteId": site.site_id, "sn": sns[0]})


def _pps_days(view: View) -> Iterator[Target]:
    for site in view.sites(SiteType.SOLARBANK_PPS):
        day = view.local(site.site_id).date().isoformat()
        yield Target(site.site_id, {"site_id": site.site_id, "start_time": day, "end_time": day})


def _vehicles(view: View) -> Iterator[Target]:
    for vehicle in view.parts[USER_VEHICLES].latest(ACCOUNT) or ():
        yield Target(vehicle.vehicle_id, {"vehicle_id": vehicle.vehicle_id})


FAMILY_DEVICE_QUERIES: tuple[AnyQuery, ...] = (
    ask(
        "vehicles",
        USER_VEHICLES,
        every_s=30 * _MINUTE_S,
        targets=the_account,
    ),
    ask(
        "vehicle_details",
        USER_VEHICLE_DETAILS,
        every_s=30 * _MINUTE_S,
        targets=_vehicles,
    ),
    ask(
        "power_panel_wifi",
        CHARGING_WIFI_INFO,
        every_s=30 * _MINUTE_S,
        targets=each_device(_is_panel, field="sn"),
    ),
    ask(
        "hes_structure",
        HES_DEV_INFO,
        every_s=_HOUR_S,
        targets=each_site(SiteType.HES, owner_only=False, field="siteId"),
    ),
    ask(
        "hes_wifi",
        HES_WIFI_INFO,
        every_s=30 * _MINUTE_S,
        targets=_controllers,
    ),
    ask(
        "ev_charge_totals",
        EV_CHARGE_TOTALS,
        every_s=30 * _MINUTE_S,
        targets=each_device(_is_ev_charger, owner_only=False),
    ),
    ask(
        "charger_settings",
        CHARGER_DEVICE_SETTING,
        every_s=30 * _MINUTE_S,
        targets=each_device(_has_charger_settings),
    ),
    ask(
        "charger_modes",
        CHARGER_CHARGING_MODES,
        every_s=30 * _MINUTE_S,
        targets=each_device(_has_charger_settings),
    ),
)

FAMILY_SITE_QUERIES: tuple[AnyQuery, ...] = (
    ask(
        "power_panel_status",
        CHARGING_SYSTEM_RUNNING_INFO,
        every_s=10 * _MINUTE_S,
        targets=each_site(SiteType.POWERPANEL, owner_only=False, field="siteId"),
    ),
    ask(
        "hes_status",
        HES_SYSTEM_RUNNING_INFO,
        every_s=10 * _MINUTE_S,
        targets=each_site(SiteType.HES, owner_only=False, field="siteId"),
    ),
    ask(
        "rate_plan",
        CHARGING_UTILITY_RATE_PLAN,
        every_s=30 * _MINUTE_S,
        targets=_panel_contracts,
    ),
    ask(
        "backup_status",
        CHARGING_DISASTER_STATUS,
        every_s=10 * _MINUTE_S,
        targets=each_site(SiteType.POWERPANEL, field="identifier_id"),
    ),
    ask(
        "pps_totals",
        PPS_TOTALS,
        every_s=20 * _MINUTE_S,
        targets=_pps_days,
    ),
    ask(
        "inverter_price",
        PV_PRICE,
        every_s=30 * _MINUTE_S,
        targets=_virtual_sites,
    ),
    ask(
        "inverter_totals",
        PV_TOTAL_STATISTICS,
        every_s=10 * _MINUTE_S,
        targets=_stand_alone_inverters,
    ),
)
