"""The energy poll of one account: plans a cycle, reads its days, keeps and publishes them."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from types import MappingProxyType

from solix_exporter.cloud.budget import Plan
from solix_exporter.errors import CloudError
from solix_exporter.ledger import DayRecord, DayTotal, Ledger
from solix_exporter.ledger.rows import FlowKey
from solix_exporter.model.energy import DayTotals, EnergyCounters, Flow
from solix_exporter.poll.account import PolledAccount
from solix_exporter.poll.energy.checks import BACKWARDS, FallGuard, site_flows
from solix_exporter.poll.energy.days import (
    CATCH_UP_DAYS,
    FIRST_HOUR,
    due_days,
    final_at,
    local_day,
    start_of,
)
from solix_exporter.poll.energy.kinds import EnergyQuery, SystemProfile, profile_of, queries_of
from solix_exporter.poll.energy.reader import DayReader, DayReading, device_flows
from solix_exporter.poll.jobs import PollJob, PollTools
from solix_exporter.poll.sites import SHORTEST_VALIDITY_S, VALID_INTERVALS

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class EnergyOptions:
    """How the energy poll runs."""

    interval_s: float = 300.0
    extras: frozenset[str] = frozenset()
    """Names out of `EXTRAS`."""
    is_captured: bool = False
    """True where answers come from a folder of captured ones."""
    spread_share: float = 0.8
    """The share of the interval over which a cycle is spread; 0 where somebody waits for it."""
    patience_s: float = 60.0
    """How long the first cycle waits for the sites poll to say what there is."""


@dataclass(frozen=True, slots=True)
class _Task:
    """One day of one site, with the requests that make it."""

    profile: SystemProfile
    day: date
    queries: tuple[EnergyQuery, ...]


class EnergyPoll:
    """Keeps the ledger and the energy of one account's sites up to date."""

    def __init__(
        self,
        account: PolledAccount,
        tools: PollTools,
        ledger: Ledger,
        options: EnergyOptions,
        shows: Callable[[str], bool],
    ) -> None:
        """Take what to poll; `shows` tells whether a site is shown as one of this account.

        A site that several accounts see is asked for by one of them.
        """
        self._account = account
        self._tools = tools
        self._ledger = ledger
        self._options = options
        self._shows = shows
        self._reader = DayReader(account.source, tools, is_captured=options.is_captured)
        self._guard = FallGuard()
        self._patience_s = options.patience_s
        self._plan_owner = f"{account.name}/energy"
        self._declare([])

    def job(self) -> PollJob:
        """Return the poll as a job."""
        return PollJob(
            self._account.name, "energy", self.run, self.interval_s, self._tools, plan=self.plan
        )

    def interval_s(self) -> float:
        """Return the interval in force: the wanted one, stretched where the budget needs it."""
        return self._tools.budget.interval_s(self._plan_owner)

    def plan(self) -> None:
        """Declare what the next cycle asks about the sites that are known.

        Raises LedgerError.
        """
        self._declare(list(self._tasks()))

    async def run(self) -> None:
        """Read every day that is due.

        Raises CloudError where every day failed, LedgerError where nothing can be kept.
        """
        await self._wait_for_sites()
        tasks = list(self._tasks())
        self._declare(tasks)
        self._forget_vanished()
        pause_s = self._options.spread_share * self.interval_s() / max(1, len(tasks))
        errors = []
        for number, task in enumerate(tasks):
            if number and pause_s:
                await self._tools.clock.sleep(pause_s)
            errors.append(await self._read(task))
        if errors and None not in errors:
            raise next(error for error in errors if error)

    async def _wait_for_sites(self) -> None:
        """Wait until the sites and their devices are known, which decide what to ask."""
        while self._patience_s > 0 and not self._knows_sites():
            self._patience_s -= 1
            await self._tools.clock.sleep(1)
        self._patience_s = 0

    def _knows_sites(self) -> bool:
        parts = self._account.parts
        listings = parts.listings()
        return bool(listings) and all(
            listing.devices or parts.scenes.latest(listing.site_id) for listing in listings
        )

    # --- the plan --------------------------------------------------------------------------

    def _tasks(self) -> Iterator[_Task]:
        """Give the days that are due, of all sites."""
        account, now = self._account, self._tools.clock.now()
        for listing in account.parts.listings():
            site_id, zone = listing.site_id, account.zones.zone(listing.site_id)
            profile = profile_of(account.parts, listing)
            queries = queries_of(profile, self._options.extras)
            if not queries or not self._shows(site_id):
                continue
            today = local_day(now, zone)
            self._publish_counters(site_id)
            if self._options.is_captured:
                yield _Task(profile, today, queries)
                continue
            states = self._ledger.states(site_id, today - timedelta(days=CATCH_UP_DAYS), today)
            for day in due_days(now, zone, self._ledger.began(site_id), states):
                yield _Task(profile, day, queries)

    def _declare(self, tasks: list[_Task]) -> None:
        requests = Counter(query.endpoint.path for task in tasks for query in task.queries)
        self._tools.budget.declare(
            Plan(self._plan_owner, self._account.server, requests, self._options.interval_s)
        )

    def _forget_vanished(self) -> None:
        parts = self._account.parts
        ids = {listing.site_id for listing in parts.listings()}
        parts.energy_today.keep_only(ids)
        parts.energy_counters.keep_only(ids)

    # --- one day ---------------------------------------------------------------------------

    async def _read(self, task: _Task) -> CloudError | None:
        """Read a day, keep it, publish it; return the error that kept all of it away."""
        site_id, started = task.profile.site_id, self._tools.clock.now()
        zone = self._account.zones.zone(site_id)
        yesterday = None
        if started - start_of(task.day, zone) < FIRST_HOUR:
            yesterday = site_flows(self._ledger.day(site_id, task.day - _DAY))
        reading = await self._reader.read(task.profile, task.queries, task.day, yesterday)
        if reading.error is not None:
            return reading.error
        today = local_day(started, zone)
        began = self._ledger.begin(site_id, today)
        totals = self._unfallen(site_id, task.day, reading)
        record = DayRecord(
            site_id=site_id,
            day=task.day,
            totals=totals,
            read_at=started if reading.is_complete else None,
            closed=reading.is_complete and started >= final_at(task.day, zone),
            is_live=task.day >= began,
        )
        # Off the loop: a commit waits for the disk, and a scrape must not.
        recorded = await asyncio.to_thread(self._ledger.record, record)
        await asyncio.to_thread(
            self._ledger.outbox.place, site_id, self._account.name, partial(start_of, zone=zone)
        )
        for _ in recorded.fallen:
            self._tools.observer.reading_rejected(BACKWARDS)
        self._publish_counters(site_id)
        if task.day == today and totals:
            self._publish_today(site_id, task.day, totals)
        return None

    def _unfallen(self, site_id: str, day: date, reading: DayReading) -> dict[FlowKey, float]:
        """Return the totals; one that falls by more than rounding keeps its value for one turn."""
        totals = dict(reading.totals)
        for row in self._ledger.day(site_id, day):
            key = (row.device_sn, row.flow)
            if key in totals and self._holds(row, totals[key]):
                totals[key] = row.wh
        return totals

    def _holds(self, row: DayTotal, new_wh: float) -> bool:
        if not self._guard.holds(row, new_wh):
            return False
        self._tools.observer.reading_rejected(BACKWARDS)
        return True

    # --- publishing ------------------------------------------------------------------------

    def _publish_today(self, site_id: str, day: date, totals: dict[FlowKey, float]) -> None:
        zone = self._account.zones.zone(site_id)
        found = device_flows(totals)
        flows = MappingProxyType(found.pop(""))
        validity_s = max(SHORTEST_VALIDITY_S, VALID_INTERVALS * self.interval_s())
        self._account.parts.energy_today.replace(
            site_id,
            DayTotals(day, start_of(day, zone), flows, MappingProxyType(found)),
            valid_until_s=self._tools.clock.monotonic() + validity_s,
        )

    def _publish_counters(self, site_id: str) -> None:
        found: dict[str, dict[Flow, float]] = device_flows(self._ledger.counters(site_id))
        flows = found.pop("")
        counters = EnergyCounters(MappingProxyType(flows), MappingProxyType(found))
        self._account.parts.energy_counters.replace(site_id, counters)
