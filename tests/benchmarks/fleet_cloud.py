"""A simulated cloud with many accounts of two sites and eight devices, as a process of its own.

Prints one line of JSON with its address, key and accounts, and ends with its standard input.
"""

import asyncio
import json
import sys
from dataclasses import replace

from solix_exporter.clock import SystemClock
from solix_exporter.sim import SimulatedCloud
from solix_exporter.sim.example_systems import HOME
from solix_exporter.sim.system_specs import Scenario

TWO_HOMES = Scenario("two homes", (HOME, replace(HOME, name="Holiday Home")))
SITES_AN_ACCOUNT = len(TWO_HOMES.systems)
DEVICES_AN_ACCOUNT = sum(len(system.devices) for system in TWO_HOMES.systems)


async def main(accounts: int) -> None:
    cloud = SimulatedCloud(SystemClock(), TWO_HOMES, endpoint_limit=0, fleet=accounts)
    await cloud.start()
    facts = {
        "url": cloud.url,
        "public_key": cloud.public_key,
        "accounts": [
            {"user": user.email, "password": user.password, "country": user.country}
            for user in cloud.accounts
        ],
    }
    print(json.dumps(facts), flush=True)  # noqa: T201  the parent reads it
    await asyncio.to_thread(sys.stdin.read)
    await cloud.stop()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
