"""All polls of one account, and which of them waits for which."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import pairwise

from solix_exporter.cache import AccountParts
from solix_exporter.cloud.endpoints.account import BIND_DEVICES
from solix_exporter.poll.account import PolledAccount
from solix_exporter.poll.averages import AVERAGES, AveragesPoll
from solix_exporter.poll.inverters import INVERTERS, InverterPoll
from solix_exporter.poll.jobs import PollJob, PollTools
from solix_exporter.poll.schedule import SCHEDULE, SCHEDULED_NAMES, SlowPollName, current_names
from solix_exporter.poll.sites import SitesPoll
from solix_exporter.poll.slow_poll import SlowPoll, SlowPollOptions


@dataclass(frozen=True, slots=True)
class PollOptions:
    """What the configuration says about the polls; intervals in s."""

    sites_interval_s: float
    slow_intervals_s: Mapping[SlowPollName, float]
    """In the order in which they run."""
    disabled: Collection[str] = ()
    """`poll.disable`: names of polls and of endpoints, former ones too."""


@dataclass(frozen=True, slots=True)
class PlannedPoll:
    """A poll, and the one that has to succeed once before it starts."""

    job: PollJob
    after: PollJob | None = None


NAMES_TO_DISABLE: tuple[str, ...] = (
    *SCHEDULED_NAMES,
    *(name.value for name in SlowPollName),
    *(row.name for row in AVERAGES),
    INVERTERS,
)
"""What `poll.disable` may contain, apart from former names."""


def planned_polls(
    account: PolledAccount, tools: PollTools, options: PollOptions
) -> list[PlannedPoll]:
    """Return the polls of an account, the sites poll first."""
    disabled = current_names(options.disabled)
    _forget_disabled(account.parts, disabled)
    asks_clocks = not {SlowPollName.DEVICES.value, BIND_DEVICES.name} & disabled
    sites = SitesPoll(account, tools, options.sites_interval_s, expects_clocks=asks_clocks).job()
    slow = {
        name: SlowPoll(account, tools, SlowPollOptions(name, interval_s, disabled)).job()
        for name, interval_s in options.slow_intervals_s.items()
        if name.value not in disabled
    }
    polls = [PlannedPoll(sites)]
    polls += [PlannedPoll(job, after) for after, job in pairwise((sites, *slow.values()))]
    polls += [
        PlannedPoll(AveragesPoll(row, account, tools).job(), sites)
        for row in AVERAGES
        if row.name not in disabled
    ]
    # The devices poll finds the stand-alone devices.
    if INVERTERS not in disabled and (devices := slow.get(SlowPollName.DEVICES)):
        job = InverterPoll(account, tools, options.sites_interval_s).job()
        polls.append(PlannedPoll(job, devices))
    return polls


def _forget_disabled(parts: AccountParts, disabled: Collection[str]) -> None:
    """Drop the answers that are not asked for any more: nothing would renew or remove them.

    Until a reload the account may have had other polls.
    """
    for name, rows in SCHEDULE.items():
        for row in rows:
            if name.value in disabled or row.name in disabled:
                parts[row.endpoint].keep_only(())
    for averages in AVERAGES:
        if averages.name in disabled:
            listings = parts.listings()
            others = {one.site_id for one in listings if one.site_type is not averages.site_type}
            parts.averages.keep_only(others)
            parts.home_system_days.keep_only(others)
    if INVERTERS in disabled or SlowPollName.DEVICES.value in disabled:
        parts.inverter_status.keep_only(())
