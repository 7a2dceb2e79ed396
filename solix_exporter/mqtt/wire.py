"""One connection to the broker, over aiomqtt: opening it, subscribing, and closing it for good.

The library leaves a socket and a task behind where the broker never answers the first packet, and
tells apart few of the ways in which that can fail.
"""

import asyncio
import contextlib
import logging
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiomqtt

from solix_exporter.errors import SolixError
from solix_exporter.mqtt.events import Connect

_CONNECT_TIMEOUT_S = 15.0
_CLOSE_TIMEOUT_S = 2.0
_KEEP_ALIVE_S = 60
_MOST_WAITING = 1000
"""Messages that wait to be read; a flood past that is dropped."""
FILTERS_PER_PACKET = 8
"""What the broker takes in one packet."""

_LIBRARY_LOGGER = logging.getLogger(f"{__name__}.library")
# At lower levels the library logs the client id, which is the account's.
_LIBRARY_LOGGER.setLevel(logging.CRITICAL)

WireError = aiomqtt.MqttError


class ConnectFailed(SolixError):
    """No connection came about; `outcome` says in which way, the message in words."""

    def __init__(self, outcome: Connect, message: str) -> None:
        super().__init__(message)
        self.outcome = outcome


@dataclass(frozen=True, slots=True)
class Broker:
    """Where to connect, and as whom."""

    host: str
    port: int
    client_id: str
    context: ssl.SSLContext


class Wire:
    """An open connection."""

    def __init__(self, client: aiomqtt.Client) -> None:
        self._client = client

    async def subscribe(self, filters: Sequence[str]) -> list[bool]:
        """Subscribe to a packet of filters; return which of them were granted.

        Raises WireError.
        """
        codes = await self._client.subscribe([(one, 0) for one in filters])
        return [not _is_failure(code) for code in codes]

    async def publish(self, topic: str, payload: bytes) -> None:
        """Send a message.

        Raises WireError.
        """
        await self._client.publish(topic, payload, qos=0)

    async def messages(self) -> AsyncIterator[tuple[str, bytes]]:
        """Yield topic and payload of each message until the connection ends.

        Raises WireError.
        """
        async for message in self._client.messages:
            yield str(message.topic), message.payload


def _is_failure(code: object) -> bool:
    value = getattr(code, "value", code)
    return not isinstance(value, int) or value >= 0x80  # noqa: PLR2004 - the protocol's number


@asynccontextmanager
async def opened(broker: Broker, slots: asyncio.Semaphore) -> AsyncIterator[Wire]:
    """Connect, and disconnect at the end of the context.

    Connecting takes a thread that others need, too; `slots` lets only a few do so at a time.
    Raises ConnectFailed, or WireError for a connection that breaks.
    """
    client = aiomqtt.Client(
        broker.host,
        broker.port,
        identifier=broker.client_id,
        clean_session=True,
        keepalive=_KEEP_ALIVE_S,
        timeout=_CONNECT_TIMEOUT_S,
        tls_context=broker.context,
        max_queued_incoming_messages=_MOST_WAITING,
        logger=_LIBRARY_LOGGER,
    )
    async with slots:
        await _connect(client)
    try:
        yield Wire(client)
    finally:
        client.timeout = _CLOSE_TIMEOUT_S
        with contextlib.suppress(aiomqtt.MqttError):
            await client.__aexit__(None, None, None)
        _abandon(client)


async def _connect(client: aiomqtt.Client) -> None:
    # A cancelled attempt goes on in its thread; its connection has to be closed all the same.
    attempt = asyncio.ensure_future(client.__aenter__())
    try:
        await asyncio.shield(attempt)
    except asyncio.CancelledError:
        attempt.add_done_callback(lambda _: _abandon(client))
        raise
    except aiomqtt.MqttCodeError as error:
        _abandon(client)
        raise ConnectFailed(Connect.REFUSED, f"the broker refuses: {error}") from error
    except aiomqtt.MqttError as error:
        _abandon(client)
        raise _failure(str(error)) from error


def _failure(text: str) -> ConnectFailed:
    if "timed out" in text:
        return ConnectFailed(
            Connect.TIMEOUT,
            "the broker does not answer: it ends the connection if it does not accept the"
            " certificate",
        )
    if "certificate" in text.lower() or "ssl" in text.lower():
        return ConnectFailed(Connect.TLS, f"no TLS connection: {text}")
    return ConnectFailed(Connect.UNREACHABLE, f"no connection: {text}")


def _abandon(client: aiomqtt.Client) -> None:
    """Close the socket if it is still open, and end the library's task for it."""
    client._client._sock_close()  # noqa: SLF001 - the library leaves it open after some failures
