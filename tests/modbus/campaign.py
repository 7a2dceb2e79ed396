"""Polls a device whose answers are mutated: `python -m tests.modbus.campaign 100000`.

No exception but ModbusError may come out, and no value from a frame that is not exact.
"""

import asyncio
import random
import sys
from contextlib import suppress
from datetime import UTC, datetime

from solix_exporter.clock import ManualClock
from solix_exporter.errors import ModbusError
from solix_exporter.modbus.device import LocalDevice, LocalTools, Target
from solix_exporter.modbus.scales import ScaleBook
from solix_exporter.model.report import DeviceReport
from tests.modbus import scripted
from tests.modbus.heard import Heard
from tests.modbus.mutation import Mutating


async def campaign(seed: int, polls: int, answers: int = 0) -> int:
    """Poll so often, or until so many answers were mutated; return how many were."""
    clock = ManualClock(datetime(2026, 6, 20, tzinfo=UTC))
    async with scripted.running(scripted.max_ac()) as scripted_device:
        target = Target("cellar", "127.0.0.1", scripted_device.port, answer_s=60)
        device = LocalDevice(target, LocalTools(clock, Heard(), ScaleBook(None)))
        right = {report.kind: report for report in await _poll(device)}
        mutating = scripted_device.spoil = Mutating(random.Random(seed))
        while polls > 0 or mutating.spoiled < answers:
            polls -= 1
            clock.advance(300)
            for report in await _poll(device):
                assert report.readings == right[report.kind].readings
        device.close()
        return mutating.spoiled


async def _poll(device: LocalDevice) -> list[DeviceReport]:
    reports: list[DeviceReport] = []
    with suppress(ModbusError):
        await device.poll(reports.append)
    return reports


if __name__ == "__main__":
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    done = asyncio.run(campaign(1, polls=0, answers=wanted))
    sys.stdout.write(f"{done} mutated answers: no exception, no wrong value\n")
