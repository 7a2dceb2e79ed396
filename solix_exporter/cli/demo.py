"""`solix-exporter demo`: the exporter on a simulated home, to look at without an account.

The demo is `serve` in an environment that the simulation dictates; the user's own settings play no
part.
"""

import asyncio
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass

import click

from solix_exporter.app.exporter import serve
from solix_exporter.cli import options
from solix_exporter.cli.logs import set_up_logging
from solix_exporter.cli.scenario import is_in_cloud, local_network, simulated_cloud
from solix_exporter.clock import FastClock
from solix_exporter.config import load_settings
from solix_exporter.sim import LocalNetwork, SimulatedCloud

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
    cloud = None
    if is_in_cloud(scenario):
        cloud = simulated_cloud(clock, scenario=scenario, faults=fault)
    home = SimulatedHome(cloud, local_network(clock, scenario=scenario, faults=fault))
    # Around the loop, which waits at its end for the threads that still write into the folder.
    with tempfile.TemporaryDirectory(prefix="solix-demo-") as folder:
        asyncio.run(_demo(home, clock, folder, _DEFAULTS | given))


@dataclass(frozen=True, slots=True)
class SimulatedHome:
    """What the demo reads."""

    cloud: SimulatedCloud | None
    """None in a home without an account."""
    network: LocalNetwork


async def _demo(
    home: SimulatedHome, clock: FastClock, folder: str, flags: Mapping[str, object]
) -> None:
    async with AsyncExitStack() as stack:
        if home.cloud is not None:
            await home.cloud.start()
            stack.push_async_callback(home.cloud.stop)
        await home.network.start()
        stack.push_async_callback(home.network.stop)
        settings = load_settings(
            file=None,
            environ=_environ(home.cloud, folder),
            flags={**flags, "modbus": _targets(home.network)},
        )
        set_up_logging(settings)
        announce = _announcer(settings.web.telemetry_path)
        await serve(settings, clock=clock, announce=announce)


def _environ(cloud: SimulatedCloud | None, folder: str) -> dict[str, str]:
    if cloud is None:
        return {"SOLIX_STATE_DIR": folder}
    # Where somebody shares the home, the scenario is about what that member sees.
    account = cloud.accounts[-1]
    return {
        "ANKERUSER": account.email,
        "ANKERPASSWORD": account.password,
        "ANKERCOUNTRY": account.country,
        "SOLIX_CLOUD__URL": cloud.url,
        "SOLIX_CLOUD__PUBLIC_KEY": cloud.public_key,
        # Nobody else is behind this address, and the first metrics should be there at once.
        "SOLIX_CLOUD__REQUEST_GAP": "0",
        # No battery of anybody is kept awake by it.
        "SOLIX_MQTT__MODE": "realtime",
        "SOLIX_STATE_DIR": folder,
    }


def _targets(network: LocalNetwork) -> tuple[dict[str, str], ...]:
    """Return the devices as the section `modbus` has them; each of several homes is a site."""
    seen: Counter[str] = Counter()
    homes = list(dict.fromkeys(device.site_id for _, _, device in network.devices))
    targets = []
    for host, port, device in network.devices:
        name = device.part_number.lower()
        seen[name] += 1
        target = {
            "host": f"{host}:{port}",
            "name": name if seen[name] == 1 else f"{name}-{seen[name]}",
        }
        if len(homes) > 1:
            target["site"] = f"home-{homes.index(device.site_id) + 1}"
        targets.append(target)
    return tuple(targets)


def _announcer(telemetry_path: str) -> Callable[[str], None]:
    def announce(metrics_url: str) -> None:
        page_url = f"{metrics_url.removesuffix(telemetry_path)}/"
        click.echo(f"A simulated home is on {page_url} and its metrics on {metrics_url}")
        click.echo("Ctrl-C ends it.")

    return announce
