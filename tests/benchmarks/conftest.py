"""Gathers the figures of a run, prints them as one table and holds them against the floors.

Run by `make bench`. What is timed is timed by pytest-benchmark; the fastest round counts, because
nothing makes a program faster than it is.
"""

import json
import os
import platform
import tomllib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pytest_benchmark.fixture import BenchmarkFixture
from rich.console import Console

from solix_exporter import __version__
from tests.benchmarks.figures import Bound, Figures, table_of

_FLOORS = Path(__file__).parent / "floors.toml"
_WIDTH = 100
_FIGURES = pytest.StashKey[Figures]()

Time = Callable[[str, str, Callable[[], object]], float]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--figures", type=Path, help="where the figures are written as JSON")


def pytest_configure(config: pytest.Config) -> None:
    areas = tomllib.loads(_FLOORS.read_text(encoding="utf-8"))
    bounds = {
        area: {name: Bound(**row) for name, row in rows.items()} for area, rows in areas.items()
    }
    config.stash[_FIGURES] = Figures(bounds)


@pytest.fixture
def figures(request: pytest.FixtureRequest) -> Figures:
    """Return the run's figures, to add to."""
    return request.config.stash[_FIGURES]


@pytest.fixture
def timed(benchmark: BenchmarkFixture, figures: Figures) -> Time:
    """Time one thing and add it as a figure, in microseconds; once a test."""

    def time(area: str, name: str, work: Callable[[], object]) -> float:
        benchmark.group = area
        benchmark.name = name
        benchmark(work)
        assert benchmark.stats is not None
        fastest_s: float = benchmark.stats["min"]
        figures.add(area, name, fastest_s * 1e6, "us")
        return fastest_s

    return time


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail where a floor is missed, and write the figures for programs."""
    found = session.config.stash[_FIGURES]
    if found.missed() and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
    path: Path | None = session.config.getoption("--figures")
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(_document(found), indent=2) + "\n", encoding="utf-8")


def _document(found: Figures) -> dict[str, Any]:
    return {
        "version": __version__,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "figures": [figure.as_json() for figure in found.all()],
    }


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the table."""
    found = terminalreporter.config.stash[_FIGURES]
    if not found.all():
        return
    console = Console(width=_WIDTH, force_terminal=False)
    with console.capture() as capture:
        console.print(table_of(found.all()))
    terminalreporter.ensure_newline()
    terminalreporter.write_line(capture.get())
    for figure in found.missed():
        terminalreporter.write_line(f"missed: {figure.area}, {figure.name}", red=True)
