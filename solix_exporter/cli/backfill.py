"""`solix-exporter backfill`: fetches the energy of days long past into the ledger."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from solix_exporter.app.exporter import Exporter
from solix_exporter.cli import options
from solix_exporter.cli.energy_days import SiteDays, rows_of
from solix_exporter.cli.energy_files import (
    check_folders,
    parse_labels,
    write_csv,
    write_openmetrics,
)
from solix_exporter.cli.workbench import (
    check_site,
    poll_sites,
    quiet_exporter,
    run_until_interrupted,
    settings_of,
)
from solix_exporter.config import Settings
from solix_exporter.errors import ConfigError, TransientError
from solix_exporter.metrics.text_format import Labels
from solix_exporter.poll.energy.backfill import BackfillPlan, SitePlan, Wish

_EACH = 20
"""Without a terminal, one line after so many days."""
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Output:
    """What is written afterwards."""

    csv_file: Path | None
    openmetrics: Path | None
    labels: Labels


@click.command(
    name="backfill",
    epilog="The same command again goes on where an interrupted one stopped. Make Prometheus keep"
    " what it gets: promtool tsdb create-blocks-from openmetrics FILE DATA_DIR, with"
    " --storage.tsdb.retention.time longer than the oldest day is ago.",
)
@click.option(
    "--from",
    "first",
    type=options.DayType(),
    required=True,
    help="The first day, at the site's own clock.",
)
@click.option(
    "--to", "last", type=options.DayType(), help="The last day; yesterday unless said otherwise."
)
@options.site
@click.option("--dry-run", is_flag=True, help="Only say what is missing and how long it takes.")
@click.option("--overwrite", is_flag=True, help="Fetch again also what the ledger has.")
@click.option(
    "--openmetrics",
    type=click.Path(path_type=Path, allow_dash=True, dir_okay=False),
    metavar="FILE",
    help="Write all days of the range for promtool tsdb create-blocks-from.",
)
@click.option(
    "--label",
    "labels",
    multiple=True,
    callback=parse_labels,
    metavar="NAME=VALUE",
    help="A label for that file, such as the job of your scrape. Repeatable.",
)
@options.csv_file
@options.config_file
@options.state_dir
@options.log_level
@options.log_format
def command(  # noqa: PLR0913 - one parameter an option, as click has it
    *,
    first: date,
    last: date | None,
    site_id: str,
    dry_run: bool,
    overwrite: bool,
    openmetrics: Path | None,
    labels: Labels,
    csv_file: Path | None,
    config_file: Path | None,
    **flags: object,
) -> int:
    """Fetch the energy of past days into the ledger.

    Says first what it takes. Its days never count in the counters, and days that are complete in
    the ledger stay as they are.
    """
    if last is not None and last < first:
        raise ConfigError(f"--to {last} lies before --from {first}")
    check_folders(csv_file, openmetrics)
    settings = settings_of(config_file, flags)
    wish = Wish(first, last, site_id, overwrite)
    output = Output(csv_file, openmetrics, labels)
    return run_until_interrupted(
        lambda: _backfill(settings, wish, output, dry_run=dry_run),
        "Stopped. Every day that was fetched is kept; the same command goes on from there.",
    )


async def _backfill(settings: Settings, wish: Wish, output: Output, *, dry_run: bool) -> None:
    async with quiet_exporter(settings) as exporter:
        await poll_sites(exporter)
        check_site(exporter, wish.site_id)
        _check_zones(exporter)
        backfill = exporter.backfill()
        accounts = [account.polled for account in exporter.accounts.values()]
        plan = backfill.plan(accounts, wish)
        _announce(plan, plan.duration_s(exporter.budget))
        if dry_run:
            return
        if plan.days:
            with _progress(plan.days) as done:
                await backfill.run(plan, overwrite=wish.overwrite, done=done)
        _write(exporter, plan, output)


def _check_zones(exporter: Exporter) -> None:
    """Raise TransientError while it is not known at which instant the days of a site begin."""
    for account in exporter.accounts.values():
        for listing in account.polled.parts.listings():
            if not account.polled.zones.may_be_used(listing.site_id):
                raise TransientError(
                    f"the cloud did not tell which time zone {listing.name or listing.site_id} is"
                    " in, so that its days would begin at a wrong instant. Try again later, or set"
                    f" sites.{listing.site_id}.timezone"
                )


def _announce(plan: BackfillPlan, duration_s: float) -> None:
    """Say how many days, requests and minutes a plan is."""
    for site in plan.sites:
        options.say(_line(site))
    if not plan.sites:
        options.say("No account has a system whose energy could be fetched.")
        return
    if not plan.days:
        is_all_there = all(site.known and not site.left for site in plan.sites)
        options.say("Nothing is missing." if is_all_there else "There is nothing to fetch.")
        return
    options.say(
        f"Together {plan.days} days, {plan.requests} requests, about {_duration(duration_s)}."
    )


def _line(site: SitePlan) -> str:
    name = f"{site.listing.name or 'Site'} ({site.listing.site_id})"
    if not site.queries:
        return f"{name}: the cloud keeps no energy of such a system."
    if site.first > site.last:
        return f"{name}: no day since {site.first} is over yet at the site."
    wanted = f"{len(site.days)} days" if site.days else "nothing"
    parts = [f"{name}: {wanted} to fetch between {site.first} and {site.last}"]
    if site.known:
        parts.append(f"{site.known} are complete")
    if site.left:
        parts.append(f"{site.left} are left to the exporter, which reads them when it runs")
    return ", ".join(parts) + "."


def _duration(duration_s: float) -> str:
    minutes = round(duration_s / _MINUTE.total_seconds())
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest:02} min" if hours else f"{max(1, minutes)} min"


@contextmanager
def _progress(total: int) -> Iterator[Callable[[str, date], None]]:
    """Give what is to be called with each day; draws a bar, or lines where there is no terminal."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _Lines(total)
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("days, left"),
        TimeRemainingColumn(elapsed_when_finished=True),
    )
    with Progress(*columns, console=console, speed_estimate_period=300) as bar:
        task = bar.add_task("fetching", total=total)

        def done(_site_id: str, day: date) -> None:
            bar.update(task, advance=1, description=day.isoformat())

        yield done


class _Lines:
    """Tells the progress as lines of text."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._count = 0

    def __call__(self, site_id: str, day: date) -> None:
        self._count += 1
        if self._count % _EACH == 0 or self._count == self._total:
            options.say(f"{self._count} of {self._total} days fetched, last {day} of {site_id}")


def _write(exporter: Exporter, plan: BackfillPlan, output: Output) -> None:
    snapshot = exporter.snapshot()
    days = [SiteDays.of(site) for site in plan.sites]
    rows = [row for site in days for row in rows_of(exporter.ledger, site, snapshot)]
    if output.csv_file:
        write_csv(output.csv_file, rows)
    if output.openmetrics:
        write_openmetrics(output.openmetrics, rows, (days, snapshot), output.labels)
