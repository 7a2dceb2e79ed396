"""What the commands share that ask the cloud once: settings, an exporter without its polls."""

import os
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from solix_exporter.app.exporter import Exporter
from solix_exporter.cli import loop, options
from solix_exporter.cli.exit_codes import INTERRUPTED
from solix_exporter.cli.logs import set_up_logging
from solix_exporter.clock import SystemClock
from solix_exporter.config import Settings, load_settings
from solix_exporter.errors import ConfigError, TransientError
from solix_exporter.poll.clocks import CLOCK_ENDPOINTS
from solix_exporter.poll.schedule import SCHEDULED_NAMES, SlowPollName
from solix_exporter.poll.slow_poll import SlowPoll, SlowPollOptions

_STRUCTURE = SlowPollOptions(
    SlowPollName.DEVICES,
    interval_s=timedelta(hours=1).total_seconds(),
    disabled=frozenset(SCHEDULED_NAMES) - CLOCK_ENDPOINTS,
)
"""What the devices poll is left with where only the systems are wanted."""


def settings_of(config_file: Path | None, flags: Mapping[str, object]) -> Settings:
    """Return the settings of a command; its log is quiet unless asked for. Raises ConfigError."""
    given = {key: value for key, value in options.settings_flags(flags).items() if value}
    settings = load_settings(
        file=config_file, environ=os.environ, flags={"log.level": "warning"} | given
    )
    set_up_logging(settings)
    return settings


def run_until_interrupted(work: Callable[[], Coroutine[Any, Any, None]], told: str) -> int:
    """Run the work and return its exit code; `told` is said when Ctrl-C ends it."""
    try:
        loop.run(work())
    except KeyboardInterrupt:
        options.say(told)
        return INTERRUPTED
    return 0


@asynccontextmanager
async def quiet_exporter(settings: Settings) -> AsyncIterator[Exporter]:
    """Give an exporter that runs nothing. Raises LedgerError."""
    async with Exporter(settings, SystemClock()).connected() as exporter:
        yield exporter


async def poll_sites(exporter: Exporter) -> None:
    """Ask each account once for its sites; raises the first's error where none could be read.

    A stand-alone inverter is a site that only the list of devices tells of. Raises ConfigError
    where there is no account.
    """
    accounts = exporter.accounts
    if not accounts:
        raise ConfigError("there is no account, and only the cloud knows past days")
    outcomes = {name: await account.sites.run() for name, account in accounts.items()}
    if not any(outcomes.values()):
        errors = [one.sites.last_error for one in accounts.values() if one.sites.last_error]
        raise errors[0] if errors else TransientError("no account's sites could be read")
    for name, account in accounts.items():
        if outcomes[name]:
            await SlowPoll(account.polled, exporter.tools, _STRUCTURE).job().run()


def check_site(exporter: Exporter, site_id: str) -> None:
    """Raise ConfigError for a site that no account sees."""
    known = {site.site_id: site.name for site in exporter.snapshot().sites}
    if site_id and site_id not in known:
        names = ", ".join(f"{known_id} ({name})" for known_id, name in known.items())
        raise ConfigError(f"--site {site_id}: no account sees it; there are {names or 'no sites'}")
