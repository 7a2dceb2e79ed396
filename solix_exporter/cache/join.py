"""Joins one site and its devices from the parts of the accounts that see it."""

from dataclasses import replace

from solix_exporter.cache.parts import AccountParts
from solix_exporter.model.device import Device
from solix_exporter.model.energy import NO_FLOWS, DeviceEnergy, SiteEnergy
from solix_exporter.model.money import iso_code
from solix_exporter.model.site import DeviceListing, Site, SiteListing


class SiteJoin:
    """Joins one site from the parts of the accounts that see it, the owner's first."""

    def __init__(
        self, name: str, listing: SiteListing, seers: list[AccountParts], now_s: float
    ) -> None:
        self._name = name
        self._listing = listing
        self._first = seers[0]
        site_id = listing.site_id
        fresh = (parts.scenes.fresh(site_id, now_s) for parts in seers)
        latest = (parts.scenes.latest(site_id) for parts in seers)
        self._fresh = next((answer for answer in fresh if answer), None)
        self._latest = self._fresh or next((answer for answer in latest if answer), None)
        self._energy = _energy(site_id, seers, now_s)
        self._is_listed = self._first.site_list.fresh(None, now_s) is not None

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
            data_at=self._latest.data_at if self._latest else None,
            scene=self._fresh.scene.site if self._fresh else None,
            energy=self._energy,
        )

    def _currency(self) -> str:
        account, currencies = self._first.account.latest(None), self._first.currencies.latest(None)
        symbol = self._latest.scene.site.lifetime.currency_symbol if self._latest else ""
        if not symbol and currencies:
            symbol = currencies.default_symbol
        return iso_code(symbol, account.country if account else "", currencies)

    def devices(self) -> tuple[Device, ...]:
        """Return the site's devices: those of its list entry, and those of its scene over them."""
        found = {listed.sn: listed for listed in self._listing.devices}
        if not self._is_listed:
            found = {sn: replace(listed, readings=None) for sn, listed in found.items()}
        if self._latest:
            readable = self._fresh is not None
            for listed in self._latest.scene.devices:
                found[listed.sn] = listed if readable else replace(listed, readings=None)
        return tuple(self._device(listed) for listed in found.values())

    def _device(self, listed: DeviceListing) -> Device:
        return Device(
            sn=listed.sn,
            product=listed.product,
            account=self._name,
            site_id=self._listing.site_id,
            name=listed.name or listed.product.name,
            scene=listed.readings,
            energy=self._device_energy(listed.sn),
        )

    def _device_energy(self, sn: str) -> DeviceEnergy | None:
        if self._energy is None:
            return None
        today, counters = self._energy.today, self._energy.counters
        energy = DeviceEnergy(
            today.devices.get(sn, NO_FLOWS) if today else NO_FLOWS,
            counters.devices.get(sn, NO_FLOWS),
        )
        return energy if energy != DeviceEnergy() else None


def _energy(site_id: str, seers: list[AccountParts], now_s: float) -> SiteEnergy | None:
    """Return the energy of a site, None where no account asked for it yet."""
    todays = (parts.energy_today.fresh(site_id, now_s) for parts in seers)
    today = next((found for found in todays if found), None)
    sums = (parts.energy_counters.latest(site_id) for parts in seers)
    counters = next((found for found in sums if found), None)
    return SiteEnergy(today, counters) if counters else None
