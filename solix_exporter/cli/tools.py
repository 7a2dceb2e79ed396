"""What the commands that look at a system once have in common: settings, logging, accounts."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO, TypeVar

import click

from solix_exporter.app.connections import AccountSource
from solix_exporter.cli import options
from solix_exporter.cli.logs import set_up_logging
from solix_exporter.config import Settings, load_settings
from solix_exporter.errors import ConfigError

F = TypeVar("F", bound=Callable[..., Any])

_log_level = click.option(
    "--log.level",
    "log__level",
    metavar="LEVEL",
    default="warning",
    show_default=True,
    help="What is told on stderr: debug, info, warning or error.",
)


@dataclass(frozen=True, slots=True)
class Common:
    """The options that all of them take."""

    config_file: Path | None
    account: str | None
    flags: Mapping[str, object]

    @classmethod
    def of(cls, given: dict[str, Any]) -> "Common":
        """Take the common ones out of a command's options."""
        config_file, account = given.pop("config_file"), given.pop("account")
        flags = {key: given.pop(key) for key in ("state_dir", "log__level", "log__format")}
        return cls(config_file, account, options.settings_flags(flags))

    def settings(self, *, is_replay: bool, log: TextIO | None = None) -> Settings:
        """Return the settings, and send the log to stderr or `log`.

        Raises ConfigError.
        """
        settings = load_settings(
            file=self.config_file,
            environ=os.environ,
            flags=self.flags,
            needs_account=not is_replay,
        )
        set_up_logging(settings, log)
        return settings

    def only_one(self, settings: Settings) -> Settings:
        """Return the settings with the account that was asked for alone.

        Raises ConfigError for a name that is not configured.
        """
        if self.account is None:
            return settings
        picked = tuple(row for row in settings.accounts if row.name == self.account)
        if not picked:
            raise _no_such_account(self.account, [row.name for row in settings.accounts])
        return settings.model_copy(update={"accounts": picked})

    def pick(self, accounts: Sequence[AccountSource]) -> Sequence[AccountSource]:
        """Return the account that was asked for, all where none was.

        Raises ConfigError for a name that is not configured.
        """
        if self.account is None:
            return accounts
        picked = [account for account in accounts if account.name == self.account]
        if not picked:
            raise _no_such_account(self.account, [account.name for account in accounts])
        return picked


def _no_such_account(name: str, known: Sequence[str]) -> ConfigError:
    return ConfigError(f"--account {name}: there is none; known: {', '.join(known) or 'none'}")


def common_options(command: F) -> F:
    """Add the options that all of them take."""
    for option in (
        options.log_format,
        _log_level,
        options.account,
        options.state_dir,
        options.config_file,
    ):
        command = option(command)
    return command


def replay_option(*, multiple: bool, text: str) -> Callable[[F], F]:
    """Return the option that answers from captured folders."""
    return click.option(
        "--replay",
        type=click.Path(exists=True, file_okay=False, path_type=Path),
        multiple=multiple,
        metavar="DIR",
        help=text,
    )
