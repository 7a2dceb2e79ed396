"""What reading local devices costs: the CPU of a poll, of fifty devices, and of loading it."""

import asyncio
import multiprocessing
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from multiprocessing.connection import Connection

from solix_exporter.clock import ManualClock
from solix_exporter.modbus.device import LocalDevice, LocalTools, Target
from solix_exporter.modbus.scales import ScaleBook
from tests.benchmarks.figures import Figures
from tests.modbus import scripted
from tests.modbus.heard import Heard

AREA = "Local devices"
_POLLS = 500
_DEVICES, _INTERVAL_S = 50, 5.0

_IMPORT = """
import resource, time
from pathlib import Path
import solix_exporter.app.exporter
def now(): return time.perf_counter(), int(Path("/proc/self/statm").read_text().split()[1])
before = now()
import solix_exporter.poll.modbus
after = now()
print((after[0] - before[0]) * 1000, (after[1] - before[1]) * resource.getpagesize() / 2**20)
"""


def _serve(pipe: Connection) -> None:
    """Serve a Solarbank Max AC in a process of its own until it is killed."""

    async def serve() -> None:
        async with scripted.running(scripted.max_ac()) as device:
            pipe.send(device.port)
            while True:
                await asyncio.sleep(3600)
                device.requests.clear()

    asyncio.run(serve())


@contextmanager
def _device() -> Iterator[int]:
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(there,))
    process.start()
    try:
        yield here.recv()
    finally:
        process.kill()
        process.join()


async def _cpu_s(port: int) -> float:
    """Return the CPU of one poll of the live registers, on a clock that waits for nothing."""
    clock = ManualClock(datetime(2026, 6, 20, tzinfo=UTC))
    tools = LocalTools(clock, Heard(), ScaleBook(None))
    device = LocalDevice(Target("cellar", "127.0.0.1", port), tools)
    await device.poll(lambda _: None)
    began_s = time.process_time()
    for _ in range(_POLLS):
        await device.poll(lambda _: None)
    took_s = time.process_time() - began_s
    device.close()
    return took_s / _POLLS


def test_polls(figures: Figures) -> None:
    """Poll a device in another process, so that only the client's work counts."""
    with _device() as port:
        cpu_s = asyncio.run(_cpu_s(port))
    figures.add(AREA, "CPU of a poll", cpu_s * 1000, "ms")
    share = cpu_s * _DEVICES / _INTERVAL_S
    figures.add(AREA, "50 devices each 5 s, of a core", share * 100, "%")


def test_loading(figures: Figures) -> None:
    """Load what a configuration without local devices never loads."""
    done = subprocess.run(  # noqa: S603  our own program
        [sys.executable, "-c", _IMPORT], capture_output=True, text=True, check=True
    )
    took_ms, grown_mb = map(float, done.stdout.split())
    figures.add(AREA, "loading it where it is configured", took_ms, "ms")
    figures.add(AREA, "memory of that", grown_mb, "MiB")
