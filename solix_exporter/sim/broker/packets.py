"""MQTT 3.1.1 packets as bytes: reading what clients send and writing what a broker answers."""

import asyncio
from dataclasses import dataclass
from enum import IntEnum

_MOST_LENGTH_BYTES = 4
_CONTINUES = 0x80
_LEVEL_311 = 4
_HIGHEST_QOS = 2


class PacketKind(IntEnum):
    """The packet types, the upper half of the first byte."""

    CONNECT = 1
    CONNACK = 2
    PUBLISH = 3
    PUBACK = 4
    PUBREC = 5
    PUBREL = 6
    PUBCOMP = 7
    SUBSCRIBE = 8
    SUBACK = 9
    UNSUBSCRIBE = 10
    UNSUBACK = 11
    PINGREQ = 12
    PINGRESP = 13
    DISCONNECT = 14


class ConnectCode(IntEnum):
    """The return codes of a CONNACK."""

    ACCEPTED = 0
    WRONG_LEVEL = 1
    BAD_CLIENT_ID = 2
    UNAVAILABLE = 3
    NOT_AUTHORISED = 5


class MalformedPacketError(Exception):
    """Bytes that are no packet, or a packet that a client may not send."""


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet as received."""

    kind: PacketKind
    flags: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Connect:
    """The content of a CONNECT."""

    client_id: str
    level: int
    is_clean: bool
    keep_alive_s: int
    """0 is none."""


@dataclass(frozen=True, slots=True)
class Publish:
    """The content of a PUBLISH."""

    topic: str
    payload: bytes
    qos: int
    packet_id: int
    """0 with QoS 0."""


class _Cursor:
    """Takes one part after the other from the body of a packet."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._at = 0

    @property
    def is_at_end(self) -> bool:
        return self._at == len(self._body)

    def take(self, count: int) -> bytes:
        part = self._body[self._at : self._at + count]
        if len(part) != count:
            raise MalformedPacketError("the packet ends too early")
        self._at += count
        return part

    def rest(self) -> bytes:
        return self.take(len(self._body) - self._at)

    def number(self, size: int) -> int:
        return int.from_bytes(self.take(size))

    def blob(self) -> bytes:
        return self.take(self.number(2))

    def text(self) -> str:
        try:
            text = self.blob().decode("utf-8")
        except UnicodeDecodeError as error:
            raise MalformedPacketError("a text is not UTF-8") from error
        if "\0" in text:
            raise MalformedPacketError("a text contains U+0000")
        return text

    def packet_id(self) -> int:
        packet_id = self.number(2)
        if not packet_id:
            raise MalformedPacketError("packet identifier 0")
        return packet_id

    def end(self) -> None:
        if not self.is_at_end:
            raise MalformedPacketError("the packet goes on after its end")


async def read_packet(reader: asyncio.StreamReader, largest: int) -> Packet:
    """Return the next packet.

    `largest` is the most bytes of a body. Raises MalformedPacketError for anything that is no
    packet, and asyncio.IncompleteReadError where the connection ends.
    """
    first = (await reader.readexactly(1))[0]
    try:
        kind = PacketKind(first >> 4)
    except ValueError as error:
        raise MalformedPacketError(f"packet type {first >> 4}") from error
    length = await _remaining_length(reader)
    if length > largest:
        raise MalformedPacketError(f"a packet of {length} bytes")
    packet = Packet(kind, first & 0x0F, await reader.readexactly(length))
    _check_flags(packet)
    return packet


async def _remaining_length(reader: asyncio.StreamReader) -> int:
    length = 0
    for place in range(_MOST_LENGTH_BYTES):
        digit = (await reader.readexactly(1))[0]
        length |= (digit & 0x7F) << (7 * place)
        if not digit & _CONTINUES:
            return length
    raise MalformedPacketError("the remaining length has more than four bytes")


def _check_flags(packet: Packet) -> None:
    """Refuse reserved flags: section 2.2.2 of the standard."""
    if packet.kind is PacketKind.PUBLISH:
        return
    has_bit = packet.kind in {PacketKind.SUBSCRIBE, PacketKind.UNSUBSCRIBE, PacketKind.PUBREL}
    if packet.flags != (0b0010 if has_bit else 0):
        raise MalformedPacketError(f"flags {packet.flags:04b} of {packet.kind.name}")


def read_connect(packet: Packet) -> Connect:
    """Return the content of a CONNECT; will, user name and password are read and left."""
    cursor = _Cursor(packet.body)
    name, level = cursor.text(), cursor.number(1)
    if name != "MQTT":
        raise MalformedPacketError(f"protocol {name!r}")
    flags, keep_alive_s = cursor.number(1), cursor.number(2)
    has_will, has_user, has_password = flags & 0x04, flags & 0x80, flags & 0x40
    if level == _LEVEL_311:
        is_reserved_set = flags & 0x01
        is_will_wrong = flags & 0x18 == 0x18 or (not has_will and flags & 0x38)  # noqa: PLR2004  bits
        if is_reserved_set or is_will_wrong or (has_password and not has_user):
            raise MalformedPacketError(f"connect flags {flags:08b}")
        client_id = cursor.text()
        if has_will:
            cursor.text()
            cursor.blob()
        if has_user:
            cursor.text()
        if has_password:
            cursor.blob()
        cursor.end()
    else:
        client_id = ""
    return Connect(client_id, level, bool(flags & 0x02), keep_alive_s)


def is_level_known(connect: Connect) -> bool:
    """Return whether a client speaks MQTT 3.1.1."""
    return connect.level == _LEVEL_311


def read_subscribe(packet: Packet) -> tuple[int, list[str]]:
    """Return the packet identifier and the filters of a SUBSCRIBE."""
    cursor = _Cursor(packet.body)
    packet_id, filters = cursor.packet_id(), []
    while not cursor.is_at_end:
        filters.append(cursor.text())
        if cursor.number(1) > _HIGHEST_QOS:
            raise MalformedPacketError("a QoS above 2 is asked for")
    return packet_id, _not_empty(filters)


def read_unsubscribe(packet: Packet) -> tuple[int, list[str]]:
    """Return the packet identifier and the filters of an UNSUBSCRIBE."""
    cursor = _Cursor(packet.body)
    packet_id, filters = cursor.packet_id(), []
    while not cursor.is_at_end:
        filters.append(cursor.text())
    return packet_id, _not_empty(filters)


def _not_empty(filters: list[str]) -> list[str]:
    if not filters:
        raise MalformedPacketError("no topic filter")
    return filters


def read_publish(packet: Packet) -> Publish:
    """Return the content of a PUBLISH."""
    qos, is_again = packet.flags >> 1 & 0b11, packet.flags & 0b1000
    if qos > _HIGHEST_QOS or (is_again and not qos):
        raise MalformedPacketError(f"flags {packet.flags:04b} of PUBLISH")
    cursor = _Cursor(packet.body)
    topic = cursor.text()
    packet_id = cursor.packet_id() if qos else 0
    return Publish(topic, cursor.rest(), qos, packet_id)


def connack(code: ConnectCode) -> bytes:
    """Return a CONNACK without a session, as every session is clean."""
    return _packet(PacketKind.CONNACK, bytes([0, code]))


def suback(packet_id: int, codes: list[int]) -> bytes:
    """Return a SUBACK; a code is the granted QoS or 0x80."""
    return _packet(PacketKind.SUBACK, packet_id.to_bytes(2) + bytes(codes))


def unsuback(packet_id: int) -> bytes:
    """Return an UNSUBACK."""
    return _packet(PacketKind.UNSUBACK, packet_id.to_bytes(2))


def puback(packet_id: int) -> bytes:
    """Return the answer to a PUBLISH with QoS 1."""
    return _packet(PacketKind.PUBACK, packet_id.to_bytes(2))


PINGRESP = bytes([PacketKind.PINGRESP << 4, 0])


def publish(topic: str, payload: bytes) -> bytes:
    """Return a PUBLISH with QoS 0."""
    name = topic.encode()
    return _packet(PacketKind.PUBLISH, len(name).to_bytes(2) + name + payload)


def _packet(kind: PacketKind, body: bytes) -> bytes:
    return bytes([kind << 4]) + _length(len(body)) + body


def _length(length: int) -> bytes:
    digits = bytearray()
    while True:
        length, digit = divmod(length, 128)
        digits.append(digit | _CONTINUES if length else digit)
        if not length:
            return bytes(digits)
