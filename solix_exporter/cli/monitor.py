"""`solix-exporter monitor`: the systems live in a terminal, or once for a script."""

import asyncio
import io
import sys
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
import orjson
from rich.console import Console

from solix_exporter.app.exporter import Exporter, Mode
from solix_exporter.cli import loop, tools
from solix_exporter.cli.exit_codes import EXIT_STATUS
from solix_exporter.cli.monitor_loop import Monitor, watched_of
from solix_exporter.clock import SystemClock
from solix_exporter.config import Settings
from solix_exporter.monitor.report import report
from solix_exporter.web import Status, snapshot_json

_EPILOG = f"""\b
Keys:
  q, Esc         quit
  r              refresh now
  s, S, Tab      next site, site before
  1, 2, 3, 4, v  overview, all values, cloud, log; next view
  n, p           next and previous folder of --replay
  arrows, j, k   scroll

\b
Examples:
  solix-exporter monitor
  solix-exporter monitor --replay my-system --replay another-system
  solix-exporter monitor --once
  solix-exporter monitor --once --json | jq '.sites[].now.pv_power_w'

{EXIT_STATUS}"""


class _LogTail(io.StringIO):
    """The last lines of the log, for the screen that the log would spoil."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: deque[str] = deque(maxlen=200)

    def write(self, text: str) -> int:
        """Keep the lines of a text."""
        self.lines.extend(line for line in text.splitlines() if line)
        return len(text)


@click.command(name="monitor", epilog=_EPILOG)
@click.option("--once", "is_once", is_flag=True, help="Print everything once and end.")
@click.option(
    "--json",
    "is_json",
    is_flag=True,
    help="Print JSON: one line each time there are new data, or one document with --once.",
)
@tools.replay_option(
    multiple=True, text="Look at a folder of captured answers. Repeatable: n and p walk them."
)
@tools.common_options
def command(**given: Any) -> int:  # noqa: ANN401  options of several types
    """Show all systems live in the terminal: flows, day, devices, and how the cloud is asked.

    It polls as often as `serve` does and keeps to the same limits. A terminal of 80 columns and 24
    lines is enough. JSON is that of `/api/v1/snapshot`: names of fields carry their units, and null
    is "not reported".
    """
    common = tools.Common.of(given)
    replay: tuple[Path, ...] = given["replay"]
    is_live = not (given["is_once"] or given["is_json"])
    if is_live and not sys.stdout.isatty():
        raise click.UsageError("The output is no terminal; add --once or --json.")
    log = _LogTail() if is_live else None
    settings = common.only_one(common.settings(is_replay=bool(replay), log=log))
    if given["is_once"]:
        return loop.run(_once(settings, replay, is_json=given["is_json"]))
    if given["is_json"]:
        loop.run(_stream(settings, replay))
        return 0
    lines = log.lines if log else ()
    loop.run(Monitor(settings, replay, lambda: tuple(lines)).run())
    return 0


async def _once(settings: Settings, replay: Sequence[Path], *, is_json: bool) -> int:
    """Print what one round of all polls tells; raises the error that left an account empty."""
    exporter = Exporter(settings, SystemClock(), replay, mode=Mode.ONCE)
    await exporter.poll_once()
    accounts = exporter.accounts.values()
    failed = [account.sites.last_error for account in accounts if account.sites.last_error]
    if failed and not exporter.snapshot().sites:
        raise failed[0]
    if is_json:
        click.echo(_document(exporter), nl=False)
    else:
        Console().print(report(watched_of(exporter, _title(replay), tuple)))
    return 0


async def _stream(settings: Settings, replay: Sequence[Path]) -> None:
    """Print one line of JSON whenever something has changed."""
    exporter = Exporter(settings, SystemClock(), replay, mode=Mode.WATCHING)
    before = None
    async with exporter.polling():
        while True:
            snapshot = exporter.snapshot()
            if snapshot is not before and snapshot.sites:
                before = snapshot
                click.echo(orjson.dumps(orjson.loads(_document(exporter))))
                sys.stdout.flush()
            await asyncio.sleep(1)


def _document(exporter: Exporter) -> bytes:
    """Return what `/api/v1/snapshot` would."""
    return snapshot_json(Status(SystemClock().now(), exporter.snapshot()))


def _title(replay: Sequence[Path]) -> str:
    return ", ".join(folder.name for folder in replay)
