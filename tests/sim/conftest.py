from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest

from solix_exporter.clock import ManualClock
from solix_exporter.sim import SimulatedCloud
from tests.sim.raw_client import RawClient

StartCloud = Callable[..., Awaitable[tuple[SimulatedCloud, RawClient]]]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2026, 6, 20, 11, 2, 30, tzinfo=UTC))


@pytest.fixture
async def start_cloud(clock: ManualClock) -> AsyncIterator[StartCloud]:
    """Start a cloud and return it with a client that is logged in as its first user."""
    async with AsyncExitStack() as stack:

        async def start(
            *,
            user: int = 0,
            log_in: bool = True,
            **options: Any,  # noqa: ANN401  the constructor's
        ) -> tuple[SimulatedCloud, RawClient]:
            cloud = SimulatedCloud(clock, **({"endpoint_limit": 0} | options))
            await cloud.start()
            stack.push_async_callback(cloud.stop)
            http = await stack.enter_async_context(aiohttp.ClientSession())
            client = RawClient(http, cloud.url, cloud.public_key)
            account = cloud.accounts[user]
            client.country = account.country
            if log_in:
                answer = await client.log_in(account.email, account.password)
                assert answer.code == 0
            return cloud, client

        yield start


@pytest.fixture
async def home(start_cloud: StartCloud) -> tuple[SimulatedCloud, RawClient]:
    return await start_cloud()
