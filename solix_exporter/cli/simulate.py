"""`solix-exporter simulate`: the simulated cloud alone, for any client of the real one."""

import asyncio
import json
import signal

import click

from solix_exporter.cli import options
from solix_exporter.cli.scenario import simulated_cloud
from solix_exporter.clock import FastClock, SystemClock
from solix_exporter.sim import SimulatedCloud


@click.command(
    name="simulate",
    epilog="Point a client at the address, and give it the public key in the place of the cloud's.",
)
@options.scenario
@options.fault
@click.option(
    "--speed",
    type=click.FloatRange(1, 3600),
    default=1,
    show_default=True,
    help="How many seconds pass in the simulated homes in one real second.",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    show_default=True,
    help="Where to listen on 127.0.0.1; 0 picks a free port.",
)
@click.option(
    "--mqtt-port",
    type=click.IntRange(0, 65535),
    default=0,
    show_default=True,
    help="Where the MQTT broker listens on 127.0.0.1; 0 picks a free port.",
)
@click.option(
    "--limit",
    type=click.IntRange(0),
    default=10,
    show_default=True,
    help="Requests a minute and endpoint before HTTP 429; 0 is no limit.",
)
@click.option(
    "--fleet",
    type=click.IntRange(1, 100_000),
    default=1,
    show_default=True,
    help="How many households have the scenario's systems.",
)
@click.option(
    "--seed",
    type=int,
    default=1,
    show_default=True,
    help="Another seed is another weather, other habits and other serial numbers.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON.")
def command(  # noqa: PLR0913 - one parameter an option
    *,
    scenario: str,
    fault: tuple[str, ...],
    speed: float,
    port: int,
    mqtt_port: int,
    limit: int,
    fleet: int,
    seed: int,
    as_json: bool,
) -> None:
    """Run the simulated cloud alone, on loopback, until it is interrupted."""
    clock = SystemClock() if speed == 1 else FastClock(speed)
    cloud = simulated_cloud(
        clock, scenario=scenario, faults=fault, seed=seed, endpoint_limit=limit, fleet=fleet
    )
    asyncio.run(_run(cloud, port, mqtt_port, as_json=as_json))


async def _run(cloud: SimulatedCloud, port: int, mqtt_port: int, *, as_json: bool) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await cloud.start(port, mqtt_port)
    try:
        click.echo(_as_json(cloud) if as_json else _as_text(cloud))
        await stop.wait()
    finally:
        await cloud.stop()


def _as_json(cloud: SimulatedCloud) -> str:
    return json.dumps(
        {
            "url": cloud.url,
            "public_key": cloud.public_key,
            "accounts": [
                {"email": user.email, "password": user.password, "country": user.country}
                for user in cloud.accounts
            ],
            "mqtt": {"host": cloud.mqtt.host, "port": cloud.mqtt.port},
        }
    )


_SHOWN_ACCOUNTS = 20


def _as_text(cloud: SimulatedCloud) -> str:
    shown = cloud.accounts[:_SHOWN_ACCOUNTS]
    lines = [
        f"address:    {cloud.url}",
        f"public key: {cloud.public_key}",
        f"mqtt:       {cloud.mqtt.host}:{cloud.mqtt.port}",
        *(f"account:    {user.email}  {user.password}  {user.country}" for user in shown),
    ]
    if len(cloud.accounts) > len(shown):
        lines.append(f"            and {len(cloud.accounts) - len(shown)} more, see --json")
    return "\n".join([*lines, "Ctrl-C ends it."])
