"""The simulated broker, byte by byte: a client made of nothing but a TLS socket."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from solix_exporter.sim import SimulatedCloud
from solix_exporter.sim.broker.topics import is_filter, is_name, matches
from tests.sim.conftest import StartCloud
from tests.sim.mqtt_client import connected, tls_context

MQTT_INFO = "app/devicemanage/get_user_mqtt_info"
PING = b"\xc0\x00"
PONG = b"\xd0\x00"


def text(value: str) -> bytes:
    raw = value.encode()
    return len(raw).to_bytes(2) + raw


def packet(first: int, body: bytes) -> bytes:
    length, digits = len(body), bytearray()
    while True:
        length, digit = divmod(length, 128)
        digits.append(digit | (0x80 if length else 0))
        if not length:
            return bytes([first]) + bytes(digits) + body


def connect(client_id: str = "test", *, flags: int = 2, keep_alive_s: int = 60) -> bytes:
    body = text("MQTT") + bytes([4, flags]) + keep_alive_s.to_bytes(2) + text(client_id)
    return packet(0x10, body)


def subscribe(*filters: str, packet_id: int = 7, first: int = 0x82) -> bytes:
    body = b"".join(text(item) + b"\0" for item in filters)
    return packet(first, packet_id.to_bytes(2) + body)


def publish(topic: str, payload: bytes = b"", *, first: int = 0x30) -> bytes:
    packet_id = b"\x00\x09" if first & 6 else b""
    return packet(first, text(topic) + packet_id + payload)


class Raw:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def say(self, content: bytes) -> None:
        self.writer.write(content)
        await self.writer.drain()

    async def hear(self, count: int) -> bytes:
        async with asyncio.timeout(30):
            return await self.reader.readexactly(count)

    async def is_closed(self) -> bool:
        """Wait for the end of the connection; anything else that comes is left unread."""
        async with asyncio.timeout(30):
            try:
                return not await self.reader.read()
            except (ConnectionError, ssl.SSLError):
                return True

    async def ask(self, content: bytes, answer: bytes) -> None:
        await self.say(content)
        assert await self.hear(len(answer)) == answer


class Rig:
    """A cloud with the credentials of its first user, and raw connections to its broker."""

    def __init__(self, cloud: SimulatedCloud, material: Mapping[str, Any], folder: Path) -> None:
        self.cloud = cloud
        self.material = material
        self.folder = folder
        self._open: list[asyncio.StreamWriter] = []

    @property
    def device(self) -> str:
        """The topic of the home's solarbank, without prefix."""
        (sn, *_) = self.cloud.mqtt.serials
        return f"anker_power/A17C1/{sn}"

    async def open(self, *, greeting: bytes = b"") -> Raw:
        host, port = self.material["endpoint_addr"].split(":")
        context = tls_context(self.material, self.folder)
        reader, writer = await asyncio.open_connection(host, int(port), ssl=context)
        self._open.append(writer)
        raw = Raw(reader, writer)
        if greeting:
            await raw.ask(greeting, b"\x20\x02\x00\x00")
        return raw

    async def greet(self, context: ssl.SSLContext) -> bytes:
        """Return the answer to a CONNECT over another context."""
        host, port = self.material["endpoint_addr"].split(":")
        reader, writer = await asyncio.open_connection(host, int(port), ssl=context)
        self._open.append(writer)
        raw = Raw(reader, writer)
        await raw.say(connect())
        return await raw.hear(4)

    def close(self) -> None:
        for writer in self._open:
            writer.transport.abort()


@pytest.fixture
async def rig(start_cloud: StartCloud, tmp_path: Path) -> AsyncIterator[Rig]:
    cloud, client = await start_cloud()
    rig = Rig(cloud, await client.ask(MQTT_INFO), tmp_path)
    yield rig
    rig.close()


async def test_the_cloud_hands_out_what_the_real_one_does(rig: Rig) -> None:
    material = rig.material
    assert material["thing_name"] == f"{material['user_id']}-anker_power"
    assert len(material["user_id"]) == 40
    assert len(material["certificate_id"]) == 38
    assert material["private_key"].startswith("-----BEGIN RSA PRIVATE KEY-----\n")
    assert material["certificate_pem"].startswith("-----BEGIN CERTIFICATE-----\n")
    assert not material["aws_root_ca1_pem"].endswith("\n")
    assert (material["public_key"], material["origin"]) == ("", "")
    assert material["endpoint_addr"] == f"{rig.cloud.mqtt.host}:{rig.cloud.mqtt.port}"


async def test_a_certificate_belongs_to_the_account(start_cloud: StartCloud) -> None:
    _, owner = await start_cloud(scenario="member")
    first, second = await owner.ask(MQTT_INFO), await owner.ask(MQTT_INFO)
    assert first == second
    _, member = await start_cloud(scenario="member", user=1)
    assert (await member.ask(MQTT_INFO))["certificate_id"] != first["certificate_id"]


async def test_a_session_as_in_the_standard(rig: Rig) -> None:
    raw = await rig.open(greeting=connect())
    await raw.ask(PING, PONG)
    await raw.ask(subscribe(f"dt/{rig.device}/#"), b"\x90\x03\x00\x07\x00")
    await raw.ask(packet(0xA2, b"\x00\x08" + text(f"dt/{rig.device}/#")), b"\xb0\x02\x00\x08")
    await raw.ask(publish(f"cmd/{rig.device}/req", b"?", first=0x32), b"\x40\x02\x00\x09")
    await raw.say(b"\xe0\x00")
    assert await raw.is_closed()
    kinds = ["CONNECT", "PINGREQ", "SUBSCRIBE", "UNSUBSCRIBE", "PUBLISH", "DISCONNECT"]
    assert [entry.kind for entry in rig.cloud.mqtt.log] == kinds
    assert rig.cloud.mqtt.log[4].payload == b"?"
    assert rig.cloud.mqtt.client_ids == ()


async def test_what_is_not_granted_is_refused_one_by_one(rig: Rig) -> None:
    raw = await rig.open(greeting=connect())
    wanted = [
        f"dt/{rig.device}/#",
        "dt/anker_power/A17C1/AAAAAAAAAAAAAAAA/#",
        "dt/anker_power/#",
        "#",
        f"dt/{rig.device.replace('A17C1', '+')}/+",
        f"dt/other_app/{rig.device.partition('/')[2]}/#",
    ]
    await raw.ask(subscribe(*wanted), b"\x90\x08\x00\x07\x00\x80\x80\x80\x00\x80")


async def test_a_publish_that_is_not_granted_closes_the_connection(rig: Rig) -> None:
    raw = await rig.open(greeting=connect())
    await raw.say(publish(f"dt/{rig.device}/param_info", b"{}"))
    assert await raw.is_closed()


async def test_the_same_client_id_throws_the_first_one_off(rig: Rig) -> None:
    first = await rig.open(greeting=connect("same"))
    second = await rig.open(greeting=connect("same"))
    assert await first.is_closed()
    await second.ask(PING, PONG)
    assert rig.cloud.mqtt.client_ids == ("same",)


async def test_the_limits_of_a_packet_and_of_a_session(rig: Rig) -> None:
    raw = await rig.open(greeting=connect())
    kinds = [f"dt/{rig.device}/kind{number}" for number in range(51)]
    for first in range(0, 48, 8):
        await raw.ask(subscribe(*kinds[first : first + 8]), b"\x90\x0a\x00\x07" + bytes(8))
    await raw.ask(subscribe(*kinds[48:]), b"\x90\x05\x00\x07\x00\x00\x80")
    await raw.say(subscribe(*kinds[:9]))
    assert await raw.is_closed()


MALFORMED = {
    "no CONNECT first": [PING],
    "another protocol": [packet(0x10, text("MQIsdp") + b"\x03\x02\x00\x3c" + text("x"))],
    "a reserved connect flag": [connect(flags=3)],
    "a password without user": [packet(0x10, text("MQTT") + b"\x04\x42\x00\x3c" + text("x"))],
    "a reserved packet type": [connect(), b"\xf0\x00"],
    "flags of a ping": [connect(), b"\xc1\x00"],
    "flags of a subscription": [connect(), subscribe("a", first=0x80)],
    "packet identifier 0": [connect(), subscribe("a", packet_id=0)],
    "no filter": [connect(), packet(0x82, b"\x00\x07")],
    "a wildcard amid a filter": [connect(), subscribe("dt/#/a")],
    "a wildcard in a topic": [connect(), publish("dt/+/a")],
    "QoS 3": [connect(), publish("a", first=0x36)],
    "QoS 2": [connect(), publish("a", first=0x34)],
    "a text that is no UTF-8": [connect(), packet(0x30, b"\x00\x02\xff\xfe")],
    "a text beyond the end": [connect(), packet(0x30, b"\x00\xff" + b"a")],
    "a length of five bytes": [connect(), b"\x30\xff\xff\xff\xff\x01"],
    "a packet that is too large": [connect(), b"\x30\xff\xff\x7f"],
    "a second CONNECT": [connect(), connect()],
    "an answer of a broker": [connect(), b"\x20\x02\x00\x00"],
}


@pytest.mark.parametrize("what", MALFORMED)
async def test_a_malformed_packet_closes_the_connection(rig: Rig, what: str) -> None:
    *before, last = MALFORMED[what]
    raw = await rig.open()
    for content in before:
        await raw.ask(content, b"\x20\x02\x00\x00")
    await raw.say(last)
    assert await raw.is_closed()
    other = await rig.open(greeting=connect("other"))
    await other.ask(PING, PONG)


async def test_a_client_of_another_version_is_told(rig: Rig) -> None:
    raw = await rig.open()
    version_5 = packet(0x10, text("MQTT") + b"\x05\x02\x00\x3c\x00" + text("x"))
    await raw.ask(version_5, b"\x20\x02\x00\x01")
    assert await raw.is_closed()


async def test_a_client_without_id_needs_a_clean_session(rig: Rig) -> None:
    await rig.open(greeting=connect(""))
    raw = await rig.open()
    await raw.ask(connect("", flags=0), b"\x20\x02\x00\x02")
    assert await raw.is_closed()


async def test_a_silent_client_is_cut_after_its_keep_alive(rig: Rig) -> None:
    raw = await rig.open(greeting=connect(keep_alive_s=1))
    assert await raw.is_closed()


async def test_a_client_without_certificate_of_ours_gets_nothing(
    rig: Rig, start_cloud: StartCloud
) -> None:
    _, foreign = await start_cloud()
    material = await foreign.ask(MQTT_INFO)
    anonymous = ssl.create_default_context(cadata=rig.material["aws_root_ca1_pem"])
    stranger = tls_context(material, rig.folder / "stranger")
    stranger.load_verify_locations(cadata=rig.material["aws_root_ca1_pem"])
    for context in (anonymous, stranger):
        # With TLS 1.3 the refusal comes with the first read, after the handshake.
        with pytest.raises((OSError, EOFError)):
            await rig.greet(context)
    assert rig.cloud.mqtt.log == ()


async def test_two_clients_of_an_account_live_side_by_side(rig: Rig, tmp_path: Path) -> None:
    (sn, *_) = rig.cloud.mqtt.serials
    async with (
        connected(rig.material, tmp_path, "00001") as first,
        connected(rig.material, tmp_path, "00002") as second,
    ):
        assert await first.subscribe("A17C1", sn) == 0
        assert await second.subscribe("A17C1", sn) == 0
        rig.cloud.mqtt._broker.publish(f"dt/{rig.device}/param_info", b"hello")
        assert await first.payload() == await second.payload() == b"hello"


@pytest.mark.parametrize(
    ("wanted", "topic", "is_covered"),
    [
        ("a/b", "a/b", True),
        ("a/b", "a/b/c", False),
        ("a/+", "a/b", True),
        ("a/+", "a", False),
        ("a/+", "a/b/c", False),
        ("a/+/c", "a/b/c", True),
        ("+/+", "/a", True),
        ("+", "/a", False),
        ("a/#", "a", True),
        ("a/#", "a/b/c", True),
        ("#", "a/b", True),
        ("#", "$SYS/a", False),
        ("+/a", "$SYS/a", False),
        ("$SYS/#", "$SYS/a", True),
        ("a/#", "ab", False),
    ],
)
def test_filters_cover_topics_as_in_the_standard(wanted: str, topic: str, is_covered: bool) -> None:  # noqa: FBT001
    assert matches(wanted, topic) is is_covered


def test_what_a_filter_and_a_topic_are() -> None:
    assert all(map(is_filter, ["#", "+", "a/+/b", "a/#", "/"]))
    assert not any(map(is_filter, ["", "a#", "a/#/b", "a+/b", "a/b+"]))
    assert is_name("a/b")
    assert not any(map(is_name, ["", "a/+", "a/#", "a\0"]))
