"""From the settings to what delivers to InfluxDB, and its life beside the polls.

Its library takes half a second to load, which most installations need not wait for: it is imported
where InfluxDB is configured, and nowhere else.
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
from solix_exporter.poll.jobs import PollJob

if TYPE_CHECKING:
    from solix_exporter.sinks import InfluxOptions, InfluxSink, InfluxTarget, InfluxWriter

SPOOL_FOLDER = "influxdb-spool"
"""Below the state directory."""


def influx_sink(
    settings: Settings,
    ledger: Ledger,
    snapshot: Callable[[], Snapshot],
    clock: Clock,
    own: OwnMetrics,
) -> "InfluxSink | None":
    """Return the sink for InfluxDB, with its metrics; nothing is opened yet.

    None where none is configured, and then it has no metrics either.
    """
    if settings.influxdb is None:
        return None
    from solix_exporter.sinks import InfluxSink, InfluxSources  # noqa: PLC0415 - see the module

    sources = InfluxSources(ledger, snapshot, settings.state_dir / SPOOL_FOLDER)
    return InfluxSink(_options(settings.influxdb), sources, clock, InfluxMetrics(own))


def influx_writer(settings: InfluxSettings) -> "InfluxWriter":
    """Return what writes to the server alone; it is the caller's to close."""
    from solix_exporter.sinks import InfluxWriter  # noqa: PLC0415 - see the module

    return InfluxWriter(_target(settings))


def hand_over(sites: PollJob, influx: "InfluxSink") -> None:
    """Let a sites poll hand what it found to the sink."""
    action = sites.action

    async def poll_and_hand_over() -> None:
        await action()
        influx.take(sites.account)

    sites.action = poll_and_hand_over


@asynccontextmanager
async def delivering(influx: "InfluxSink | None") -> AsyncIterator[None]:
    """Deliver until the end of the context, where there is a sink."""
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
    from solix_exporter.sinks import InfluxOptions, Naming  # noqa: PLC0415 - see the module

    return InfluxOptions(
        target=_target(settings),
        naming=Naming(settings.measurement_prefix, settings.tags),
        write=frozenset(settings.write),
        spool_bytes=settings.live_spool_bytes,
        open_days=settings.open_days,
    )


def _target(settings: InfluxSettings) -> "InfluxTarget":
    from solix_exporter.sinks import InfluxTarget  # noqa: PLC0415 - see the module

    return InfluxTarget(
        url=settings.url,
        org=settings.org,
        bucket=settings.bucket,
        token=settings.token.get_secret_value(),
        timeout_s=settings.timeout_s,
        verify_ssl=settings.verify_ssl,
        ca_file=settings.ca_file,
    )
