"""Options that several commands share, and their way into the settings.

An option for the setting `web.listen_address` is called `web__listen_address` in Python.
"""

import json
import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import click

from solix_exporter.text import escaped

shard = click.option(
    "--shard",
    "shard",
    metavar="I/N",
    help="Poll the accounts of shard I of N, counted from 0; pod/N in a StatefulSet.",
)
account = click.option(
    "--account",
    metavar="NAME",
    help="Which of the accounts of the configuration.",
)

listen_address = click.option(
    "--web.listen-address",
    "web__listen_address",
    multiple=True,
    metavar="ADDRESS",
    help="Where to listen: :7654, 127.0.0.1:7654 or [::1]:7654. Repeatable.",
)
log_level = click.option(
    "--log.level",
    "log__level",
    metavar="LEVEL",
    help="debug, info, warning or error.",
)
log_format = click.option(
    "--log.format",
    "log__format",
    metavar="FORMAT",
    help="logfmt or json.",
)


def _list_scenarios(context: click.Context, _option: click.Parameter, name: str) -> str:
    """Answer ? with the names, and pass on everything else."""
    if name == "?":
        from solix_exporter.cli.scenario import listing  # noqa: PLC0415 - loads the whole cloud

        click.echo(listing())
        context.exit()
    return name


def _complete_scenario(_context: click.Context, _option: click.Parameter, begun: str) -> list[str]:
    from solix_exporter.sim import scenario_names  # noqa: PLC0415 - loads the whole cloud

    return [name for name in scenario_names() if name.startswith(begun)]


scenario = click.option(
    "--scenario",
    default="home",
    show_default=True,
    metavar="NAME",
    callback=_list_scenarios,
    shell_complete=_complete_scenario,
    help="Which systems the simulated account has; ? lists the names.",
)
fault = click.option(
    "--fault",
    multiple=True,
    metavar="KIND[:VALUE][@PATH][*TIMES]",
    help="Something that goes wrong, as status:502@power_service/v1/site/get_scen_info*3 or"
    " code:26084, for devices at home as modbus_busy@A17E2, for the broker and its devices as"
    " mqtt_mute or mqtt_checksum@SERIAL*3; ? lists the kinds. Repeatable.",
)


def settings_flags(options: Mapping[str, object]) -> dict[str, object]:
    """Return the options by the keys of the settings that they change."""
    return {name.replace("__", "."): value for name, value in options.items()}


config_file = click.option(
    "--config.file",
    "config_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="A YAML file with settings; not needed for one account.",
)
state_dir = click.option(
    "--state-dir",
    "state_dir",
    metavar="DIR",
    help="Where logins and the ledger are kept.",
)
site = click.option("--site", "site_id", default="", metavar="ID", help="One site only.")
csv_file = click.option(
    "--csv",
    "csv_file",
    type=click.Path(path_type=Path, allow_dash=True, dir_okay=False),
    metavar="FILE",
    help="Write the days as a table in kWh; - is the terminal.",
)


class DayType(click.ParamType[date]):
    """A day such as 2026-01-31."""

    name = "date"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> date:
        """Return the day."""
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is not a day; write it like 2026-01-31", param, ctx)


def say(text: str) -> None:
    """Tell the user something beside the command's own output."""
    click.echo(text, err=True)


def print_json(value: object) -> None:
    """Print JSON as the command's own output, escaped where the output lacks a character."""
    text = escaped(json.dumps(value, ensure_ascii=False, indent=2))
    try:
        text.encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        text = json.dumps(value, indent=2)
    click.echo(text)
