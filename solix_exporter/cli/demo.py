"""`solix-exporter demo`: the exporter on a simulated cloud, to look at without an account.

The demo is `serve` in an environment that the simulated cloud dictates; the user's own settings
play no part.
"""

import asyncio
import tempfile
from collections.abc import Callable, Mapping

import click

from solix_exporter.app.exporter import serve
from solix_exporter.cli import options
from solix_exporter.cli.logs import set_up_logging
from solix_exporter.cli.scenario import simulated_cloud
from solix_exporter.clock import FastClock
from solix_exporter.config import Settings, load_settings
from solix_exporter.sim import SimulatedCloud

_DEFAULTS = {"web.listen_address": ("127.0.0.1:7654",), "log.level": "warning"}


@click.command(name="demo")
@options.listen_address
@click.option(
    "--speed",
    type=click.FloatRange(1, 3600),
    default=60,
    show_default=True,
    help="How many seconds pass in the simulated home in one real second.",
)
@options.scenario
@options.fault
@options.log_level
@options.log_format
def command(*, speed: float, scenario: str, fault: tuple[str, ...], **flags: object) -> None:
    """Serve the metrics of a simulated home; no account is needed."""
    given = {key: value for key, value in options.settings_flags(flags).items() if value}
    clock = FastClock(speed)
    cloud = simulated_cloud(clock, scenario=scenario, faults=fault)
    # Around the loop, which waits at its end for the threads that still write into the folder.
    with tempfile.TemporaryDirectory(prefix="solix-demo-") as folder:
        asyncio.run(_demo(cloud, clock, folder, _DEFAULTS | given))


async def _demo(
    cloud: SimulatedCloud, clock: FastClock, folder: str, flags: Mapping[str, object]
) -> None:
    await cloud.start()
    try:
        settings = _settings(cloud, folder, flags)
        set_up_logging(settings)
        announce = _announcer(settings.web.telemetry_path)
        await serve(settings, clock=clock, announce=announce)
    finally:
        await cloud.stop()


def _settings(cloud: SimulatedCloud, folder: str, flags: Mapping[str, object]) -> Settings:
    # Where somebody shares the home, the scenario is about what that member sees.
    account = cloud.accounts[-1]
    environ = {
        "ANKERUSER": account.email,
        "ANKERPASSWORD": account.password,
        "ANKERCOUNTRY": account.country,
        "SOLIX_CLOUD__URL": cloud.url,
        "SOLIX_CLOUD__PUBLIC_KEY": cloud.public_key,
        # Nobody else is behind this address, and the first metrics should be there at once.
        "SOLIX_CLOUD__REQUEST_GAP": "0",
        "SOLIX_STATE_DIR": folder,
    }
    return load_settings(file=None, environ=environ, flags=flags)


def _announcer(telemetry_path: str) -> Callable[[str], None]:
    def announce(metrics_url: str) -> None:
        page_url = f"{metrics_url.removesuffix(telemetry_path)}/"
        click.echo(f"A simulated home is on {page_url} and its metrics on {metrics_url}")
        click.echo("Ctrl-C ends it.")

    return announce
