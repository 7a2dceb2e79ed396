import asyncio
import errno
import socket

import aiohttp
import pytest
from aiohttp import web

from solix_exporter.errors import ConfigError
from solix_exporter.web import WebServer
from solix_exporter.web.listen import ListenAddress, open_sockets, parse_listen_address


def app_with_endless_page(began: asyncio.Event | None = None) -> web.Application:
    async def page(_: web.Request) -> web.Response:
        return web.Response(text="ok")

    async def endless(_: web.Request) -> web.Response:
        if began is not None:
            began.set()
        await asyncio.Event().wait()
        return web.Response(text="never")

    app = web.Application()
    app.router.add_get("/", page)
    app.router.add_get("/endless", endless)
    return app


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        (":7654", "", 7654),
        ("7654", "", 7654),
        ("127.0.0.1:0", "127.0.0.1", 0),
        ("[::1]:7654", "::1", 7654),
        ("localhost:80", "localhost", 80),
    ],
)
def test_addresses_are_read_as_exporters_write_them(text: str, host: str, port: int) -> None:
    assert parse_listen_address(text) == ListenAddress(host, port)


@pytest.mark.parametrize("text", ["", "host", ":99999", "::1:7654", "a:b", "h:1/path", "[::1"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="is not an address; write it like :7654"):
        parse_listen_address(text)


@pytest.mark.parametrize(
    ("address", "url"),
    [
        (ListenAddress("", 7654), "http://localhost:7654"),
        (ListenAddress("::", 7654), "http://localhost:7654"),
        (ListenAddress("0.0.0.0", 1), "http://localhost:1"),  # noqa: S104  # nothing is bound
        (ListenAddress("127.0.0.1", 1), "http://127.0.0.1:1"),
        (ListenAddress("::1", 1), "http://[::1]:1"),
    ],
)
def test_an_address_has_a_url_for_the_browser(address: ListenAddress, url: str) -> None:
    assert f"http://{address.for_browser}" == url


async def test_every_address_answers_and_tells_its_real_port() -> None:
    server = WebServer(app_with_endless_page())
    await server.start(["127.0.0.1:0", ":0"])
    try:
        assert len(server.addresses) == 2
        assert all(address.port > 0 for address in server.addresses)
        everywhere = server.addresses[1].port
        async with aiohttp.ClientSession() as session:
            for url in (server.urls[0], f"http://127.0.0.1:{everywhere}"):
                async with session.get(url) as answer:
                    assert await answer.text() == "ok"
    finally:
        await server.stop()


async def test_a_busy_port_is_told_in_a_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        server = WebServer(app_with_endless_page())
        with pytest.raises(ConfigError) as caught:
            await server.start(["127.0.0.1:0", f"127.0.0.1:{port}"])
    assert str(caught.value) == (
        f"cannot listen on 127.0.0.1:{port}:"
        " another program listens there; stop it or choose another port"
    )
    assert server.addresses == ()


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("host.invalid:80", "cannot listen on host.invalid:80: unknown host host.invalid"),
        ("192.0.2.1:0", "this machine does not have the address"),
    ],
)
async def test_an_address_of_elsewhere_is_told_in_a_sentence(address: str, expected: str) -> None:
    with pytest.raises(ConfigError, match=expected):
        await WebServer(app_with_endless_page()).start([address])


async def test_a_machine_without_ipv6_listens_on_ipv4(monkeypatch: pytest.MonkeyPatch) -> None:
    create = socket.create_server

    def create_on_ipv4(*args: object, **options: object) -> socket.socket:
        if options.get("family") == socket.AF_INET6:
            raise OSError(errno.EADDRNOTAVAIL, "Cannot assign requested address")
        return create(("", 0))

    monkeypatch.setattr(socket, "create_server", create_on_ipv4)
    (listening,) = await open_sockets(ListenAddress("", 0))
    assert listening.family == socket.AF_INET
    listening.close()


async def test_stopping_does_not_wait_for_clients() -> None:
    began = asyncio.Event()
    server = WebServer(app_with_endless_page(began))
    await server.start(["127.0.0.1:0"])
    port = server.addresses[0].port
    idle_reader, idle_writer = await asyncio.open_connection("127.0.0.1", port)
    idle_writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert (await idle_reader.readline()).startswith(b"HTTP/1.1 200")
    _, busy_writer = await asyncio.open_connection("127.0.0.1", port)
    busy_writer.write(b"GET /endless HTTP/1.1\r\nHost: localhost\r\n\r\n")
    _, silent_writer = await asyncio.open_connection("127.0.0.1", port)
    await began.wait()

    await asyncio.wait_for(server.stop(), 30)

    for writer in (idle_writer, busy_writer, silent_writer):
        writer.close()
    with pytest.raises(OSError, match="Connect call failed"):
        await asyncio.open_connection("127.0.0.1", port)


async def test_a_server_that_never_started_can_be_stopped() -> None:
    await WebServer(app_with_endless_page()).stop()
