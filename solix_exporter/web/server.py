"""The life of the web server: listen, let connections in, stop within a second.

It accepts connections itself, because a certificate may change while it runs: each handshake gets
the TLS context of its moment.
"""

import asyncio
import contextlib
import logging
import socket
import ssl
from collections.abc import Sequence

from aiohttp import web

from solix_exporter.web.connection import Connection, Gate
from solix_exporter.web.listen import ListenAddress, open_sockets, parse_listen_address
from solix_exporter.web.toolkit import Security

_LOGGER = logging.getLogger(__name__)

_PATIENCE_S = 0.2
"""How long an answer on its way may take at the end; aiohttp waits twice this."""

_HANDSHAKE_S = 10.0
_GOODBYE_S = 2.0
_BACKLOG = 256
_PAUSE_S = 0.1
"""After an `accept` that failed, mostly for want of file descriptors."""


class WebServer:
    """Serves one application on one or more addresses."""

    def __init__(
        self, app: web.Application, security: Security | None = None, gate: Gate | None = None
    ) -> None:
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=_PATIENCE_S)
        self._security = security or Security()
        self._gate = Gate() if gate is None else gate
        self._sockets: list[socket.socket] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._addresses: tuple[ListenAddress, ...] = ()

    @property
    def addresses(self) -> tuple[ListenAddress, ...]:
        """Return where it listens, with the real port where 0 was asked."""
        return self._addresses

    @property
    def urls(self) -> tuple[str, ...]:
        """Return the same for a browser: `http://localhost:7654`."""
        scheme = "https" if self._security.tls else "http"
        return tuple(f"{scheme}://{address.for_browser}" for address in self._addresses)

    async def start(
        self, listen_addresses: Sequence[str], inherited: Sequence[socket.socket] = ()
    ) -> None:
        """Listen on all addresses, or on none and raise ConfigError.

        `inherited` are sockets that listen already; with some, the addresses are not used.
        """
        parsed = [] if inherited else [parse_listen_address(text) for text in listen_addresses]
        await self._runner.setup()
        try:
            for listening in inherited:
                self._serve(listening)
            for address in parsed:
                for listening in await open_sockets(address):
                    self._serve(listening)
        except BaseException:
            await self.stop()
            raise

    def _serve(self, listening: socket.socket) -> None:
        listening.setblocking(False)  # noqa: FBT003  the library's signature
        listening.listen(_BACKLOG)
        self._sockets.append(listening)
        host, port = listening.getsockname()[:2]
        self._addresses += (ListenAddress(host, port),)
        self._spawn(self._accept(listening))

    def _spawn(self, work: "asyncio._CoroutineLike[None]") -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _accept(self, listening: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                client, _ = await loop.sock_accept(listening)
            except OSError as error:
                _LOGGER.debug("a connection could not be accepted: %s", error)
                await asyncio.sleep(_PAUSE_S)
                continue
            try:
                self._let_in(client)
            except Exception:
                # The edge of the task: one client must not end the listening.
                _LOGGER.exception("a client could not be let in")
                client.close()

    def _let_in(self, client: socket.socket) -> None:
        self._security.refresh()
        tls, server = self._security.tls, self._runner.server
        if server is None:  # between two lines of `stop`
            client.close()
            return
        admits = tls.admits if tls else _admit_all
        connection = Connection(server, self._gate, admits)
        self._gate.enter(connection)
        context = tls.context if tls else None
        connection.greeting = self._spawn(self._greet(client, connection, context))

    async def _greet(self, client: socket.socket, connection: Connection, context: object) -> None:
        """Shake hands, and connect the protocol to the client."""
        loop = asyncio.get_running_loop()
        limits = {"ssl_handshake_timeout": _HANDSHAKE_S, "ssl_shutdown_timeout": _GOODBYE_S}
        try:
            await loop.connect_accepted_socket(
                lambda: connection,
                client,
                ssl=context,  # type: ignore[arg-type]  # or what has its methods
                **(limits if context else {}),
            )
        except (OSError, ssl.SSLError) as error:
            _LOGGER.debug("a handshake failed: %s", error)
            self._gate.leave(connection)
            client.close()
        except asyncio.CancelledError:
            self._gate.leave(connection)
            client.close()
            raise
        finally:
            connection.greeting = None

    async def stop(self) -> None:
        """Close all connections, also those that a client keeps open for its next request."""
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        for task in tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task
        for listening in self._sockets:
            listening.close()
        self._sockets.clear()
        await self._runner.cleanup()
        self._gate.close()
        self._security.access.close()
        self._addresses = ()


def _admit_all(_: bytes | None) -> bool:
    return True
