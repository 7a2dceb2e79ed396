from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest

from solix_exporter.clock import ManualClock
from solix_exporter.sim.modbus.network import LocalNetwork

StartNetwork = Callable[..., Awaitable[LocalNetwork]]


@pytest.fixture
async def start_network(clock: ManualClock) -> AsyncIterator[StartNetwork]:
    async with AsyncExitStack() as stack:

        async def start(
            scenario: Any = "max-ac",  # noqa: ANN401  a name or one that is made up
            **options: Any,  # noqa: ANN401  the constructor's
        ) -> LocalNetwork:
            network = LocalNetwork(clock, scenario, **options)
            await network.start()
            stack.push_async_callback(network.stop)
            return network

        yield start


@pytest.fixture
async def network(start_network: StartNetwork) -> LocalNetwork:
    return await start_network()
