"""100 accounts with 200 sites and 800 devices: memory, the event loop, and scrapes."""

import gzip
import time
from pathlib import Path

import pytest

from tests.benchmarks.figures import Figures
from tests.benchmarks.fleet_cloud import DEVICES_AN_ACCOUNT, SITES_AN_ACCOUNT
from tests.benchmarks.fleet_run import running_fleet
from tests.benchmarks.homes import samples_in
from tests.benchmarks.processes import Scraper

AREA = "100 accounts"
ACCOUNTS = 100
_WATCH_S = 60
_SCRAPE_S = 10


@pytest.mark.timeout(900)
def test_a_fleet(figures: Figures, tmp_path: Path) -> None:
    with running_fleet(ACCOUNTS, tmp_path) as fleet:
        fleet.settle()
        scraper = Scraper(f"{fleet.url}/metrics")
        scrapes_s, told, body = [], [], b""
        for _ in range(_WATCH_S // _SCRAPE_S):
            started_s = time.perf_counter()
            body = scraper.scrape()
            scrapes_s.append(time.perf_counter() - started_s)
            told += fleet.seconds(_SCRAPE_S)
        scraper.close()
    figures.add(AREA, "sites", ACCOUNTS * SITES_AN_ACCOUNT, "")
    figures.add(AREA, "devices", ACCOUNTS * DEVICES_AN_ACCOUNT, "")
    figures.add(AREA, "samples", samples_in(gzip.decompress(body)), "")
    figures.add(AREA, "memory", max(second["rss_mb"] for second in told), "MiB")
    figures.add(AREA, "event loop held at most", max(s["held_ms"] for s in told), "ms")
    figures.add(AREA, "scrape, gzip", sorted(scrapes_s)[len(scrapes_s) // 2], "s")
    figures.add(AREA, "scrape, the slowest", max(scrapes_s), "s")
    figures.add(AREA, "its size, gzip", len(body) / 2**20, "MiB")
    used_s = told[-1]["cpu_s"] - told[0]["cpu_s"]
    figures.add(AREA, "share of a core", used_s / (len(told) - 1), "")
