"""Runs programs as their users do, beside the process that measures them."""

import gzip
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

ROOT = Path(__file__).parents[2]
EXPORTER = Path(sys.executable).with_name("solix-exporter")
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
_STOP_S = 10
_PROMETHEUS = {
    "Accept": "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
    "Accept-Encoding": "gzip",
}
"""What a Prometheus server sends with each scrape."""


@dataclass(frozen=True, slots=True)
class Running:
    """A program that runs until its block ends."""

    pid: int
    output: IO[str]

    def rss_mib(self) -> float:
        """Return the resident memory, MiB, which is what `top` and Docker show."""
        pages = Path(f"/proc/{self.pid}/statm").read_text(encoding="ascii").split()[1]
        return int(pages) * _PAGE_BYTES / 2**20


@contextmanager
def running(command: Sequence[str | Path], environ: dict[str, str]) -> Iterator[Running]:
    """Run a program whose standard output is read here, and end it by its process id."""
    process = subprocess.Popen(  # noqa: S603 - our own program
        command,
        cwd=ROOT,
        env=_bare_environ() | environ,
        stdout=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    try:
        yield Running(process.pid, process.stdout)
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=_STOP_S)


def run_s(command: Sequence[str | Path]) -> float:
    """Return how long a program takes from its start to its end, s."""
    started_s = time.perf_counter()
    subprocess.run(  # noqa: S603 - our own program
        command, cwd=ROOT, env=_bare_environ(), check=True, stdout=subprocess.DEVNULL
    )
    return time.perf_counter() - started_s


def _bare_environ() -> dict[str, str]:
    """Return the environment without the settings of an exporter that runs here."""
    return {key: os.environ[key] for key in ("PATH", "HOME", "LANG") if key in os.environ}


class Scraper:
    """Scrapes as Prometheus does: OpenMetrics, compressed, on one connection."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        assert parts.hostname is not None
        self._path = parts.path
        self._connection = HTTPConnection(parts.hostname, parts.port, timeout=10)

    def scrape(self) -> bytes:
        """Return the body as it came."""
        self._connection.request("GET", self._path, headers=_PROMETHEUS)
        answer = self._connection.getresponse()
        assert answer.status == 200, answer.status
        return answer.read()

    def text(self) -> str:
        """Return the text of a scrape."""
        return gzip.decompress(self.scrape()).decode()

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()
