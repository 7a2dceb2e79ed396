"""How soon the program answers: its version, and the first metrics of a demo."""

import re
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


def _demo_s() -> float:
    """Return the time from the start of a demo to the first scrape with a home's readings."""
    started_s = time.perf_counter()
    with running([EXPORTER, "demo", "--web.listen-address=127.0.0.1:0"], {}) as demo:
        found = re.search(r"metrics on (http://\S+)", demo.output.readline())
        assert found is not None
        scraper = Scraper(found[1])
        while _A_LIVING_HOME not in scraper.text():
            assert time.perf_counter() < started_s + _PATIENCE_S
            time.sleep(0.01)
        scraper.close()
        return time.perf_counter() - started_s
