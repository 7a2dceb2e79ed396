"""Builds the InfluxDB sink from the settings, and runs it beside the polls.

Its library takes half a second to load, so it is imported only if InfluxDB is configured.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

from solix_exporter.clock import Clock
from solix_exporter.config import InfluxSettings, Settings
from solix_exporter.ledger import Ledger
from solix_exporter.metrics.influx_metrics import InfluxMetrics
from solix_exporter.metrics.own import OwnMetrics
from solix_exporter.model.snapshot import Snapshot

if TYPE_CHECKING:
    from solix_exporter.influx import InfluxOptions, InfluxSink, InfluxTarget, InfluxWriter

SPOOL_FOLDER = "influxdb-spool"
"""Below the state directory."""


def influx_sink(
    settings: Settings,
    ledger: Ledger,
    snapshot: Callable[[], Snapshot],
    clock: Clock,
    own: OwnMetrics,
) -> "InfluxSink | None":
    """Return the sink with its metrics, not opened yet; None if InfluxDB is not configured."""
    if settings.influxdb is None:
        return None
    from solix_exporter.influx import InfluxSink, InfluxSources  # noqa: PLC0415 - see the module

    sources = InfluxSources(ledger, snapshot, settings.state_dir / SPOOL_FOLDER)
    return InfluxSink(_options(settings.influxdb), sources, clock, InfluxMetrics(own))


def influx_writer(settings: InfluxSettings) -> "InfluxWriter":
    """Return a writer without a sink; the caller closes it."""
    from solix_exporter.influx import InfluxWriter  # noqa: PLC0415 - see the module

    return InfluxWriter(_target(settings))


@asynccontextmanager
async def delivering(influx: "InfluxSink | None") -> AsyncIterator[None]:
    """Run the sink, if there is one, until the end of the context."""
    if influx is None:
        yield
        return
    influx.open()
    task = asyncio.create_task(influx.run(), name="influxdb")
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await influx.close()


def _options(settings: InfluxSettings) -> "InfluxOptions":
    from solix_exporter.influx import InfluxOptions, Naming  # noqa: PLC0415 - see the module

    return InfluxOptions(
        target=_target(settings),
        naming=Naming(settings.measurement_prefix, settings.tags),
        write=frozenset(settings.write),
        spool_bytes=settings.live_spool_bytes,
        open_days=settings.open_days,
    )


def _target(settings: InfluxSettings) -> "InfluxTarget":
    from solix_exporter.influx import InfluxTarget  # noqa: PLC0415 - see the module

    return InfluxTarget(
        url=settings.url,
        org=settings.org,
        bucket=settings.bucket,
        token=settings.token.get_secret_value(),
        timeout_s=settings.timeout_s,
        verify_ssl=settings.verify_ssl,
        ca_file=settings.ca_file,
    )
