"""Which accounts see each site, each stand-alone device and each vehicle, the owner's first.

Updated per account: usually one changes at a time.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count

from solix_exporter.cache.parts import AccountParts
from solix_exporter.model.site import Access

Names = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Visible:
    """What one account sees."""

    sites: Mapping[str, bool] = field(default_factory=dict)
    """By site id, whether it is only a member of the site."""
    in_sites: frozenset[str] = frozenset()
    """Serial numbers of the devices of these sites."""
    bound: Mapping[str, bool] = field(default_factory=dict)
    """By serial number, whether the device belongs to another account."""
    vehicles: frozenset[str] = frozenset()
    """Vehicle ids; several accounts have one only if the same login is configured twice."""


def visible_to(parts: AccountParts) -> Visible:
    """Return what an account sees according to its latest answers."""
    listings = parts.listings()
    return Visible(
        {listing.site_id: listing.access is Access.MEMBER for listing in listings},
        frozenset(device.sn for listing in listings for device in parts.devices_of(listing)),
        {sn: not bound.is_owned for sn, bound in parts.bound_devices().items()},
        frozenset(vehicle.vehicle_id for vehicle in parts.listed_vehicles()),
    )


class Visibility:
    """Which accounts see what."""

    def __init__(self) -> None:
        self._visible: dict[str, Visible] = {}
        self._places: dict[str, int] = {}
        self._next_place = count()
        self._sites = defaultdict[str, dict[str, bool]](dict)
        self._bound = defaultdict[str, dict[str, bool]](dict)
        self._in_sites = defaultdict[str, dict[str, bool]](dict)
        self._vehicles = defaultdict[str, dict[str, bool]](dict)

    def add(self, name: str) -> None:
        """Add an account after the others; the order decides among accounts of equal rights."""
        self._places.setdefault(name, next(self._next_place))

    def update(self, name: str, visible: Visible) -> set[str]:
        """Set what an account sees; return the accounts that this affects."""
        before = self._visible.get(name, Visible())
        if visible == before:
            return set()
        affected = self._viewers(before)
        self._remove(name, before)
        self._add(name, visible)
        return affected | self._viewers(visible) | {name}

    def forget(self, name: str) -> set[str]:
        """Remove an account; return the others that see what it saw."""
        self._places.pop(name, None)
        visible = self._visible.pop(name, Visible())
        affected = self._viewers(visible)
        self._remove(name, visible)
        return affected - {name}

    def of_site(self, site_id: str) -> Names:
        """Return the accounts that see a site; the first one shows it."""
        return self._in_order(self._sites.get(site_id, {}))

    def of_device(self, sn: str) -> Names:
        """Return the accounts that a device is bound to; none if it is in a site."""
        return () if sn in self._in_sites else self._in_order(self._bound.get(sn, {}))

    def listing(self, sn: str) -> set[str]:
        """Return the accounts that name a device at all, in a site or bound to them."""
        return {*self._in_sites.get(sn, ()), *self._bound.get(sn, ())}

    def of_vehicle(self, vehicle_id: str) -> Names:
        """Return the accounts that have a vehicle; the first one shows it."""
        return self._in_order(self._vehicles.get(vehicle_id, {}))

    def related(self, name: str) -> set[str]:
        """Return the accounts that share something with this one, itself included."""
        return self._viewers(self._visible.get(name, Visible())) | {name}

    def _in_order(self, viewers: Mapping[str, bool]) -> Names:
        if len(viewers) == 1:
            return tuple(viewers)
        return tuple(sorted(viewers, key=lambda name: (viewers[name], self._places[name])))

    def _viewers(self, visible: Visible) -> set[str]:
        found = set[str]()
        for site_id in visible.sites:
            found.update(self._sites.get(site_id, ()))
        for sn in (*visible.bound, *visible.in_sites):
            found.update(self._bound.get(sn, ()))
        for vehicle_id in visible.vehicles:
            found.update(self._vehicles.get(vehicle_id, ()))
        return found

    def _add(self, name: str, visible: Visible) -> None:
        self._visible[name] = visible
        for sn in visible.in_sites:
            self._in_sites[sn][name] = False
        for site_id, is_member in visible.sites.items():
            self._sites[site_id][name] = is_member
        for sn, is_foreign in visible.bound.items():
            self._bound[sn][name] = is_foreign
        for vehicle_id in visible.vehicles:
            self._vehicles[vehicle_id][name] = False

    def _remove(self, name: str, visible: Visible) -> None:
        for by_key, keys in (
            (self._sites, visible.sites),
            (self._in_sites, visible.in_sites),
            (self._bound, visible.bound),
            (self._vehicles, visible.vehicles),
        ):
            for key in keys:
                by_key[key].pop(name, None)
                if not by_key[key]:
                    del by_key[key]
