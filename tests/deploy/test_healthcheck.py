"""The health check of the image, as its own process."""

import asyncio
import ssl
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import web

from tests.certificates import self_signed, server_context
from tests.deploy.files import DEPLOY, PORT


async def exit_code(listen_address: str) -> int:
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(DEPLOY / "healthcheck.py"),
        env={"SOLIX_WEB__LISTEN_ADDRESS": listen_address},
    )  # fmt: skip
    return await process.wait()


async def serve(status: int, tls: ssl.SSLContext | None = None) -> tuple[web.AppRunner, int]:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(status=status)

    app = web.Application()
    app.router.add_get("/-/healthy", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls).start()
    return runner, runner.addresses[0][1]


@pytest.mark.parametrize(("status", "code"), [(200, 0), (401, 0), (404, 0), (500, 1), (503, 1)])
async def test_an_answer_is_a_sign_of_life(status: int, code: int) -> None:
    runner, port = await serve(status)
    try:
        assert await exit_code(f"127.0.0.1:{port}, :1") == code
    finally:
        await runner.cleanup()


@pytest.mark.parametrize("wants_certificate", [False, True])
async def test_tls_is_a_sign_of_life_whatever_it_wants_to_see(
    tmp_path: Path, *, wants_certificate: bool
) -> None:
    file = self_signed(tmp_path, until=datetime(2099, 1, 1, tzinfo=UTC))
    tls = server_context(file)
    if wants_certificate:
        tls.verify_mode = ssl.CERT_REQUIRED
        tls.load_verify_locations(file)
    runner, port = await serve(401, tls)
    try:
        assert await exit_code(f":{port}") == 0
    finally:
        await runner.cleanup()


async def test_nobody_there_is_none() -> None:
    runner, port = await serve(200)
    await runner.cleanup()
    assert await exit_code(f":{port}") == 1


def test_without_a_setting_it_asks_the_exporters_port() -> None:
    script = (DEPLOY / "healthcheck.py").read_text("utf-8")
    assert f"DEFAULT_PORT = {PORT}\n" in script
