"""Builds the exporter from its settings and owns the life of every part."""

import asyncio
import difflib
import logging
import re
import signal
import tempfile
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self
from zoneinfo import ZoneInfo

from solix_exporter import __version__
from solix_exporter.cache import Cache
from solix_exporter.clock import Clock, host_zone
from solix_exporter.cloud import crypto
from solix_exporter.cloud.budget import Budget, Limits
from solix_exporter.cloud.endpoints import ENDPOINTS
from solix_exporter.cloud.login import LOGIN_PATH, Credentials
from solix_exporter.cloud.regions import server_of, zones_of
from solix_exporter.cloud.replay import Replay
from solix_exporter.cloud.session import Link, Session, Source
from solix_exporter.cloud.transport import Transport
from solix_exporter.config import AccountSettings, Settings
from solix_exporter.errors import ConfigError
from solix_exporter.ledger import Ledger, Presence
from solix_exporter.metrics.exposition import Exposition
from solix_exporter.metrics.own import OwnMetrics
from solix_exporter.model.account import Account
from solix_exporter.model.prices import OwnTerms
from solix_exporter.model.snapshot import Snapshot
from solix_exporter.poll.account import PolledAccount
from solix_exporter.poll.energy.backfill import Backfill
from solix_exporter.poll.energy.job import EnergyOptions, EnergyPoll
from solix_exporter.poll.energy.kinds import GRID
from solix_exporter.poll.jobs import PollJob, PollTools
from solix_exporter.poll.lineup import NAMES_TO_DISABLE, Turn, Wishes, line_up
from solix_exporter.poll.query import DetailsKind
from solix_exporter.poll.scheduler import PollScheduler
from solix_exporter.poll.zones import SiteZones
from solix_exporter.web import AccountLine, WebServer, WebSources, build_app

_LOGGER = logging.getLogger(__name__)

LEDGER_FILE = "ledger.sqlite3"
"""Below the state directory."""
SITES_POLL, ENERGY_POLL = "sites", "energy"

_STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)


class Exporter:
    """The running exporter; `async with` starts it and stops it."""

    def __init__(self, settings: Settings, clock: Clock, replay: Sequence[Path] = ()) -> None:
        """Build all parts; nothing is opened yet.

        Raises ConfigError for what shows only when the parts are put together.
        """
        self._settings = settings
        self._clock = clock
        self._own = OwnMetrics(__version__)
        self._budget = Budget(clock, self._own, _limits(settings))
        self._own.watch_budget(self._budget.state)
        self._cache = Cache(_capacities(settings))
        self._transport = Transport(settings.cloud.timeout_s)
        self._tools = PollTools(clock, self._budget, self._own)
        self._scheduler = PollScheduler(clock.speed)
        _check_disabled(settings.poll.disable)
        # Captured answers are of some past day: what they add up to is shown, and not kept.
        self.ledger = Ledger(None if replay else settings.state_dir / LEDGER_FILE)
        self._presence = Presence(self.ledger.path)
        self.accounts = tuple(self._accounts(replay))
        self._turns = tuple(
            turn for account in self.accounts for turn in self._turns_of(account, bool(replay))
        )
        self.jobs: tuple[PollJob, ...] = tuple(turn.job for turn in self._turns)
        self.exposition = Exposition(self.snapshot, self._own.registry)
        self.web = WebServer(build_app(self._web_sources()))
        self._stack = AsyncExitStack()

    def snapshot(self) -> Snapshot:
        """Return everything that is known and valid now."""
        return self._cache.snapshot(self._clock.monotonic())

    # --- building --------------------------------------------------------------------------

    def _turns_of(self, account: PolledAccount, is_captured: bool) -> list[Turn]:  # noqa: FBT001 - its one caller is above
        """Return the polls of an account, that of its energy last."""
        poll = self._settings.poll
        intervals_s = {
            DetailsKind.DEVICE: poll.device_details_interval_s,
            DetailsKind.SITE: poll.site_details_interval_s,
        }
        wishes = Wishes(poll.sites_interval_s, intervals_s, poll.disable)
        turns = line_up(account, self._tools, wishes)
        if ENERGY_POLL not in poll.disable:
            turns.append(Turn(self._energy_job(account, is_captured)))
        return turns

    def _energy_job(self, account: PolledAccount, is_captured: bool) -> PollJob:  # noqa: FBT001 - as above
        """Return the poll of an account's energy."""
        poll = self._settings.poll
        # Captured answers cost nothing, and of several days only `grid` tells the grid's.
        extras = {*poll.energy_extra, GRID} if is_captured else set(poll.energy_extra)
        options = EnergyOptions(poll.energy_interval_s, frozenset(extras), is_captured=is_captured)
        shows = partial(self._cache.shows, account.name)
        return EnergyPoll(account, self._tools, self.ledger, options, shows).job()

    def _accounts(self, replay: Sequence[Path]) -> list[PolledAccount]:
        """Return what is polled: the folders where there are any, else the accounts."""
        if replay:
            names = _replay_names(replay)
            return [
                self._polled(name, "", f"replay:{folder.name}", Replay(folder, self._own))
                for name, folder in zip(names, replay, strict=True)
            ]
        if self._settings.accounts:
            check_state_dir(self._settings.state_dir)
        return [self._live(account) for account in self._settings.accounts]

    def _live(self, account: AccountSettings) -> PolledAccount:
        settings = self._settings
        server = server_for(settings, account)
        public_key = settings.cloud.public_key or crypto.CLOUD_PUBLIC_KEY
        _check_public_key(public_key)
        credentials = Credentials(
            name=account.name,
            email=account.user,
            password=account.password.get_secret_value(),
            country=account.country,
            server=server,
            zone=_cloud_zone(settings, account.country),
            public_key=public_key,
        )
        link = Link(self._transport, self._budget, self._own, self._clock)
        session = Session(credentials, link, settings.state_dir)
        return self._polled(account.name, account.country, server, session)

    def _polled(self, name: str, country: str, server: str, source: Source) -> PolledAccount:
        return PolledAccount(
            name=name,
            country=country,
            server=server,
            source=source,
            parts=self._cache.of(name),
            zones=_site_zones(self._settings, country),
            terms=_price_terms(self._settings),
        )

    def _web_sources(self) -> WebSources:
        return WebSources(
            scrape=self.exposition.scrape,
            is_ready=self._is_ready,
            accounts=self._account_lines,
            telemetry_path=self._settings.web.telemetry_path,
        )

    def _is_ready(self) -> bool:
        """Return whether any account was ever polled with success; an outage does not undo it."""
        has_nothing_to_do = not self.accounts
        return (
            has_nothing_to_do
            or any(self._cache.of(account.name).listings() for account in self.accounts)
            or any(account.is_up for account in self.snapshot().accounts)
        )

    def _account_lines(self) -> list[AccountLine]:
        ran = {job.account for job in self.jobs if job.poll == SITES_POLL and job.has_run}
        return [
            AccountLine(
                account.name, account.is_up if account.name in ran else None, _state(account)
            )
            for account in self.snapshot().accounts
        ]

    # --- living ----------------------------------------------------------------------------

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[Self]:
        """Open what a command needs: the ledger and the way to the cloud, no polls, no server.

        Raises LedgerError.
        """
        try:
            self.ledger.open()
            yield self
        finally:
            self.ledger.close()
            await self._transport.close()

    def backfill(self) -> Backfill:
        """Return what fetches days of the past."""
        return Backfill(self._tools, self.ledger, self._cache.shows)

    @property
    def budget(self) -> Budget:
        """Return the budget that everything here asks the cloud under."""
        return self._budget

    @property
    def tools(self) -> PollTools:
        """Return what all polls share."""
        return self._tools

    async def __aenter__(self) -> Self:
        """Open the ledger and the web server, then start the polls.

        Raises LedgerError for a ledger that cannot be used, ConfigError for a taken address.
        """
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self._transport.close)
            # First, because a ledger that cannot be read ends the start.
            self.ledger.open()
            stack.callback(self.ledger.close)
            if not self._presence.hold():
                _LOGGER.warning("another exporter keeps the same ledger %s", self.ledger.path)
            stack.callback(self._presence.release)
            await self.web.start(self._settings.web.listen_addresses)
            stack.push_async_callback(self.web.stop)
            self._expect()
            for turn in self._turns:
                self._scheduler.add(turn.job, after=turn.after)
            self._scheduler.start()
            stack.callback(self._scheduler.stop)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop the polls, the web server, the ledger and the connections to the cloud."""
        await self._stack.aclose()

    def _expect(self) -> None:
        """Start all counters at 0, so that the first event of each is an increase."""
        for endpoint in (LOGIN_PATH, *(row.path for row in ENDPOINTS)):
            self._own.expect_endpoint(endpoint)
        for job in self.jobs:
            self._own.expect_account(job.account)
            if job.is_needed():
                self._own.expect_poll(job.account, job.poll, job.interval_s())


async def serve(
    settings: Settings,
    *,
    clock: Clock,
    replay: Sequence[Path] = (),
    announce: Callable[[str], None],
) -> None:
    """Run the exporter until SIGTERM or SIGINT.

    `announce` gets one line an address, once the exporter answers there. Raises ConfigError.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in _STOP_SIGNALS:
        loop.add_signal_handler(number, stop.set)
    loop.add_signal_handler(signal.SIGHUP, _refuse_reload)
    try:
        async with Exporter(settings, clock, replay) as exporter:
            for url in exporter.web.urls:
                announce(f"{url}{settings.web.telemetry_path}")
            await stop.wait()
            _LOGGER.info("stopping")
    finally:
        for number in (*_STOP_SIGNALS, signal.SIGHUP):
            loop.remove_signal_handler(number)


def _refuse_reload() -> None:
    _LOGGER.warning("SIGHUP reloads nothing yet: restart to use a changed configuration")


def server_for(settings: Settings, account: AccountSettings) -> str:
    """Return the base URL of the cloud that holds an account."""
    return account.url or settings.cloud.url or server_of(account.country)


def _limits(settings: Settings) -> Limits:
    cloud = settings.cloud
    return Limits(cloud.endpoint_limit, cloud.headroom, cloud.request_gap_s)


def _price_terms(settings: Settings) -> dict[str, OwnTerms]:
    """Return what comes on top of spot prices, of the sites for which it is configured."""
    return {
        site_id: OwnTerms(
            site.price_fee,
            None if site.price_vat_percent is None else site.price_vat_percent / 100,
        )
        for site_id, site in settings.sites.items()
    }


def _capacities(settings: Settings) -> dict[str, float]:
    return {
        sn: device.capacity_wh
        for sn, device in settings.devices.items()
        if device.capacity_wh is not None
    }


def _site_zones(settings: Settings, country: str) -> SiteZones:
    """Return the zones of an account's sites: configured, else the country's, else the host's."""
    configured = {
        site_id: ZoneInfo(site.timezone)
        for site_id, site in settings.sites.items()
        if site.timezone
    }
    candidates = tuple(ZoneInfo(name) for name in zones_of(country)) or (host_zone(),)
    default = ZoneInfo(settings.timezone) if settings.timezone else None
    return SiteZones(candidates, configured, default)


def _cloud_zone(settings: Settings, country: str) -> ZoneInfo:
    """Return the zone that the cloud is told; it decides where the cloud's days begin."""
    if settings.timezone:
        return ZoneInfo(settings.timezone)
    names = zones_of(country)
    return ZoneInfo(names[0]) if names else host_zone()


def _check_disabled(names: Iterable[str]) -> None:
    """Raise ConfigError where a name of `poll.disable` is that of no query and no poll."""
    known = (*NAMES_TO_DISABLE, ENERGY_POLL)
    for name in names:
        if name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {close[0]}?" if close else f"known here: {', '.join(known)}"
            raise ConfigError(f"poll.disable (SOLIX_POLL__DISABLE): {name!r} is unknown; {hint}")


def _check_public_key(public_key: str) -> None:
    try:
        crypto.shared_secret(crypto.new_private_key(), public_key)
    except ValueError as error:
        raise ConfigError(
            "cloud.public_key (SOLIX_CLOUD__PUBLIC_KEY): it is not a point of the curve P-256;"
            " copy it again, or leave it out to use the one of the Anker cloud"
        ) from error


def check_state_dir(state_dir: Path) -> None:
    """Make the folder; without it every restart would log in, until the account is locked.

    Raises ConfigError where it cannot be written.
    """
    try:
        state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=state_dir):
            pass
    except OSError as error:
        raise ConfigError(
            f"state_dir (SOLIX_STATE_DIR): {state_dir} cannot be written ({error.strerror});"
            " the login is kept there. Make it writable, or name another folder"
        ) from error


def _replay_names(folders: Sequence[Path]) -> list[str]:
    """Return an account name a folder, distinct ones for folders of the same name."""
    names: list[str] = []
    for folder in folders:
        stem = re.sub(r"[^a-z0-9_-]+", "-", folder.resolve().name.lower()).strip("-") or "replay"
        same = sum(name == stem or name.startswith(f"{stem}-") for name in names)
        names.append(f"{stem}-{same + 1}" if same else stem)
    return names


def _state(account: Account) -> str:
    """Return one sentence on an account, for people."""
    if account.login_blocked_until:
        return f"No login is tried before {account.login_blocked_until:%Y-%m-%d %H:%M} UTC."
    if account.is_up:
        return "The last poll of the sites succeeded."
    return "No poll of the sites has succeeded lately; the log tells why."
