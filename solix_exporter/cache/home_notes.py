"""Writes down where the devices of a joined slice belong."""

from solix_exporter.cache.site_book import Home, KnownSite, SiteBook
from solix_exporter.cache.site_totals import is_bank
from solix_exporter.model.device import Device
from solix_exporter.model.site import Site
from solix_exporter.model.snapshot import AccountSlice


def note_home(book: SiteBook, part: AccountSlice, account: str, sn: str) -> bool:
    """Keep the place of a device and its site; return False where the slice does not have it."""
    device = next((one for one in part.devices if one.sn == sn), None)
    if device is None:
        return False
    site_id = device.site_id or ""
    home = Home(account, site_id, device.name, device.main_device_sn, device.firmware)
    book.note(sn, home)
    site = next((one for one in part.sites if one.site_id == site_id), None)
    if site is not None and site.timezone:
        book.note_site(
            site_id, _known(site, [one for one in part.devices if one.site_id == site_id])
        )
    return True


def _known(site: Site, devices: list[Device]) -> KnownSite:
    return KnownSite(
        account=site.account,
        name=site.name,
        site_type=site.site_type.value,
        access=site.access.value,
        timezone=site.timezone,
        currency=site.currency,
        banks=tuple(sorted(one.sn for one in devices if is_bank(one))),
    )
