"""All parts of all accounts, and the snapshot that joins them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial, reduce
from itertools import takewhile
from operator import is_not

from solix_exporter.cache.home_notes import note_home
from solix_exporter.cache.join import SiteJoin
from solix_exporter.cache.join_device import join_device
from solix_exporter.cache.join_vehicle import join_vehicles
from solix_exporter.cache.local import LocalJoin, LocalParts
from solix_exporter.cache.parts import ACCOUNT, AccountParts
from solix_exporter.cache.reports import Reports
from solix_exporter.cache.site_book import SiteBook
from solix_exporter.cache.sources import Judge, Sources
from solix_exporter.cache.visibility import Names, Visibility, visible_to
from solix_exporter.clock import Moment
from solix_exporter.cloud.endpoints.account import MESSAGE_UNREAD
from solix_exporter.model.account import Account
from solix_exporter.model.device import Device, DeviceReadings
from solix_exporter.model.freshness import Freshness
from solix_exporter.model.report import Source
from solix_exporter.model.site import DeviceListing
from solix_exporter.model.snapshot import AccountSlice, Snapshot

NO_SLICE = AccountSlice(None)
"""Nothing is known that belongs to no account."""


@dataclass(frozen=True, slots=True)
class _Joined:
    """A slice, and until when it holds if no part changes."""

    slice: AccountSlice
    joined: Moment
    valid_until: Moment | None = None
    """None if it has to be joined again."""

    def is_true(self, now: Moment) -> bool:
        """Return whether the slice still holds; none does after the wall clock is set back."""
        return (
            self.valid_until is not None
            and not now.has_reached(self.valid_until)
            and now.wall_s >= self.joined.wall_s
        )


class Cache:
    """All parts of all accounts, and the snapshot that joins them."""

    def __init__(
        self,
        capacities: Mapping[str, float] | None = None,
        freshness: Freshness | None = None,
        site_book: SiteBook | None = None,
    ) -> None:
        """Create an empty cache.

        `capacities` are the configured ones, Wh by serial number; `freshness` says what is stale;
        `site_book` knows the sites of devices that report before the cloud names them.
        """
        self._capacities = dict(capacities or {})
        self._freshness = freshness or Freshness()
        self._accounts: dict[str, AccountParts] = {}
        self._visibility = Visibility()
        self._changed: set[str] = set()
        """Accounts with changes that are not applied yet."""
        self._joined: dict[str, _Joined] = {}
        self._snapshot = Snapshot()
        self._site_book = site_book or SiteBook()
        self._fills = frozenset[tuple[str, Source]]()
        self.reports = Reports(self._report_changed)
        """What devices report by themselves."""
        self.local = LocalParts(self._drop_local)
        """What belongs to sites that no account has."""
        self._joined_local: _Joined | None = None

    def of(self, account: str) -> AccountParts:
        """Return the parts of an account; create them if necessary."""
        parts = self._accounts.get(account)
        if parts is None:
            preferred = partial(self._preferred, account)
            parts = self._accounts[account] = AccountParts(preferred)
            parts.notify(partial(self._changed.add, account))
            self._changed.add(account)
            self._visibility.add(account)
            self._drop_local()
        return parts

    def forget(self, account: str) -> None:
        """Drop an account with all its answers."""
        self._accounts.pop(account, None)
        self._joined.pop(account, None)
        self._changed.discard(account)
        self._drop(self._visibility.forget(account))
        self._drop_local()

    def set_capacities(self, capacities: Mapping[str, float]) -> None:
        """Set the configured capacities, Wh by serial number."""
        if capacities != self._capacities:
            self._capacities = dict(capacities)
            self._drop(self._accounts)
            self._drop_local()

    def set_fills(self, fills: frozenset[tuple[str, Source]]) -> None:
        """Set which sources of which devices only fill what the cloud lacks."""
        if fills != self._fills:
            self._fills = fills
            self._drop(self._accounts)
            self._drop_local()

    def set_freshness(self, freshness: Freshness) -> None:
        """Set from what age on readings are stale."""
        if freshness != self._freshness:
            self._freshness = freshness
            self._drop(self._accounts)
            self._drop_local()

    def snapshot(self, now: Moment) -> Snapshot:
        """Return everything that is valid at a moment.

        Slices of accounts whose parts did not change are the same objects as before, and so is
        the snapshot where none did.
        """
        self._apply_changes()
        for name in self._accounts:
            if self._is_due(name, now):
                self._joined[name] = self._joined_now(name, now)
        slices = tuple(self._joined[name].slice for name in self._accounts)
        slices += self._local_slices(now)
        before = self._snapshot.slices
        if len(slices) != len(before) or any(map(is_not, slices, before)):
            self._snapshot = Snapshot(slices)
        return self._snapshot

    def shows(self, account: str, site_id: str) -> bool:
        """Return whether this account shows a site: the owner's does, else the first one."""
        self._apply_changes()
        names = self._visibility.of_site(site_id)
        return not names or names[0] == account

    # --- devices that report by themselves --------------------------------------------------

    def note_home(self, sn: str) -> None:
        """Keep in mind where a device that reports by itself belongs, for the next start."""
        self._apply_changes()
        for name in self._visibility.listing(sn):
            joined = self._joined.get(name)
            if joined is not None and note_home(self._site_book, joined.slice, name, sn):
                return
        if all(parts.knows_devices for parts in self._accounts.values()):
            self._site_book.note(sn, None)

    def local_site_of(self, sn: str, now: Moment) -> str | None:
        """Return the local site that shows a device, None where none does."""
        slices = self._local_slices(now)
        shown = (device for part in slices for device in part.devices if device.sn == sn)
        ids = {site.site_id for part in slices for site in part.sites if not site.account}
        return next((device.site_id for device in shown if device.site_id in ids), None)

    def cloud_readings(self, sn: str) -> tuple[DeviceReadings, datetime] | None:
        """Return what the newest scene says of a device, where the cloud tells its time."""
        for name in self._visibility.listing(sn):
            found = self._accounts[name].scene_of(sn)
            if found is not None:
                return found
        return None

    def _report_changed(self, sn: str) -> None:
        self._apply_changes()
        names = self._visibility.listing(sn)
        for name in names:
            self._drop(self._visibility.related(name))
        if not names:
            self._drop_local()

    def _drop_local(self) -> None:
        if self._joined_local is not None:
            self._joined_local = replace(self._joined_local, valid_until=None)

    def _local_slices(self, now: Moment) -> tuple[AccountSlice, ...]:
        """Return the slice of the devices that no account names; none where there are none."""
        self._apply_changes()
        joined = self._joined_local
        if joined is None or not joined.is_true(now):
            judge = Judge(now, self._freshness)
            sources = Sources((), judge, self._capacities, self.reports, self._fills)
            found = LocalJoin(
                sources, self.local, self._site_book, self._accounts, self._visibility
            ).slice()
            if joined is not None and joined.slice == found:
                found = joined.slice
            joined = self._joined_local = _Joined(found, now, judge.valid_until)
        return (joined.slice,) if joined.slice != NO_SLICE else ()

    # --- accounts --------------------------------------------------------------------------

    def _preferred(self, account: str, site_id: str) -> Iterator[AccountParts]:
        """Give the parts of the accounts whose answers about a site precede this one's."""
        self._apply_changes()
        before = takewhile(lambda name: name != account, self._visibility.of_site(site_id))
        yield from (self._accounts[name] for name in before)

    def _apply_changes(self) -> None:
        """Mark the accounts that the changed parts affect."""
        changed = tuple(self._changed)
        self._changed.clear()
        for name in changed:
            parts = self._accounts.get(name)
            if parts is not None:  # a poll of a forgotten account may still end
                self._drop(self._visibility.update(name, visible_to(parts)))
                self._drop(self._visibility.related(name))
                self._drop_local()

    def _drop(self, names: Iterable[str]) -> None:
        """Mark slices to be joined again, but keep them: most turn out to be the same."""
        for name in names:
            joined = self._joined.get(name)
            if joined is not None:
                self._joined[name] = replace(joined, valid_until=None)

    def _is_due(self, name: str, now: Moment) -> bool:
        joined = self._joined.get(name)
        return joined is None or not joined.is_true(now)

    def _joined_now(self, name: str, now: Moment) -> _Joined:
        """Return one account with the sites that it shows."""
        judge = Judge(now, self._freshness)
        before, now_true = self._joined.get(name), self._join(name, judge)
        if before is not None and before.slice == now_true:
            now_true = before.slice
        involved = [self._accounts[other] for other in self._visibility.related(name)]
        ends = (parts.next_expiry(now) for parts in involved)
        return _Joined(now_true, now, reduce(Moment.earliest, ends, judge.valid_until))

    def _join(self, name: str, judge: Judge) -> AccountSlice:
        parts = self._accounts[name]
        joins = [
            SiteJoin(name, listing, self._sources(names, judge))
            for listing in parts.listings()
            if (names := self._visibility.of_site(listing.site_id))[0] == name
        ]
        in_sites = (device for join in joins for device in join.devices)
        return AccountSlice(
            account=_account(parts, judge.now),
            sites=tuple(join.site() for join in joins),
            devices=(*in_sites, *self._stand_alone(name, judge)),
            vehicles=join_vehicles(
                name,
                parts,
                judge.now,
                lambda vehicle: self._visibility.of_vehicle(vehicle)[:1] == (name,),
            ),
        )

    def _sources(self, names: Names, judge: Judge) -> Sources:
        viewers = tuple(self._accounts[name] for name in names)
        return Sources(viewers, judge, self._capacities, self.reports, self._fills)

    def _stand_alone(self, name: str, judge: Judge) -> list[Device]:
        """Return the account's devices that are in no site."""
        devices = []
        for sn, bound in self._accounts[name].bound_devices().items():
            names = self._visibility.of_device(sn)
            if names[:1] == (name,):
                listed = DeviceListing(sn, bound.product)
                devices.append(join_device(name, listed, self._sources(names, judge)))
        return devices


def _account(parts: AccountParts, now: Moment) -> Account | None:
    """Return the account with its messages."""
    account, messages = parts.account.latest(None), parts[MESSAGE_UNREAD].fresh(ACCOUNT, now)
    return replace(account, messages=messages) if account and messages else account
