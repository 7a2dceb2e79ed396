"""The sites and devices of an account that a poll can ask about."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from solix_exporter.cache import AccountParts
from solix_exporter.model.bound import BoundDevice
from solix_exporter.model.products import Product
from solix_exporter.model.site import Access, DeviceListing, SiteListing, SiteType


@dataclass(frozen=True, slots=True)
class KnownSite:
    """A site with its devices."""

    listing: SiteListing
    devices: tuple[DeviceListing, ...]

    @property
    def site_id(self) -> str:
        """Return the cloud's id."""
        return self.listing.site_id

    @property
    def is_owned(self) -> bool:
        """Return whether the account owns the site; many answers are for owners only."""
        return self.listing.access is Access.OWNER


@dataclass(frozen=True, slots=True)
class KnownDevice:
    """A device, and the site that it is in."""

    sn: str
    product: Product
    is_owned: bool
    site: KnownSite | None = None
    """None for a stand-alone device."""


@dataclass(frozen=True, slots=True)
class Inventory:
    """The sites and devices that the account's answers name, however old, at one moment."""

    parts: AccountParts
    now: datetime

    def local(self, site_id: str) -> datetime:
        """Return the moment on the site's clock."""
        zone = self.parts.zones.latest(site_id)
        return self.now.astimezone(zone) if zone else self.now

    def sites(self, *types: SiteType) -> Iterator[KnownSite]:
        """Give the sites of these types; without types, all that the cloud knows."""
        for listing in self.parts.listings():
            is_real = listing.site_type is not SiteType.VIRTUAL
            if listing.site_type in types or (is_real and not types):
                yield KnownSite(listing, self.parts.devices_of(listing))

    def devices(self) -> Iterator[KnownDevice]:
        """Give every device once: those of the sites first, then the stand-alone ones."""
        seen = set()
        for site in self.sites():
            for device in site.devices:
                if device.sn not in seen:
                    seen.add(device.sn)
                    yield KnownDevice(device.sn, device.product, site.is_owned, site)
        for bound in self.parts.bound_devices().values():
            if bound.sn not in seen:
                yield _stand_alone(bound)


def _stand_alone(bound: BoundDevice) -> KnownDevice:
    return KnownDevice(bound.sn, bound.product, bound.is_owned)
