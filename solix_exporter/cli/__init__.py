"""The command line: one file a command, loaded when it is called; exit codes by error class.

This module imports next to nothing, so that `--version` and a typing error answer at once.
"""

import importlib
import io
import os
import sys
import traceback
from collections.abc import Sequence

import click

from solix_exporter import __version__
from solix_exporter.cli.exit_codes import FAILURE, INTERRUPTED, exit_code_of
from solix_exporter.errors import SolixError
from solix_exporter.text import without_secrets

COMMANDS = (
    "serve",
    "check",
    "monitor",
    "energy",
    "backfill",
    "request",
    "export",
    "modbus",
    "demo",
    "simulate",
)
"""Each is a module of this package with a `command`."""

_PROGRAM = "solix-exporter"
_OWN_OPTIONS = ("-h", "--help", "--version")


class _Commands(click.Group):
    """Loads commands by name; flags without a command belong to `serve`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if ctx.resilient_parsing:
            # The shell asks what could follow: all commands, and not the flags of one of them.
            return super().parse_args(ctx, args)
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
    """Return the exit code of one command line; `exit_codes` has the meanings."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A terminal of an old alphabet shows a question mark, not a traceback.
        sys.stdout.reconfigure(errors="replace")
    try:
        outcome = commands.main(list(arguments), prog_name=_PROGRAM, standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except BrokenPipeError:
        return _end_of_pipe()
    except (SolixError, OSError) as error:
        click.echo(f"{_PROGRAM}: {without_secrets(str(error))}", err=True)
        return exit_code_of(error)
    except Exception:  # noqa: BLE001  whatever it is, its text may hold what the log hides
        click.echo(without_secrets(traceback.format_exc()), err=True)
        return FAILURE
    return outcome if isinstance(outcome, int) else 0


def _end_of_pipe() -> int:
    """Return the code for a reader that had enough, as `head` has; nobody is left to be told."""
    # Python writes out what is left at its end, and would complain.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return FAILURE
