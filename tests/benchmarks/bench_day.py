"""What one home takes of memory over a day, and whether it keeps taking more.

The exporter is a process of its own, and so is the simulated cloud that it polls. Both run at the
same fast clock; everything else is as a user has it: polls by the scheduler, energy and ledger on,
a scrape each minute as Prometheus sends it.
"""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.benchmarks.figures import Figures
from tests.benchmarks.processes import EXPORTER, Running, Scraper, running

AREA = "memory"
_SPEED = 1200
"""A day passes in 72 s, a minute in 50 ms."""
_HOURS = 24
_SETTLED_HOUR = 2


def test_a_day_of_one_home(figures: Figures, tmp_path: Path) -> None:
    with _exporter(tmp_path) as (exporter, scraper):
        peaks = [_hour(exporter, scraper) for _ in range(_HOURS)]
        assert _polls(scraper) > _HOURS * 60 * 0.98, "the machine was too busy for this speed"
    figures.add(AREA, "one home after 2 hours", peaks[_SETTLED_HOUR - 1], "MiB")
    figures.add(AREA, "one home after a day", peaks[-1], "MiB")
    figures.add(AREA, "growth from hour 2 to 24", peaks[-1] - peaks[_SETTLED_HOUR - 1], "MiB")


@contextmanager
def _exporter(folder: Path) -> Iterator[tuple[Running, Scraper]]:
    """Give an exporter that polls a simulated home, and what scrapes it."""
    with running([EXPORTER, "simulate", "--json", f"--speed={_SPEED}"], {}) as cloud:
        said, started_s = json.loads(cloud.output.readline()), time.monotonic()
        account = said["accounts"][0]
        environ = {
            "ANKERUSER": account["email"],
            "ANKERPASSWORD": account["password"],
            "ANKERCOUNTRY": account["country"],
            "SOLIX_CLOUD__URL": said["url"],
            "SOLIX_CLOUD__PUBLIC_KEY": said["public_key"],
            "SOLIX_STATE_DIR": str(folder),
            "SOLIX_WEB__LISTEN_ADDRESS": "127.0.0.1:0",
            "SOLIX_LOG__LEVEL": "warning",
        }
        serve = [sys.executable, "-m", "tests.benchmarks.fast_serve", str(_SPEED), str(started_s)]
        with running(serve, environ) as exporter:
            scraper = Scraper(exporter.output.readline().strip())
            yield exporter, scraper
            scraper.close()


def _hour(exporter: Running, scraper: Scraper) -> float:
    """Scrape for an hour, each minute; return the most memory of it, MiB."""
    started_s = time.monotonic()
    peak_mib = 0.0
    for minute in range(1, 61):
        time.sleep(max(0.0, started_s + minute * 60 / _SPEED - time.monotonic()))
        scraper.scrape()
        peak_mib = max(peak_mib, exporter.rss_mib())
    return peak_mib


def _polls(scraper: Scraper) -> float:
    """Return how often the sites were polled with success."""
    start = 'solix_polls_total{account="default",outcome="success",poll="sites"} '
    (line,) = (line for line in scraper.text().splitlines() if line.startswith(start))
    return float(line.removeprefix(start))
