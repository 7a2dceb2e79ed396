"""What each source said last, and when; readers get it joined and frozen as a `Snapshot`.

Written by source, read by subject: a poll replaces its own part whole and never touches another
one. A part that was not refreshed for its validity is left out of the snapshot; what it said of
identities and source times stays, because that is history.
"""

import math
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime
from operator import is_not
from typing import Any, Generic, TypeVar
from zoneinfo import ZoneInfo

from solix_exporter.model.account import Account
from solix_exporter.model.device import Device
from solix_exporter.model.money import Currencies, iso_code
from solix_exporter.model.site import Access, DeviceListing, Scene, Site, SiteListing
from solix_exporter.model.snapshot import AccountSlice, Snapshot

K = TypeVar("K")
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class SceneAnswer:
    """A scene, and when its devices measured."""

    scene: Scene
    data_at: datetime | None
    """Time of the newest device data."""


@dataclass(frozen=True, slots=True)
class _Row(Generic[V]):
    value: V
    valid_until_s: float


class Part(Generic[K, V]):
    """The answers of one source for one account, by key."""

    def __init__(self) -> None:
        self._rows: dict[K, _Row[V]] = {}
        self.version = 0
        """Grows with each change."""

    def replace(self, key: K, value: V, *, valid_until_s: float = math.inf) -> None:
        """Put an answer in the place of the one before; monotonic seconds, for ever by default."""
        before = self._rows.get(key)
        self._rows[key] = _Row(value, valid_until_s)
        # The same answer again lives longer but changes nothing that a reader sees.
        self.version += before is None or before.value != value

    def keep_only(self, keys: Collection[K]) -> None:
        """Forget the answers of all other keys: what vanished from its list vanishes here."""
        gone = self._rows.keys() - set(keys)
        for key in gone:
            del self._rows[key]
        self.version += bool(gone)

    def latest(self, key: K) -> V | None:
        """Return the answer however old it is."""
        row = self._rows.get(key)
        return row.value if row else None

    def fresh(self, key: K, now_s: float) -> V | None:
        """Return the answer while it is valid."""
        row = self._rows.get(key)
        return row.value if row and now_s < row.valid_until_s else None

    def next_expiry_s(self, now_s: float) -> float:
        """Return when the next answer that is valid now will not be any more."""
        ends = (row.valid_until_s for row in self._rows.values() if row.valid_until_s > now_s)
        return min(ends, default=math.inf)


@dataclass(slots=True)
class AccountParts:
    """The parts of one account: one attribute a source."""

    account: Part[None, Account] = field(default_factory=Part)
    site_list: Part[None, tuple[SiteListing, ...]] = field(default_factory=Part)
    zones: Part[str, ZoneInfo] = field(default_factory=Part)
    """The zone of each site's clock."""
    currencies: Part[None, Currencies] = field(default_factory=Part)
    scenes: Part[str, SceneAnswer] = field(default_factory=Part)

    def _all(self) -> tuple[Part[Any, Any], ...]:
        return (self.account, self.site_list, self.zones, self.currencies, self.scenes)

    def version(self) -> int:
        """Return a number that grows with each change."""
        return sum(part.version for part in self._all())

    def next_expiry_s(self, now_s: float) -> float:
        """Return when the next answer stops being valid."""
        return min(part.next_expiry_s(now_s) for part in self._all())

    def listings(self) -> tuple[SiteListing, ...]:
        """Return the last site list, however old: identities are history."""
        return self.site_list.latest(None) or ()


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
            _SiteJoin(name, listing, [self._accounts[s] for s in seers[listing.site_id]], now_s)
            for listing in own
        ]
        return AccountSlice(
            account=parts.account.latest(None),
            sites=tuple(join.site() for join in joins),
            devices=tuple(device for join in joins for device in join.devices()),
        )


class _SiteJoin:
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
        )
