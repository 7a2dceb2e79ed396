"""Joins what a device reports by itself with what the cloud reports about it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from solix_exporter.cache.sources import Sources
from solix_exporter.model.battery import Battery
from solix_exporter.model.details import DeviceDetails
from solix_exporter.model.device import DeviceReadings
from solix_exporter.model.limits import DeviceLimits, SocLimits
from solix_exporter.model.merge import filled, merged
from solix_exporter.model.products import Product
from solix_exporter.model.report import DeviceReport, Source
from solix_exporter.model.source import Origin


@dataclass(frozen=True, slots=True)
class CloudReadings:
    """What the cloud's HTTP answers say about a device now."""

    readings: DeviceReadings | None = None
    measured_s: float = -math.inf
    """When they were measured or last changed, seconds since 1970."""
    data_at: datetime | None = None
    """When they were measured, where the cloud tells; history."""
    is_measured: bool = True
    """False where they hold only what the model is known to have."""


@dataclass(frozen=True, slots=True)
class Joined:
    """The readings of all sources of a device."""

    readings: DeviceReadings | None
    """None where the device reports nothing by itself now."""
    origin: Origin


def join_reports(sn: str, product: Product, cloud: CloudReadings, sources: Sources) -> Joined:
    """Return the readings of all sources: per capability those of the newest one go first."""
    live, times = sources.live_reports(sn), sources.reports.times(sn)
    if cloud.data_at is not None:
        times = ((Source.CLOUD, cloud.data_at), *times)
    has_cloud = _is_measured(cloud)
    if not live:
        return Joined(None, Origin(Source.CLOUD if has_cloud else None, times))
    ranked = _ranked(sn, live, cloud, sources)
    first = next((source for source, _ in ranked if source is not Source.CLOUD or has_cloud), None)
    found = merged([readings for _, readings in ranked])
    if found is not None:
        found = _with_settings(found, cloud.readings)
        configured_wh = sources.capacities.get(sn)
        known = (configured_wh, _reported_capacity_wh(live), _cloud_capacity_wh(cloud))
        found = _with_capacity(found, product, known)
    return Joined(found, Origin(first, times))


def _is_measured(cloud: CloudReadings) -> bool:
    """Return whether the cloud's readings are measured: neither a model's facts nor invalid."""
    return cloud.is_measured and cloud.readings is not None and cloud.readings.is_data_valid


def _ranked(
    sn: str, live: Sequence[DeviceReport], cloud: CloudReadings, sources: Sources
) -> list[tuple[Source, DeviceReadings]]:
    """Return the readings of all sources, those that go first at the front.

    A source that only fills goes after the cloud however new it is, and so does it all where the
    cloud only knows the model.
    """
    rows = [
        ((sources.only_fills(sn, report.source), -report.measured_at.timestamp()), report)
        for report in live
    ]
    ranked = [(key, report.source, report.readings) for key, report in rows]
    if cloud.readings is not None:
        is_measured = _is_measured(cloud)
        cloud_s = cloud.measured_s if is_measured else -math.inf
        ranked.append(((not is_measured, -cloud_s), Source.CLOUD, cloud.readings))
    # A stable sort: of reports of the same second the later one is in front.
    ranked.sort(key=lambda row: row[0])
    return [(source, readings) for _, source, readings in ranked]


def _with_settings(found: DeviceReadings, cloud: DeviceReadings | None) -> DeviceReadings:
    """Return the readings with the settings that the cloud reports: it knows them first."""
    if cloud is None:
        return found
    output, battery, inverter = cloud.output, cloud.battery, cloud.inverter
    if output and output.preset_w is not None and found.output:
        found = replace(found, output=replace(found.output, preset_w=output.preset_w))
    if battery and battery.reserve_ratio is not None and found.battery:
        kept = replace(found.battery, reserve_ratio=battery.reserve_ratio)
        found = replace(found, battery=kept)
    if inverter and inverter.limit_w is not None and found.inverter:
        found = replace(found, inverter=replace(found.inverter, limit_w=inverter.limit_w))
    return found


def _with_capacity(
    found: DeviceReadings, product: Product, known_wh: Sequence[float | None]
) -> DeviceReadings:
    """Return the readings with the first known capacity, else the model's."""
    battery = found.battery
    if battery is None:
        return found
    packs = battery.expansion_packs
    if packs is None and found.packs:
        packs = sum(pack.pack != "main" for pack in found.packs)
    capacity_wh = next((wh for wh in known_wh if wh is not None), None)
    if capacity_wh is None:
        capacity_wh = _table_capacity_wh(battery, product, packs)
    return replace(found, battery=replace(battery, capacity_wh=capacity_wh, expansion_packs=packs))


def _reported_capacity_wh(live: Sequence[DeviceReport]) -> float | None:
    """Return the capacity that the device itself reports."""
    for report in live:
        battery = report.readings.battery
        if battery is not None and battery.capacity_wh is not None:
            return battery.capacity_wh
    return None


def _cloud_capacity_wh(cloud: CloudReadings) -> float | None:
    """Return the capacity that follows from the packs that the cloud reports."""
    battery = cloud.readings.battery if cloud.readings and cloud.is_measured else None
    return battery.capacity_wh if battery else None


def _table_capacity_wh(battery: Battery, product: Product, packs: int | None) -> float | None:
    """Return the capacity by the table; packs are taken as equally large."""
    if product.capacity_wh is None:
        return battery.capacity_wh
    return product.capacity_wh * (1 + (packs or 0))


def fill_details(details: DeviceDetails, found: DeviceReadings) -> DeviceDetails:
    """Return the settings of a device; what the cloud lacks, the device's own readings fill in."""
    battery = found.battery
    reserve = battery.reserve_ratio if battery else None
    return replace(
        details,
        limits=_limits(details.limits, found.limits),
        pv_limit_w=found.pv_limit_w if details.pv_limit_w is None else details.pv_limit_w,
        soc_limits=_soc_limits(details.soc_limits, found.soc_limits, reserve),
        radio=filled(details.radio, found.radio)
        if details.radio and found.radio
        else details.radio or found.radio,
        ssid=details.ssid or (found.radio.ssid if found.radio else ""),
    )


def _limits(known: DeviceLimits | None, reported: DeviceLimits | None) -> DeviceLimits | None:
    if known is None or reported is None:
        return known or reported
    return filled(known, reported)


def _soc_limits(
    known: SocLimits | None, reported: SocLimits | None, reserve_ratio: float | None
) -> SocLimits | None:
    """Return the limits; a reserve that the cloud knows by another name goes before ours."""
    if reported is None:
        return known
    mine = known or SocLimits()
    if mine.cutoff_ratio is not None or mine.lower_ratio is not None or reserve_ratio is not None:
        reported = replace(reported, cutoff_ratio=None, lower_ratio=None)
    if mine.is_backup_reserve_on is not None:
        reported = replace(reported, backup_reserve_ratio=None)
    return filled(mine, reported)
