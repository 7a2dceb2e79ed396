"""Past days: which are missing, what they cost, and how they are fetched.

Every day is written to the ledger as soon as it was read, so that an interrupted run goes on where
it stopped. What is fetched here never goes into the counters.
"""

import logging
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from solix_exporter.cloud.budget import Budget
from solix_exporter.errors import CloudError, RequestRejected, TransientError
from solix_exporter.ledger import DayRecord, DayState, Ledger
from solix_exporter.model.site import SiteListing
from solix_exporter.poll.account import PolledAccount
from solix_exporter.poll.energy.days import CATCH_UP_DAYS, final_at, local_day
from solix_exporter.poll.energy.kinds import EnergyQuery, SystemProfile, profile_of, queries_of
from solix_exporter.poll.energy.placing import DayPlacer
from solix_exporter.poll.energy.reader import DayReader, DayReading
from solix_exporter.poll.jobs import PollTools

_LOGGER = logging.getLogger(__name__)

_DAY = timedelta(days=1)
_TRIES = 5
_PAUSE_S = 60.0
"""The first wait after a failure; each further one is twice as long."""


@dataclass(frozen=True, slots=True)
class Wish:
    """The days that are requested."""

    first: date
    last: date | None = None
    """None is yesterday at each site."""
    site_id: str = ""
    """Empty for all sites."""
    overwrite: bool = False
    """Whether days that are closed are fetched again."""


@dataclass(frozen=True, slots=True)
class SitePlan:
    """The days of one site that are to be fetched, newest first."""

    account: PolledAccount
    listing: SiteListing
    profile: SystemProfile
    queries: tuple[EnergyQuery, ...]
    zone: ZoneInfo
    first: date
    last: date
    days: tuple[date, ...]
    known: int
    """Days of the range that the ledger has."""
    left: int
    """Days of the range that the exporter itself will read at its next turn."""

    @property
    def requests(self) -> int:
        """Return how many requests the days take."""
        return len(self.days) * len(self.queries)


@dataclass(frozen=True, slots=True)
class BackfillPlan:
    """Everything that is to be fetched."""

    sites: tuple[SitePlan, ...]

    @property
    def days(self) -> int:
        """Return how many days are missing, of all sites."""
        return sum(len(site.days) for site in self.sites)

    @property
    def requests(self) -> int:
        """Return how many requests they take."""
        return sum(site.requests for site in self.sites)

    def duration_s(self, budget: Budget) -> float:
        """Return how long the requests take under the budget, s."""
        counts: Counter[tuple[str, str]] = Counter()
        for site in self.sites:
            for query in site.queries:
                counts[site.account.server, query.endpoint.path] += len(site.days)
        return sum(
            budget.duration_s(server, endpoint, count)
            for (server, endpoint), count in counts.items()
        )


class Backfill:
    """Fetches missing days of all accounts' sites."""

    def __init__(
        self,
        tools: PollTools,
        ledger: Ledger,
        shows: Callable[[str, str], bool],
        extras: frozenset[str] = frozenset(),
    ) -> None:
        """Prepare with what all polls share; `shows` says through which account a site is asked.

        `extras` are names out of `EXTRAS`, as of the energy poll.
        """
        self._tools = tools
        self._ledger = ledger
        self._shows = shows
        self._extras = extras

    def plan(self, accounts: Sequence[PolledAccount], wish: Wish) -> BackfillPlan:
        """Return the requested days that are missing; the sites must have been polled."""
        return BackfillPlan(
            tuple(
                self._site(account, listing, wish)
                for account in accounts
                for listing in account.parts.listings()
                if self._shows(account.name, listing.site_id)
                and wish.site_id in {"", listing.site_id}
            )
        )

    def _site(self, account: PolledAccount, listing: SiteListing, wish: Wish) -> SitePlan:
        site_id = listing.site_id
        zone, profile = account.zones.zone(site_id), profile_of(account.parts, listing)
        queries = queries_of(profile, self._extras)
        now = self._tools.clock.now()
        yesterday = local_day(now, zone) - _DAY
        last = min(wish.last or yesterday, yesterday)
        days = list(_newest_first(wish.first, last)) if queries else []
        kept = self._ledger.states(site_id, wish.first, last)
        states = {day: state.as_of(now) for day, state in kept.items()}
        began = self._ledger.began(site_id)
        own_from = max(began, yesterday + _DAY - timedelta(days=CATCH_UP_DAYS)) if began else None
        left = [day for day in days if _is_left(day, own_from, states.get(day))]
        known = [
            day
            for day in days
            if day not in left and day in states and states[day].closed and not wish.overwrite
        ]
        missing = set(days) - set(left) - set(known)
        return SitePlan(
            account=account,
            listing=listing,
            profile=profile,
            queries=queries,
            zone=zone,
            first=wish.first,
            last=last,
            days=tuple(day for day in days if day in missing),
            known=len(known),
            left=len(left),
        )

    async def run(
        self, plan: BackfillPlan, *, overwrite: bool = False, done: Callable[[str, date], None]
    ) -> None:
        """Fetch the days of a plan; `done` is called with each site and day that is on disk.

        Raises TransientError where the cloud stays away, AuthenticationError, LedgerError.
        """
        for site in plan.sites:
            reader = DayReader(site.account.source, self._tools)
            placer = DayPlacer(site.account, self._ledger)
            for day in site.days:
                reading = await self._read(reader, site, day)
                if isinstance(reading.error, RequestRejected):
                    _LOGGER.warning(
                        "site %s: the cloud refuses its energy: %s",
                        site.listing.site_id,
                        reading.error,
                    )
                    break
                self._keep(site, day, reading, overwrite=overwrite)
                placer.place(site.listing.site_id)
                done(site.listing.site_id, day)

    def _keep(self, site: SitePlan, day: date, reading: DayReading, *, overwrite: bool) -> None:
        now = self._tools.clock.now()
        self._ledger.record(
            DayRecord(
                site_id=site.listing.site_id,
                day=day,
                totals=reading.totals,
                read_at=now,
                closed=now >= final_at(day, site.zone),
                is_live=False,
                overwrite=overwrite,
            )
        )

    async def _read(self, reader: DayReader, site: SitePlan, day: date) -> DayReading:
        """Read a day, with pauses and retries if the cloud fails; raises TransientError at last."""
        pause_s = _PAUSE_S
        for _ in range(_TRIES - 1):
            reading = await reader.read(site.profile, site.queries, day)
            if reading.is_complete:
                return reading
            await self._tools.clock.sleep(pause_s)
            pause_s *= 2
        reading = await reader.read(site.profile, site.queries, day)
        if not reading.is_complete:
            raise _given_up(reading.error, day)
        return reading


def _given_up(error: CloudError | None, day: date) -> CloudError:
    cause = f": {error}" if error else ""
    return TransientError(
        f"the cloud does not answer for {day}{cause}. What was fetched is kept;"
        " the same command goes on from there"
    )


def _newest_first(first: date, last: date) -> Iterator[date]:
    for back in range((last - first).days + 1):
        yield last - timedelta(days=back)


def _is_left(day: date, own_from: date | None, state: DayState | None) -> bool:
    """Return whether the exporter's own poll will read a day and count it."""
    if own_from is None or day < own_from:
        return False
    return state is None or (state.is_live and not state.closed)
