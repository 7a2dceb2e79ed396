"""All parts of all accounts, and the snapshot that joins them."""

from dataclasses import dataclass
from operator import is_not

from solix_exporter.cache.join import SiteJoin
from solix_exporter.cache.parts import AccountParts
from solix_exporter.model.site import Access
from solix_exporter.model.snapshot import AccountSlice, Snapshot


@dataclass(frozen=True, slots=True)
class _Joined:
    """A slice, and how long it stays true."""

    versions: tuple[int, ...]
    valid_until_s: float
    slice: AccountSlice


class Cache:
    """All parts of all accounts, and the snapshot that joins them."""

    def __init__(self) -> None:
        self._accounts: dict[str, AccountParts] = {}
        self._joined: dict[str, _Joined] = {}
        self._snapshot = Snapshot()

    def of(self, account: str) -> AccountParts:
        """Return the parts of an account, made where there are none yet."""
        return self._accounts.setdefault(account, AccountParts())

    def snapshot(self, now_s: float) -> Snapshot:
        """Return everything that is valid at a moment, monotonic seconds.

        Slices of accounts whose parts did not change are the same objects as before, and so is
        the snapshot where none did.
        """
        seers = self._seers()
        slices = tuple(self._slice(name, seers, now_s) for name in self._accounts)
        before = self._snapshot.slices
        if len(slices) != len(before) or any(map(is_not, slices, before)):
            self._snapshot = Snapshot(slices)
        return self._snapshot

    def shows(self, account: str, site_id: str) -> bool:
        """Return whether a site is shown as one of this account: its owner's, else the first's."""
        return self._seers().get(site_id, (account,))[0] == account

    def _seers(self) -> dict[str, tuple[str, ...]]:
        """Return which accounts see each site, owners first."""
        found: dict[str, list[tuple[bool, str]]] = {}
        for name, parts in self._accounts.items():
            for listing in parts.listings():
                is_member = listing.access is Access.MEMBER
                found.setdefault(listing.site_id, []).append((is_member, name))
        return {
            site_id: tuple(name for _, name in sorted(seers, key=lambda seer: seer[0]))
            for site_id, seers in found.items()
        }

    def _slice(self, name: str, seers: dict[str, tuple[str, ...]], now_s: float) -> AccountSlice:
        """Return one account with the sites that it sees first; joined anew where needed."""
        parts = self._accounts[name]
        involved = {name: parts}
        for listing in parts.listings():
            involved.update((seer, self._accounts[seer]) for seer in seers[listing.site_id])
        versions = tuple(other.version() for other in involved.values())
        joined = self._joined.get(name)
        if joined is None or joined.versions != versions or now_s >= joined.valid_until_s:
            until_s = min(other.next_expiry_s(now_s) for other in involved.values())
            now_true = self._join(name, seers, now_s)
            same = joined is not None and joined.slice == now_true
            joined = _Joined(versions, until_s, joined.slice if joined and same else now_true)
            self._joined[name] = joined
        return joined.slice

    def _join(self, name: str, seers: dict[str, tuple[str, ...]], now_s: float) -> AccountSlice:
        parts = self._accounts[name]
        own = [listing for listing in parts.listings() if seers[listing.site_id][0] == name]
        joins = [
            SiteJoin(name, listing, [self._accounts[s] for s in seers[listing.site_id]], now_s)
            for listing in own
        ]
        return AccountSlice(
            account=parts.account.latest(None),
            sites=tuple(join.site() for join in joins),
            devices=tuple(device for join in joins for device in join.devices()),
        )
