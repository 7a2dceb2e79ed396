"""A site's live totals from its local devices: from one source at a time, so that they add up."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from solix_exporter.cache.sources import Sources
from solix_exporter.model.battery import Battery, battery_totals
from solix_exporter.model.device import Device, DeviceReadings, GridMeter
from solix_exporter.model.merge import merged
from solix_exporter.model.ports import SystemPowers
from solix_exporter.model.products import DeviceType
from solix_exporter.model.report import Source
from solix_exporter.model.site import SiteReadings

_BANKS = frozenset({DeviceType.SOLARBANK, DeviceType.SOLARBANK_PPS})


@dataclass(frozen=True, slots=True)
class LocalTotals:
    """The totals of a site by its local devices."""

    readings: SiteReadings
    measured_at: datetime


@dataclass(frozen=True, slots=True)
class _Local:
    """A device with what it reports over its local interface now."""

    device: Device
    now: DeviceReadings
    measured_at: datetime


def local_totals(
    devices: Sequence[Device], scene: SiteReadings | None, sources: Sources
) -> LocalTotals | None:
    """Return the totals by the local devices, None where the scene has to give them.

    That is so unless the only bank of the site is local, and a meter tells of the grid: the bank's
    own that has moved, or a local one, which goes first. Without a live scene, what the local
    devices know is better than nothing.
    """
    local = {one.device.sn: one for one in _local(devices, scene, sources)}
    banks = [device for device in devices if is_bank(device)]
    local_banks = [local[device.sn] for device in banks if device.sn in local]
    if len(local_banks) < len(banks):
        local_banks = []
    grid = _grid(local.values(), local_banks, sources)
    if scene is not None and (len(local_banks) != 1 or grid is None):
        return None
    meters = [one for one in local.values() if one.now.meter is not None]
    used = [*local_banks, *meters] or [one for one in local.values() if one.now.plug is not None]
    if not used:
        return None
    readings = _balanced(_of_banks(local_banks), grid, local_banks, sources)
    readings = _over_scene(readings, scene)
    if scene is None:
        readings = replace(readings, plug_power_w=_sum(_plug_powers(local.values())))
    return LocalTotals(readings, max(one.measured_at for one in used))


def is_bank(device: Device) -> bool:
    """Return whether a device holds the site's energy; an X1's modules belong to a controller."""
    kind, now = device.product.device_type, device.now
    if kind is not DeviceType.HES:
        return kind in _BANKS
    return now is not None and now.battery is not None and not device.main_device_sn


def _local(
    devices: Iterable[Device], scene: SiteReadings | None, sources: Sources
) -> Iterable[_Local]:
    for device in devices:
        sn = device.sn
        if scene is not None and sources.only_fills(sn, Source.MODBUS):
            continue
        live = [one for one in sources.live_reports(sn) if one.source is Source.MODBUS]
        found = merged([report.readings for report in live])
        if found is not None:
            yield _Local(device, found, live[0].measured_at)


def _grid(local: Iterable[_Local], banks: Sequence[_Local], sources: Sources) -> GridMeter | None:
    """Return what the only local meter says of the grid, else the only bank."""
    meters = [one.now.meter for one in local if one.now.meter is not None]
    if len(meters) == 1:
        return meters[0]
    system = _metered(banks, sources)
    if system is None or system.grid_import_power_w is None:
        return None
    return GridMeter(system.grid_import_power_w, system.grid_export_power_w)


def _metered(banks: Sequence[_Local], sources: Sources) -> SystemPowers | None:
    """Return what the only bank says of home and grid, once it has shown that it has a meter."""
    if len(banks) != 1 or not sources.reports.is_metered(banks[0].device.sn, sources.judge.now):
        return None
    return banks[0].now.system


def _of_banks(banks: Sequence[_Local]) -> SiteReadings:
    """Return what the banks know without a meter."""
    if not banks:
        return SiteReadings()
    batteries = [one.now.battery or Battery() for one in banks]
    joined = [one.device.now.battery for one in banks if one.device.now and one.device.now.battery]
    totals = battery_totals(joined)
    third_w = _sum([one.now.system.third_party_pv_power_w for one in banks if one.now.system])
    own_w = _whole_sum([one.now.pv_power_w for one in banks])
    return SiteReadings(
        pv_power_w=_whole_sum([own_w, third_w or 0.0]),
        third_party_pv_power_w=third_w,
        battery_charge_power_w=_whole_sum([one.charge_power_w for one in batteries]),
        battery_discharge_power_w=_whole_sum([one.discharge_power_w for one in batteries]),
        soc_ratio=totals.soc_ratio,
        stored_energy_wh=totals.stored_energy_wh,
        capacity_wh=totals.capacity_wh,
    )


def _balanced(
    site: SiteReadings, grid: GridMeter | None, banks: Sequence[_Local], sources: Sources
) -> SiteReadings:
    """Return the totals with grid and home; what a separate meter implies for the home follows."""
    if grid is None:
        return site
    site = replace(
        site, grid_import_power_w=grid.import_power_w, grid_export_power_w=grid.export_power_w
    )
    system = _metered(banks, sources)
    if system is not None and _same_grid(system, grid):
        return replace(site, home_load_power_w=system.home_load_power_w)
    into_w = [site.pv_power_w, site.battery_discharge_power_w, site.grid_import_power_w]
    out_w = [site.battery_charge_power_w, site.grid_export_power_w]
    known = [value for value in (*into_w, *out_w) if value is not None]
    if len(known) < len(into_w) + len(out_w):
        return site
    home_w = sum(known[: len(into_w)]) - sum(known[len(into_w) :])
    return replace(site, home_load_power_w=max(0.0, round(home_w, 3)))


def _same_grid(system: SystemPowers, grid: GridMeter) -> bool:
    return (system.grid_import_power_w, system.grid_export_power_w) == (
        grid.import_power_w,
        grid.export_power_w,
    )


def _over_scene(site: SiteReadings, scene: SiteReadings | None) -> SiteReadings:
    """Return the totals with what only the scene has: plugs, presets, modes.

    Its parts of the new totals are made to fit them.
    """
    if scene is None:
        return site
    site = replace(
        scene,
        **{name: value for name in _LOCAL_FIELDS if (value := getattr(site, name)) is not None},
    )
    other_w = _other_load_w(site, scene)
    output_w = scene.output_power_w
    discharge_w, charge_w = site.battery_discharge_power_w, site.battery_charge_power_w
    if output_w is not None and None not in (discharge_w, charge_w):
        own_pv_w = (site.pv_power_w or 0.0) - (site.third_party_pv_power_w or 0.0)
        output_w = max(0.0, round(own_pv_w + (discharge_w or 0.0) - (charge_w or 0.0), 3))
    grid_w = scene.grid_to_battery_power_w
    if grid_w is not None and charge_w is not None:
        grid_w = min(grid_w, charge_w, site.grid_import_power_w or 0.0)
    return replace(
        site, other_load_power_w=other_w, output_power_w=output_w, grid_to_battery_power_w=grid_w
    )


_LOCAL_FIELDS = (
    "pv_power_w",
    "third_party_pv_power_w",
    "home_load_power_w",
    "grid_import_power_w",
    "grid_export_power_w",
    "battery_charge_power_w",
    "battery_discharge_power_w",
    "soc_ratio",
    "stored_energy_wh",
    "capacity_wh",
)


def _other_load_w(site: SiteReadings, scene: SiteReadings) -> float | None:
    """Return the load apart from plugs: as much less than the home's as in the scene."""
    home_w, other_w = scene.home_load_power_w, scene.other_load_power_w
    if None in (home_w, other_w, site.home_load_power_w):
        return other_w
    metered_w = (home_w or 0.0) - (other_w or 0.0)
    return max(0.0, round((site.home_load_power_w or 0.0) - metered_w, 3))


def _plug_powers(local: Iterable[_Local]) -> list[float | None]:
    return [one.now.plug.power_w for one in local if one.now.plug is not None]


def _sum(values: Sequence[float | None]) -> float | None:
    """Return the sum of what is known, None where nothing is."""
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _whole_sum(values: Sequence[float | None]) -> float | None:
    """Return the sum, None where a value is missing."""
    return None if not values or None in values else _sum(values)
