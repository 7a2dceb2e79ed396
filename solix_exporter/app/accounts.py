"""An account as the exporter keeps it: its source, its zones, and its polls by name."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from functools import partial

from solix_exporter.app.assembly import ENERGY_POLL, price_terms, site_zones
from solix_exporter.app.connections import AccountSource
from solix_exporter.cache import Cache
from solix_exporter.config import PollSettings, Settings
from solix_exporter.ledger import Ledger
from solix_exporter.poll.account import PolledAccount
from solix_exporter.poll.assembly import PlannedPoll, PollOptions, planned_polls
from solix_exporter.poll.energy.job import EnergyOptions, EnergyPoll
from solix_exporter.poll.energy.kinds import GRID
from solix_exporter.poll.jobs import PollJob, PollTools
from solix_exporter.poll.schedule import SlowPollName
from solix_exporter.poll.zone_book import ZoneBook

SITES_POLL = "sites"


class Mode(Enum):
    """What the polls are made for."""

    SERVING = "serving"
    """To run for years: keeps the energy of days, and spreads its requests over the interval."""
    WATCHING = "watching"
    """For a person at a terminal: asks at once, and leaves a running exporter's ledger alone."""
    ONCE = "once"
    """The same, for a single round of polls."""
    EXAMINING = "examining"
    """For `check`, which logs in to each account at most once."""


@dataclass(frozen=True, slots=True)
class Account:
    """One account with its polls."""

    polled: PolledAccount
    """Its source, zones and cached answers, as the polls see them."""
    polls: Mapping[str, PollJob]
    """By name, in the order of a single round."""
    after: Mapping[str, PollJob]
    """By name of a poll: the one that has to succeed once before it starts."""

    @property
    def name(self) -> str:
        """Return the value of the label `account`."""
        return self.polled.name

    @property
    def sites(self) -> PollJob:
        """Return the poll that finds the sites; it decides whether the account is up."""
        return self.polls[SITES_POLL]


@dataclass(frozen=True, slots=True)
class AccountBuilder:
    """Builds accounts from what all of them share."""

    cache: Cache
    tools: PollTools
    ledger: Ledger
    mode: Mode
    zone_book: ZoneBook
    is_captured: bool = False
    """Whether the answers come from folders instead of the cloud."""

    def build(self, connection: AccountSource, settings: Settings) -> Account:
        """Return an account with its polls."""
        polled = PolledAccount(
            name=connection.name,
            country=connection.country,
            server=connection.server,
            source=connection.source,
            parts=self.cache.of(connection.name),
            zones=site_zones(settings, connection.country, self.zone_book),
            terms=price_terms(settings),
        )
        rows = planned_polls(polled, self.tools, _poll_options(settings.poll))
        if ENERGY_POLL not in settings.poll.disable:
            rows.append(PlannedPoll(self._energy_poll(polled, settings.poll)))
        else:
            polled.parts.energy_today.keep_only(())
            polled.parts.energy_counters.keep_only(())
        return Account(
            polled,
            polls={row.job.poll: row.job for row in rows},
            after={row.job.poll: row.after for row in rows if row.after},
        )

    def _energy_poll(self, account: PolledAccount, poll: PollSettings) -> PollJob:
        # Captured answers cost nothing, and only `grid` has the grid's energy of several days.
        extras = {*poll.energy_extra, GRID} if self.is_captured else set(poll.energy_extra)
        options = EnergyOptions(
            poll.energy_interval_s, frozenset(extras), is_captured=self.is_captured
        )
        if self.mode is not Mode.SERVING:
            options = replace(options, spread_share=0.0)
        if self.mode is Mode.ONCE:
            options = replace(options, max_wait_s=0.0)
        shows = partial(self.cache.shows, account.name)
        return EnergyPoll(account, self.tools, self.ledger, options, shows).job()


def _poll_options(poll: PollSettings) -> PollOptions:
    intervals_s = {
        SlowPollName.DEVICES: poll.device_details_interval_s,
        SlowPollName.SITES: poll.site_details_interval_s,
    }
    return PollOptions(poll.sites_interval_s, intervals_s, poll.disable)
