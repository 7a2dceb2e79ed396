"""The energy poll of one account: plans a cycle, reads its days, has them kept and published."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from solix_exporter.cache import ACCOUNT
from solix_exporter.clock import moment_of
from solix_exporter.cloud.budget import Plan
from solix_exporter.cloud.endpoints.sites import SITE_LIST
from solix_exporter.errors import CloudError
from solix_exporter.ledger import Ledger
from solix_exporter.model.energy import EnergyDay
from solix_exporter.poll.account import PolledAccount
from solix_exporter.poll.backoff import Backoff
from solix_exporter.poll.energy.checks import BACKWARDS
from solix_exporter.poll.energy.days import (
    CATCH_UP_DAYS,
    due_days,
    end_of,
    local_day,
    start_of,
    yesterday_first,
)
from solix_exporter.poll.energy.keeping import DayKeeper
from solix_exporter.poll.energy.kinds import EnergyQuery, SystemProfile, profile_of, queries_of
from solix_exporter.poll.energy.publishing import EnergyPublisher
from solix_exporter.poll.energy.reader import DayReader
from solix_exporter.poll.energy.rises import KnownDay
from solix_exporter.poll.jobs import Idle, PollJob, PollTools, Tally
from solix_exporter.poll.sites import SHORTEST_VALIDITY_S, VALID_INTERVALS

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class EnergyOptions:
    """How the energy poll runs."""

    interval_s: float
    extras: frozenset[str] = frozenset()
    """Names out of `EXTRAS`."""
    is_captured: bool = False
    """Whether the answers come from a folder of captured ones."""
    spread_share: float = 0.8
    """The share of the interval over which a cycle is spread; 0 if a user waits for it."""
    max_wait_s: float = 60.0
    """How long the first cycle waits for the sites, their devices and time zones."""


@dataclass(frozen=True, slots=True)
class _Site:
    """One site, with the requests that make one of its days."""

    profile: SystemProfile
    zone: ZoneInfo
    queries: tuple[EnergyQuery, ...]


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
        """Prepare the poll of an account; `shows` says whether the account shows a site.

        A site that several accounts see is asked for by one of them.
        """
        self._account = account
        self._tools = tools
        self._ledger = ledger
        self._options = options
        self._shows = shows
        self._reader = DayReader(
            account.source,
            tools,
            known=self._known,
            backoff=Backoff(tools, options.interval_s),
            is_captured=options.is_captured,
        )
        self._keeper = DayKeeper(account, ledger)
        self._publisher = EnergyPublisher(account, tools.clock, ledger)
        self._is_first_cycle = True
        self._max_wait_s = options.max_wait_s
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
        """Declare the requests of the next cycle about the known sites.

        Raises LedgerError.
        """
        self._declare(self._days(self._sites()))

    async def run(self) -> Idle | None:
        """Read every day that is due.

        Raises CloudError if every day failed or is held back, LedgerError if nothing can be kept.
        """
        await self._wait_for_sites()
        sites = self._sites()
        for site in sites:
            await self._publisher.counters(site.profile.site_id)
            await self._publisher.yesterday(site.profile.site_id)
        tasks = await asyncio.to_thread(self._days, sites)
        self._declare(tasks)
        self._publisher.forget_vanished()
        pause_s = self._pause_s(len(tasks))
        tally = Tally()
        for number, task in enumerate(tasks):
            if number and pause_s:
                await self._tools.clock.sleep(pause_s)
            tally.add(await self._read(task))
        # Before the first site list it is not known whether there is anything to ask.
        tally.resting += self._account.parts[SITE_LIST].latest(ACCOUNT) is None
        return tally.outcome()

    def _pause_s(self, count: int) -> float:
        """Return the pause between the days of a cycle.

        The first cycle runs as fast as the budget allows: its figures are missing on /metrics.
        """
        if not count or self._is_first_cycle:
            self._is_first_cycle = not count
            return 0.0
        return self._options.spread_share * self.interval_s() / count

    async def _wait_for_sites(self) -> None:
        """Wait until the sites, their devices and their time zones are known."""
        while self._max_wait_s > 0 and not (self._knows_sites() and self._knows_zones()):
            self._max_wait_s -= 1
            await self._tools.clock.sleep(1)
        self._max_wait_s = 0

    def _knows_sites(self) -> bool:
        parts = self._account.parts
        listings = parts.listings()
        return bool(listings) and all(
            parts.devices_of(listing) or parts.scenes.latest(listing.site_id)
            for listing in listings
        )

    def _knows_zones(self) -> bool:
        """Return whether the time zones of all sites are settled."""
        account = self._account
        return all(account.zones.is_settled(one.site_id) for one in account.parts.listings())

    def _sites(self) -> list[_Site]:
        """Return the sites that this account asks for."""
        account = self._account
        found = []
        for listing in account.parts.listings():
            profile = profile_of(account.parts, listing)
            queries = queries_of(profile, self._options.extras)
            if queries and self._shows(listing.site_id):
                found.append(_Site(profile, account.zones.zone(listing.site_id), queries))
        return found

    def _days(self, sites: list[_Site]) -> list[_Task]:
        """Return the due days of all sites; reads the ledger, so it belongs in a thread.

        Every site's today comes before days that can wait.
        """
        now = self._tools.clock.now()
        first, later = [], []
        for site in sites:
            today = local_day(now, site.zone)
            days = tuple(self._days_of(site, now))
            place = days.index(today) + 1
            first += [_Task(site.profile, day, site.queries) for day in days[:place]]
            later += [_Task(site.profile, day, site.queries) for day in days[place:]]
        return first + later

    def _days_of(self, site: _Site, now: datetime) -> Iterable[date]:
        site_id, today = site.profile.site_id, local_day(now, site.zone)
        if self._options.is_captured:
            return (today,)
        states = self._ledger.states(site_id, today - timedelta(days=CATCH_UP_DAYS), today)
        began = self._ledger.began(site_id)
        days = due_days(now, site.zone, began, states)
        # Only yesterday's newest figures show whether today's are still those of yesterday.
        of_today = states.get(today)
        is_unread = began is not None and (of_today is None or of_today.read_at is None)
        return yesterday_first(days) if is_unread and today - _DAY in days else days

    def _declare(self, tasks: list[_Task]) -> None:
        requests = Counter(
            query.endpoint.path
            for task in tasks
            for query in task.queries
            if self._known(task.profile.site_id, query, task.day) is None
        )
        self._tools.budget.declare(
            Plan(self._plan_owner, self._account.server, requests, self._options.interval_s)
        )

    def _known(self, site_id: str, query: EnergyQuery, day: date) -> EnergyDay | None:
        """Return the day's energy from the answers of the averages; only for today.

        At midnight an earlier answer lacks the end of its day.
        """
        if query.curve is None or self._options.is_captured:
            return None
        clock, account = self._tools.clock, self._account
        reported = account.parts.home_system_days.fresh(site_id, moment_of(clock))
        today = local_day(clock.now(), account.zones.zone(site_id))
        if reported is None or not reported.day == day == today:
            return None
        flows = reported.flows.get(query.curve)
        return None if flows is None else EnergyDay(day, flows)

    async def _read(self, task: _Task) -> CloudError | None:
        """Read a day, keep it, publish it; return the error if nothing was answered."""
        site_id, started = task.profile.site_id, self._tools.clock.now()
        zone = self._account.zones.zone(site_id)
        before = None
        if not self._options.is_captured:
            before = await asyncio.to_thread(self._before, site_id, task.day, started)
        reading = await self._reader.read(task.profile, task.queries, task.day, before)
        if reading.error is not None:
            return reading.error
        # Off the loop: a commit waits for the disk, and a scrape must not.
        kept = await asyncio.to_thread(self._keeper.keep, site_id, task.day, reading, started)
        for _ in range(kept.rejected):
            self._tools.observer.reading_rejected(BACKWARDS)
        await self._publisher.counters(site_id)
        await self._publisher.yesterday(site_id)
        if task.day == local_day(started, zone) and kept.totals:
            validity_s = max(SHORTEST_VALIDITY_S, VALID_INTERVALS * self.interval_s())
            self._publisher.today(site_id, task.day, kept, validity_s)
        return None

    def _before(self, site_id: str, day: date, now: datetime) -> KnownDay:
        """Return what the ledger knows about a day before it is read."""
        zone = self._account.zones.zone(site_id)
        rows = self._ledger.day(site_id, day)
        state = self._ledger.states(site_id, day, day).get(day)
        yesterday = None
        if day == local_day(now, zone):
            yesterday = {
                (row.device_sn, row.flow): row.wh for row in self._ledger.day(site_id, day - _DAY)
            }
        return KnownDay(
            day=day,
            start=start_of(day, zone),
            end=end_of(day, zone),
            asked_at=now,
            totals={(row.device_sn, row.flow): row.wh for row in rows},
            most={(row.device_sn, row.flow): max(row.wh, row.counted_wh) for row in rows},
            read_at=state.read_at if state else None,
            yesterday=yesterday,
        )
