"""The command line: one file a command, loaded when it is called; exit codes by error class.

This module imports next to nothing, so that `--version` and a typing error answer at once.
"""

import importlib
import sys
from collections.abc import Sequence

import click

from solix_exporter import __version__
from solix_exporter.errors import ConfigError, SolixError

COMMANDS = ("serve", "check", "energy", "backfill", "demo", "simulate")
"""Each is a module of this package with a `command`."""

_PROGRAM = "solix-exporter"
_OWN_OPTIONS = ("-h", "--help", "--version")


class _Commands(click.Group):
    """Loads commands by name; flags without a command belong to `serve`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        is_command = bool(args) and not args[0].startswith("-")
        is_own = bool(args) and args[0] in _OWN_OPTIONS
        return super().parse_args(ctx, args if is_command or is_own else ["serve", *args])

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  click's signature
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"{__name__}.{cmd_name}")
        command: click.Command = module.command
        return command


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Without a command, the flags are those of serve.",
)
@click.version_option(__version__, prog_name=_PROGRAM, message="%(prog)s %(version)s")
def commands() -> None:
    """Prometheus exporter for Anker Solix home power systems."""


def main() -> None:
    """Run the command line and end the process with its exit code."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Return the exit code of one command line: 2 what the user can fix, 1 other failures."""
    try:
        outcome = commands.main(list(arguments), prog_name=_PROGRAM, standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return 0
    except ConfigError as error:
        return _fail(error, 2)
    except (SolixError, OSError) as error:
        return _fail(error, 1)
    return outcome if isinstance(outcome, int) else 0


def _fail(error: Exception, exit_code: int) -> int:
    click.echo(f"{_PROGRAM}: {error}", err=True)
    return exit_code
