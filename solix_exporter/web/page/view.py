"""What the page shows, in words: the templates only arrange it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from solix_exporter.cloud.budget import EndpointBudget
from solix_exporter.model.site import Access, Site, SiteReadings
from solix_exporter.web.page.device import DeviceView, view_device
from solix_exporter.web.page.flow import FlowPicture, draw_flow
from solix_exporter.web.page.today import TodayView, view_today
from solix_exporter.web.page.words import (
    ago,
    clock_minute,
    clock_time,
    duration,
    sentence,
    watthours,
    watts,
)
from solix_exporter.web.sources import AccountLine, PollLine, Status

_MARKS = {True: ("good", "works"), False: ("bad", "broken"), None: ("unknown", "starting")}


@dataclass(frozen=True, slots=True)
class SiteView:
    """One site."""

    key: str
    """Names its parts in the page; says nothing about the site."""
    name: str
    kind: str
    mark: str
    """good, bad or unknown."""
    freshness: str
    data_at: str
    """ISO 8601, empty where not known."""
    data_at_title: str
    notice: str
    """A sentence where something is wrong with the data."""
    flow: FlowPicture
    last_known: str
    """When the readings were live that the picture lacks, empty where it has some."""
    facts: tuple[tuple[str, str], ...]
    today: TodayView | None
    devices: tuple[DeviceView, ...]


@dataclass(frozen=True, slots=True)
class AccountView:
    """One account."""

    name: str
    mark: str
    word: str
    state: str
    advice: str


@dataclass(frozen=True, slots=True)
class PollView:
    """One poll."""

    account: str
    poll: str
    mark: str
    every: str
    last: str
    next: str


@dataclass(frozen=True, slots=True)
class BudgetView:
    """The running minute of one endpoint."""

    endpoint: str
    left: int
    limit: int

    @property
    def is_idle(self) -> bool:
        """Return whether nothing was asked of it in the last minute."""
        return self.left == self.limit

    @property
    def share(self) -> float:
        """Return how much is left, 0-100."""
        return 100 * self.left / self.limit if self.limit else 0.0


@dataclass(frozen=True, slots=True)
class PageView:
    """The whole page."""

    headline: str
    mark: str
    time: str
    sites: tuple[SiteView, ...]
    accounts: tuple[AccountView, ...]
    polls: tuple[PollView, ...]
    budget: tuple[BudgetView, ...]
    devices: tuple[DeviceView, ...]
    """Those that belong to no site."""
    local: tuple[AccountView, ...]
    """The configured devices of the local network."""


def view_page(status: Status) -> PageView:
    """Return the page of a moment."""
    snapshot = status.snapshot
    sites = tuple(
        _view_site(site, f"site-{number}", status) for number, site in enumerate(snapshot.sites, 1)
    )
    accounts = tuple(_view_account(line) for line in status.accounts)
    local = tuple(_view_account(line) for line in status.local)
    mark, headline = _headline(sites, accounts, local, has_devices=bool(snapshot.devices))
    return PageView(
        headline=headline,
        mark=mark,
        time=f"{status.now:%Y-%m-%d %H:%M:%S} UTC",
        sites=sites,
        accounts=accounts,
        polls=tuple(_view_poll(line, status.now) for line in status.polls),
        budget=_view_budget(status.budget),
        devices=tuple(
            view_device(device, status.now, status.notes.get(device.sn, ""))
            for device in snapshot.devices
            if device.site_id is None
        ),
        local=local,
    )


def _headline(
    sites: tuple[SiteView, ...],
    accounts: tuple[AccountView, ...],
    local: tuple[AccountView, ...],
    *,
    has_devices: bool,
) -> tuple[str, str]:
    """Return mark and sentence on whether all is well."""
    broken = sum(account.mark == "bad" for account in accounts)
    if broken:
        return "bad", _some(broken, len(accounts), "account", "needs you", "need you")
    away = sum(line.mark == "bad" for line in local)
    if away:
        return "bad", _some(away, len(local), "local device", "needs you", "need you")
    if not sites and not has_devices:
        is_starting = any(line.mark == "unknown" for line in (*accounts, *local))
        text = "The first poll is on its way" if is_starting else "There is no system yet"
        return "unknown", text
    stale = sum(site.mark != "good" for site in sites)
    if stale:
        return "bad", _some(stale, len(sites), "system", "has no fresh data", "have no fresh data")
    return "good", "All is well"


def _some(count: int, total: int, what: str, one: str, many: str) -> str:
    """Return a sentence on some of several things, or on the only one."""
    if total == 1:
        return f"Your {what} {one}"
    return f"{count} of {total} {what}s {one if count == 1 else many}"


def _view_site(site: Site, key: str, status: Status) -> SiteView:
    mark, notice = _condition(site, status.now)
    access = ", shared with you" if site.access is Access.MEMBER else ""
    return SiteView(
        key=key,
        name=site.name or "System without a name",
        kind=f"{sentence(site.site_type.value)}{access}",
        mark=mark,
        freshness=_freshness(site, status),
        data_at=site.data_at.isoformat() if site.data_at else "",
        data_at_title=clock_time(site.data_at, site.timezone) if site.data_at else "",
        notice=notice,
        flow=draw_flow(_measured(site)),
        last_known=_last_known(site, status.now),
        facts=_facts(site),
        today=view_today(site),
        devices=tuple(
            view_device(device, status.now, status.notes.get(device.sn, ""))
            for device in status.snapshot.devices
            if device.site_id == site.site_id
        ),
    )


def _freshness(site: Site, status: Status) -> str:
    if site.data_at is not None:
        return f"Data {ago(site.data_at, status.now)}"
    polls = (row for row in status.polls if row.account == site.account and row.poll == "sites")
    last = next((row.last_success_at for row in polls), None)
    return f"Asked {ago(last, status.now)}" if last else "No data yet"


def _condition(site: Site, now: datetime) -> tuple[str, str]:
    """Return the mark of a site's data, and a sentence where something is wrong with them."""
    since = f" since {clock_time(site.data_at, site.timezone)}" if site.data_at else ""
    age = f", {duration((now - site.data_at).total_seconds())}" if site.data_at else ""
    if site.now is None:
        return "bad", f"No fresh data{since}{age}. Old readings are not shown as if they were new."
    if not site.now.is_data_valid:
        return "unknown", "The cloud says that nothing is measured at the moment."
    return "good", ""


def _last_known(site: Site, now: datetime) -> str:
    """Return when something was last measured, where nothing is live."""
    if site.is_data_valid or site.data_at is None:
        return ""
    return clock_minute(site.data_at, site.timezone, now)


def _measured(site: Site) -> SiteReadings | None:
    """Return the readings of whichever source has them, None where nothing is measured."""
    return site.now if site.now is not None and site.now.is_data_valid else None


def _facts(site: Site) -> tuple[tuple[str, str], ...]:
    now = _measured(site) or SiteReadings()
    lifetime_wh = site.lifetime.energy_wh if site.lifetime else None
    stored = None
    if now.stored_energy_wh is not None and now.capacity_wh is not None:
        stored = f"{watthours(now.stored_energy_wh)} of {watthours(now.capacity_wh)}"
    mode, price = site.usage_mode, site.details.price
    pairs = (
        ("Stored", stored),
        ("Smart plugs", _if_known(watts, now.plug_power_w)),
        ("Other solar", _if_known(watts, now.third_party_pv_power_w)),
        ("Mode", sentence(mode.value) if mode else None),
        ("Price", f"{price.amount:.2f} {price.currency} a kWh" if price else None),
        ("Since the start", _if_known(watthours, lifetime_wh)),
    )
    return tuple((label, value) for label, value in pairs if value is not None)


def _if_known(write: Callable[[float], str], value: float | None) -> str | None:
    return None if value is None else write(value)


def _view_account(line: AccountLine) -> AccountView:
    mark, word = _MARKS[line.is_up]
    return AccountView(line.name, mark, word, line.state, line.advice)


def _view_poll(line: PollLine, now: datetime) -> PollView:
    mark = "bad" if line.is_failing else "good" if line.last_success_at else "unknown"
    upcoming = "soon" if line.next_run_in_s is None else f"in {duration(line.next_run_in_s)}"
    return PollView(
        account=line.account,
        poll=sentence(line.poll),
        mark=mark,
        every=f"every {duration(line.interval_s)}",
        last=ago(line.last_success_at, now),
        next=upcoming,
    )


def _view_budget(windows: tuple[EndpointBudget, ...]) -> tuple[BudgetView, ...]:
    """Return the budgets by endpoint, of several servers the one with least left."""
    tightest: Mapping[str, EndpointBudget] = {
        row.endpoint: row for row in sorted(windows, key=lambda row: -row.remaining)
    }
    return tuple(
        BudgetView(endpoint, row.remaining, row.limit) for endpoint, row in sorted(tightest.items())
    )
