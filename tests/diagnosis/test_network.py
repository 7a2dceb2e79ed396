"""The way to a server, with real sockets and real certificates on 127.0.0.1."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from solix_exporter.clock import Clock, ManualClock
from solix_exporter.diagnosis.network import examine_network
from solix_exporter.diagnosis.report import Finding, Mark
from tests.certificates import self_signed, server_context

NOON = datetime(2026, 6, 20, 12, tzinfo=UTC)
Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def listening(handler: Handler, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    conversations: list[asyncio.Task[None]] = []

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            await handler(reader, writer)
        writer.transport.abort()

    def begin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        conversations.append(asyncio.create_task(converse(reader, writer)))

    server = await asyncio.start_server(begin, "127.0.0.1", 0, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await asyncio.gather(*conversations)


def answering(date: str) -> Handler:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(4096)
        writer.write(f"HTTP/1.1 404 Not Found\r\nDate: {date}\r\n\r\n".encode())
        await writer.drain()
        await reader.read()

    return answer


async def examined(
    url: str, clock: Clock | None = None, timeout_s: float = 5.0, **environ: str
) -> dict[str, Finding]:
    found = await examine_network(url, clock or ManualClock(NOON), timeout_s, environ)
    return {finding.step: finding for finding in found}


async def test_a_server_that_answers_is_well() -> None:
    async with listening(answering("Sat, 20 Jun 2026 12:01:30 GMT")) as port:
        found = await examined(f"http://127.0.0.1:{port}")
    assert [finding.mark for finding in found.values()] == [Mark.OK] * 3
    assert found["dns"].text == "127.0.0.1 is 127.0.0.1"
    assert found["connection"].text == f"connected to port {port}, without encryption"


async def test_a_certificate_that_is_trusted_is_told_with_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    until = datetime(2099, 1, 2, tzinfo=UTC)
    file = self_signed(tmp_path, until=until)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    async with listening(answering("Sat, 20 Jun 2026 12:00:00 GMT"), server_context(file)) as port:
        found = await examined(f"https://127.0.0.1:{port}")
    assert found["connection"].mark is Mark.OK
    assert found["connection"].text == (
        f"connected to port {port} by TLS, certificate valid until 2099-01-02"
    )


async def test_a_certificate_that_nobody_vouches_for_is_told(tmp_path: Path) -> None:
    file = self_signed(tmp_path, until=datetime(2099, 1, 1, tzinfo=UTC))
    async with listening(answering("x"), server_context(file)) as port:
        found = await examined(f"https://127.0.0.1:{port}")
    finding = found["connection"]
    assert finding.mark is Mark.FAILED
    assert finding.text == (
        f"the certificate of 127.0.0.1 port {port} is not valid: self-signed certificate"
    )
    assert "a proxy" in finding.advice
    assert found["clock"].mark is Mark.SKIPPED


async def test_plain_http_on_a_port_for_tls_is_told() -> None:
    async with listening(answering("x")) as port:
        found = await examined(f"https://127.0.0.1:{port}", timeout_s=60.0)
    assert found["connection"].mark is Mark.FAILED
    assert found["connection"].text.startswith(f"no secure connection to 127.0.0.1 port {port}: ")


async def test_a_name_that_does_not_exist_is_told() -> None:
    found = await examined("https://nowhere.invalid")
    assert found["dns"].mark is Mark.FAILED
    assert found["dns"].text.startswith("the name nowhere.invalid cannot be looked up: ")
    assert found["connection"].text == "not tried: the name is not known"


async def test_a_closed_port_is_told_and_so_is_a_proxy_that_is_not_used() -> None:
    async with listening(answering("x")) as port:
        pass
    found = await examined(f"http://127.0.0.1:{port}", HTTPS_PROXY="http://proxy:3128")
    finding = found["connection"]
    assert finding.text == f"no connection to 127.0.0.1 port {port}: Connection refused"
    assert "HTTPS_PROXY is set, but not used for this server" in finding.advice


async def test_a_server_that_never_answers_is_told() -> None:
    async def swallow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with listening(swallow) as port:
        found = await examined(f"http://127.0.0.1:{port}", timeout_s=0.2)
    assert found["connection"].text == f"no answer from 127.0.0.1 port {port} in time"
    assert "firewall" in found["connection"].advice


@pytest.mark.parametrize(
    ("date", "mark", "text"),
    [
        ("Sat, 20 Jun 2026 11:58:00 GMT", Mark.OK, "this machine's clock agrees"),
        ("Sat, 20 Jun 2026 11:57:00 GMT", Mark.FAILED, "clock is 3 minutes ahead of the server's"),
        ("Sat, 20 Jun 2026 13:00:00 GMT", Mark.FAILED, "clock is 60 minutes behind the server's"),
        ("half past nine", Mark.NOTE, "the server does not tell its time"),
    ],
)
async def test_the_clocks_are_compared(date: str, mark: Mark, text: str) -> None:
    async with listening(answering(date)) as port:
        found = await examined(f"http://127.0.0.1:{port}")
    assert found["clock"].mark is mark
    assert text in found["clock"].text
