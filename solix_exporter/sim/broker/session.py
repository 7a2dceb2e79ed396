"""One connection of a client: its packets, its subscriptions, its end."""

import asyncio
from typing import Protocol
from uuid import uuid4

from solix_exporter.sim.broker import packets
from solix_exporter.sim.broker.packets import ConnectCode, MalformedPacketError, Packet, PacketKind
from solix_exporter.sim.broker.topics import is_filter, is_name

_LARGEST_PACKET = 128 * 1024
_LARGEST_BACKLOG = 1024 * 1024
"""Bytes that wait for a client that does not read, before it is thrown off."""
_FILTERS_PER_PACKET = 8
_SUBSCRIPTIONS = 50
_FIRST_PACKET_S = 15.0
_REFUSED = 0x80
_QOS_1 = 1


class _Policy(Protocol):
    def may_subscribe(self, text: str) -> bool: ...
    def may_publish(self, topic: str) -> bool: ...
    def may_connect(self) -> bool: ...


class _Broker(Protocol):
    def take(self, session: "Session") -> None: ...
    def note(
        self, kind: str, session: "Session", topics: tuple[str, ...] = (), payload: bytes = b""
    ) -> None: ...
    def receive(self, topic: str, payload: bytes) -> None: ...


class Session:
    """One connection.

    Limits are those of the real broker: 8 filters in a packet, 50 subscriptions in a session,
    128 KiB in a packet, QoS 0 and 1.
    """

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, broker: _Broker
    ) -> None:
        self.client_id = ""
        self.filters: set[str] = set()
        self._reader = reader
        self._writer = writer
        self._broker = broker

    async def run(self, policy: _Policy) -> None:
        """Serve the connection until it ends.

        Raises MalformedPacketError, OSError, EOFError or TimeoutError where it does not end with
        a DISCONNECT.
        """
        async with asyncio.timeout(_FIRST_PACKET_S):
            first = await packets.read_packet(self._reader, _LARGEST_PACKET)
        if first.kind is not PacketKind.CONNECT:
            raise MalformedPacketError("the first packet is no CONNECT")
        connect = packets.read_connect(first)
        code = _connect_code(connect, policy)
        if code is not ConnectCode.ACCEPTED:
            self.send(packets.connack(code))
            return
        self.client_id = connect.client_id or uuid4().hex
        self._broker.note("CONNECT", self)
        self._broker.take(self)
        self.send(packets.connack(code))
        # The standard: one and a half times the keep-alive without a packet.
        patience_s = connect.keep_alive_s * 1.5 or None
        while True:
            async with asyncio.timeout(patience_s):
                packet = await packets.read_packet(self._reader, _LARGEST_PACKET)
            if packet.kind is PacketKind.DISCONNECT:
                self._broker.note("DISCONNECT", self)
                return
            self._handle(packet, policy)

    def send(self, packet: bytes) -> None:
        """Send a packet; a client that does not read loses its connection."""
        transport = self._writer.transport
        if transport.is_closing():
            return
        if transport.get_write_buffer_size() > _LARGEST_BACKLOG:
            transport.abort()
            return
        self._writer.write(packet)

    def close(self) -> None:
        """Close the connection after what is still to be sent."""
        self._writer.close()

    def _handle(self, packet: Packet, policy: _Policy) -> None:
        if packet.kind is PacketKind.SUBSCRIBE:
            self._subscribe(packet, policy)
        elif packet.kind is PacketKind.UNSUBSCRIBE:
            packet_id, filters = packets.read_unsubscribe(packet)
            self._broker.note("UNSUBSCRIBE", self, tuple(filters))
            self.filters.difference_update(filters)
            self.send(packets.unsuback(packet_id))
        elif packet.kind is PacketKind.PUBLISH:
            self._publish(packet, policy)
        elif packet.kind is PacketKind.PINGREQ:
            self._broker.note("PINGREQ", self)
            self.send(packets.PINGRESP)
        else:
            raise MalformedPacketError(f"an unexpected {packet.kind.name}")

    def _subscribe(self, packet: Packet, policy: _Policy) -> None:
        packet_id, filters = packets.read_subscribe(packet)
        self._broker.note("SUBSCRIBE", self, tuple(filters))
        if len(filters) > _FILTERS_PER_PACKET or not all(map(is_filter, filters)):
            raise MalformedPacketError(f"filters that are none or too many: {len(filters)}")
        codes = []
        for text in filters:
            has_room = text in self.filters or len(self.filters) < _SUBSCRIPTIONS
            is_granted = has_room and policy.may_subscribe(text)
            if is_granted:
                self.filters.add(text)
            codes.append(0 if is_granted else _REFUSED)
        self.send(packets.suback(packet_id, codes))

    def _publish(self, packet: Packet, policy: _Policy) -> None:
        message = packets.read_publish(packet)
        self._broker.note("PUBLISH", self, (message.topic,), message.payload)
        if message.qos > _QOS_1 or not is_name(message.topic):
            raise MalformedPacketError(f"QoS {message.qos} or a topic with wildcards")
        if not policy.may_publish(message.topic):
            raise MalformedPacketError(f"a topic that is not granted: {message.topic}")
        if message.qos:
            self.send(packets.puback(message.packet_id))
        self._broker.receive(message.topic, message.payload)


def _connect_code(connect: packets.Connect, policy: _Policy) -> ConnectCode:
    if not packets.is_level_known(connect):
        return ConnectCode.WRONG_LEVEL
    if not connect.client_id and not connect.is_clean:
        return ConnectCode.BAD_CLIENT_ID
    if not policy.may_connect():
        return ConnectCode.NOT_AUTHORISED
    return ConnectCode.ACCEPTED
