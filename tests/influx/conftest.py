"""What the tests of the sinks share: a sink on a ledger, and what it told."""

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from solix_exporter.clock import ManualClock
from solix_exporter.influx import InfluxOptions, InfluxSink, InfluxSources, InfluxTarget, Naming
from solix_exporter.ledger import Ledger
from solix_exporter.model.snapshot import Snapshot
from tests.influx.influx_server import BUCKET, ORG, TOKEN, InfluxServer
from tests.influx.keeping import Heard


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    """A ledger in memory: commits that wait for the disk are `tests/ledger`'s."""
    ledger = Ledger(None)
    yield ledger
    ledger.close()


@pytest.fixture
def heard() -> Heard:
    return Heard()


MakeSink = Callable[..., InfluxSink]


@pytest.fixture
async def make_sink(
    influx: InfluxServer, ledger: Ledger, clock: ManualClock, heard: Heard, tmp_path: Path
) -> AsyncIterator[MakeSink]:
    """Build sinks on the stand-in; `options` go beside the target, other keywords into it."""
    sinks: list[InfluxSink] = []

    def build(
        snapshot: Callable[[], Snapshot] = Snapshot,
        options: dict[str, Any] | None = None,
        **target: Any,  # noqa: ANN401 - of any field
    ) -> InfluxSink:
        known: dict[str, Any] = {
            "url": influx.url,
            "org": ORG,
            "bucket": BUCKET,
            "token": TOKEN,
            "timeout_s": 10.0,
        }
        what: dict[str, Any] = {
            "naming": Naming("solix_"),
            "write": frozenset({"daily"}),
            "spool_bytes": 50_000_000,
        }
        sink = InfluxSink(
            InfluxOptions(InfluxTarget(**(known | target)), **(what | (options or {}))),
            InfluxSources(ledger, snapshot, tmp_path / "spool"),
            clock,
            heard,
        )
        sink.open()
        sinks.append(sink)
        return sink

    yield build
    for sink in sinks:
        await sink.close()
