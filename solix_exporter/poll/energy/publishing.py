"""Puts today's totals, and yesterday's and the counters of the ledger, into the cache."""

import asyncio
from datetime import date, timedelta
from types import MappingProxyType

from solix_exporter.cache import Life
from solix_exporter.clock import Clock, Moment, moment_of
from solix_exporter.ledger import Ledger
from solix_exporter.model.energy import DayTotals, EnergyCounters, Flow
from solix_exporter.poll.account import PolledAccount
from solix_exporter.poll.energy.days import end_of, local_day, start_of
from solix_exporter.poll.energy.keeping import Kept
from solix_exporter.poll.energy.reader import device_flows


class EnergyPublisher:
    """Replaces the energy of one account's sites in the cache."""

    def __init__(self, account: PolledAccount, clock: Clock, ledger: Ledger) -> None:
        self._account = account
        self._clock = clock
        self._ledger = ledger
        self._whole_until: dict[str, Moment] = {}
        """By site: until when what its last whole reading said may stand for an answer that is
        missing."""

    def today(self, site_id: str, day: date, kept: Kept, validity_s: float) -> None:
        """Publish a site's day so far, valid for `validity_s` seconds."""
        now, part = moment_of(self._clock), self._account.parts.energy_today
        found = device_flows(kept.totals)
        if kept.is_whole:
            self._whole_until[site_id] = now.after(validity_s)
        elif site_id in self._whole_until and not now.has_reached(self._whole_until[site_id]):
            found = _filled_from(part.latest(site_id), day, found)
        flows = MappingProxyType(found.pop(""))
        start = start_of(day, self._account.zones.zone(site_id))
        totals = DayTotals(day, start, flows, MappingProxyType(found))
        part.replace(site_id, totals, Life(now, validity_s))

    async def counters(self, site_id: str) -> None:
        """Publish the counters of a site from the ledger. Raises LedgerError."""
        sums = await asyncio.to_thread(self._ledger.counters, site_id)
        found: dict[str, dict[Flow, float]] = device_flows(sums)
        flows = found.pop("")
        counters = EnergyCounters(MappingProxyType(flows), MappingProxyType(found))
        self._account.parts.energy_counters.replace(site_id, counters)

    async def yesterday(self, site_id: str) -> None:
        """Publish the day before the site's today from the ledger. Raises LedgerError."""
        zone, now = self._account.zones.zone(site_id), self._clock.now()
        today = local_day(now, zone)
        day = today - timedelta(days=1)
        rows = await asyncio.to_thread(self._ledger.day, site_id, day)
        if not rows:
            return
        found = device_flows({(row.device_sn, row.flow): row.wh for row in rows})
        flows = MappingProxyType(found.pop(""))
        totals = DayTotals(day, start_of(day, zone), flows, MappingProxyType(found))
        left_s = (end_of(today, zone) - now).total_seconds()
        life = Life(moment_of(self._clock), left_s)
        self._account.parts.energy_yesterday.replace(site_id, totals, life)

    def forget_vanished(self) -> None:
        """Remove sites from the cache that the account no longer has."""
        parts = self._account.parts
        ids = {listing.site_id for listing in parts.listings()}
        parts.energy_today.keep_only(ids)
        parts.energy_yesterday.keep_only(ids)
        parts.energy_counters.keep_only(ids)


def _filled_from(
    before: DayTotals | None, day: date, found: dict[str, dict[Flow, float]]
) -> dict[str, dict[Flow, float]]:
    """Return flows by serial number, with those that only an earlier reading of the day has."""
    if before is None or before.day != day:
        return found
    known = {"": before.flows, **before.devices}
    return {sn: {**known.get(sn, {}), **found.get(sn, {})} for sn in known.keys() | found.keys()}
