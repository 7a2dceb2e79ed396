"""Scripted devices that are polled as the exporter does."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from solix_exporter.clock import ManualClock
from solix_exporter.modbus.device import LocalDevice, LocalTools, Target
from solix_exporter.modbus.scales import ScaleBook
from solix_exporter.model.report import DeviceReport
from tests.modbus.heard import Heard
from tests.modbus.scripted import ScriptedDevice


@dataclass
class Polled:
    """A local device with all that it reported, the latest by kind."""

    device: LocalDevice
    clock: ManualClock
    heard: Heard
    reports: list[DeviceReport] = field(default_factory=list)

    async def poll(self, *, after_s: float = 5.0) -> dict[str, DeviceReport]:
        """Poll once, some seconds later, and return what this poll reported by kind."""
        self.clock.advance(after_s)
        self.reports.clear()
        await self.device.poll(self.reports.append)
        return {report.kind: report for report in self.reports}


Polling = Callable[..., Polled]


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def polling(heard: Heard) -> Iterator[Polling]:
    """Return a client of a scripted device; `answer_s` is how long it waits for silent ones."""
    clock = ManualClock(datetime(2026, 6, 20, 11, 2, 30, tzinfo=UTC))

    def build(scripted: ScriptedDevice, answer_s: float = 60) -> Polled:
        target = Target("cellar", "127.0.0.1", scripted.port, answer_s=answer_s)
        tools = LocalTools(clock, heard, ScaleBook(None))
        built.append(Polled(LocalDevice(target, tools), clock, heard))
        return built[-1]

    built: list[Polled] = []
    yield build
    for polled in built:
        polled.device.close()
