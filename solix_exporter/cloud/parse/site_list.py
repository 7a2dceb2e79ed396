"""The list of an account's sites."""

from solix_exporter.cloud.record import Record
from solix_exporter.errors import UnexpectedPayload
from solix_exporter.model.device import DeviceReadings
from solix_exporter.model.products import product_of
from solix_exporter.model.site import Access, DeviceListing, SiteListing, SiteType

SITE_TYPES: dict[int, SiteType] = {
    1: SiteType.PPS,
    2: SiteType.SOLARBANK,
    # An X1 export shows 3 where the rules say 9.
    3: SiteType.HES,
    4: SiteType.POWERPANEL,
    5: SiteType.SOLARBANK,
    6: SiteType.HES,
    7: SiteType.HES,
    8: SiteType.HES,
    9: SiteType.HES,
    10: SiteType.SOLARBANK,
    11: SiteType.SOLARBANK,
    12: SiteType.SOLARBANK,
    13: SiteType.SOLARBANK_PPS,
    14: SiteType.EV_CHARGER,
    15: SiteType.HOME_BACKUP,
    16: SiteType.POWERBANK,
    17: SiteType.HOME_BACKUP,
    18: SiteType.SOLARBANK,
    19: SiteType.SOLARBANK,
    20: SiteType.SOLARBANK,
}
"""`power_site_type` -> kind of system."""

_MEMBER = 2
"""`ms_type` of a site that another account shares; 0, 1 and missing mean owner."""


def parse_site_list(record: Record) -> tuple[SiteListing, ...]:
    """Return the account's sites, own and shared ones, each once and in the cloud's order.

    Source: `power_service/v1/site/get_site_list`, `site_list[]`.
    Raises UnexpectedPayload when there is no list: an answer without one must not look like an
    account that lost all its sites.
    """
    if not record.is_list("site_list"):
        raise UnexpectedPayload("the answer holds no site_list", outcome="malformed")
    sites: dict[str, SiteListing] = {}
    for site in (_site(entry) for entry in record.records("site_list") if entry.has("site_id")):
        known = sites.get(site.site_id)
        # Of a site that is both own and shared, the own entry tells what may be asked.
        if known is None or (known.access, site.access) == (Access.MEMBER, Access.OWNER):
            sites[site.site_id] = site
    return tuple(sites.values())


def _site(entry: Record) -> SiteListing:
    entry.ignore(
        "site_img", "device_type_list", "is_allow_delete", "support_device_models",
        "current_site_device_models", "init_status", "is_site_created_by_installer",
    )  # fmt: skip
    type_code = entry.integer("power_site_type") or 0
    devices = (_device(device) for device in entry.unique("site_device_list", "device_sn"))
    return SiteListing(
        site_id=entry.text("site_id"),
        name=entry.text("site_name"),
        site_type=SITE_TYPES.get(type_code, SiteType.UNKNOWN),
        access=Access.MEMBER if entry.integer("ms_type") == _MEMBER else Access.OWNER,
        devices=tuple(devices),
        type_code=type_code,
    )


def _device(entry: Record) -> DeviceListing:
    entry.ignore(
        "device_img", "device_type", "create_time", "update_time", "init_status", "feature"
    )
    return DeviceListing(
        sn=entry.text("device_sn"),
        product=product_of(entry.text("device_model")),
        name=entry.text("device_name"),
        readings=DeviceReadings(is_online=entry.flag("status")),
    )
