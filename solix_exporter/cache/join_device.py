"""Joins one device from all sources."""

from dataclasses import replace

from solix_exporter.cache.join_details import SiteContext, join_device_details
from solix_exporter.cache.join_reports import CloudReadings, fill_details, join_reports
from solix_exporter.cache.sources import Sources
from solix_exporter.cloud.endpoints.account import BIND_DEVICES, OTA_BATCH, PRODUCT_CATEGORIES
from solix_exporter.model.battery import Battery
from solix_exporter.model.bound import BoundDevice
from solix_exporter.model.device import Device, DeviceReadings
from solix_exporter.model.products import PRODUCTS, DeviceType, Product
from solix_exporter.model.site import DeviceListing

_FIXED_CAPACITY = frozenset({DeviceType.PPS, DeviceType.POWERBANK, DeviceType.HES})
"""Kinds whose capacity depends only on the model: nothing reports their packs."""


def join_device(
    account: str, listed: DeviceListing, sources: Sources, site: SiteContext | None = None
) -> Device:
    """Return the device; `site` is None for a stand-alone one."""
    sn = listed.sn
    known = sources.latest_row(BIND_DEVICES, sn)
    product = _named(listed.product, known, sources)
    scene = _with_capacity(listed.readings, sources.capacities.get(sn))
    measured = _measured(listed, sources, site)
    cloud = _cloud_readings(scene, measured, site, sn)
    joined = join_reports(sn, product, cloud, sources)
    details = join_device_details(listed, sources, site)
    return Device(
        sn=sn,
        product=product,
        account=account,
        site_id=site.site_id if site else None,
        name=listed.name
        or (known.name if known else "")
        or sources.reports.name(sn)
        or product.name,
        firmware=_version(sn, known, sources),
        scene=scene,
        is_stale=site is not None and sn in site.stale,
        is_connected=site.stale.get(sn) if site else None,
        main_device_sn=site.without_scene.main_sns.get(sn, "") if site else "",
        measured=measured,
        details=fill_details(details, joined.readings) if joined.readings else details,
        reported=joined.readings,
        origin=joined.origin,
        lifetime_energy=sources.reports.lifetimes(sn),
    )


def _cloud_readings(
    scene: DeviceReadings | None,
    measured: DeviceReadings | None,
    site: SiteContext | None,
    sn: str,
) -> CloudReadings:
    """Return what the cloud reports; the capacity of a model alone is not measured."""
    is_measured = scene is not None or (site is not None and sn in site.without_scene.devices)
    found = scene.filled_from(measured) if scene and measured else scene or measured
    if site is None:
        return CloudReadings(found, is_measured=is_measured)
    data_at = site.data_at if scene or sn in {*site.stale, *site.without_scene.devices} else None
    return CloudReadings(found, site.measured_s, data_at, is_measured)


def _measured(
    listed: DeviceListing, sources: Sources, site: SiteContext | None
) -> DeviceReadings | None:
    """Return the readings of other sources than the scene, with the capacity of the model."""
    readings = site.without_scene.devices.get(listed.sn) if site else None
    capacity_wh = sources.capacity_wh(listed)
    if listed.product.device_type not in _FIXED_CAPACITY or capacity_wh is None:
        return readings
    readings = readings or DeviceReadings()
    return replace(readings, battery=readings.battery or Battery(capacity_wh=capacity_wh))


def _version(sn: str, known: BoundDevice | None, sources: Sources) -> str:
    """Return the installed firmware, however old the answer; the device knows it first."""
    if reported := sources.reports.firmware(sn):
        return reported
    if known and known.firmware:
        return known.firmware
    updates = sources.latest_row(OTA_BATCH, sn)
    return updates.version if updates else ""


def _named(product: Product, known: BoundDevice | None, sources: Sources) -> Product:
    """Return the product; one that is not in the table gets the cloud's name."""
    if product.part_number in PRODUCTS:
        return product
    name = known.product_name if known else ""
    name = name or sources.latest_row(PRODUCT_CATEGORIES, product.part_number) or ""
    return replace(product, name=name or product.name)


def _with_capacity(
    readings: DeviceReadings | None, capacity_wh: float | None
) -> DeviceReadings | None:
    """Return the readings with the configured capacity instead of the model's."""
    if readings is None or readings.battery is None or capacity_wh is None:
        return readings
    return replace(readings, battery=replace(readings.battery, capacity_wh=capacity_wh))
