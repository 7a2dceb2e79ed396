"""`solix-exporter check`: the doctor, as text with ticks or as JSON."""

import os
import shutil
import sys
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path

import click

from solix_exporter.cli import loop, options
from solix_exporter.cli.logs import set_up_logging
from solix_exporter.clock import SystemClock
from solix_exporter.config import load_settings
from solix_exporter.diagnosis import Finding, Mark, Report, examine, unusable
from solix_exporter.errors import ConfigError

_TICKS = {Mark.OK: "✓", Mark.NOTE: "!", Mark.FAILED: "✗", Mark.SKIPPED: "-"}
_PLAIN_TICKS = {Mark.OK: "+", Mark.NOTE: "!", Mark.FAILED: "x", Mark.SKIPPED: "-"}
_COLOURS = {Mark.OK: "green", Mark.NOTE: "yellow", Mark.FAILED: "red", Mark.SKIPPED: None}
_WIDEST = 100


@click.command(
    name="check",
    epilog="Ends with 0 where all is well, 2 for the settings, the state directory or what InfluxDB"
    " refuses, 3 for the login, 4 for the network, the clock or an InfluxDB that is away, 5 for"
    " sites or data.",
)
@options.config_file
@options.state_dir
@options.shard
@click.option(
    "--other-region",
    is_flag=True,
    help="Look for sites in the cloud of the other region too, unless this check has to log in to"
    " its own first; costs a login.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON for scripts.")
@options.log_level
@options.log_format
def command(*, config_file: Path | None, other_region: bool, as_json: bool, **flags: object) -> int:
    """Examine settings, network, login and systems, and say what to do.

    InfluxDB, where it is configured, is asked with a write of nothing, which leaves nothing there.
    """
    report = _examine(config_file, options.settings_flags(flags), other_region=other_region)
    if as_json:
        options.print_json(report.to_json())
    else:
        click.echo(render(report, min(_WIDEST, shutil.get_terminal_size().columns)))
    return report.exit_code


def _examine(
    config_file: Path | None, flags: Mapping[str, object], *, other_region: bool
) -> Report:
    # The report says what the log would, and says it better.
    quiet = {**flags, "log.level": flags["log.level"] or "error"}
    try:
        settings = load_settings(file=config_file, environ=os.environ, flags=quiet)
    except ConfigError as error:
        return unusable(error)
    set_up_logging(settings)
    return loop.run(examine(settings, SystemClock(), other_region=other_region))


def render(report: Report, width: int) -> str:
    """Return the report for people, in lines of at most `width` characters."""
    return "\n".join(_lines(report, width, _ticks()))


def _lines(report: Report, width: int, ticks: Mapping[Mark, str]) -> Iterator[str]:
    for section in report.sections:
        yield click.style(section.title, bold=True)
        for finding in section.findings:
            yield from _finding(finding, ticks, width)
        yield ""
    yield report.summary


def _finding(finding: Finding, ticks: Mapping[Mark, str], width: int) -> Iterator[str]:
    tick = click.style(ticks[finding.mark], fg=_COLOURS[finding.mark])
    first, *rest = _wrapped(f"{finding.step}: {finding.text}", width - 4)
    yield f"  {tick} {first}"
    for line in (*rest, *_wrapped(finding.advice, width - 4)):
        yield f"    {line}"


def _wrapped(text: str, width: int) -> list[str]:
    return [
        line
        for paragraph in text.splitlines()
        for line in textwrap.wrap(paragraph, width, break_long_words=False, break_on_hyphens=False)
    ]


def _ticks() -> Mapping[Mark, str]:
    """Return the marks that the output can show."""
    try:
        "".join(_TICKS.values()).encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return _PLAIN_TICKS
    return _TICKS
