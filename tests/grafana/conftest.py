"""A Prometheus with the fortnight of all simulated homes in it, which also scrapes the demo."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.conftest import program
from tests.grafana import truth
from tests.grafana.dashboards import ROOT
from tests.grafana.servers import Prometheus, prometheus_server, wait_until

DEMO = (*(sys.executable, "-m", "solix_exporter", "demo"), "--web.listen-address=127.0.0.1:0")
SCENARIOS = ("all", "sb3")
"""Every family, as a member sees it; and an owner, who is told of prices, too."""


@contextmanager
def demo(scenario: str) -> Iterator[str]:
    """Run the demo; give host and port."""
    with subprocess.Popen(  # noqa: S603  our own program
        [*DEMO, f"--scenario={scenario}"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        yield process.stdout.readline().split()[-1].split("/")[2]
        process.terminate()


@pytest.fixture(scope="session")
def demo_addresses() -> Iterator[list[str]]:
    with ExitStack() as stack:
        yield [stack.enter_context(demo(scenario)) for scenario in SCENARIOS]


@pytest.fixture(scope="session")
def blocks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a data directory of the fortnight, as somebody who imports history does."""
    promtool = program("promtool", "prometheus")
    folder = tmp_path_factory.mktemp("history")
    file = folder / "history.txt"
    file.write_text(truth.openmetrics(), encoding="utf-8")
    command = [promtool, "tsdb", "create-blocks-from", "--max-block-duration=1000h"]
    subprocess.run(  # noqa: S603  Debian's promtool
        [*command, "openmetrics", str(file), str(folder / "data")], check=True, capture_output=True
    )
    file.unlink()
    return folder


@pytest.fixture(scope="session")
def history(blocks: Path, demo_addresses: list[str]) -> Iterator[Prometheus]:
    config = {
        "global": {"scrape_interval": "1s"},
        "scrape_configs": [{"job_name": "solix", "static_configs": [{"targets": demo_addresses}]}],
    }
    with prometheus_server(program("prometheus", "prometheus"), blocks, config) as server:
        wait_until(lambda: _scrapes(server) >= 8, "eight scrapes of the demos")
        yield server


def _scrapes(server: Prometheus) -> float:
    found = server.query('count_over_time(solix_up{job="solix"}[1m])', at=time.time())
    if len(found) < len(SCENARIOS):
        return 0
    return min(points[0][1] for points in found.values())
