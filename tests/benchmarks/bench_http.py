"""Scrapes over HTTP: the exporter's server beside the library's and a bare one, by wrk."""

import re
import subprocess
import sys

import pytest

from tests.benchmarks.figures import Figures
from tests.benchmarks.homes import homes_of
from tests.benchmarks.http_server import HOST, SERVERS
from tests.conftest import program

AREA = "Scrape over HTTP"
SAMPLES = 2000
_CONNECTIONS, _ROUND_S, _ROUNDS = 4, 3, 2
_RATE = re.compile(r"Requests/sec:\s+([\d.]+)")
_FAILURES = re.compile(r"Non-2xx|Socket errors")
ENCODINGS = {"plain": "identity", "gzip": "gzip"}


@pytest.fixture
def wrk() -> str:
    return program("wrk", "wrk")


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_requests_a_second(wrk: str, figures: Figures, encoding: str) -> None:
    rates = {server: _rate(wrk, server, ENCODINGS[encoding]) for server in SERVERS}
    for server, rate in rates.items():
        figures.add(AREA, f"{server}, {encoding}", rate, "requests/s")
    ours = rates["exporter"]
    figures.add(AREA, f"times the library, {encoding}", ours / rates["library"], "times")
    if encoding == "plain":
        # The bare server has nothing but the plain bytes.
        figures.add(AREA, "share of bare aiohttp", ours / rates["bare aiohttp"], "")


def _rate(wrk: str, server: str, encoding: str) -> float:
    """Return the requests a second of the best round."""
    homes = str(homes_of(SAMPLES))
    command = [sys.executable, "-m", "tests.benchmarks.http_server", server, homes]
    with subprocess.Popen(  # noqa: S603 - our own command
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        url = f"http://{HOST}:{int(process.stdout.readline())}/metrics"
        return max(_round(wrk, url, encoding) for _ in range(_ROUNDS))


def _round(wrk: str, url: str, encoding: str) -> float:
    load = ["-t1", f"-c{_CONNECTIONS}", f"-d{_ROUND_S}s", "-H", f"Accept-Encoding: {encoding}"]
    told = subprocess.run(  # noqa: S603 - our own command
        [wrk, *load, url], capture_output=True, text=True, check=True
    ).stdout
    found = _RATE.search(told)
    assert found, told
    assert not _FAILURES.search(told), told
    return float(found[1])
