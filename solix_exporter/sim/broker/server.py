"""The broker: connections over TLS, who may do what, and a log of all that clients sent."""

import asyncio
import contextlib
import ssl
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from solix_exporter.sim.broker import packets
from solix_exporter.sim.broker.authority import HOST
from solix_exporter.sim.broker.session import Session
from solix_exporter.sim.broker.topics import matches

_KEPT_ENTRIES = 100_000


class Policy(Protocol):
    """What the certificate of one client grants."""

    def may_subscribe(self, text: str) -> bool:
        """Return whether a filter is granted."""

    def may_publish(self, topic: str) -> bool:
        """Return whether a topic is granted."""

    def may_connect(self) -> bool:
        """Return whether the client may connect."""


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One packet that a client sent."""

    at: datetime
    kind: str
    """The name of the packet: CONNECT, SUBSCRIBE, PUBLISH, PINGREQ, DISCONNECT."""
    client_id: str
    topics: tuple[str, ...] = ()
    """Filters of a subscription, the topic of a message."""
    payload: bytes = b""


class Broker:
    """One broker; it hands messages of clients to `on_message` and sends them to subscribers.

    `policy_of` finds the policy by the serial number of a client's certificate, and `now` is only
    for the log: keep-alive is counted by the host's clock, as the clients do.
    """

    def __init__(
        self,
        policy_of: Callable[[int], Policy | None],
        on_message: Callable[[str, bytes], None],
        now: Callable[[], datetime],
    ) -> None:
        self.log: deque[LogEntry] = deque(maxlen=_KEPT_ENTRIES)
        self.port = 0
        self._policy_of = policy_of
        self._on_message = on_message
        self._now = now
        self._sessions: dict[str, Session] = {}
        self._open: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def start(self, context: ssl.SSLContext, port: int = 0) -> None:
        """Listen on loopback; port 0 picks a free port."""
        self._server = await asyncio.start_server(self._accept, HOST, port, ssl=context)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Stop listening and cut all connections."""
        if self._server is None:
            return
        self._server.close()
        for writer in list(self._open):
            writer.transport.abort()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=5)
        await self._server.wait_closed()
        self._server = None

    @property
    def client_ids(self) -> tuple[str, ...]:
        """Return the ids of all connected clients."""
        return tuple(self._sessions)

    def publish(self, topic: str, payload: bytes) -> int:
        """Send a message to all subscribers and return how many there are."""
        packet = b""
        count = 0
        for session in list(self._sessions.values()):
            if any(matches(text, topic) for text in session.filters):
                packet = packet or packets.publish(topic, payload)
                session.send(packet)
                count += 1
        return count

    def cut(self, client_id: str) -> None:
        """Cut the connection of a client, if there is one."""
        if session := self._sessions.pop(client_id, None):
            session.close()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # A task of our own: asyncio's would report a cut connection as an unhandled error.
        task = asyncio.get_running_loop().create_task(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        certificate = writer.get_extra_info("peercert") or {}
        policy = self._policy_of(int(certificate.get("serialNumber", "0"), 16))
        session = Session(reader, writer, self)
        try:
            if policy is not None:
                await session.run(policy)
        except (packets.MalformedPacketError, OSError, EOFError, TimeoutError):
            # What a broker does about all of them: the connection ends.
            pass
        finally:
            self.forget(session)
            self._open.discard(writer)
            session.close()
            with contextlib.suppress(OSError, ssl.SSLError, TimeoutError):
                async with asyncio.timeout(1):
                    await writer.wait_closed()

    # What sessions call.

    def take(self, session: "Session") -> None:
        """Connect a session in the place of an older one with the same client id."""
        self.cut(session.client_id)
        self._sessions[session.client_id] = session

    def forget(self, session: "Session") -> None:
        """Take a session off the list, unless another one has taken its client id."""
        if self._sessions.get(session.client_id) is session:
            del self._sessions[session.client_id]

    def note(
        self, kind: str, session: "Session", topics: tuple[str, ...] = (), payload: bytes = b""
    ) -> None:
        """Write a received packet into the log."""
        self.log.append(LogEntry(self._now(), kind, session.client_id, topics, payload))

    def receive(self, topic: str, payload: bytes) -> None:
        """Hand a client's message to subscribers and to what is behind the broker."""
        self.publish(topic, payload)
        self._on_message(topic, payload)
