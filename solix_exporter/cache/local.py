"""Joins devices that report by themselves and that no account names, in local sites.

While an account has not named its devices yet, a device that is known from an earlier start is
shown where it was; an unknown one waits for a while, so that no site appears that is gone a minute
later.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from solix_exporter.cache.join_device import join_device
from solix_exporter.cache.part import Part
from solix_exporter.cache.parts import AccountParts
from solix_exporter.cache.site_book import Home, KnownSite, SiteBook
from solix_exporter.cache.site_totals import local_totals
from solix_exporter.cache.sources import Sources
from solix_exporter.cache.visibility import Visibility
from solix_exporter.clock import host_zone
from solix_exporter.model.device import Device
from solix_exporter.model.energy import (
    NO_FLOWS,
    DayTotals,
    DeviceEnergy,
    EnergyCounters,
    SiteEnergy,
)
from solix_exporter.model.products import product_of
from solix_exporter.model.report import Source
from solix_exporter.model.site import Access, DeviceListing, Site, SiteType
from solix_exporter.model.snapshot import AccountSlice

WAIT_S = timedelta(minutes=2).total_seconds()
"""How long an unknown device waits for the accounts to name theirs."""

LOCAL_SITE = "local"
"""The id of the site of devices that are put into no other one."""


def local_site_id(site: str) -> str:
    """Return the id of a local site by its configured name, "" for the default one."""
    return f"{LOCAL_SITE}-{site}" if site else LOCAL_SITE


class LocalParts:
    """The zones and the energy of local sites, by site id."""

    def __init__(self, on_change: Callable[[], None]) -> None:
        self.energy_today: Part[str, DayTotals] = Part()
        self.energy_counters: Part[str, EnergyCounters] = Part()
        self._zones: Mapping[str, ZoneInfo] = {}
        self._default_zone: ZoneInfo | None = None
        self._on_change = on_change
        self.energy_today.on_change = self.energy_counters.on_change = on_change

    def set_zones(self, zones: Mapping[str, ZoneInfo], default: ZoneInfo | None) -> None:
        """Set the configured zones by site id, and that of all others; None is the host's."""
        self._zones, self._default_zone = dict(zones), default
        self._on_change()

    def zone(self, site_id: str) -> ZoneInfo:
        """Return the zone of a local site."""
        if self._default_zone is None and site_id not in self._zones:
            self._default_zone = host_zone()
        return self._zones.get(site_id) or self._default_zone or ZoneInfo("UTC")


@dataclass(frozen=True, slots=True)
class LocalJoin:
    """Joins the devices that no account names."""

    sources: Sources
    """Without accounts."""
    parts: LocalParts
    site_book: SiteBook
    accounts: Mapping[str, AccountParts]
    visibility: Visibility

    def slice(self) -> AccountSlice:
        """Return the devices, and the local sites that they are in."""
        reports = self.sources.reports
        devices: list[Device] = []
        in_sites: dict[str, list[Device]] = {}
        for sn in reports.sns():
            if self.visibility.listing(sn):
                continue
            home = self._remembered(sn)
            if home is None and self._waits(sn):
                continue
            site_id = home.site_id if home else self._site_id(sn)
            device = self._device(sn, site_id or None, home)
            if home is None and site_id:
                in_sites.setdefault(site_id, []).append(device)
            else:
                devices.append(device)
        sites = [self._site(site_id, found) for site_id, found in in_sites.items()]
        sites += self._remembered_sites(devices)
        shown = [self._with_energy(device) for found in in_sites.values() for device in found]
        return AccountSlice(None, tuple(sites), (*shown, *devices))

    def _remembered(self, sn: str) -> Home | None:
        """Return where a device was before the start, while its account may still name it."""
        home = self.site_book.find(sn)
        parts = self.accounts.get(home.account) if home else None
        return home if parts is not None and not parts.knows_devices else None

    def _remembered_sites(self, devices: list[Device]) -> list[Site]:
        """Return the sites that remembered devices are in, and whose totals they know."""
        in_sites: dict[str, list[Device]] = {}
        for device in devices:
            if device.site_id:
                in_sites.setdefault(device.site_id, []).append(device)
        found = []
        for site_id, present in in_sites.items():
            known = self.site_book.find_site(site_id)
            has_banks = known and known.banks and {*known.banks} <= {one.sn for one in present}
            if known and has_banks and not self.visibility.of_site(site_id):
                found.append(self._remembered_site(site_id, known, present))
        return found

    def _remembered_site(self, site_id: str, known: KnownSite, devices: list[Device]) -> Site:
        totals = local_totals(devices, None, self.sources)
        return Site(
            site_id=site_id,
            account=known.account,
            name=known.name,
            site_type=SiteType(known.site_type),
            access=Access(known.access),
            timezone=known.timezone,
            currency=known.currency,
            data_at=_newest(devices),
            is_stale=totals is None,
            local=totals.readings if totals else None,
        )

    def _waits(self, sn: str) -> bool:
        """Return whether an account may yet name the device."""
        judge = self.sources.judge
        is_known = all(parts.knows_devices for parts in self.accounts.values())
        if is_known or not judge.freshness.is_judged:
            return False
        end = self.sources.reports.since(sn).after(WAIT_S)
        if judge.now.has_reached(end):
            return False
        judge.valid_until = judge.valid_until.earliest(end)
        return True

    def _site_id(self, sn: str) -> str:
        """Return the local site of a device; only one with a local interface is in any."""
        reports = self.sources.reports
        is_local = reports.latest(sn, Source.MODBUS) is not None
        return local_site_id(reports.site(sn)) if is_local else ""

    def _device(self, sn: str, site_id: str | None, home: Home | None) -> Device:
        product = product_of(self.sources.reports.part_number(sn))
        listed = DeviceListing(sn, product, home.name if home else "")
        device = join_device(home.account if home else "", listed, self.sources)
        if home is None:
            return replace(device, site_id=site_id)
        firmware = device.firmware or home.firmware
        main_sn = home.main_device_sn
        return replace(device, site_id=site_id, main_device_sn=main_sn, firmware=firmware)

    def _site(self, site_id: str, devices: list[Device]) -> Site:
        totals = local_totals(devices, None, self.sources)
        return Site(
            site_id=site_id,
            account="",
            name=site_id.removeprefix(f"{LOCAL_SITE}-").capitalize(),
            site_type=SiteType.VIRTUAL,
            access=Access.OWNER,
            timezone=self.parts.zone(site_id).key,
            data_at=_newest(devices),
            is_stale=totals is None,
            local=totals.readings if totals else None,
            energy=self._energy(site_id),
        )

    def _energy(self, site_id: str) -> SiteEnergy | None:
        now = self.sources.judge.now
        counters = self.parts.energy_counters.latest(site_id)
        judge = self.sources.judge
        judge.valid_until = judge.valid_until.earliest(self.parts.energy_today.next_expiry(now))
        return (
            SiteEnergy(self.parts.energy_today.fresh(site_id, now), counters) if counters else None
        )

    def _with_energy(self, device: Device) -> Device:
        energy = self._energy(device.site_id or "")
        if energy is None:
            return device
        found = DeviceEnergy(
            energy.today.devices.get(device.sn, NO_FLOWS) if energy.today else NO_FLOWS,
            energy.counters.devices.get(device.sn, NO_FLOWS),
        )
        return replace(device, energy=found if found != DeviceEnergy() else None)


def _newest(devices: list[Device]) -> datetime | None:
    """Return when the newest readings of some devices were measured."""
    times = (at for device in devices for _, at in device.origin.times)
    return max(times, default=None)
