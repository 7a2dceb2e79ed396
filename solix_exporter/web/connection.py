"""One connection with its deadlines, and the gate that bounds how many there are.

A client has 20 s for each request, from its first byte to the last one of the answer; whoever
dribbles headers, sends nothing or does not read is cut off. Where the gate is full, the connection
that waited longest without a request makes room, so that a new client always gets its turn.
"""

import asyncio
import logging
from collections.abc import Callable

from aiohttp import web

from solix_exporter.web.headers import HARDENING

_LOGGER = logging.getLogger(__name__)

MOST_CONNECTIONS = 256
REQUEST_S = 20.0
IDLE_S = 125.0
"""Longer than two scrape intervals of a minute, so that Prometheus keeps its connection."""

_SWEEP_S = 1.0
_LINE_BYTES = 8190
_FIELD_BYTES = 8190
_FIELDS = 64
_READ_BYTES = 16 * 1024
_LINGER_S = 1.0
"""How long an unwanted body is read and thrown away before the connection is closed."""


class Gate:
    """The open connections."""

    def __init__(self, most: int = MOST_CONNECTIONS, request_s: float = REQUEST_S) -> None:
        self.request_s = request_s
        """How long one request may take, from its first byte to the last one of its answer."""
        self._most = most
        self._open: dict[Connection, None] = {}
        self._sweeper: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        return len(self._open)

    def enter(self, connection: "Connection") -> None:
        """Let a connection in; another one makes room where it must."""
        while len(self._open) >= self._most:
            self._make_room()
        self._open[connection] = None
        if self._sweeper is None:
            self._sweep_soon()

    def leave(self, connection: "Connection") -> None:
        """Forget a connection."""
        self._open.pop(connection, None)

    def close(self) -> None:
        """Cut all connections."""
        if self._sweeper is not None:
            self._sweeper.cancel()
            self._sweeper = None
        for connection in tuple(self._open):
            self._cut(connection)

    def _make_room(self) -> None:
        idle = [connection for connection in self._open if not connection.is_served]
        victims = idle or list(self._open)
        self._cut(min(victims, key=lambda connection: connection.since_s))

    def _cut(self, connection: "Connection") -> None:
        self.leave(connection)
        connection.cut()

    def _sweep_soon(self) -> None:
        self._sweeper = asyncio.get_running_loop().call_later(_SWEEP_S, self._sweep)

    def _sweep(self) -> None:
        now_s = asyncio.get_running_loop().time()
        for connection in tuple(self._open):
            if now_s >= connection.deadline_s:
                self._cut(connection)
        self._sweeper = None
        if self._open:
            self._sweep_soon()


class Connection(web.RequestHandler):
    """aiohttp's side of a connection, with deadlines, and with answers that give nothing away."""

    def __init__(
        self, server: web.Server, gate: Gate, admits: Callable[[bytes | None], bool]
    ) -> None:
        """Take the check of a client's certificate (DER)."""
        loop = asyncio.get_running_loop()
        super().__init__(
            server,
            loop=loop,
            access_log=None,  # type: ignore[arg-type]  # aiohttp takes None for no log
            keepalive_timeout=IDLE_S,
            lingering_time=_LINGER_S,
            max_line_size=_LINE_BYTES,
            max_field_size=_FIELD_BYTES,
            max_headers=_FIELDS,
            read_bufsize=_READ_BYTES,
            # No route reads a body, and one that cannot be unpacked would be logged as an error.
            auto_decompress=False,
        )
        self._gate = gate
        self._admits = admits
        self._clock_s = loop.time
        self._is_idle = False
        self.is_served = False
        """Whether a whole request has come and its answer is on its way."""
        self.greeting: asyncio.Task[None] | None = None
        """The handshake, while it goes on."""
        self.since_s = self.deadline_s = 0.0
        self._expect_within(self._gate.request_s)

    def _expect_within(self, patience_s: float) -> None:
        self.since_s = self._clock_s()
        self.deadline_s = self.since_s + patience_s

    def cut(self) -> None:
        """Close the connection at once."""
        if self.greeting is not None:
            self.greeting.cancel()
        if isinstance(self.transport, asyncio.WriteTransport):
            self.transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to listen to a client; one whose certificate has the wrong name is cut off."""
        ssl_object = transport.get_extra_info("ssl_object")
        certificate = ssl_object.getpeercert(binary_form=True) if ssl_object else None
        if not self._admits(certificate):
            _LOGGER.debug("a client's certificate has none of the allowed names")
            if isinstance(transport, asyncio.WriteTransport):
                transport.abort()
            return
        super().connection_made(transport)

    def data_received(self, data: bytes) -> None:
        """Take bytes; the first ones of a request start its time."""
        if self._is_idle:
            self._is_idle = False
            self._expect_within(self._gate.request_s)
        super().data_received(data)

    async def finish_response(
        self, request: web.BaseRequest, resp: web.StreamResponse, start_time: float | None
    ) -> tuple[web.StreamResponse, bool]:
        """Send the answer; then the client may be silent for longer."""
        try:
            return await super().finish_response(request, resp, start_time)
        finally:
            self.is_served = False
            self._is_idle = True
            self._expect_within(IDLE_S)

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,  # noqa: ARG002  it repeats what the client sent
    ) -> web.StreamResponse:
        """Return the answer to what is not HTTP, or what went wrong: a sentence and no detail."""
        if status >= web.HTTPInternalServerError.status_code:
            _LOGGER.error("the answer to %s failed", request.rel_url.path, exc_info=exc)
            text = "The exporter made a mistake; its log tells more.\n"
        else:
            _LOGGER.debug("a client sent what is not HTTP: %s", exc)
            text = "This is not a request that can be answered.\n"
        if request.writer.output_size > 0:
            raise ConnectionError("a part of the answer was sent already")
        answer = web.Response(status=status, text=text, headers=HARDENING)
        # Further bytes on such a connection cannot be trusted.
        answer.force_close()
        return answer

    def connection_lost(self, exc: BaseException | None) -> None:
        """Forget the connection."""
        self._gate.leave(self)
        super().connection_lost(exc)
