"""How soon the program answers and ends: its version, the first metrics and the end of a demo."""

import os
import re
import signal
import sys
import time
from pathlib import Path

from tests.benchmarks.figures import Figures
from tests.benchmarks.processes import EXPORTER, Scraper, run_s, running

AREA = "start"
_ROUNDS = 20
_DEMOS = 3
_PATIENCE_S = 30
_A_LIVING_HOME = "solix_site_home_load_power_watts{"


def test_the_version_is_told_about_as_soon_as_click_is_loaded(figures: Figures) -> None:
    click: list[str | Path] = [sys.executable, "-c", "import click"]
    version: list[str | Path] = [EXPORTER, "--version"]
    # In turns, so that a slow moment of the machine meets both.
    rounds = [(run_s(version), run_s(click)) for _ in range(_ROUNDS)]
    ours, theirs = (min(column) * 1e3 for column in zip(*rounds, strict=True))
    figures.add(AREA, "import click", theirs, "ms")
    figures.add(AREA, "solix-exporter --version", ours, "ms")
    figures.add(AREA, "--version beside import click", ours / theirs, "times")


def test_a_demo_shows_a_living_home_soon(figures: Figures) -> None:
    figures.add(AREA, "demo to first metrics", min(_demo_s() for _ in range(_DEMOS)), "s")


def test_a_demo_ends_soon(figures: Figures) -> None:
    figures.add(AREA, "demo to its end", min(_end_s() for _ in range(_DEMOS)), "s")


def _end_s() -> float:
    """Return the time from the signal to the end of a demo that lives."""
    with running([EXPORTER, "demo", "--web.listen-address=127.0.0.1:0"], {}) as demo:
        _wait_for_home(demo.output.readline())
        started_s = time.perf_counter()
        os.kill(demo.pid, signal.SIGTERM)
        demo.output.read()
        return time.perf_counter() - started_s


def _demo_s() -> float:
    """Return the time from the start of a demo to the first scrape with a home's readings."""
    started_s = time.perf_counter()
    with running([EXPORTER, "demo", "--web.listen-address=127.0.0.1:0"], {}) as demo:
        _wait_for_home(demo.output.readline())
        return time.perf_counter() - started_s


def _wait_for_home(first_line: str) -> None:
    """Return after the first scrape with a home's readings."""
    found = re.search(r"metrics on (http://\S+)", first_line)
    assert found is not None
    scraper = Scraper(found[1])
    end_s = time.perf_counter() + _PATIENCE_S
    while _A_LIVING_HOME not in scraper.text():
        assert time.perf_counter() < end_s
        time.sleep(0.01)
    scraper.close()
