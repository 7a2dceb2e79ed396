"""Which accounts see each site and each stand-alone device, the owner's first."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from solix_exporter.cache.parts import AccountParts
from solix_exporter.model.site import Access

Names = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Seers:
    """The names of the accounts that see something; what it is shown under comes first."""

    sites: Mapping[str, Names]
    """By site id."""
    devices: Mapping[str, Names]
    """By serial number: the devices that are in no site."""

    def beside(self, name: str, parts: AccountParts) -> set[str]:
        """Return the accounts that see something that this one sees, itself included."""
        found = {name}
        for listing in parts.listings():
            found.update(self.sites[listing.site_id])
        for sn in parts.bound_devices():
            found.update(self.devices.get(sn, ()))
        return found


def seers_of(accounts: Mapping[str, AccountParts]) -> Seers:
    """Return who sees what."""
    sites = defaultdict[str, list[tuple[bool, str]]](list)
    devices = defaultdict[str, list[tuple[bool, str]]](list)
    in_sites: set[str] = set()
    for name, parts in accounts.items():
        for listing in parts.listings():
            sites[listing.site_id].append((listing.access is Access.MEMBER, name))
            in_sites.update(device.sn for device in parts.devices_of(listing))
        for sn, bound in parts.bound_devices().items():
            devices[sn].append((not bound.is_owned, name))
    return Seers(
        sites={site_id: _in_order(rows) for site_id, rows in sites.items()},
        devices={sn: _in_order(rows) for sn, rows in devices.items() if sn not in in_sites},
    )


def _in_order(rows: list[tuple[bool, str]]) -> Names:
    return tuple(name for _, name in sorted(rows, key=lambda row: row[0]))
