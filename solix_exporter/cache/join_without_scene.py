"""Joins sites from other sources than a scene: panels, X1, stand-alone inverters, F3000."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from solix_exporter.cache.sources import Sources
from solix_exporter.cloud.endpoints.account import BIND_DEVICES
from solix_exporter.cloud.endpoints.chargers import PV_TOTAL_STATISTICS
from solix_exporter.cloud.endpoints.home_systems import (
    CHARGING_DISASTER_STATUS,
    CHARGING_SYSTEM_RUNNING_INFO,
    HES_DEV_INFO,
    HES_SYSTEM_RUNNING_INFO,
)
from solix_exporter.cloud.endpoints.sites import PPS_TOTALS
from solix_exporter.model.backup import BackupStatus
from solix_exporter.model.battery import Battery, battery_totals
from solix_exporter.model.device import DeviceReadings, EvCharger, Inverter
from solix_exporter.model.home_system import (
    HomeSystemAverages,
    HomeSystemPart,
    HomeSystemStatus,
    HomeSystemStructure,
)
from solix_exporter.model.lifetime import NO_LIFETIME, Lifetime
from solix_exporter.model.products import DeviceType, Feature, Product
from solix_exporter.model.site import Access, DeviceListing, SiteListing, SiteReadings, SiteType
from solix_exporter.model.standalone import InverterStatus


@dataclass(frozen=True, slots=True)
class WithoutScene:
    """What other sources than the scene report about a site."""

    site: SiteReadings | None = None
    totals: Lifetime | None = None
    backup: BackupStatus | None = None
    data_at: datetime | None = None
    """End of the newest slot; history, so it stays when the averages are stale."""
    is_source: bool = False
    """Whether the site's readings come from here instead of its scene."""
    is_stale: bool = False
    """Whether these readings are stale."""
    devices: Mapping[str, DeviceReadings] = field(default_factory=dict)
    """By serial number."""
    main_sns: Mapping[str, str] = field(default_factory=dict)
    """The device that each part belongs to."""


NOTHING = WithoutScene()

Devices = tuple[DeviceListing, ...]


def join_without_scene(listing: SiteListing, devices: Devices, sources: Sources) -> WithoutScene:
    """Return what the other sources report; `NOTHING` for a system that only has a scene."""
    join = _JOINS.get(listing.site_type)
    return join(listing.site_id, devices, sources) if join else NOTHING


# --- power panel ---------------------------------------------------------------------------


def _join_panel(site_id: str, devices: Devices, sources: Sources) -> WithoutScene:
    averages = _live_averages(site_id, sources)
    status = sources.fresh(CHARGING_SYSTEM_RUNNING_INFO, site_id)
    panels = [device for device in devices if _is(device, DeviceType.POWERPANEL)]
    if not panels:
        return _whole_site(site_id, sources, averages, status, [])
    main = panels[0]
    members = [device for device in devices if _is(device, DeviceType.PPS)]
    stations = members or _stations_of_account(site_id, sources)
    battery = _battery(averages, _panel_capacity_wh(main, stations, sources))
    connected = dict(status.connected) if status else {}
    readings = {sn: DeviceReadings(is_online=online) for sn, online in connected.items()}
    readings[main.sn] = replace(readings.get(main.sn, DeviceReadings()), battery=battery)
    return replace(
        _whole_site(site_id, sources, averages, status, [battery] if battery else []),
        backup=sources.fresh(CHARGING_DISASTER_STATUS, site_id),
        devices=readings,
        main_sns={member.sn: main.sn for member in members},
    )


def _stations_of_account(site_id: str, sources: Sources) -> list[DeviceListing]:
    """Return the power stations behind the only panel of its owner, none if that is not known.

    The cloud lists them with the account and without the site (capture Powerpanel_Tou), so with
    two panels it is not known which station belongs to which. The stations of a member's account
    are others.
    """
    parts = sources.accounts[0]
    listings = parts.listings()
    in_sites = {device.sn: device for one in listings for device in parts.devices_of(one)}
    own = [device for device in parts.bound_devices().values() if device.is_owned]
    panels = {sn for sn, device in in_sites.items() if _is(device, DeviceType.POWERPANEL)}
    panels |= {device.sn for device in own if device.product.device_type is DeviceType.POWERPANEL}
    is_owner = any(one.site_id == site_id and one.access is Access.OWNER for one in listings)
    if not is_owner or len(panels) != 1:
        return []
    return [
        DeviceListing(device.sn, device.product)
        for device in own
        if _can_feed_panel(device.product) and device.sn not in in_sites
    ]


def _can_feed_panel(product: Product) -> bool:
    is_station = product.device_type is DeviceType.PPS
    return is_station and Feature.PANEL_BATTERY in product.features


def _panel_capacity_wh(
    panel: DeviceListing, stations: list[DeviceListing], sources: Sources
) -> float | None:
    """Return the configured capacity, else the sum of its power stations, else None."""
    configured_wh = sources.capacities.get(panel.sn)
    if configured_wh is not None:
        return configured_wh
    batteries = [Battery(capacity_wh=sources.capacity_wh(station)) for station in stations]
    return battery_totals(batteries).capacity_wh


def _battery(averages: HomeSystemAverages | None, capacity_wh: float | None) -> Battery | None:
    return replace(averages.battery, capacity_wh=capacity_wh) if averages else None


# --- X1 ------------------------------------------------------------------------------------


def _join_hes(site_id: str, devices: Devices, sources: Sources) -> WithoutScene:
    averages = _live_averages(site_id, sources)
    status = sources.fresh(HES_SYSTEM_RUNNING_INFO, site_id)
    structure = sources.latest(HES_DEV_INFO, site_id) or HomeSystemStructure()
    batteries = _controller_batteries(structure, averages, status, sources)
    reported = sources.latest(HES_SYSTEM_RUNNING_INFO, site_id)
    if reported and structure.module_count() < (reported.module_count or 0):
        # It is not known which controller the missing modules belong to.
        batteries = {
            sn: replace(battery, capacity_wh=sources.capacities.get(sn))
            for sn, battery in batteries.items()
        }
    readings = {
        part.sn: DeviceReadings(
            is_online=_is_part_online(part, status, sources), battery=batteries.get(part.sn)
        )
        for part in structure.parts
    }
    readings |= _ev_chargers(devices, averages, status)
    # A controller for PV alone has no modules, and does not make the sum of the others unknown.
    holding = [
        battery
        for battery in batteries.values()
        if battery.expansion_packs or battery.capacity_wh is not None
    ]
    return replace(
        _whole_site(site_id, sources, averages, status, holding),
        devices=readings,
        main_sns={
            part.sn: part.main_sn for part in structure.parts if part.main_sn not in ("", part.sn)
        },
    )


def _controller_batteries(
    structure: HomeSystemStructure,
    averages: HomeSystemAverages | None,
    status: HomeSystemStatus | None,
    sources: Sources,
) -> dict[str, Battery]:
    """Return the battery of each controller; the primary one shows the system's state of charge."""
    controllers = structure.controllers()
    main_sn = status.main_sn if status else ""
    if main_sn not in {part.sn for part in controllers} and controllers:
        main_sn = controllers[0].sn
    batteries = {}
    for controller in controllers:
        modules = structure.modules(controller.sn)
        own = [Battery(capacity_wh=sources.capacity_wh(part.listing())) for part in modules]
        capacity_wh = sources.capacities.get(controller.sn, battery_totals(own).capacity_wh)
        battery = Battery(capacity_wh=capacity_wh, expansion_packs=len(modules))
        if averages and controller.sn == main_sn:
            battery = replace(battery, soc_ratio=averages.battery.soc_ratio)
            # Powers are those of the whole system, so only a single controller has them.
            if len(controllers) == 1:
                battery = replace(
                    battery,
                    charge_power_w=averages.battery.charge_power_w,
                    discharge_power_w=averages.battery.discharge_power_w,
                )
        batteries[controller.sn] = battery
    return batteries


def _is_part_online(
    part: HomeSystemPart, status: HomeSystemStatus | None, sources: Sources
) -> bool | None:
    """Return whether the device is online, else whether its system is."""
    bound = sources.fresh_row(BIND_DEVICES, part.sn)
    if bound is not None and bound.is_online is not None:
        return bound.is_online
    return status.is_connected if status else None


def _ev_chargers(
    devices: Devices, averages: HomeSystemAverages | None, status: HomeSystemStatus | None
) -> dict[str, DeviceReadings]:
    """Return the EV chargers of the site; the power is the sum of all."""
    states = dict(status.ev_chargers) if status else {}
    sns = {device.sn for device in devices if _is(device, DeviceType.EV_CHARGER)} | states.keys()
    power_w = averages.ev_power_w if averages and len(sns) == 1 else None
    return {
        sn: DeviceReadings(ev_charger=EvCharger(power_w=power_w, status=states.get(sn)))
        for sn in sns
    }


# --- both ----------------------------------------------------------------------------------


def _live_averages(site_id: str, sources: Sources) -> HomeSystemAverages | None:
    """Return the averages while they are live."""
    limit_s = sources.judge.freshness.limit_s(())
    answers = sources.fresh_answers(lambda parts: parts.averages, site_id)
    live = (row.value for row in answers if sources.judge.is_live(row.measured, limit_s))
    return next(live, None)


def _whole_site(
    site_id: str,
    sources: Sources,
    averages: HomeSystemAverages | None,
    status: HomeSystemStatus | None,
    batteries: Iterable[Battery],
) -> WithoutScene:
    """Return what is known about the site as a whole."""
    capacity_wh = battery_totals(list(batteries)).capacity_wh
    site = None
    if averages:
        state = Battery(soc_ratio=averages.site.soc_ratio, capacity_wh=capacity_wh)
        site = replace(
            averages.site, capacity_wh=capacity_wh, stored_energy_wh=state.stored_energy_wh
        )
    latest = sources.latest(lambda parts: parts.averages, site_id)
    return WithoutScene(
        site=site,
        totals=status.lifetime if status else None,
        data_at=latest.data_at if latest else None,
        is_source=latest is not None,
        is_stale=latest is not None and averages is None,
    )


# --- stand-alone inverter ------------------------------------------------------------------


def _join_virtual(_: str, devices: Devices, sources: Sources) -> WithoutScene:
    (device,) = devices
    reported = sources.fresh(lambda parts: parts.inverter_status, device.sn)
    status = _live_status(device.sn, sources)
    totals = sources.fresh(PV_TOTAL_STATISTICS, device.sn)
    inverter = Inverter(
        power_w=status.power_w if status else None, limit_w=totals.power_limit_w if totals else None
    )
    readings = DeviceReadings(is_online=reported.is_online if reported else None, inverter=inverter)
    return WithoutScene(
        site=SiteReadings(pv_power_w=status.power_w) if status else None,
        totals=totals.lifetime if totals else None,
        is_source=True,
        is_stale=reported is not None and status is None,
        devices={device.sn: readings},
    )


def _live_status(sn: str, sources: Sources) -> InverterStatus | None:
    """Return the status while it is live; the cloud reports no time."""
    for row in sources.fresh_answers(lambda parts: parts.inverter_status, sn):
        is_leftover = row.value.is_online is False and bool(row.value.power_w)
        limit_s = sources.judge.freshness.untold_limit_s(is_leftover=is_leftover)
        if sources.judge.is_live(row.measured, limit_s):
            return row.value
    return None


# --- F3000 ---------------------------------------------------------------------------------


def _join_pps(site_id: str, _: Devices, sources: Sources) -> WithoutScene:
    totals = sources.fresh(PPS_TOTALS, site_id)
    return WithoutScene(totals=totals if totals != NO_LIFETIME else None)


def _is(device: DeviceListing, device_type: DeviceType) -> bool:
    return device.product.device_type is device_type


_JOINS: Mapping[SiteType, Callable[[str, Devices, Sources], WithoutScene]] = {
    SiteType.POWERPANEL: _join_panel,
    SiteType.HES: _join_hes,
    SiteType.VIRTUAL: _join_virtual,
    SiteType.SOLARBANK_PPS: _join_pps,
}
"""The systems that have other sources than a scene."""
