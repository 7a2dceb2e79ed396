"""All parts of all accounts, and the snapshot that joins them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from operator import is_not

from solix_exporter.cache.join import SiteJoin
from solix_exporter.cache.join_device import join_device
from solix_exporter.cache.join_vehicle import join_vehicles
from solix_exporter.cache.parts import ACCOUNT, AccountParts
from solix_exporter.cache.seers import Names, Seers, seers_of
from solix_exporter.cache.sources import Sources
from solix_exporter.model.account import Account
from solix_exporter.model.device import Device
from solix_exporter.model.site import DeviceListing
from solix_exporter.model.snapshot import AccountSlice, Snapshot


@dataclass(frozen=True, slots=True)
class _Joined:
    """A slice, and how long it stays true."""

    seers: Seers
    versions: tuple[int, ...]
    valid_until_s: float
    slice: AccountSlice

    def is_true(self, seers: Seers, versions: tuple[int, ...], now_s: float) -> bool:
        """Return whether nothing changed since the slice was joined."""
        return self.seers is seers and self.versions == versions and now_s < self.valid_until_s


class Cache:
    """All parts of all accounts, and the snapshot that joins them."""

    def __init__(self, capacities: Mapping[str, float] | None = None) -> None:
        """Take the capacities that are configured, Wh by serial number."""
        self._capacities = dict(capacities or {})
        self._accounts: dict[str, AccountParts] = {}
        self._joined: dict[str, _Joined] = {}
        self._seers: tuple[tuple[int, ...], Seers] = ((), Seers({}, {}))
        self._snapshot = Snapshot()

    def of(self, account: str) -> AccountParts:
        """Return the parts of an account, made where there are none yet."""
        return self._accounts.setdefault(account, AccountParts())

    def forget(self, account: str) -> None:
        """Drop an account with everything that it has said."""
        self._accounts.pop(account, None)
        self._joined.pop(account, None)

    def snapshot(self, now_s: float) -> Snapshot:
        """Return everything that is valid at a moment, monotonic seconds.

        Slices of accounts whose parts did not change are the same objects as before, and so is
        the snapshot where none did.
        """
        seers = self._who_sees()
        slices = tuple(self._slice(name, seers, now_s) for name in self._accounts)
        before = self._snapshot.slices
        if len(slices) != len(before) or any(map(is_not, slices, before)):
            self._snapshot = Snapshot(slices)
        return self._snapshot

    def shows(self, account: str, site_id: str) -> bool:
        """Return whether a site is shown as one of this account: its owner's, else the first's."""
        return self._who_sees().sites.get(site_id, (account,))[0] == account

    def _who_sees(self) -> Seers:
        """Return who sees what, found out anew only where a part changed."""
        versions = tuple(parts.version() for parts in self._accounts.values())
        if self._seers[0] != versions:
            seers = seers_of(self._accounts)
            # The same object while nobody comes or goes: a slice is joined anew when it changes.
            self._seers = (versions, self._seers[1] if seers == self._seers[1] else seers)
        return self._seers[1]

    def _slice(self, name: str, seers: Seers, now_s: float) -> AccountSlice:
        """Return one account with the sites that it sees first; joined anew where needed."""
        involved = [self._accounts[other] for other in sorted(seers.beside(name, self.of(name)))]
        versions = tuple(parts.version() for parts in involved)
        joined = self._joined.get(name)
        if joined is None or not joined.is_true(seers, versions, now_s):
            until_s = min(parts.next_expiry_s(now_s) for parts in involved)
            now_true = self._join(name, seers, now_s)
            if joined is not None and joined.slice == now_true:
                now_true = joined.slice
            joined = _Joined(seers, versions, until_s, now_true)
            self._joined[name] = joined
        return joined.slice

    def _join(self, name: str, seers: Seers, now_s: float) -> AccountSlice:
        parts = self._accounts[name]
        joins = [
            SiteJoin(name, listing, self._sources(seers.sites[listing.site_id], now_s))
            for listing in parts.listings()
            if seers.sites[listing.site_id][0] == name
        ]
        in_sites = (device for join in joins for device in join.devices)
        return AccountSlice(
            account=_account(parts, now_s),
            sites=tuple(join.site() for join in joins),
            devices=(*in_sites, *self._stand_alone(name, seers, now_s)),
            vehicles=join_vehicles(name, parts, now_s),
        )

    def _sources(self, names: Names, now_s: float) -> Sources:
        seers = tuple(self._accounts[name] for name in names)
        return Sources(seers, now_s, self._capacities)

    def _stand_alone(self, name: str, seers: Seers, now_s: float) -> list[Device]:
        """Return the account's devices that are in no site."""
        devices = []
        for sn, bound in self._accounts[name].bound_devices().items():
            names = seers.devices.get(sn, ())
            if names[:1] == (name,):
                listed = DeviceListing(sn, bound.product)
                devices.append(join_device(name, listed, self._sources(names, now_s)))
        return devices


def _account(parts: AccountParts, now_s: float) -> Account | None:
    """Return the account with what is known of its messages."""
    account, messages = parts.account.latest(None), parts.messages.fresh(ACCOUNT, now_s)
    return replace(account, messages=messages) if account and messages else account
