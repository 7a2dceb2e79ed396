"""Joins sites from the parts of the accounts that see them."""

from dataclasses import replace
from datetime import datetime

from solix_exporter.cache.join_details import SiteContext, join_site_details
from solix_exporter.cache.join_device import join_device
from solix_exporter.cache.join_without_scene import join_without_scene
from solix_exporter.cache.parts import ACCOUNT
from solix_exporter.cache.scenes import Scenes
from solix_exporter.cache.site_totals import local_totals
from solix_exporter.cache.sources import Sources
from solix_exporter.cloud.endpoints.account import CURRENCY_LIST
from solix_exporter.cloud.endpoints.home_systems import HES_DEV_INFO, HES_SYSTEM_RUNNING_INFO
from solix_exporter.cloud.endpoints.sites import POWER_LIMIT, SITE_LIST, SITE_PRICE
from solix_exporter.model.ai import NO_AI_SAVINGS, AiSavings
from solix_exporter.model.battery import Battery, battery_totals
from solix_exporter.model.device import Device
from solix_exporter.model.energy import NO_FLOWS, DeviceEnergy, SiteEnergy
from solix_exporter.model.home_system import home_system_devices
from solix_exporter.model.lifetime import Lifetime
from solix_exporter.model.site import (
    DeviceListing,
    Site,
    SiteListing,
    SiteReadings,
    dock_listings,
)


class SiteJoin:
    """Joins one site from the parts of the accounts that see it, the owner's first."""

    def __init__(self, name: str, listing: SiteListing, sources: Sources) -> None:
        self._name = name
        self._listing = listing
        self._sources = sources
        self._first = sources.accounts[0]
        site_id = listing.site_id
        self._scenes = Scenes.of(site_id, sources)
        self._is_listed = self._first[SITE_LIST].fresh(ACCOUNT, sources.judge.now) is not None
        self._energy = _energy(site_id, sources)
        self._details = join_site_details(site_id, sources)
        listed = self._list_devices()
        self._without_scene = join_without_scene(listing, listed, sources)
        fresh = self._scenes.fresh
        scene = fresh.scene.site if fresh else None
        stale = self._scenes.stale_devices()
        site = SiteContext(
            site_id,
            self._details,
            scene,
            self._without_scene,
            stale,
            self._data_at(),
            self._measured_s(),
        )
        self.devices = tuple(
            replace(join_device(name, device, sources, site), energy=self._device_energy(device.sn))
            for device in listed
        )
        """The site's devices."""
        self._readings = None if self._without_scene.is_source else self._scene()
        live = self._without_scene.site or self._readings
        self._local = local_totals(
            self.devices, live if live and live.is_data_valid else None, sources
        )

    def site(self) -> Site:
        """Return the site."""
        listing = self._listing
        zone = self._first.zones.latest(listing.site_id)
        return Site(
            site_id=listing.site_id,
            account=self._name,
            name=listing.name,
            site_type=listing.site_type,
            access=listing.access,
            timezone=zone.key if zone else "",
            currency=self._currency(),
            data_at=self._newest_at(),
            is_stale=self._without_scene.is_stale
            if self._without_scene.is_source
            else self._scenes.is_stale,
            scene=self._readings,
            measured=self._without_scene.site,
            local=self._local.readings if self._local else None,
            totals=self._totals(),
            ai_savings=self._ai_savings(),
            backup=self._without_scene.backup,
            details=self._details,
            energy=self._energy,
        )

    def _newest_at(self) -> datetime | None:
        """Return when the newest readings were measured, by whatever source."""
        times = [self._data_at(), self._local.measured_at if self._local else None]
        return max((at for at in times if at is not None), default=None)

    def _data_at(self) -> datetime | None:
        if self._without_scene.data_at is not None:
            return self._without_scene.data_at
        return self._scenes.latest.data_at if self._scenes.latest else None

    def _measured_s(self) -> float:
        """Return when the live readings were measured or last changed."""
        at = self._without_scene.data_at
        return at.timestamp() if at is not None else self._scenes.measured_s

    def _totals(self) -> Lifetime | None:
        """Return the totals; they stay right when the readings of the same answer are stale."""
        if self._without_scene.totals is not None or self._scenes.live or not self._scenes.fresh:
            return self._without_scene.totals
        return self._scenes.fresh.scene.site.lifetime

    def _ai_savings(self) -> tuple[str, AiSavings] | None:
        """Return what the optimiser saved, also while the readings of the same answer are stale."""
        if self._scenes.fresh is None:
            return None
        found = self._scenes.fresh.scene.site.ai_savings
        if found == NO_AI_SAVINGS:
            return None
        return self._sources.iso_code(found.currency_symbol), found

    def _scene(self) -> SiteReadings | None:
        """Return the site's readings, with capacities that are configured or reported, if any."""
        live = self._scenes.live
        if live is None:
            return None
        readings, listed = live.scene.site, live.scene.devices
        batteries = [battery for device in self.devices if (battery := _in_scene(device))]
        reported = [one.scene.battery for one in self.devices if one.scene and one.scene.battery]
        is_configured = any(device.sn in self._sources.capacities for device in listed)
        if not is_configured and batteries == reported:
            return readings
        totals = battery_totals(batteries)
        return replace(
            readings,
            capacity_wh=totals.capacity_wh,
            stored_energy_wh=totals.stored_energy_wh,
            soc_ratio=totals.soc_ratio,
        )

    def _currency(self) -> str:
        currencies, totals = self._first[CURRENCY_LIST].latest(ACCOUNT), self._without_scene.totals
        price = self._sources.latest(SITE_PRICE, self._listing.site_id)
        symbols = (
            totals.currency_symbol if totals else "",
            self._scenes.latest.scene.site.lifetime.currency_symbol if self._scenes.latest else "",
            price.currency_symbol if price else "",
            currencies.default_symbol if currencies else "",
        )
        symbol = next((symbol for symbol in symbols if symbol), "")
        return self._sources.iso_code(symbol)

    def _list_devices(self) -> tuple[DeviceListing, ...]:
        """Return the devices that list entry, limits, structure and scene name."""
        found = {listed.sn: listed for listed in self._listing.devices}
        if not self._is_listed:
            found = {sn: replace(listed, readings=None) for sn, listed in found.items()}
        site_id = self._listing.site_id
        limits = self._sources.latest(POWER_LIMIT, site_id)
        for dock in dock_listings(limits):
            found.setdefault(dock.sn, dock)
        parts = home_system_devices(
            self._sources.latest(HES_DEV_INFO, site_id),
            self._sources.latest(HES_SYSTEM_RUNNING_INFO, site_id),
        )
        for part in parts:
            found[part.sn] = _over(part, found.get(part.sn))
        if self._scenes.latest:
            readable = self._scenes.live is not None
            for listed in self._scenes.latest.scene.devices:
                found[listed.sn] = listed if readable else replace(listed, readings=None)
        return tuple(found.values())

    def _device_energy(self, sn: str) -> DeviceEnergy | None:
        if self._energy is None:
            return None
        today, counters = self._energy.today, self._energy.counters
        energy = DeviceEnergy(
            today.devices.get(sn, NO_FLOWS) if today else NO_FLOWS,
            counters.devices.get(sn, NO_FLOWS),
        )
        return energy if energy != DeviceEnergy() else None


def _in_scene(device: Device) -> Battery | None:
    """Return the battery as the scene reports it, with the capacity that the device shows."""
    battery = device.scene.battery if device.scene else None
    shown = device.now.battery if device.now else None
    if battery is None or shown is None or shown.capacity_wh is None:
        return battery
    return replace(battery, capacity_wh=shown.capacity_wh)


def _energy(site_id: str, sources: Sources) -> SiteEnergy | None:
    """Return the energy of a site, None before the first answer."""
    today = sources.fresh(lambda parts: parts.energy_today, site_id)
    counters = sources.latest(lambda parts: parts.energy_counters, site_id)
    yesterday = sources.fresh(lambda parts: parts.energy_yesterday, site_id)
    return SiteEnergy(today, counters, yesterday) if counters else None


def _over(part: DeviceListing, listed: DeviceListing | None) -> DeviceListing:
    """Return a part of the structure with the connection that the site list reports."""
    return replace(part, readings=listed.readings) if listed else part
