"""The InfluxDB sink: writes new values once per minute, and keeps them while the server is away.

Daily totals wait in the ledger, readings in a spool. Both are kept until the server confirms them.
"""

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from solix_exporter.clock import Clock
from solix_exporter.errors import LedgerError, SinkAway, SinkError, SinkMisconfigured
from solix_exporter.influx.batches import BatchWriter
from solix_exporter.influx.daily import DailyTotals, DayBatch
from solix_exporter.influx.points import Naming, device_line, site_line
from solix_exporter.influx.spool import Spool
from solix_exporter.influx.writer import InfluxTarget, InfluxWriter
from solix_exporter.ledger import Ledger
from solix_exporter.model.events import DeliveryObserver, PollDone
from solix_exporter.model.snapshot import AccountSlice, Snapshot
from solix_exporter.outages import Outages

_LOGGER = logging.getLogger(__name__)

DAILY = "daily"
LIVE = "live"

_SITES_POLL = "sites"
"""The poll that brings new readings."""

CALM_S = 60.0
"""The interval of writes while the server answers."""
_DOUBTED = timedelta(days=3)
"""Days that began this long before an outage may be lost: the last was closed in the last day."""
_SPOOL = "readings for InfluxDB"
_FIRST_PAUSE_S = 5.0
_LONGEST_PAUSE_S = 300.0


@dataclass(frozen=True, slots=True)
class InfluxOptions:
    """What is written, where, and with which names."""

    target: InfluxTarget
    naming: Naming
    write: frozenset[str]
    spool_bytes: int
    """Limit of the readings that wait on disk."""
    open_days: bool | None = None
    """Whether unfinished days are written; None decides by the kind of server."""


@dataclass(frozen=True, slots=True)
class InfluxSources:
    """Where the values come from."""

    ledger: Ledger
    snapshot: Callable[[], Snapshot]
    spool_folder: Path


class InfluxSink:
    """Delivers daily totals and readings to one server."""

    def __init__(
        self,
        options: InfluxOptions,
        sources: InfluxSources,
        clock: Clock,
        observer: DeliveryObserver,
    ) -> None:
        """Build the sink; nothing is opened yet."""
        self._options = options
        self._snapshot = sources.snapshot
        self._clock = clock
        self._observer = observer
        self._writer = InfluxWriter(options.target)
        self._batches = BatchWriter(self._writer, clock, observer)
        self._daily: DailyTotals | None = None
        if DAILY in options.write:
            self._daily = DailyTotals(sources.ledger, _sink_name(options), options.naming)
        self._knows_server = False
        self._spool: Spool | None = None
        if LIVE in options.write:
            self._spool = Spool(sources.spool_folder, options.spool_bytes)
        self._failures = 0
        self._asked_pause_s = 0.0
        self._sent_at: datetime | None = None
        self._outages = Outages()
        self._place = f"InfluxDB at {options.target.url}"

    # --- living ----------------------------------------------------------------------------

    def open(self) -> None:
        """Open the spool."""
        if self._spool is not None:
            # A disk error is logged with the first readings.
            with suppress(SinkError):
                self._spool.open()

    async def close(self) -> None:
        """Close the connection and the spool."""
        if self._spool is not None:
            self._spool.close()
        await self._writer.close()

    async def run(self) -> None:
        """Deliver until cancelled."""
        while True:
            await self.deliver()
            await self._clock.sleep(self.pause_s())

    def pause_s(self) -> float:
        """Return the pause before the next delivery."""
        if not self._failures:
            return CALM_S
        back_off_s = _FIRST_PAUSE_S * 2.0 ** min(self._failures - 1, 10)
        return max(min(back_off_s, _LONGEST_PAUSE_S), self._asked_pause_s)

    # --- readings --------------------------------------------------------------------------

    def poll_done(self, poll: PollDone) -> None:
        """Queue the readings of an account after each sites poll that succeeded."""
        if poll.poll == _SITES_POLL and poll.is_success:
            self.queue_readings(poll.account)

    def queue_readings(self, account: str) -> None:
        """Queue the present readings of an account's sites and devices for delivery."""
        self._queue(lambda part: part.account is not None and part.account.name == account)

    def queue_local_readings(self) -> None:
        """Queue the present readings of the sites and devices that no account has."""
        self._queue(lambda part: part.account is None)

    def _queue(self, is_due: Callable[[AccountSlice], bool]) -> None:
        if self._spool is None:
            return
        now = self._clock.now()
        lines: list[str] = []
        for part in self._snapshot().slices:
            if is_due(part):
                lines.extend(line for line in _live_lines(self._options.naming, part, now) if line)
        try:
            dropped = self._spool.add(lines)
        except SinkError as error:
            dropped = len(lines)
            self._outages.begin(_SPOOL, str(error))
        else:
            self._outages.end(_SPOOL)
        self._observer.points_dropped(dropped)

    # --- delivering ------------------------------------------------------------------------

    async def deliver(self) -> bool:
        """Deliver everything that waits; return whether it succeeded."""
        try:
            await self._deliver_batches()
        except (SinkError, LedgerError) as error:
            if isinstance(error, SinkAway) and error.is_gone and not self._failures:
                await self._doubt_the_last_days()
            self._fail(error)
        except Exception:
            # The edge of the task: a defect here must not end the metrics.
            _LOGGER.exception("%s: the delivery failed", self._place)
            self._fail(None)
        else:
            self._failures, self._asked_pause_s = 0, 0.0
            self._outages.end(self._place)
        await self._report_pending()
        return not self._failures

    async def _deliver_batches(self) -> None:
        """Deliver until nothing waits."""
        while True:
            batch = await self._next_days()
            readings = self._spool.oldest() if self._spool else None
            if not batch.revision and readings is None:
                return
            await self._batches.send([*batch.lines, *(readings.lines if readings else ())])
            self._sent_at = self._clock.now()
            # Only now: a process killed before this writes the same points once more.
            if self._daily:
                await asyncio.to_thread(self._daily.delivered, batch)
            if self._spool and readings:
                self._spool.done(readings)

    async def _next_days(self) -> DayBatch:
        if self._daily is None:
            return DayBatch()
        if not self._knows_server:
            await self._know_server(self._daily)
        # Off the loop: reading a ledger of many years must not delay a scrape.
        return await asyncio.to_thread(self._daily.next, self._snapshot(), self._clock.now())

    async def _know_server(self, daily: DailyTotals) -> None:
        """Decide whether the server gets unfinished days."""
        open_days = self._options.open_days
        if open_days is None:
            open_days = await self._writer.overwrites()
            if not open_days:
                _LOGGER.info("%s cannot overwrite: it gets days that are complete", self._place)
        daily.closed_only = not open_days
        self._knows_server = True

    async def _doubt_the_last_days(self) -> None:
        """Write the days before an outage again.

        A server that crashed may have lost points that were not on its disk yet.
        """
        if self._daily is None or self._sent_at is None:
            return
        try:
            await asyncio.to_thread(self._daily.take_back, self._sent_at - _DOUBTED)
        except LedgerError as error:
            self._outages.begin(self._place, str(error))

    async def _report_pending(self) -> None:
        count = self._spool.pending() if self._spool else 0
        try:
            if self._daily:
                count += await asyncio.to_thread(self._daily.pending)
        except LedgerError as error:
            self._outages.begin(self._place, str(error))
            return
        self._observer.points_pending(count)

    # --- failures --------------------------------------------------------------------------

    def _fail(self, error: SinkError | LedgerError | None) -> None:
        self._failures += 1
        self._asked_pause_s = error.pause_s if isinstance(error, SinkAway) else 0.0
        if isinstance(error, SinkMisconfigured):
            # It needs a person, so there is no hurry.
            self._asked_pause_s = CALM_S
        self._observer.write_failed()
        if error is not None:
            self._outages.begin(self._place, str(error))


def _sink_name(options: InfluxOptions) -> str:
    """Return the ledger's name of a server: another server lacks everything."""
    target = options.target
    return f"influxdb {target.url} {target.org} {target.bucket} {options.naming.prefix}"


def _live_lines(naming: Naming, part: AccountSlice, now: datetime) -> Iterator[str]:
    """Give the readings of an account with their time from the cloud, else now."""
    times = {site.site_id: site.data_at or now for site in part.sites}
    for device in part.devices:
        yield device_line(naming, device, times.get(device.site_id or "", now))
    for site in part.sites:
        yield site_line(naming, site, times[site.site_id])
