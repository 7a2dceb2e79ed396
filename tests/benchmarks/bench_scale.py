"""1,000 accounts with 2,000 sites and 8,000 devices: memory, the event loop, and scrapes.

The simulated cloud and the exporter are processes of their own; the cloud has no limit here, so
that polls come as often as with hundreds of addresses: 17 accounts a second.
"""

import gzip
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any

import pytest

from tests.benchmarks.figures import Figures
from tests.benchmarks.fleet_cloud import DEVICES_AN_ACCOUNT, SITES_AN_ACCOUNT
from tests.benchmarks.homes import samples_in
from tests.benchmarks.processes import ROOT, Scraper

AREA = "1,000 accounts"
ACCOUNTS = 1000
_FIRST_POLLS_S = 400
_WATCH_S = 60
_SCRAPE_S = 10
_ENERGY_S = 120


class Fleet:
    """The running exporter of the fleet."""

    def __init__(self, output: IO[str]) -> None:
        self._output = output
        self.url = str(self._line()["url"])

    def _line(self) -> dict[str, Any]:
        line = self._output.readline()
        assert line, "the exporter ended"
        found: dict[str, Any] = json.loads(line)
        return found

    def seconds(self, count: int) -> list[dict[str, Any]]:
        """Return what it tells in so many seconds, from now on."""
        return [self._line() for _ in range(count)]

    def settle(self) -> None:
        """Return when every poll has run."""
        for _ in range(_FIRST_POLLS_S):
            told = self._line()
            if told["polls_that_ran"] >= told["polls"]:
                return
        pytest.fail(f"after {_FIRST_POLLS_S} s {told} polls have run")


@pytest.mark.timeout(900)
def test_a_fleet(figures: Figures, tmp_path: Path) -> None:
    with _fleet(tmp_path) as fleet:
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


@contextmanager
def _fleet(folder: Path) -> Iterator[Fleet]:
    with ExitStack() as stack:
        # The cloud gives way: what is measured is the exporter.
        cloud = stack.enter_context(_process("nice", "-n", "10", *_module("fleet_cloud", ACCOUNTS)))
        said = json.loads(_output(cloud).readline())
        exporter = stack.enter_context(_process(*_module("fleet_exporter")))
        settings = {
            "accounts": [
                account | {"name": f"account-{number}"}
                for number, account in enumerate(said["accounts"])
            ],
            "cloud": {
                "url": said["url"],
                "public_key": said["public_key"],
                "request_gap": 0,
                "endpoint_limit": 0,
            },
            "poll": {"energy_interval_s": _ENERGY_S},
            "state_dir": str(folder),
            "web": {"listen_address": ["127.0.0.1:0"]},
        }
        assert exporter.stdin is not None
        exporter.stdin.write(json.dumps(settings) + "\n")
        exporter.stdin.flush()
        yield Fleet(_output(exporter))


def _module(name: str, *arguments: object) -> tuple[str, ...]:
    return (sys.executable, "-m", f"tests.benchmarks.{name}", *map(str, arguments))


def _process(*command: str) -> subprocess.Popen[str]:
    """Start a process that ends with its standard input."""
    return subprocess.Popen(  # noqa: S603 - our own programs
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def _output(process: subprocess.Popen[str]) -> IO[str]:
    assert process.stdout is not None
    return process.stdout
