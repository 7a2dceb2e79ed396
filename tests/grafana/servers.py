"""Real servers for tests: a Prometheus and an Alertmanager on free ports, and how to ask them."""

import json
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PATIENCE_S = 30.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def get(url: str, **parameters: object) -> Any:  # noqa: ANN401  JSON of any shape
    """Return the JSON of an answer, an error's as well."""
    query = urllib.parse.urlencode(parameters)
    try:
        with urllib.request.urlopen(f"{url}?{query}", timeout=30) as answer:  # noqa: S310  our own
            return json.load(answer)
    except urllib.error.HTTPError as error:
        return json.load(error)


def wait_until(is_true: Callable[[], object], what: str, within_s: float = PATIENCE_S) -> None:
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        if is_true():
            return
        time.sleep(0.1)
    raise AssertionError(f"in {within_s:g} s not seen: {what}")


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310  our own server
            return bool(answer.status == 200)
    except OSError:
        return False


@contextmanager
def running(command: list[str], ready_url: str) -> Iterator[None]:
    """Run a server until the block ends."""
    process = subprocess.Popen(  # noqa: S603  a server that the test configured
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        wait_until(lambda: answers(ready_url), f"{command[0]} answers")
        yield
    finally:
        process.terminate()
        process.wait(timeout=20)


Series = dict[frozenset[tuple[str, str]], list[tuple[float, float]]]


@dataclass(frozen=True, slots=True)
class Prometheus:
    """A running Prometheus."""

    url: str

    def query(self, expr: str, at: float) -> Series:
        """Return the samples of an instant, by labels."""
        return self._ask("query", query=expr, time=at)

    def query_range(self, expr: str, start: float, end: float, step: float) -> Series:
        """Return the points of a time range, by labels."""
        return self._ask("query_range", query=expr, start=start, end=end, step=step)

    def _ask(self, kind: str, **parameters: object) -> Series:
        answer = get(f"{self.url}/api/v1/{kind}", **parameters)
        assert answer["status"] == "success", (parameters["query"], answer)
        data = answer["data"]
        if data["resultType"] == "scalar":
            return {frozenset(): [_point(data["result"])]}
        return {
            frozenset(row["metric"].items()): [
                _point(pair) for pair in row.get("values", [row.get("value")])
            ]
            for row in data["result"]
        }


def _point(pair: list[Any]) -> tuple[float, float]:
    return float(pair[0]), float(pair[1])


@contextmanager
def prometheus_server(program: str, folder: Path, config: dict[str, Any]) -> Iterator[Prometheus]:
    """Run a Prometheus on a folder, which may hold blocks already."""
    port = free_port()
    file = folder / "prometheus.json"
    file.write_text(json.dumps(config))
    command = [
        program,
        f"--config.file={file}",
        f"--storage.tsdb.path={folder / 'data'}",
        "--storage.tsdb.retention.time=50y",
        # The history has one sample an hour.
        "--query.lookback-delta=61m",
        f"--web.listen-address=127.0.0.1:{port}",
        "--log.level=error",
    ]
    url = f"http://127.0.0.1:{port}"
    with running(command, f"{url}/-/ready"):
        yield Prometheus(url)


@contextmanager
def alertmanager_server(program: str, folder: Path, config: Path) -> Iterator[str]:
    """Run an Alertmanager that knows no others; give its address."""
    port = free_port()
    command = [
        program,
        f"--config.file={config}",
        f"--storage.path={folder / 'alertmanager'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--cluster.listen-address=",
        "--log.level=error",
    ]
    with running(command, f"http://127.0.0.1:{port}/-/ready"):
        yield f"127.0.0.1:{port}"
