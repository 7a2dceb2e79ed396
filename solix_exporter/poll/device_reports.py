"""Where the reports of devices come in: checked, counted, compared, and put into the cache."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

from solix_exporter.cache import Cache
from solix_exporter.clock import Moment, moment_of
from solix_exporter.errors import LedgerError
from solix_exporter.ledger import Ledger
from solix_exporter.model.report import DeviceReport, Source
from solix_exporter.poll.disagreement import Disagreements
from solix_exporter.poll.energy.local import LocalEnergy
from solix_exporter.poll.jobs import PollTools
from solix_exporter.poll.lifetimes import LifetimeCounters
from solix_exporter.poll.report_guard import ReportGuard

_LOGGER = logging.getLogger(__name__)

KEEP_EVERY_S = 30.0
"""How often counters go to the disk, by the exporter's clock."""
_LEAST_PAUSE_S = 1.0
"""The same in real seconds, for a clock that runs fast."""
_LOOK_AGAIN_S = 10.0
"""How often the sites of local devices are looked up."""
_OUTAGE = "counters of devices"


class DeviceReports:
    """Takes the reports of all sources; `accept` is all that a source needs to know."""

    def __init__(self, cache: Cache, ledger: Ledger, tools: PollTools) -> None:
        self._cache = cache
        self._ledger = ledger
        self._tools = tools
        self._guard = ReportGuard(tools.observer, tools.clock)
        self._counters = LifetimeCounters(tools.observer)
        self._disagreements = Disagreements(tools.observer)
        self._energy = LocalEnergy(cache, ledger, tools.clock, self._counters)
        self._local_sites: dict[str, str | None] = {}
        self._look_again = moment_of(tools.clock)
        self.listeners: list[Callable[[], None]] = []
        """Called each time after the counters were kept, for who wants readings at intervals."""

    def accept(self, report: DeviceReport) -> None:
        """Take one report; on the event loop."""
        now, sn, cache = moment_of(self._tools.clock), report.sn, self._cache
        believed = self._guard.believed(report)
        # Shown as counters that never go back, and not as the registers that they are made from.
        kept = replace(believed, readings=replace(believed.readings, lifetime_energy=()))
        if not cache.reports.replace(kept, now):
            return
        cache.note_home(sn)
        self._compare(believed)
        if not believed.readings.lifetime_energy:
            return
        site_id = self._local_site(sn, now) if report.source is Source.MODBUS else None
        is_changed = self._counters.take(believed, cache.local.zone(site_id or ""))
        if is_changed:
            cache.reports.set_lifetimes(sn, self._counters.of(sn))
        if site_id is not None and (is_changed or self._energy.is_due(site_id)):
            devices = [one for one in cache.snapshot(now).devices if one.site_id == site_id]
            self._energy.publish(site_id, devices)

    def forget(self, sn: str, source: Source | None = None) -> None:
        """Forget what a device reported; its counters stay."""
        self._cache.reports.forget(sn, source)
        self._disagreements.forget(sn)

    def load(self) -> None:
        """Show the counters that the ledger kept. A ledger that fails is logged."""
        try:
            rows = self._ledger.lifetimes.rows()
        except LedgerError as error:
            self._tools.outages.begin(_OUTAGE, str(error))
            return
        for sn in self._counters.load(rows):
            self._cache.reports.set_lifetimes(sn, self._counters.of(sn))

    @asynccontextmanager
    async def keeping(self) -> AsyncIterator[None]:
        """Keep the counters on disk while the exporter runs, and once more at its end."""
        self.load()
        task = asyncio.create_task(self._keep_for_ever())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await self.keep()

    async def keep(self) -> None:
        """Keep the counters, and the days of local sites. A ledger that fails is logged."""
        rows = self._counters.unkept()
        days = self._energy.due(self._cache.snapshot(moment_of(self._tools.clock)))
        if not rows and not days:
            return
        try:
            # Off the loop: a commit waits for the disk, and a scrape must not.
            if rows:
                await asyncio.to_thread(self._ledger.lifetimes.keep, rows)
            sums = await asyncio.to_thread(self._energy.keep, days)
        except LedgerError as error:
            self._counters.put_back(rows)
            self._tools.outages.begin(_OUTAGE, str(error))
            return
        self._tools.outages.end(_OUTAGE)
        self._energy.kept(days, sums)

    async def _keep_for_ever(self) -> None:
        pause_s = max(_LEAST_PAUSE_S, KEEP_EVERY_S / self._tools.clock.speed)
        while True:
            await asyncio.sleep(pause_s)
            try:
                await self.keep()
                for listener in self.listeners:
                    listener()
            except Exception:
                # The edge of the task: a defect here must not end it.
                _LOGGER.exception("the counters of devices could not be kept")

    def _local_site(self, sn: str, now: Moment) -> str | None:
        """Return the local site of a device, as of a few seconds ago: it hardly ever changes."""
        if sn not in self._local_sites or now.has_reached(self._look_again):
            self._local_sites = {
                known: self._cache.local_site_of(known, now) for known in {*self._local_sites, sn}
            }
            self._look_again = now.after(_LOOK_AGAIN_S)
        return self._local_sites[sn]

    def _compare(self, report: DeviceReport) -> None:
        """Hold the report against those of the other sources."""
        cloud = self._cache.cloud_readings(report.sn)
        if cloud is not None:
            readings, measured_at = cloud
            self._disagreements.note(report.sn, Source.CLOUD, readings, measured_at)
        self._disagreements.note(report.sn, report.source, report.readings, report.measured_at)
