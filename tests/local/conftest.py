from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from solix_exporter.clock import ManualClock
from tests.local.rig import Rig, running


@pytest.fixture
async def max_ac(clock: ManualClock, tmp_path: Path) -> AsyncIterator[Rig]:
    async with running(clock, tmp_path, "max-ac") as rig:
        yield rig


@pytest.fixture
async def local(clock: ManualClock, tmp_path: Path) -> AsyncIterator[Rig]:
    async with running(clock, tmp_path, "local") as rig:
        yield rig


@pytest.fixture
async def local_all(clock: ManualClock, tmp_path: Path) -> AsyncIterator[Rig]:
    async with running(clock, tmp_path, "local-all") as rig:
        yield rig
