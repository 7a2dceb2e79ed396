"""The exporter: builds all parts from the settings, opens and closes them."""

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from itertools import chain
from pathlib import Path
from types import TracebackType
from typing import Self

from solix_exporter import __version__
from solix_exporter.app.accounts import Account, AccountBuilder, Mode
from solix_exporter.app.assembly import (
    LEDGER_FILE,
    capacities,
    fills,
    freshness,
    zones_of_sites,
)
from solix_exporter.app.connections import Connections
from solix_exporter.app.influx_sink import delivering, influx_sink
from solix_exporter.app.local import SCALES_FILE, LocalDevices, LocalParts
from solix_exporter.app.local_files import replayed_reports
from solix_exporter.app.messages import MessageParts, Messages, Readers
from solix_exporter.app.reload import plan_reload
from solix_exporter.app.runner import PollRunner
from solix_exporter.app.signals import listening
from solix_exporter.app.startup_checks import check
from solix_exporter.app.status import SeenAccounts, local_lines, poll_lines, with_messages
from solix_exporter.cache import SITE_BOOK_FILE, Cache, SiteBook
from solix_exporter.clock import Clock, moment_of
from solix_exporter.cloud.endpoints import ENDPOINTS, LOGIN_PATH, label_of
from solix_exporter.config import Settings, masked_yaml
from solix_exporter.errors import ConfigError
from solix_exporter.ledger import Ledger, Presence
from solix_exporter.metrics.exposition import Exposition
from solix_exporter.metrics.own import OwnMetrics
from solix_exporter.model.snapshot import Snapshot
from solix_exporter.poll.device_reports import DeviceReports
from solix_exporter.poll.energy.backfill import Backfill
from solix_exporter.poll.jobs import PollJob, PollTools
from solix_exporter.poll.scheduler import Job, PollScheduler
from solix_exporter.poll.zone_book import ZONES_FILE, ZoneBook
from solix_exporter.web import (
    MetricsBody,
    Security,
    Status,
    WebPaths,
    WebServer,
    WebSources,
    build_app,
    inherited_sockets,
)

__all__ = ["Exporter", "Mode", "serve"]

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
        mode: Mode = Mode.SERVING,
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
        most_logins = 1 if mode is Mode.EXAMINING else None
        self._connections = Connections(settings, clock, self._own, most_logins)
        self._transport = self._connections.transport
        self.budget = self._connections.budget
        self._own.watch_budget(self.budget.state)
        self._cache = Cache(
            capacities(settings),
            freshness(settings, is_captured=bool(replay)),
            SiteBook(None if replay else settings.state_dir / SITE_BOOK_FILE),
        )
        self._apply_to_cache(settings)
        self._tools = PollTools(clock, self.budget, self._own)
        self._scheduler = PollScheduler(clock.speed)
        self._runner = PollRunner(self._scheduler, self.budget, self._own, self._tools.outages)
        # Captured answers are of a past day: their sums are shown, but not kept.
        is_kept = mode in {Mode.SERVING, Mode.EXAMINING} and not replay
        self.ledger = Ledger(settings.state_dir / LEDGER_FILE if is_kept else None)
        self.device_reports = DeviceReports(self._cache, self.ledger, self._tools)
        """Takes what devices report by themselves."""
        self._presence = Presence(self.ledger.path)
        # Captured and simulated days do not belong among the real ones of a database.
        self.influx = None
        if is_kept:
            self.influx = influx_sink(settings, self.ledger, self.snapshot, clock, self._own)
        if self.influx is not None:
            self._tools.listeners.append(self.influx.poll_done)
            self.device_reports.listeners.append(self.influx.queue_local_readings)
        self.zone_book = ZoneBook(None if replay else settings.state_dir / ZONES_FILE, clock.now)
        self._builder = AccountBuilder(
            self._cache, self._tools, self.ledger, mode, self.zone_book, is_captured=bool(replay)
        )
        self.accounts: Mapping[str, Account] = {
            connection.name: self._builder.build(connection, settings)
            for connection in self._connections.accounts(self._replay)
        }
        """By name, in the order of the configuration."""
        self.local = self._local_devices()
        self._readers = Readers(clock, has_sink=_writes_live(settings))
        self.messages = self._messages()
        self.exposition = Exposition(self.snapshot, self._own)
        security = Security(settings.web.config_file)
        self.web = WebServer(build_app(self._web_sources(), security), security)
        self._stack = AsyncExitStack()

    def _local_devices(self) -> LocalDevices:
        """Return the devices that are read over Modbus TCP, none where answers are replayed."""
        scales = None if self._replay else self._settings.state_dir / SCALES_FILE
        outages = self._tools.outages
        devices = LocalDevices(
            LocalParts(self._clock, self._own, self.device_reports, outages, scales)
        )
        if not self._replay:
            devices.configure(self._settings)
        return devices

    def _messages(self) -> Messages:
        """Return what listens to the brokers of the accounts."""
        return Messages(
            MessageParts(
                self._clock,
                self._own,
                self.device_reports,
                self._tools.outages,
                self.snapshot,
                lambda: self._settings,
                self._readers,
            )
        )

    @property
    def jobs(self) -> tuple[PollJob, ...]:
        """Return the polls of all accounts."""
        return tuple(job for account in self.accounts.values() for job in account.polls.values())

    @property
    def _all_jobs(self) -> tuple[Job, ...]:
        """Return the polls of local devices, which take a moment, and of all accounts."""
        return (*self.local.polls.values(), *self.jobs)

    def snapshot(self) -> Snapshot:
        """Return everything that is known and valid now."""
        return self._cache.snapshot(moment_of(self._clock))

    # --- building --------------------------------------------------------------------------

    def _apply_to_cache(self, settings: Settings) -> None:
        """Tell the cache what a reload may change."""
        self._cache.set_capacities(capacities(settings))
        self._cache.set_fills(fills(settings))
        self._cache.local.set_zones(*zones_of_sites(settings))

    def _web_sources(self) -> WebSources:
        web = self._settings.web
        return WebSources(
            scrape=self._scrape,
            is_ready=self._is_ready,
            status=self._status,
            config=lambda: masked_yaml(self._settings),
            reload=self.reload,
            paths=WebPaths(web.telemetry_path, web.prefix, web.external_prefix, web.own_hosts),
        )

    def _scrape(self, accept: str, encoding: str) -> MetricsBody:
        self._readers.note()
        return self.exposition.scrape(accept, encoding)

    def _is_ready(self) -> bool:
        """Return whether a sites poll has ever ended and found something, or a local one ended.

        A later outage does not change it. A first poll that still runs is not enough: `solix_up`
        would be 0.
        """
        self._was_ready = self._was_ready or any(
            account.sites.last_success_at
            or (account.sites.has_run and account.polled.parts.listings())
            for account in self.accounts.values()
        )
        self._was_ready = self._was_ready or any(poll.has_run for poll in self.local.polls.values())
        return self._was_ready or not (self.accounts or self.local.polls)

    def _status(self) -> Status:
        self._readers.note()
        snapshot = self.snapshot()
        seen = SeenAccounts(snapshot)
        return Status(
            now=self._clock.now(),
            snapshot=snapshot,
            accounts=tuple(
                with_messages(
                    seen.line(account.sites, len(account.polled.parts.listings())),
                    *self.messages.sentences(name),
                )
                for name, account in self.accounts.items()
            ),
            polls=poll_lines(self.jobs, self._scheduler),
            budget=self.budget.state(),
            local=local_lines(self.local.polls.values(), self._clock.now()),
            notes=self.messages.notes(snapshot.devices),
        )

    # --- changing --------------------------------------------------------------------------

    async def reload(self) -> str:
        """Read the configuration again and apply it; return a sentence on the changes.

        Unchanged accounts go on undisturbed. Raises ConfigError without changing anything.
        """
        if self._replay:
            return "Answers are replayed: there is nothing to reload."
        settings = await asyncio.to_thread(self._load)
        plan = plan_reload(self._settings, settings)
        if plan.settings.accounts:
            check(plan.settings)
        self._settings = plan.settings
        self._cache.set_freshness(freshness(plan.settings))
        self._apply_to_cache(plan.settings)
        before, now = self.accounts, dict(self.accounts)
        for name in (*plan.removed, *plan.changed):
            self._stop(now.pop(name), is_forgotten=name in plan.removed or name in plan.foreign)
        by_name = {account.name: account for account in plan.settings.accounts}
        for name in (*plan.changed, *plan.added):
            connection = self._connections.live(by_name[name], plan.settings)
            now[name] = self._builder.build(connection, plan.settings)
            self._runner.start(now[name])
        for name in plan.changed:
            self._runner.forget_polls(before[name], now[name])
        self.accounts = {name: now[name] for name in by_name}
        self.local.reload(plan.settings, plan.local, self._scheduler)
        self.messages.listen(self.accounts)
        _LOGGER.info("%s", plan)
        return str(plan)

    def _stop(self, account: Account, *, is_forgotten: bool) -> None:
        self._runner.stop(account, is_forgotten=is_forgotten)
        if is_forgotten:
            self._cache.forget(account.name)

    # --- living ----------------------------------------------------------------------------

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[Self]:
        """Open what a command needs: ledger and connections, no polls and no server.

        Raises LedgerError.
        """
        try:
            self.ledger.open()
            # Shown, but kept only by the exporter that runs for good.
            self.device_reports.load()
            self._replay_reports()
            yield self
        finally:
            self.local.close()
            self.ledger.close()
            await self._transport.close()

    def _replay_reports(self) -> None:
        """Take in what devices reported by themselves in captured folders."""
        if not self._replay:
            return
        # Only now, because it loads the table of all fields.
        from solix_exporter.mqtt.recorded import recorded_reports  # noqa: PLC0415

        for folder in self._replay:
            registers = replayed_reports(folder, self._clock.now())
            for report in chain(registers, recorded_reports(folder)):
                self.device_reports.accept(report)

    def backfill(self) -> Backfill:
        """Return the backfill of past days."""
        extras = frozenset(self._settings.poll.energy_extra)
        return Backfill(self._tools, self.ledger, self._cache.shows, extras)

    @property
    def tools(self) -> PollTools:
        """Return the tools that all polls share."""
        return self._tools

    @asynccontextmanager
    async def polling(self) -> AsyncIterator[None]:
        """Run the polls without the web server, for commands that show the snapshot."""
        async with self.connected():
            self._start_polls()
            try:
                yield
            finally:
                self._scheduler.stop()

    async def poll_once(self) -> None:
        """Run every poll once, one after the other, and close the connections."""
        async with self.connected():
            for job in self._all_jobs:
                await job.run()

    def refresh(self) -> None:
        """Run all started polls now; their intervals count from here."""
        for job in self._all_jobs:
            self._scheduler.run_now(job)

    def next_poll_in_s(self, job: Job) -> float | None:
        """Return the clock's seconds until the next run of a poll; None while it runs or waits."""
        return self._scheduler.next_run_in_s(job)

    def _start_polls(self) -> None:
        for endpoint in (label_of(LOGIN_PATH), *(row.label for row in ENDPOINTS if row.parse)):
            self._own.expect_endpoint(endpoint)
        for account in self.accounts.values():
            self._runner.start(account)
        self.local.start(self._scheduler)
        self._scheduler.start()

    async def __aenter__(self) -> Self:
        """Open the ledger and the web server, then start the polls.

        Raises LedgerError for a ledger that cannot be used, ConfigError for a taken address.
        """
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self._transport.close)
            stack.callback(self.local.close)
            # First, because a ledger that cannot be read ends the start.
            self.ledger.open()
            stack.callback(self.ledger.close)
            await stack.enter_async_context(self.device_reports.keeping())
            self._replay_reports()
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
            if not self._replay:
                self.messages.listen(self.accounts)
                stack.push_async_callback(self.messages.stop)
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


def _writes_live(settings: Settings) -> bool:
    """Return whether a sink wants the values of the moment."""
    return settings.influxdb is not None and "live" in settings.influxdb.write


async def serve(
    settings: Settings,
    *,
    clock: Clock,
    announce: Callable[[str], None],
    replay: Sequence[Path] = (),
    load: Callable[[], Settings] | None = None,
) -> None:
    """Run the exporter until SIGTERM or SIGINT; SIGHUP reads the settings again with `load`.

    `announce` gets one line per address once the exporter listens. Raises ConfigError.
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
