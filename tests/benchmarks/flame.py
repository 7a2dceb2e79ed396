"""Shows where the time of an exporter with many accounts goes: a flame graph, and a table of it.

Run as `make flame`. py-spy looks at the running process from outside, 200 times a second.
"""

import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from rich.console import Console
from rich.progress import track
from rich.table import Table

from tests.benchmarks.fleet_run import running_fleet
from tests.benchmarks.processes import Scraper

ACCOUNTS, WATCH_S, SCRAPE_S = 100, 60, 10
_RATE = "200"
_DEPTH = 25
_PY_SPY = Path(sys.executable).with_name("py-spy")

PARTS = (
    ("solix_exporter/metrics/", "text of scrapes"),
    ("prometheus_client/", "figures of the process"),
    ("solix_exporter/cache/", "joining snapshots"),
    ("solix_exporter/cloud/parse", "parsing answers"),
    ("solix_exporter/cloud/decode", "parsing answers"),
    ("solix_exporter/ledger/", "ledger"),
    ("aiohttp/", "HTTP"),
    ("solix_exporter/cloud/", "requests: token, budget, session"),
    ("apscheduler/", "scheduler"),
    ("solix_exporter/poll/", "polls"),
    ("asyncio/", "event loop"),
)
"""From the inside of a stack outwards, the first frame that is in one of these tells the part."""


_WAITING = ("_worker (", "_WorkItem.run (", "EpollSelector.select (")
"""Where threads and the loop wait for work."""


def main(folder: Path) -> None:
    """Write `flame.svg` to the folder and print the table."""
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="solix-flame-") as state,
        running_fleet(ACCOUNTS, Path(state)) as fleet,
    ):
        fleet.settle()
        scraper = Scraper(f"{fleet.url}/metrics")
        spies = [_spy(fleet.pid, kind, folder / name) for kind, name in _OUTPUTS]
        for _ in track(range(WATCH_S // SCRAPE_S), "watching"):
            time.sleep(SCRAPE_S)
            scraper.scrape()
        for spy in spies:
            spy.wait(60)
    Console().print(_table(shares((folder / "flame.raw").read_text(encoding="utf-8"))))


_OUTPUTS = (("flamegraph", "flame.svg"), ("raw", "flame.raw"))


def _spy(pid: int, kind: str, file: Path) -> "subprocess.Popen[bytes]":
    command = [
        str(_PY_SPY),
        "record",
        "--pid",
        str(pid),
        "--duration",
        str(WATCH_S),
        "--rate",
        _RATE,
    ]
    return subprocess.Popen(  # noqa: S603 - our own command
        [*command, "--format", kind, "--output", str(file)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def shares(raw: str) -> dict[str, float]:
    """Return each part's share of the time, the largest first.

    `raw` is py-spy's: frames by semicolons, and a count a line.
    """
    found = Counter[str]()
    for line in raw.splitlines():
        stack, _, count = line.rpartition(" ")
        frames = stack.split(";")
        if not frames[-1].startswith(_WAITING):
            found[_part(frames)] += int(count)
    return {part: count / found.total() for part, count in found.most_common()}


def _part(frames: list[str]) -> str:
    for frame in reversed(frames[-_DEPTH:]):
        for path, part in PARTS:
            if path in frame:
                return part
    return "else"


def _table(found: dict[str, float]) -> Table:
    table = Table("Part", title=f"{ACCOUNTS} accounts, share of the time", title_justify="left")
    table.add_column("Share", justify="right")
    for part, share in found.items():
        table.add_row(part, f"{share:.0%}")
    return table


if __name__ == "__main__":
    main(Path(sys.argv[1]))
