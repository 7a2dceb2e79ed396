"""`solix-exporter energy`: the energy of some days as a table."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

import click
from rich.console import Console
from rich.table import Table

from solix_exporter.app.exporter import Exporter
from solix_exporter.cli import options
from solix_exporter.cli.energy_days import (
    EnergyRow,
    SiteDays,
    columns_of,
    names_of,
    row_of,
    rows_of,
)
from solix_exporter.cli.energy_files import check_folders, write_csv
from solix_exporter.cli.workbench import (
    check_site,
    poll_sites,
    quiet_exporter,
    run_until_interrupted,
    settings_of,
)
from solix_exporter.clock import host_zone
from solix_exporter.config import Settings, SiteSettings
from solix_exporter.errors import TransientError
from solix_exporter.ledger import DayState
from solix_exporter.model.site import SiteType
from solix_exporter.poll.energy.backfill import BackfillPlan, SitePlan, Wish
from solix_exporter.poll.energy.days import is_due, local_day
from solix_exporter.poll.energy.reader import DayReader

_DAY = timedelta(days=1)
_MOST_DAYS = 366
_FRESH = timedelta(minutes=15)
"""For so long a reading of today is shown instead of a new one."""
_SHOWN = {
    "date": "day",
    "solar_production": "PV",
    "home_usage": "home",
    "grid_import": "import",
    "grid_export": "export",
    "battery_charge": "charge",
    "battery_discharge": "discharge",
    "smartplugs_total": "plugs",
    "ev_charge": "EV",
    "self_sufficiency": "own",
}
"""The columns that fit a terminal, with their headings; CSV has them all."""


@dataclass(frozen=True, slots=True)
class _Range:
    """Which days; `first` is None for the last ones."""

    first: date | None
    days: int
    with_totals: bool

    def days_until(self, today: date) -> tuple[date, date]:
        """Return the first and the last day; none lies after today."""
        first = self.first or today - (self.days - 1) * _DAY
        # In numbers, because there may be no date so far ahead.
        days = min(self.days, max(0, (today - first).days + 1))
        return first, first + (days - 1) * _DAY


@click.command(name="energy")
@click.option(
    "--start",
    "first",
    type=options.DayType(),
    help="The first day; without it the days end with today.",
)
@click.option(
    "--days",
    type=click.IntRange(1, _MOST_DAYS),
    default=7,
    show_default=True,
    help="How many days.",
)
@click.option(
    "--totals/--no-totals",
    default=True,
    show_default=True,
    help="With totals a new day costs 1 to 5 requests, more with poll.energy_extra; without, the"
    " whole range does.",
)
@options.site
@options.csv_file
@options.config_file
@options.state_dir
@options.log_level
@options.log_format
def command(  # noqa: PLR0913 - one parameter an option, as click has it
    *,
    first: date | None,
    days: int,
    totals: bool,
    site_id: str,
    csv_file: Path | None,
    config_file: Path | None,
    **flags: object,
) -> int:
    """Show the energy of days in kWh: from the ledger, else from the cloud."""
    check_folders(csv_file)
    settings = settings_of(config_file, flags)
    wanted = _Range(first, days, totals)
    return run_until_interrupted(
        lambda: _energy(settings, wanted, site_id, csv_file),
        "Stopped. Every day that was fetched is kept.",
    )


async def _energy(settings: Settings, wanted: _Range, site_id: str, csv_file: Path | None) -> None:
    async with quiet_exporter(settings) as exporter:
        try:
            # Without an account nobody but the ledger knows.
            has_sites = bool(exporter.accounts)
            if has_sites:
                await poll_sites(exporter)
        except TransientError:
            options.say("The cloud does not answer; these are the days that the ledger has.")
            has_sites = False
        if has_sites:
            check_site(exporter, site_id)
            rows = await _all_rows(exporter, wanted, site_id)
        else:
            rows = _kept_rows(exporter, settings, wanted, site_id)
    if csv_file:
        write_csv(csv_file, rows)
    else:
        _print(rows)


def _kept_rows(
    exporter: Exporter, settings: Settings, wanted: _Range, site_id: str
) -> list[EnergyRow]:
    """Return what the ledger has, without the names that only the cloud knows."""
    ledger, found = exporter.ledger, []
    for known_id in ledger.site_ids():
        own = settings.sites.get(known_id, SiteSettings()).timezone or settings.timezone
        kept = exporter.zone_book.find(known_id)
        zone = ZoneInfo(own) if own else kept.zone if kept else host_zone()
        first, last = wanted.days_until(local_day(exporter.tools.clock.now(), zone))
        days = SiteDays(known_id, "", SiteType.UNKNOWN, zone, first, last)
        if site_id in {"", known_id}:
            found += rows_of(ledger, days, exporter.snapshot())
    return found


async def _all_rows(exporter: Exporter, wanted: _Range, site_id: str) -> list[EnergyRow]:
    today = exporter.tools.clock.now().date()
    # A site may be a day behind.
    first = wanted.first or today - wanted.days * _DAY
    accounts = [account.polled for account in exporter.accounts.values()]
    plan = exporter.backfill().plan(accounts, Wish(first, None, site_id))
    found = []
    for site in plan.sites:
        if site.queries:
            found += await _rows(exporter, site, wanted)
    return found


async def _rows(exporter: Exporter, site: SitePlan, wanted: _Range) -> list[EnergyRow]:
    """Return the wanted days of a site, oldest first."""
    now = exporter.tools.clock.now()
    first, last = wanted.days_until(local_day(now, site.zone))
    span = [first + number * _DAY for number in range((last - first).days + 1)]
    kept = exporter.ledger.states(site.listing.site_id, first, last)
    missing = [day for day in span if not _is_known(day, site.zone, now, kept.get(day))]
    fetched: dict[date, EnergyRow] = {}
    if missing and wanted.with_totals:
        fetched = await _with_totals(exporter, site, missing)
    elif missing:
        fetched = await _without_totals(exporter, site, missing)
    here = SiteDays.of(site, first, last)
    found = {row.totals.day: row for row in rows_of(exporter.ledger, here, exporter.snapshot())}
    found |= {day: row for day, row in fetched.items() if row.totals.flows}
    return [found[day] for day in span if day in found and found[day].totals.flows]


def _is_known(day: date, zone: ZoneInfo, now: datetime, state: DayState | None) -> bool:
    """Return whether the ledger has a day as the cloud has it now."""
    if state is None or state.read_at is None:
        return False
    if day == local_day(now, zone):
        return timedelta() <= now - state.read_at <= _FRESH
    return not is_due(day, zone, now, state)


async def _with_totals(
    exporter: Exporter, site: SitePlan, missing: list[date]
) -> dict[date, EnergyRow]:
    """Fetch days whole and keep them, as a backfill would; return those that are only shown.

    Today is not over, and what the exporter reads by itself counts only if it does.
    """
    kept = tuple(day for day in missing if day in site.days)
    one = replace(site, days=kept)
    await exporter.backfill().run(BackfillPlan((one,)), done=lambda _site_id, _day: None)
    reader, snapshot = DayReader(site.account.source, exporter.tools), exporter.snapshot()
    shown = {}
    for day in missing:
        if day not in kept:
            reading = await reader.read(site.profile, site.queries, day)
            shown[day] = row_of(SiteDays.of(site), day, reading.totals, names_of(snapshot))
    return shown


async def _without_totals(
    exporter: Exporter, site: SitePlan, missing: list[date]
) -> dict[date, EnergyRow]:
    """Fetch the daily values of a range at once; they are too few to be kept."""
    span = [missing[0] + n * _DAY for n in range((missing[-1] - missing[0]).days + 1)]
    reader = DayReader(site.account.source, exporter.tools)
    readings = await reader.read_range(site.profile, site.queries, span)
    names = names_of(exporter.snapshot())
    return {day: row_of(SiteDays.of(site), day, readings[day].totals, names) for day in missing}


def _print(rows: list[EnergyRow]) -> None:
    """Print a table a site, in kWh."""
    console = Console()
    for name in dict.fromkeys((row.site_id, row.site_name) for row in rows):
        site_id, site_name = name
        cells = [row.cells() for row in rows if row.site_id == site_id]
        present = columns_of(cells)
        columns = [column for column in _SHOWN if column in present]
        table = Table(
            title=f"{site_name or 'Site'} ({site_id}), kWh", box=None, padding=(0, 2, 0, 0)
        )
        for column in columns:
            justify: Literal["left", "right"] = "left" if column == "date" else "right"
            table.add_column(_SHOWN[column], justify=justify, no_wrap=True)
        for row in cells:
            table.add_row(*(row.get(column, "") for column in columns))
        console.print(table)
    if not rows:
        options.say("There is no energy of these days.")
