"""From an account to its chain of polls: what is asked, how often, in which order, and its life."""

from dataclasses import dataclass, replace
from enum import Enum
from functools import partial

from solix_exporter.cache import Cache
from solix_exporter.cloud.budget import Budget
from solix_exporter.config import Settings
from solix_exporter.connect import Connected
from solix_exporter.ledger import Ledger
from solix_exporter.metrics.own import OwnMetrics
from solix_exporter.outages import Outages
from solix_exporter.poll.account import PolledAccount
from solix_exporter.poll.assembly import PlannedPoll, PollOptions, planned_polls
from solix_exporter.poll.energy.job import EnergyOptions, EnergyPoll
from solix_exporter.poll.energy.kinds import GRID
from solix_exporter.poll.jobs import PollJob, PollTools
from solix_exporter.poll.schedule import SlowPollName
from solix_exporter.poll.scheduler import PollScheduler
from solix_exporter.poll.zone_book import ZoneBook
from solix_exporter.wiring import ENERGY_POLL, price_terms, site_zones


class Use(Enum):
    """What an exporter is built for."""

    SERVING = "serving"
    """To run for years: keeps the days' energy, and spreads its questions about it."""
    WATCHING = "watching"
    """For somebody who looks on: asks at once, and leaves a running exporter's ledger alone."""
    ONCE = "once"
    """The same, for a single round of polls."""


@dataclass(frozen=True, slots=True)
class Chain:
    """One account with its polls; the first one finds its sites."""

    account: PolledAccount
    polls: tuple[PlannedPoll, ...]

    @property
    def jobs(self) -> tuple[PollJob, ...]:
        """Return the polls."""
        return tuple(poll.job for poll in self.polls)


@dataclass(frozen=True, slots=True)
class ChainParts:
    """What all chains share."""

    cache: Cache
    tools: PollTools
    ledger: Ledger
    use: Use
    is_captured: bool
    """Whether the answers come from folders instead of the cloud."""
    book: ZoneBook
    """The sites' zones as earlier starts have learnt them."""

    def chain(self, account: Connected, settings: Settings) -> Chain:
        """Return the polls of an account, that of its energy last."""
        polled = self._polled(account, settings)
        polls = planned_polls(polled, self.tools, _poll_options(settings))
        if ENERGY_POLL not in settings.poll.disable:
            polls.append(PlannedPoll(self._energy_job(polled, settings)))
        else:
            polled.parts.energy_today.keep_only(())
            polled.parts.energy_counters.keep_only(())
        return Chain(polled, tuple(polls))

    def _polled(self, account: Connected, settings: Settings) -> PolledAccount:
        return PolledAccount(
            name=account.name,
            country=account.country,
            server=account.server,
            source=account.source,
            parts=self.cache.of(account.name),
            zones=site_zones(settings, account.country, self.book),
            terms=price_terms(settings),
        )

    def _energy_job(self, account: PolledAccount, settings: Settings) -> PollJob:
        """Return the poll of an account's energy."""
        poll = settings.poll
        # Captured answers cost nothing, and of several days only `grid` tells the grid's.
        extras = {*poll.energy_extra, GRID} if self.is_captured else set(poll.energy_extra)
        options = EnergyOptions(
            poll.energy_interval_s, frozenset(extras), is_captured=self.is_captured
        )
        if self.use is not Use.SERVING:
            options = replace(options, spread_share=0.0)
        if self.use is Use.ONCE:
            options = replace(options, max_wait_s=0.0)
        shows = partial(self.cache.shows, account.name)
        return EnergyPoll(account, self.tools, self.ledger, options, shows).job()


@dataclass(frozen=True, slots=True)
class Rota:
    """Lets chains begin and end: their polls, their share of the budget, their counters."""

    scheduler: PollScheduler
    budget: Budget
    own: OwnMetrics
    outages: Outages

    def begin(self, chain: Chain) -> None:
        """Run a chain's polls from now on."""
        self._expect(chain)
        for poll in chain.polls:
            self.scheduler.add(poll.job, after=poll.after)

    def end(self, chain: Chain, *, is_forgotten: bool) -> None:
        """Run a chain's polls no more; `is_forgotten` takes its account from the metrics too."""
        for job in chain.jobs:
            self.scheduler.remove(job)
            self.budget.withdraw(job.key)
        # Who changes or brings back an account wants to hear whether the trouble is still there.
        self.outages.forget(f"account {chain.account.name}")
        if is_forgotten:
            self.own.forget_account(chain.account.name, [job.poll for job in chain.jobs])

    def forget_polls(self, before: Chain, now: Chain) -> None:
        """Stop showing the polls that an account's new chain lacks: nothing would renew them."""
        gone = {job.poll for job in before.jobs} - {job.poll for job in now.jobs}
        self.own.forget_polls(before.account.name, gone)

    def _expect(self, chain: Chain) -> None:
        """Start an account's counters at 0, so that the first event of each is an increase."""
        for job in chain.jobs:
            self.own.expect_account(job.account)
            if job.is_needed():
                self.own.expect_poll(job.account, job.poll, job.interval_s())


def _poll_options(settings: Settings) -> PollOptions:
    poll = settings.poll
    intervals_s = {
        SlowPollName.DEVICES: poll.device_details_interval_s,
        SlowPollName.SITES: poll.site_details_interval_s,
    }
    return PollOptions(poll.sites_interval_s, intervals_s, poll.disable)
