"""The life of the web server: listen, let connections in, stop within a second.

It accepts connections itself, because a certificate may change while it runs: each handshake gets
the TLS context of its moment.
"""

import asyncio
import logging
import socket
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
            # `accept` does not pause while clients wait; the ones let in want their turn, too.
            await asyncio.sleep(0)

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
        connection.greeting = self._spawn(_greet(client, connection, context))
        connection.greeting.add_done_callback(
            lambda greeting: self._greeted(client, connection, greeting)
        )

    def _greeted(
        self, client: socket.socket, connection: Connection, greeting: asyncio.Task[None]
    ) -> None:
        """Close the client where the greeting failed.

        This is no `except` of the greeting itself: one that is cut before its first step never
        comes to its own lines, and its client would stay open until the collector of garbage runs.
        """
        connection.greeting = None
        if greeting.cancelled():
            _LOGGER.debug("a client was cut while it was greeted")
        elif isinstance(error := greeting.exception(), OSError):
            _LOGGER.debug("a handshake failed: %s", error)
        elif error is not None:
            _LOGGER.error("a client could not be greeted", exc_info=error)
        else:
            return
        self._gate.leave(connection)
        client.close()

    async def stop(self) -> None:
        """Close all connections, also those that a client keeps open for its next request."""
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for listening in self._sockets:
            listening.close()
        self._sockets.clear()
        await self._runner.cleanup()
        self._gate.close()
        self._security.access.close()
        self._addresses = ()


async def _greet(client: socket.socket, connection: Connection, context: object) -> None:
    """Shake hands, and connect the protocol to the client."""
    limits = {"ssl_handshake_timeout": _HANDSHAKE_S, "ssl_shutdown_timeout": _GOODBYE_S}
    await asyncio.get_running_loop().connect_accepted_socket(
        lambda: connection,
        client,
        ssl=context,  # type: ignore[arg-type]  # or what has its methods
        **(limits if context else {}),
    )


def _admit_all(_: bytes | None) -> bool:
    return True
