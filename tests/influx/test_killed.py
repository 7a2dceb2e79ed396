"""kill -9 between the write and its mark: no duplicate, no gap, on a real server."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import aiohttp
import pytest
from aiohttp import web

from solix_exporter.app.assembly import LEDGER_FILE
from solix_exporter.clock import SystemClock
from solix_exporter.ledger import Ledger
from solix_exporter.sim import SimulatedCloud
from tests.children import bare_environ
from tests.influx.test_victoria import energy
from tests.influx.victoria import Samples, Victoria

BERLIN = ZoneInfo("Europe/Berlin")
DAYS = 5
KILLS = 3


class KillingProxy:
    """Passes writes on to the server and kills the writer before it hears of them."""

    def __init__(self, server_url: str) -> None:
        self._server_url = server_url
        self.victim: asyncio.subprocess.Process | None = None
        self.passed = 0
        self.url = ""
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        app = web.Application(client_max_size=10**8)
        app.router.add_post("/api/v2/write", self._pass_on)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _pass_on(self, request: web.Request) -> web.Response:
        url = f"{self._server_url}{request.path_qs}"
        async with (
            aiohttp.ClientSession() as http,
            http.post(url, data=await request.read()) as answer,
        ):
            assert answer.status == 204
        self.passed += 1
        if self.victim is not None:
            self.victim.send_signal(signal.SIGKILL)
        return web.Response(status=204)


@pytest.fixture
async def cloud() -> AsyncIterator[SimulatedCloud]:
    cloud = SimulatedCloud(SystemClock(), scenario="home", seed=1, endpoint_limit=0)
    await cloud.start()
    yield cloud
    await cloud.stop()


@pytest.fixture
async def proxy(victoria: Victoria) -> AsyncIterator[KillingProxy]:
    proxy = KillingProxy(victoria.url)
    await proxy.start()
    yield proxy
    await proxy.stop()


def environment(cloud: SimulatedCloud, url: str, state_dir: Path) -> Mapping[str, str]:
    account = cloud.accounts[0]
    return bare_environ() | {
        "ANKERUSER": account.email,
        "ANKERPASSWORD": account.password,
        "ANKERCOUNTRY": account.country,
        "SOLIX_CLOUD__URL": cloud.url,
        "SOLIX_CLOUD__PUBLIC_KEY": cloud.public_key,
        "SOLIX_CLOUD__REQUEST_GAP": "0",
        "SOLIX_CLOUD__ENDPOINT_LIMIT": "0",
        "SOLIX_STATE_DIR": str(state_dir),
        "SOLIX_TIMEZONE": "Europe/Berlin",
        "SOLIX_WEB__LISTEN_ADDRESS": "127.0.0.1:0",
        # Only what `backfill` left is written: the past does not change while the test looks.
        "SOLIX_POLL__DISABLE": "energy",
        "SOLIX_INFLUXDB__URL": url,
    }


async def start(environ: Mapping[str, str], *words: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "solix_exporter", *words,
        env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def held_by(state_dir: Path) -> tuple[Samples, int]:
    """Return what the ledger holds, as the server should, and how far the server is marked."""
    ledger = Ledger(state_dir / LEDGER_FILE)
    expected: Samples = {}
    changed = ledger.outbox.changed_days(0, 10_000)
    for day in sorted(changed, key=lambda day: day.identity.start):
        for row in ledger.day(day.identity.site_id, day.identity.day):
            labels = {
                "__name__": f"solix_energy_day_{row.flow.value}_wh",
                "account": "default",
                "site_id": row.site_id,
            } | ({"device_sn": row.device_sn} if row.device_sn else {})
            at = int(day.identity.start.timestamp())
            expected.setdefault(tuple(sorted(labels.items())), []).append((at, row.wh))
    connection = ledger._file
    with connection.reading() as rows:
        marked = rows.execute("SELECT COALESCE(max(revision), 0) FROM sink").fetchone()[0]
    ledger.close()
    return expected, int(marked)


async def test_a_killed_exporter_leaves_neither_a_gap_nor_a_duplicate(
    cloud: SimulatedCloud, victoria: Victoria, proxy: KillingProxy, tmp_path: Path
) -> None:
    state_dir = tmp_path / "state"
    environ = environment(cloud, proxy.url, state_dir)
    first = (SystemClock().now().astimezone(BERLIN) - timedelta(days=DAYS)).date()
    backfill = await start(environ, "backfill", f"--from={first}")
    assert await backfill.wait() == 0
    expected, _ = held_by(state_dir)
    assert {len(rows) for rows in expected.values()} == {DAYS}
    for _ in range(KILLS):
        proxy.victim = await start(environ, "serve")
        assert await asyncio.wait_for(proxy.victim.wait(), 30) == -signal.SIGKILL
        # The server has everything and the ledger does not know it.
        assert energy(await victoria.samples()) == expected
        assert held_by(state_dir) == (expected, 0)
    assert proxy.passed == KILLS
    proxy.victim = None
    exporter = await start(environ, "serve")
    try:
        for _ in range(300):
            if held_by(state_dir)[1]:
                break
            await asyncio.sleep(0.1)
    finally:
        exporter.terminate()
        assert await exporter.wait() == 0
    assert proxy.passed == KILLS + 1
    assert held_by(state_dir)[1] > 0
    assert energy(await victoria.samples()) == expected
