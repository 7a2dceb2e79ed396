"""A fleet that runs: the simulated cloud and the exporter, each a process of its own.

The cloud has no limit here, so that polls come as often as with hundreds of addresses.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any

from tests.benchmarks.processes import ROOT

_FIRST_POLLS_S = 400
_ENERGY_S = 120


class Fleet:
    """The running exporter of the fleet."""

    def __init__(self, pid: int, output: IO[str]) -> None:
        self.pid = pid
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
        raise TimeoutError(f"after {_FIRST_POLLS_S} s not all polls have run: {told}")


@contextmanager
def running_fleet(accounts: int, folder: Path) -> Iterator[Fleet]:
    """Give an exporter with so many accounts, and its cloud, both as processes."""
    with ExitStack() as stack:
        # The cloud gives way: what is measured is the exporter.
        cloud = stack.enter_context(_process("nice", "-n", "10", *_module("fleet_cloud", accounts)))
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
        yield Fleet(exporter.pid, _output(exporter))


def _module(name: str, *arguments: object) -> tuple[str, ...]:
    return (sys.executable, "-m", f"tests.benchmarks.{name}", *map(str, arguments))


@contextmanager
def _process(*command: str) -> Iterator["subprocess.Popen[str]"]:
    """Run a process that ends with its standard input."""
    with subprocess.Popen(  # noqa: S603 - our own programs
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            # What it says until then is taken from it, for it could not end otherwise.
            process.communicate()


def _output(process: subprocess.Popen[str]) -> IO[str]:
    assert process.stdout is not None
    return process.stdout
