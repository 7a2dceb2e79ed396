"""`solix-exporter serve`: the exporter's main job."""

import logging
import os
from pathlib import Path

import click

from solix_exporter.cli import loop, options
from solix_exporter.cli.logs import set_up_logging
from solix_exporter.clock import SystemClock
from solix_exporter.config import Settings, load_settings

_LOGGER = logging.getLogger(__name__)


@click.command(
    name="serve",
    epilog="The account comes from ANKERUSER, ANKERPASSWORD and ANKERCOUNTRY, or from the file.",
)
@options.config_file
@click.option("--config.check", "config_check", is_flag=True, help="Check the settings and end.")
@options.listen_address
@click.option(
    "--web.telemetry-path",
    "web__telemetry_path",
    metavar="PATH",
    help="Where the metrics are; /metrics unless said otherwise.",
)
@options.state_dir
@click.option(
    "--web.config.file",
    "web__config_file",
    metavar="FILE",
    help="TLS, users and rate limit, in the exporter-toolkit's format.",
)
@click.option(
    "--web.systemd-socket",
    "web__systemd_socket",
    is_flag=True,
    default=None,
    help="Listen on the sockets of a systemd .socket unit.",
)
@click.option(
    "--web.external-url",
    "web__external_url",
    metavar="URL",
    help="Where a proxy shows the exporter; its path goes in front of links and routes.",
)
@click.option(
    "--web.route-prefix",
    "web__route_prefix",
    metavar="PATH",
    help="What routes have in front, if not the path of the external URL.",
)
@options.shard
@click.option(
    "--replay",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    multiple=True,
    metavar="DIR",
    help="Answer from a folder of captured answers, not the cloud. Repeatable.",
)
@options.log_level
@options.log_format
def command(
    *, config_file: Path | None, config_check: bool, replay: tuple[Path, ...], **flags: object
) -> None:
    """Poll the cloud and serve what it says as Prometheus metrics."""
    # --help need not load the polls.
    from solix_exporter.app.startup_checks import check, warnings  # noqa: PLC0415

    def load() -> Settings:
        settings = load_settings(
            file=config_file,
            environ=os.environ,
            flags=options.settings_flags(flags),
            needs_account=not replay,
        )
        # Before the log follows the settings: a reload of bad ones changes nothing.
        check(settings)
        set_up_logging(settings)
        for warning in warnings(settings):
            _LOGGER.warning("%s", warning)
        return settings

    settings = load()
    if config_check:
        _check_web(settings)
        click.echo(f"The settings are good. Accounts: {_names(settings, replay)}.")
        return
    # Settings are checked without loading it.
    from solix_exporter.app.exporter import serve  # noqa: PLC0415

    loop.run(serve(settings, clock=SystemClock(), announce=_announce, replay=replay, load=load))


def _check_web(settings: Settings) -> None:
    """Raise ConfigError where the web configuration file cannot be used."""
    if settings.web.config_file is not None:
        from solix_exporter.web import Security  # noqa: PLC0415  only needed here

        Security(settings.web.config_file)


def _names(settings: Settings, replay: tuple[Path, ...]) -> str:
    if replay:
        return "none, replay"
    local = ", ".join(row.target for row in settings.modbus)
    nobody = "none" if local else "none in this shard"
    accounts = ", ".join(account.name for account in settings.accounts) or nobody
    return f"{accounts}. Local devices: {local}" if local else accounts


def _announce(metrics_url: str) -> None:
    _LOGGER.info("serving metrics on %s", metrics_url)
