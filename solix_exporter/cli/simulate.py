"""`solix-exporter simulate`: the simulated cloud and devices alone, for any client."""

import asyncio
import json
import signal
from contextlib import AsyncExitStack

import click

from solix_exporter.cli import options
from solix_exporter.cli.scenario import is_in_cloud, local_network, simulated_cloud
from solix_exporter.clock import FastClock, SystemClock
from solix_exporter.sim import LocalNetwork, SimulatedCloud


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
    help="Where the cloud listens on 127.0.0.1; 0 picks a free port.",
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
    """Run the simulated cloud alone, on loopback, until it is interrupted.

    Devices of the scenario that have Modbus TCP listen beside it, each on a port of its own.
    """
    clock = SystemClock() if speed == 1 else FastClock(speed)
    cloud = None
    if is_in_cloud(scenario):
        cloud = simulated_cloud(
            clock, scenario=scenario, faults=fault, seed=seed, endpoint_limit=limit, fleet=fleet
        )
    network = local_network(clock, scenario=scenario, faults=fault, seed=seed, fleet=fleet)
    asyncio.run(_run(cloud, network, (port, mqtt_port), as_json=as_json))


async def _run(
    cloud: SimulatedCloud | None, network: LocalNetwork, ports: tuple[int, int], *, as_json: bool
) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with AsyncExitStack() as stack:
        if cloud is not None:
            await cloud.start(*ports)
            stack.push_async_callback(cloud.stop)
        await network.start()
        stack.push_async_callback(network.stop)
        click.echo(_as_json(cloud, network) if as_json else _as_text(cloud, network))
        await stop.wait()


def _as_json(cloud: SimulatedCloud | None, network: LocalNetwork) -> str:
    of_cloud: dict[str, object] = {}
    if cloud is not None:
        of_cloud = {
            "url": cloud.url,
            "public_key": cloud.public_key,
            "accounts": [
                {"email": user.email, "password": user.password, "country": user.country}
                for user in cloud.accounts
            ],
            "mqtt": {"host": cloud.mqtt.host, "port": cloud.mqtt.port},
        }
    devices = [
        {"host": host, "port": port, "part_number": device.part_number, "sn": device.sn}
        for host, port, device in network.devices
    ]
    return json.dumps(of_cloud | {"modbus": devices})


_SHOWN_ACCOUNTS = 20


def _as_text(cloud: SimulatedCloud | None, network: LocalNetwork) -> str:
    devices = [
        f"Modbus TCP: {host}:{port}  {device.part_number}  {device.sn}"
        for host, port, device in network.devices
    ]
    return "\n".join([*(_cloud_lines(cloud) if cloud else ()), *devices, "Ctrl-C ends it."])


def _cloud_lines(cloud: SimulatedCloud) -> list[str]:
    shown = cloud.accounts[:_SHOWN_ACCOUNTS]
    lines = [
        f"address:    {cloud.url}",
        f"public key: {cloud.public_key}",
        f"mqtt:       {cloud.mqtt.host}:{cloud.mqtt.port}",
        *(f"account:    {user.email}  {user.password}  {user.country}" for user in shown),
    ]
    if len(cloud.accounts) > len(shown):
        lines.append(f"            and {len(cloud.accounts) - len(shown)} more, see --json")
    return lines
