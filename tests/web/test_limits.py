"""Abuse: slow clients, many connections, huge headers, odd paths. Memory stays bounded."""

import asyncio
import contextlib
import gc
import os
import resource
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from solix_exporter.web import WebServer, build_app
from solix_exporter.web.connection import Gate
from tests.web.face import Face

ROOT = Path(__file__).parents[2]
PATIENCE_S = 60
"""Only what never comes is waited for so long."""

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@contextlib.asynccontextmanager
async def serving(
    gate: Gate | None = None, app: web.Application | None = None
) -> AsyncIterator[int]:
    server = WebServer(app or build_app(Face().sources()), gate=gate)
    await server.start(["127.0.0.1:0"])
    try:
        yield server.addresses[0].port
    finally:
        await server.stop()


async def ask(port: int, request: bytes) -> bytes:
    """Send bytes and return all that comes back until the server ends the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answer = b""
    try:
        writer.write(request)
        with contextlib.suppress(ConnectionError):
            async with asyncio.timeout(PATIENCE_S):
                while chunk := await reader.read(65536):
                    answer += chunk
    finally:
        writer.close()
    return answer


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not is_so():  # noqa: ASYNC110  what is waited for has no event to give
            await asyncio.sleep(0.02)


async def is_cut_off(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, more: bytes, pause_s: float
) -> bool:
    """Send more and more; return whether the server ends it before 500 times."""
    try:
        for _ in range(500):
            writer.write(more)
            await writer.drain()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(reader.read(65536), pause_s)
            if reader.at_eof():
                return True
    except ConnectionError:
        return True
    finally:
        writer.close()
    return False


def get(path: bytes, *headers: bytes) -> bytes:
    lines = [b"GET " + path + b" HTTP/1.1", b"Host: localhost", b"Connection: close", *headers]
    return b"\r\n".join(lines) + b"\r\n\r\n"


async def scrape(port: int) -> bytes:
    return await ask(port, get(b"/metrics"))


@pytest.mark.parametrize(
    "path",
    [
        b"/../../etc/passwd",
        b"/%2e%2e/%2e%2e/etc/passwd",
        b"/metrics%00",
        b"/metrics/../config/..%2f",
        b"//metrics",
        b"/metrics;a=b",
        b"/\xff\xfe",
        b"http://elsewhere.example/secret",
        b"*",
        b"/" + b"a" * 8000,
        b"/api/v1/snapshot/..",
        b"/static/../../solix_exporter/web/page/files/page.js",
    ],
)
async def test_odd_paths_find_nothing(path: bytes) -> None:
    async with serving() as port:
        answer = await ask(port, get(path))
        status = int(answer.split()[1])
        assert status in {400, 404}
        assert b"root:" not in answer
        assert b"Traceback" not in answer
        assert b"aiohttp" not in answer
        assert (await scrape(port)).endswith(b"solix_up 1\n")


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 100,
        b"GET / HTTP/9.9\r\n\r\n",
        b"NONSENSE\r\n\r\n",
        (
            b"GET / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n"
            b"Content-Length: 5\r\n\r\nabc"
        ),
        b"POST /-/reload HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
        get(b"/" + b"a" * 20_000),
        get(b"/", b"X-Big: " + b"a" * 20_000),
        get(b"/", *(b"X-%d: a" % number for number in range(2000))),
        get(b"/", b"Cookie: a=" + b"b" * 500_000),
        get(b"/", b"Bad Header: a"),
    ],
)
async def test_what_is_no_request_gets_a_short_answer(
    request_bytes: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    async with serving() as port:
        answer = await ask(port, request_bytes)
        assert answer == b"" or answer.startswith((b"HTTP/1.1 400", b"HTTP/1.0 400"))
        assert len(answer) < 1000
        assert b"Traceback" not in answer
        assert b"ython" not in answer
        assert (await scrape(port)).endswith(b"solix_up 1\n")
    assert [record for record in caplog.records if record.levelname in {"ERROR", "WARNING"}] == []


async def test_a_body_that_cannot_be_unpacked_is_no_mistake_of_ours(
    caplog: pytest.LogCaptureFixture,
) -> None:
    packed = get(b"/metrics", b"Content-Encoding: gzip", b"Content-Length: 4") + b"none"
    async with serving() as port:
        assert (await ask(port, packed)).endswith(b"solix_up 1\n")
        assert (await scrape(port)).endswith(b"solix_up 1\n")
    assert [record for record in caplog.records if record.levelname in {"ERROR", "WARNING"}] == []


async def test_an_endless_body_is_cut_off() -> None:
    async with serving() as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(
            b"POST /-/reload HTTP/1.1\r\nHost: localhost\r\nContent-Length: 999999999999\r\n\r\n"
        )
        assert await is_cut_off(reader, writer, b"a" * 65536, pause_s=0.01)
        assert (await scrape(port)).endswith(b"solix_up 1\n")


async def test_a_mistake_of_ours_is_told_without_detail(caplog: pytest.LogCaptureFixture) -> None:
    async def broken(_: web.Request) -> web.Response:
        raise RuntimeError("secret detail")

    app = build_app(Face().sources())
    app.router.add_get("/broken", broken)
    async with serving(app=app) as port:
        answer = await ask(port, get(b"/broken", b"Accept: text/html"))
    assert answer.startswith(b"HTTP/1.1 500")
    assert b"secret detail" not in answer
    assert b"Traceback" not in answer
    assert b"X-Frame-Options" in answer
    assert "secret detail" in caplog.text


async def test_a_dribbling_client_is_cut_off() -> None:
    async with serving(Gate(request_s=1)) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET /metrics HTTP/1.1\r\n")
        assert await is_cut_off(reader, writer, b"X-Slow: a\r\n", pause_s=0.1)


async def test_a_client_that_does_not_read_is_cut_off() -> None:
    face, gate = Face(), Gate(request_s=1)
    face.body = b"a" * 30_000_000
    async with serving(gate, build_app(face.sources())) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1024)
        writer.write(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n")
        await until(lambda: len(gate) == 1)
        await until(lambda: len(gate) == 0)
        writer.close()
        assert not reader.at_eof()


async def test_the_oldest_idle_connection_makes_room_and_a_busy_one_does_not() -> None:
    began, release = asyncio.Event(), asyncio.Event()

    async def slow(_: web.Request) -> web.Response:
        began.set()
        await release.wait()
        return web.Response(text="at last")

    app = build_app(Face().sources())
    app.router.add_get("/slow", slow)
    gate = Gate(most=4)
    async with serving(gate, app) as port:
        busy = asyncio.create_task(ask(port, get(b"/slow")))
        await began.wait()
        idle = [await asyncio.open_connection("127.0.0.1", port) for _ in range(20)]
        await until(lambda: len(gate) == 4)
        assert (await scrape(port)).endswith(b"solix_up 1\n")
        release.set()
        assert (await busy).endswith(b"at last")
        for _, writer in idle:
            writer.close()


async def test_pipelined_requests_are_answered_in_order() -> None:
    async with serving() as port:
        pair = b"GET /-/healthy HTTP/1.1\r\nHost: localhost\r\n\r\n" + get(b"/metrics")
        answer = await ask(port, pair)
        assert answer.index(b"Healthy.") < answer.index(b"solix_up 1")


@pytest.mark.parametrize("burst", [20, 200])
async def test_clients_cut_before_their_first_turn_leave_no_file_open(burst: int) -> None:
    # Without the collector of garbage: it may come late, and must not be what closes them.
    gc.disable()
    try:
        async with serving(Gate(most=10)) as port:
            await scrape(port)
            before = open_files(os.getpid())
            # No `await` between them, so that all wait before the first one is let in.
            clients = [socket.create_connection(("127.0.0.1", port)) for _ in range(burst)]
            await scrape(port)
            assert open_files(os.getpid()) - before - burst <= 10
            for client in clients:
                client.close()
    finally:
        gc.enable()


@pytest.fixture
def demo() -> Iterator[tuple[int, int]]:
    """Run the demo in a process of its own; give its id and port."""
    command = (sys.executable, "-m", "solix_exporter", "demo", "--web.listen-address=127.0.0.1:0")
    with subprocess.Popen(  # noqa: S603  our own program
        command, cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        url = process.stdout.readline().split()[-1]
        yield process.pid, int(url.rpartition(":")[2].partition("/")[0])
        process.terminate()


def memory_mb(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


async def open_many(port: int, count: int, first_bytes: bytes) -> list[Streams]:
    opened: list[Streams] = []
    for _ in range(count):
        with contextlib.suppress(OSError):
            streams = await asyncio.open_connection("127.0.0.1", port)
            streams[1].write(first_bytes)
            opened.append(streams)
    return opened


async def metrics_answer(port: int) -> None:
    timeout = aiohttp.ClientTimeout(total=PATIENCE_S)
    async with (
        aiohttp.ClientSession(timeout=timeout) as http,
        http.get(f"http://127.0.0.1:{port}/metrics") as answer,
    ):
        assert answer.status == 200
        assert "solix_up" in await answer.text()


def open_files(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


async def test_ten_thousand_connections_leave_memory_bounded_and_metrics_answering(
    demo: tuple[int, int],
) -> None:
    pid, port = demo
    await metrics_answer(port)
    before_mb = memory_mb(pid)
    room = resource.getrlimit(resource.RLIMIT_NOFILE)[0] // 2
    wave, dribble = min(1000, room), b"GET /metrics HTTP/1.1\r\nX-Slow: " + b"a" * 4000
    opened = 0
    while opened < 10_000:
        # Half of them silent, half in the middle of a header.
        streams = await open_many(port, wave // 2, b"") + await open_many(port, wave // 2, dribble)
        await metrics_answer(port)
        for _, writer in streams:
            writer.transport.abort()
        await asyncio.sleep(0.05)
        opened += wave
    for _ in range(100):  # a busy machine takes its time to notice the last wave's end
        if open_files(pid) < 400:
            break
        await asyncio.sleep(0.1)
    assert open_files(pid) < 400
    await metrics_answer(port)
    assert memory_mb(pid) - before_mb < 40
