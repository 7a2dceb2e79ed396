"""Builds the exporter from its settings and owns the life of every part."""

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

from solix_exporter import __version__
from solix_exporter.cache import Cache
from solix_exporter.chains import Chain, ChainParts, Rota, Use
from solix_exporter.clock import Clock, moment_of
from solix_exporter.cloud.endpoints import ENDPOINTS
from solix_exporter.cloud.login import LOGIN_PATH
from solix_exporter.config import Settings, masked_yaml
from solix_exporter.connect import Connected, Connections
from solix_exporter.delivery import delivering, hand_over, influx_sink
from solix_exporter.errors import ConfigError
from solix_exporter.ledger import Ledger, Presence
from solix_exporter.metrics.exposition import Exposition
from solix_exporter.metrics.own import OwnMetrics
from solix_exporter.model.snapshot import Snapshot
from solix_exporter.poll.account import PolledAccount
from solix_exporter.poll.energy.backfill import Backfill
from solix_exporter.poll.jobs import PollJob, PollTools
from solix_exporter.poll.scheduler import PollScheduler
from solix_exporter.poll.zone_book import ZONES_FILE, ZoneBook
from solix_exporter.reload import plan_reload
from solix_exporter.signals import listening
from solix_exporter.status import SeenAccounts, poll_lines
from solix_exporter.web import (
    Security,
    Status,
    WebPaths,
    WebServer,
    WebSources,
    build_app,
    inherited_sockets,
)
from solix_exporter.wiring import LEDGER_FILE, capacities, check, freshness

__all__ = ["Exporter", "Use", "serve"]

_LOGGER = logging.getLogger(__name__)


class Exporter:
    """The running exporter; `async with` starts it and stops it."""

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        replay: Sequence[Path] = (),
        load: Callable[[], Settings] | None = None,
        *,
        use: Use = Use.SERVING,
    ) -> None:
        """Build all parts; nothing is opened yet. `load` reads the settings again.

        Raises ConfigError for what shows only when the parts are put together.
        """
        self._settings = settings
        self._clock = clock
        self._load = load or (lambda: settings)
        self._replay = tuple(replay)
        self._was_ready = False
        self._own = OwnMetrics(__version__)
        self._connections = Connections(settings, clock, self._own)
        self._transport = self._connections.transport
        self.budget = self._connections.budget
        self._own.watch_budget(self.budget.state)
        self._cache = Cache(capacities(settings), freshness(settings, is_captured=bool(replay)))
        self._tools = PollTools(clock, self.budget, self._own)
        self._scheduler = PollScheduler(clock.speed)
        self._rota = Rota(self._scheduler, self.budget, self._own, self._tools.outages)
        # Captured answers are of some past day: what they add up to is shown, and not kept.
        is_kept = use is Use.SERVING and not replay
        self.ledger = Ledger(settings.state_dir / LEDGER_FILE if is_kept else None)
        self._presence = Presence(self.ledger.path)
        # Captured and simulated days do not belong among the real ones of a database.
        self.influx = None
        if is_kept:
            self.influx = influx_sink(settings, self.ledger, self.snapshot, clock, self._own)
        self.zone_book = ZoneBook(None if replay else settings.state_dir / ZONES_FILE, clock.now)
        self._chain_parts = ChainParts(
            self._cache, self._tools, self.ledger, use, bool(replay), self.zone_book
        )
        self._chains = {
            account.name: self._chain(account, settings)
            for account in self._connections.accounts(self._replay)
        }
        self.exposition = Exposition(self.snapshot, self._own)
        security = Security(settings.web.config_file)
        self.web = WebServer(build_app(self._web_sources(), security), security)
        self._stack = AsyncExitStack()

    @property
    def jobs(self) -> tuple[PollJob, ...]:
        """Return the polls of all accounts."""
        return tuple(job for chain in self._chains.values() for job in chain.jobs)

    @property
    def accounts(self) -> tuple[PolledAccount, ...]:
        """Return all accounts, in the order of the configuration."""
        return tuple(chain.account for chain in self._chains.values())

    def snapshot(self) -> Snapshot:
        """Return everything that is known and valid now."""
        return self._cache.snapshot(moment_of(self._clock))

    # --- building --------------------------------------------------------------------------

    def _chain(self, account: Connected, settings: Settings) -> Chain:
        chain = self._chain_parts.chain(account, settings)
        if self.influx is not None:
            hand_over(chain.jobs[0], self.influx)
        return chain

    def _web_sources(self) -> WebSources:
        web = self._settings.web
        return WebSources(
            scrape=self.exposition.scrape,
            is_ready=self._is_ready,
            status=self._status,
            config=lambda: masked_yaml(self._settings),
            reload=self.reload,
            paths=WebPaths(web.telemetry_path, web.prefix, web.external_prefix, web.own_hosts),
        )

    def _is_ready(self) -> bool:
        """Return whether a sites poll ever came to its end and found something.

        An outage does not undo it. A first poll that is on its way is not enough: `solix_up` would
        be 0 beside it.
        """
        has_nothing_to_do = not self._chains
        self._was_ready = self._was_ready or any(
            chain.jobs[0].last_success_at
            or (chain.jobs[0].has_run and self._cache.of(name).listings())
            for name, chain in self._chains.items()
        )
        return self._was_ready or has_nothing_to_do

    def _status(self) -> Status:
        snapshot = self.snapshot()
        seen = SeenAccounts(snapshot)
        return Status(
            now=self._clock.now(),
            snapshot=snapshot,
            accounts=tuple(
                seen.line(chain.jobs[0], len(self._cache.of(name).listings()))
                for name, chain in self._chains.items()
            ),
            polls=poll_lines(self.jobs, self._scheduler),
            budget=self.budget.state(),
        )

    # --- changing --------------------------------------------------------------------------

    async def reload(self) -> str:
        """Read the configuration again and take it up; return a sentence on what changed.

        Accounts that are the same go on undisturbed. Raises ConfigError, and then nothing changed.
        """
        if self._replay:
            return "Answers are replayed: there is nothing to reload."
        settings = await asyncio.to_thread(self._load)
        plan = plan_reload(self._settings, settings)
        if plan.settings.accounts:
            check(plan.settings)
        self._settings = plan.settings
        self._cache.judge_by(freshness(plan.settings))
        before = dict(self._chains)
        for name in (*plan.removed, *plan.changed):
            self._end(name, is_forgotten=name in plan.removed or name in plan.foreign)
        by_name = {account.name: account for account in plan.settings.accounts}
        for name in (*plan.changed, *plan.added):
            account = self._connections.live(by_name[name], plan.settings)
            self._chains[name] = self._chain(account, plan.settings)
            self._rota.begin(self._chains[name])
        for name in plan.changed:
            self._rota.forget_polls(before[name], self._chains[name])
        self._chains = {name: self._chains[name] for name in by_name}
        _LOGGER.info("%s", plan)
        return str(plan)

    def _end(self, name: str, *, is_forgotten: bool) -> None:
        self._rota.end(self._chains.pop(name), is_forgotten=is_forgotten)
        if is_forgotten:
            self._cache.forget(name)

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
        extras = frozenset(self._settings.poll.energy_extra)
        return Backfill(self._tools, self.ledger, self._cache.shows, extras)

    @property
    def tools(self) -> PollTools:
        """Return what all polls share."""
        return self._tools

    @asynccontextmanager
    async def polling(self) -> AsyncIterator[None]:
        """Run the polls alone, without a web server, for those who look at the snapshot."""
        async with self.connected():
            self._start_polls()
            try:
                yield
            finally:
                self._scheduler.stop()

    async def poll_once(self) -> None:
        """Run every poll once, one after the other, and close the connections."""
        async with self.connected():
            for job in self.jobs:
                await job.run()

    def refresh(self) -> None:
        """Run all polls that have started now, and go on from here."""
        for job in self.jobs:
            self._scheduler.run_now(job)

    def next_poll_in_s(self, job: PollJob) -> float | None:
        """Return when a poll runs next, in seconds of the clock; None while it runs or waits."""
        return self._scheduler.next_run_in_s(job)

    def _start_polls(self) -> None:
        for endpoint in (LOGIN_PATH, *(row.path for row in ENDPOINTS if row.parse)):
            self._own.expect_endpoint(endpoint)
        for chain in self._chains.values():
            self._rota.begin(chain)
        self._scheduler.start()

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
            web = self._settings.web
            inherited = inherited_sockets(os.environ) if web.systemd_socket else []
            await self.web.start(web.listen_addresses, inherited)
            stack.push_async_callback(self.web.stop)
            await stack.enter_async_context(delivering(self.influx))
            self._start_polls()
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


async def serve(
    settings: Settings,
    *,
    clock: Clock,
    announce: Callable[[str], None],
    replay: Sequence[Path] = (),
    load: Callable[[], Settings] | None = None,
) -> None:
    """Run the exporter until SIGTERM or SIGINT; SIGHUP reads the settings again with `load`.

    `announce` gets one line an address, once the exporter answers there. Raises ConfigError.
    """
    exporter = Exporter(settings, clock, replay, load)
    with listening(partial(_reload, exporter)) as stop:
        async with exporter:
            for url in exporter.web.urls:
                announce(f"{url}{settings.web.prefix}{settings.web.telemetry_path}")
            await stop.wait()
            _LOGGER.info("stopping")


async def _reload(exporter: Exporter) -> None:
    try:
        await exporter.reload()
    except ConfigError as error:
        _LOGGER.error("nothing has changed: %s", error)  # noqa: TRY400  the sentence says it all
