"""`solix-exporter serve` on a fast clock: everything else is as a user runs it.

Run as `python -m tests.benchmarks.fast_serve SPEED STARTED_S`; the settings are those of the
environment. `STARTED_S` is when the simulated cloud's clock began, by the host's monotonic one.
"""

import asyncio
import os
import sys
import time
from datetime import UTC, datetime, timedelta

from solix_exporter.app.exporter import serve

# The command loads what a user's process loads.
from solix_exporter.cli import serve as command
from solix_exporter.cli.logs import set_up_logging
from solix_exporter.clock import FastClock
from solix_exporter.config import load_settings


def _clock(speed: float, started_s: float) -> FastClock:
    """Return a clock that tells the time of another one of this speed."""
    passed_s = time.monotonic() - started_s
    start = datetime.now(UTC) - timedelta(seconds=passed_s)
    return FastClock(speed, start + timedelta(seconds=passed_s * speed))


def _announce(metrics_url: str) -> None:
    sys.stdout.write(f"{metrics_url}\n")
    sys.stdout.flush()


def main() -> None:
    """Serve until SIGTERM."""
    speed, started_s = map(float, sys.argv[1:])
    settings = load_settings(file=None, environ=os.environ, flags={})
    set_up_logging(settings)
    asyncio.run(serve(settings, clock=_clock(speed, started_s), announce=_announce))


if __name__ == "__main__":
    assert command.command.name == "serve"
    main()
