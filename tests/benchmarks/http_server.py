"""One of three servers with the same samples, as a process of its own: see `SERVERS`.

Prints its port, and ends with its standard input.
"""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Any

from aiohttp import web
from prometheus_client import start_http_server

from solix_exporter.metrics.exposition import Exposition
from solix_exporter.metrics.own import OwnMetrics
from solix_exporter.model.snapshot import AccountSlice, Snapshot
from solix_exporter.web import Security, Status, WebServer, WebSources, build_app
from tests.benchmarks.homes import registry_of, street, text_of

HOST = "127.0.0.1"

Parts = tuple[AccountSlice, ...]


async def exporter(parts: Parts) -> None:
    """Serve with the exporter's own web server, security and headers included."""
    snapshot = Snapshot(parts)

    async def reload() -> str:
        return ""

    security = Security()
    sources = WebSources(
        scrape=Exposition(lambda: snapshot, OwnMetrics("0")).scrape,
        is_ready=lambda: True,
        status=lambda: Status(datetime.now(UTC), snapshot),
        config=str,
        reload=reload,
    )
    server = WebServer(build_app(sources, security), security)
    await server.start((f"{HOST}:0",), [])
    await _serve(int(server.urls[0].rpartition(":")[2]))
    await server.stop()


async def library(parts: Parts) -> None:
    """Serve as the Prometheus library does, in its threads."""
    server, _ = start_http_server(0, HOST, registry_of(parts))
    await _serve(server.server_port)
    server.shutdown()


async def bare(parts: Parts) -> None:
    """Serve the fixed bytes with aiohttp and nothing around it."""
    text = text_of(parts)

    async def answer(_: web.Request) -> web.Response:
        return web.Response(body=text)

    app = web.Application()
    app.router.add_get("/metrics", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, HOST, 0).start()
    await _serve(runner.addresses[0][1])
    await runner.cleanup()


SERVERS: dict[str, Callable[[Parts], Coroutine[Any, Any, None]]] = {
    "exporter": exporter,
    "library": library,
    "bare aiohttp": bare,
}


async def _serve(port: int) -> None:
    print(port, flush=True)  # noqa: T201  the parent reads it
    await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(SERVERS[sys.argv[1]](street(int(sys.argv[2]))))
