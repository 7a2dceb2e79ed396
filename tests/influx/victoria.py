"""A real VictoriaMetrics on a free port: started, killed, asked for every sample that it holds."""

import asyncio
import json
import os
import socket
from pathlib import Path

import aiohttp

Samples = dict[tuple[tuple[str, str], ...], list[tuple[int, float]]]
"""Times in seconds and values of each series, by its labels."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Victoria:
    """The server; its data outlives it."""

    def __init__(self, binary: str, folder: Path) -> None:
        self._binary = binary
        self._folder = folder
        self._process: asyncio.subprocess.Process | None = None
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            self._binary,
            f"-storageDataPath={self._folder}",
            f"-httpListenAddr=127.0.0.1:{self.port}",
            "-retentionPeriod=100y",
            # Two equal writes of a point are one: what README tells people to set.
            "-dedup.minScrapeInterval=1ms",
            "-memory.allowedBytes=64MB",
            "-loggerLevel=ERROR",
            env={"PATH": os.environ["PATH"], "GOMAXPROCS": "1"},
        )
        for _ in range(150):
            try:
                await self._get("/health")
            except aiohttp.ClientError:
                await asyncio.sleep(0.1)
            else:
                return
        raise AssertionError("VictoriaMetrics never answered")

    async def kill(self) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    async def flush(self) -> None:
        """Make what was written visible."""
        await self._get("/internal/force_flush")

    async def persist(self) -> None:
        """Bring what was written to the disk, which the server else does within seconds."""
        await self._get("/snapshot/create")

    async def samples(self) -> Samples:
        """Return everything that the server holds."""
        await self.flush()
        text = await self._get('/api/v1/export?match[]={__name__!=""}')
        rows = [json.loads(line) for line in text.splitlines()]
        return {
            tuple(sorted(row["metric"].items())): [
                (stamp // 1000, value)
                for stamp, value in zip(row["timestamps"], row["values"], strict=True)
            ]
            for row in rows
        }

    async def _get(self, path: str) -> str:
        async with aiohttp.ClientSession() as http, http.get(self.url + path) as answer:
            answer.raise_for_status()
            return await answer.text()
