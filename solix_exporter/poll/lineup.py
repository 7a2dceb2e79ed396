"""All polls of one account, and which of them waits for which."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import pairwise

from solix_exporter.cache import AccountParts
from solix_exporter.poll.account import PolledAccount
from solix_exporter.poll.clocks import BOUND_DEVICES
from solix_exporter.poll.details import DetailsPoll, DetailsSettings
from solix_exporter.poll.inverters import INVERTERS, InverterPoll
from solix_exporter.poll.jobs import PollJob, PollTools
from solix_exporter.poll.queries import QUERIES, QUERY_NAMES
from solix_exporter.poll.query import DetailsKind
from solix_exporter.poll.sites import SitesPoll
from solix_exporter.poll.station_averages import AVERAGES, AveragesPoll


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the configuration says about the polls; intervals in s."""

    sites_interval_s: float
    details_intervals_s: Mapping[DetailsKind, float]
    """In the order in which they run."""
    disabled: Collection[str] = ()
    """Names of queries and polls that are not wanted."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A poll, and the one that has to succeed once before it starts."""

    job: PollJob
    after: PollJob | None = None


NAMES_TO_DISABLE: tuple[str, ...] = (
    *QUERY_NAMES,
    *(kind.value for kind in DetailsKind),
    *(row.name for row in AVERAGES),
    INVERTERS,
)
"""What `poll.disable` may hold."""


def line_up(account: PolledAccount, tools: PollTools, wishes: Wishes) -> list[Turn]:
    """Return the polls of an account, the sites poll first."""
    _forget_disabled(account.parts, wishes.disabled)
    is_asked = not {DetailsKind.DEVICE.value, BOUND_DEVICES} & set(wishes.disabled)
    sites = SitesPoll(account, tools, wishes.sites_interval_s, expects_clocks=is_asked).job()
    details = {
        kind: DetailsPoll(account, tools, DetailsSettings(kind, interval_s, wishes.disabled)).job()
        for kind, interval_s in wishes.details_intervals_s.items()
        if kind.value not in wishes.disabled
    }
    chain = [sites, *details.values()]
    averages = [
        Turn(AveragesPoll(row, account, tools).job(), sites)
        for row in AVERAGES
        if row.name not in wishes.disabled
    ]
    inverters = []
    # The device details tell of stand-alone devices.
    if INVERTERS not in wishes.disabled and (device_details := details.get(DetailsKind.DEVICE)):
        job = InverterPoll(account, tools, wishes.sites_interval_s).job()
        inverters.append(Turn(job, device_details))
    return [
        Turn(sites),
        *(Turn(job, before) for before, job in pairwise(chain)),
        *averages,
        *inverters,
    ]


def _forget_disabled(parts: AccountParts, disabled: Collection[str]) -> None:
    """Drop the answers that nothing asks for any more: nothing would renew them, or take them away.

    An account may have had other polls until now, see `service.reload`.
    """
    for kind, queries in QUERIES.items():
        for query in queries:
            if kind.value in disabled or query.name in disabled:
                parts[query.endpoint].keep_only(())
    for row in AVERAGES:
        if row.name in disabled:
            listings = parts.listings()
            others = {one.site_id for one in listings if one.site_type is not row.site_type}
            parts.averages.keep_only(others)
            parts.station_days.keep_only(others)
    if INVERTERS in disabled or DetailsKind.DEVICE.value in disabled:
        parts.inverter_status.keep_only(())
