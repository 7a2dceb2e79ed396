"""The exporter on a fleet, as a process of its own that watches its event loop.

Takes its settings as JSON from the first line of standard input, prints its address, then a line
of figures each second, and ends with its standard input.
"""

import asyncio
import json
import os
import sys
import time
from pathlib import Path

from solix_exporter.clock import SystemClock
from solix_exporter.config import Settings
from solix_exporter.service import Exporter

_TICK_S = 0.002
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


class LoopWatch:
    """Tells how late the event loop comes back to what it promised."""

    def __init__(self) -> None:
        self._longest_s = 0.0
        self._due_s = 0.0

    def start(self) -> None:
        """Begin to watch the running loop."""
        self._due_s = time.perf_counter() + _TICK_S
        asyncio.get_running_loop().call_later(_TICK_S, self._tick)

    def _tick(self) -> None:
        self._longest_s = max(self._longest_s, time.perf_counter() - self._due_s)
        self.start()

    def take_longest_s(self) -> float:
        """Return the longest delay since the last look."""
        longest_s, self._longest_s = self._longest_s, 0.0
        return longest_s


def rss_mb() -> float:
    """Return this process's resident memory, MB of 2^20 bytes."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * _PAGE_BYTES / 2**20


async def main() -> None:
    settings = Settings.model_validate_json(sys.stdin.readline())
    watch = LoopWatch()
    async with Exporter(settings, SystemClock()) as exporter:
        _say({"url": exporter.web.urls[0]})
        watch.start()
        end = asyncio.ensure_future(asyncio.to_thread(sys.stdin.read))
        while not end.done():
            await asyncio.wait([end], timeout=1)
            ended = [job for job in exporter.jobs if job.has_run]
            _say(
                {
                    "held_ms": watch.take_longest_s() * 1e3,
                    "rss_mb": rss_mb(),
                    "polls_that_ran": len(ended),
                    "polls": sum(job.is_needed() for job in exporter.jobs),
                    "cpu_s": time.process_time(),
                }
            )


def _say(facts: dict[str, object]) -> None:
    print(json.dumps(facts), flush=True)  # noqa: T201  the parent reads it


if __name__ == "__main__":
    asyncio.run(main())
