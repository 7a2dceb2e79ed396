"""Which accounts see each site, each stand-alone device and each vehicle, the owner's first.

Kept up to date account by account, because a fleet has thousands and one changes at a time.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count

from solix_exporter.cache.parts import AccountParts
from solix_exporter.model.site import Access

Names = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sight:
    """What one account sees."""

    sites: Mapping[str, bool] = field(default_factory=dict)
    """By site id, whether it sees it as a member only."""
    in_sites: frozenset[str] = frozenset()
    """Serial numbers of the devices of these sites."""
    bound: Mapping[str, bool] = field(default_factory=dict)
    """By serial number, whether the device is bound to somebody else."""
    vehicles: frozenset[str] = frozenset()
    """Ids of the vehicles; only a login that is configured twice shares them."""


def sight_of(parts: AccountParts) -> Sight:
    """Return what an account sees by what it was told last."""
    listings = parts.listings()
    return Sight(
        {listing.site_id: listing.access is Access.MEMBER for listing in listings},
        frozenset(device.sn for listing in listings for device in parts.devices_of(listing)),
        {sn: not bound.is_owned for sn, bound in parts.bound_devices().items()},
        frozenset(vehicle.vehicle_id for vehicle in parts.listed_vehicles()),
    )


class Seers:
    """Who sees what."""

    def __init__(self) -> None:
        self._sights: dict[str, Sight] = {}
        self._places: dict[str, int] = {}
        self._next_place = count()
        self._sites = defaultdict[str, dict[str, bool]](dict)
        self._bound = defaultdict[str, dict[str, bool]](dict)
        self._in_sites = Counter[str]()
        self._vehicles = defaultdict[str, dict[str, bool]](dict)

    def expect(self, name: str) -> None:
        """Give an account its place behind those that are known."""
        self._places.setdefault(name, next(self._next_place))

    def take_up(self, name: str, sight: Sight) -> set[str]:
        """Note what an expected account sees now; return whom that concerns."""
        before = self._sights.get(name, Sight())
        if sight == before:
            return set()
        affected = self._concerned(before)
        self._remove(name, before)
        self._add(name, sight)
        return affected | self._concerned(sight) | {name}

    def forget(self, name: str) -> set[str]:
        """Note that an account is gone; return the other accounts that see what it saw."""
        self._places.pop(name, None)
        sight = self._sights.pop(name, Sight())
        affected = self._concerned(sight)
        self._remove(name, sight)
        return affected - {name}

    def of_site(self, site_id: str) -> Names:
        """Return the accounts that see a site; it is shown as one of the first's."""
        return self._in_order(self._sites.get(site_id, {}))

    def of_device(self, sn: str) -> Names:
        """Return the accounts that a device is bound to, none if it is in anybody's site."""
        return () if self._in_sites[sn] else self._in_order(self._bound.get(sn, {}))

    def of_vehicle(self, vehicle_id: str) -> Names:
        """Return the accounts that have a vehicle; it is shown as one of the first's."""
        return self._in_order(self._vehicles.get(vehicle_id, {}))

    def beside(self, name: str) -> set[str]:
        """Return the accounts that see something that this one sees, itself included."""
        return self._concerned(self._sights.get(name, Sight())) | {name}

    def _in_order(self, seers: Mapping[str, bool]) -> Names:
        if len(seers) == 1:
            return tuple(seers)
        return tuple(sorted(seers, key=lambda name: (seers[name], self._places[name])))

    def _concerned(self, sight: Sight) -> set[str]:
        found = set[str]()
        for site_id in sight.sites:
            found.update(self._sites.get(site_id, ()))
        for sn in (*sight.bound, *sight.in_sites):
            found.update(self._bound.get(sn, ()))
        for vehicle_id in sight.vehicles:
            found.update(self._vehicles.get(vehicle_id, ()))
        return found

    def _add(self, name: str, sight: Sight) -> None:
        self._sights[name] = sight
        self._in_sites.update(sight.in_sites)
        for site_id, is_member in sight.sites.items():
            self._sites[site_id][name] = is_member
        for sn, is_foreign in sight.bound.items():
            self._bound[sn][name] = is_foreign
        for vehicle_id in sight.vehicles:
            self._vehicles[vehicle_id][name] = False

    def _remove(self, name: str, sight: Sight) -> None:
        self._in_sites.subtract(sight.in_sites)
        for sn in sight.in_sites:
            if not self._in_sites[sn]:
                del self._in_sites[sn]
        for by_key, keys in (
            (self._sites, sight.sites),
            (self._bound, sight.bound),
            (self._vehicles, sight.vehicles),
        ):
            for key in keys:
                by_key[key].pop(name, None)
                if not by_key[key]:
                    del by_key[key]
