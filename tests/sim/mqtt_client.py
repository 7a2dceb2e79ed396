"""A plain MQTT client of the simulated broker, and a decoder of frames; independent of the package.

The decoder knows the layout of a frame. What a field means, a table of the caller tells.
"""

import asyncio
import base64
import json
import ssl
import struct
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import reduce
from operator import xor
from pathlib import Path
from typing import Any

import aiomqtt

TRIGGER_300_S = bytes.fromhex("ff091f0003000f0057a10122a2020101a305032c010000fe05036151f2684a")
"""The worked example of the reference."""
STATUS = bytes.fromhex("ff09140003000f0040a10122fe05036151f2687e")
CHARGER_TRIGGER = bytes.fromhex("ff09140003000f020ba10122fe05036151f26837")
CHARGER_STATUS = bytes.fromhex("ff09140003000f0200a10122fe05036151f2683c")
EXTENDED_STATUS = bytes.fromhex("ff09180003000f0100a10122a2020401fe05036151f26896")


class DamagedFrameError(Exception):
    pass


@dataclass(frozen=True)
class Received:
    topic: str
    head: Mapping[str, Any]
    sn: str
    pn: str
    frame: bytes

    @property
    def kind(self) -> str:
        return self.frame[7:9].hex()


def tls_context(material: Mapping[str, Any], folder: Path) -> ssl.SSLContext:
    """Return a context that is as strict as that of the newest Python."""
    folder.mkdir(exist_ok=True)
    (folder / "cert.pem").write_text(material["certificate_pem"])
    (folder / "key.pem").write_text(material["private_key"])
    context = ssl.create_default_context(cadata=material["aws_root_ca1_pem"])
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    return context


class DeviceClient:
    """Subscribes to devices, sends requests and receives messages."""

    def __init__(self, client: aiomqtt.Client, material: Mapping[str, Any]) -> None:
        self.client = client
        self.material = material

    async def subscribe(self, pn: str, sn: str) -> int:
        """Return the code of the SUBACK."""
        (code,) = await self.client.subscribe(f"dt/{self.material['app_name']}/{pn}/{sn}/#")
        return code if isinstance(code, int) else int(code.value)

    async def ask(self, pn: str, sn: str, frame: bytes) -> None:
        data = base64.b64encode(frame).decode()
        inner = {"device_sn": sn, "account_id": self.material["user_id"], "data": data}
        head = {"version": "1.0.0.1", "cmd": 17, "device_pn": pn, "device_sn": sn}
        envelope = {"head": head, "payload": json.dumps(inner)}
        topic = f"cmd/{self.material['app_name']}/{pn}/{sn}/req"
        await self.client.publish(topic, json.dumps(envelope))

    async def payload(self) -> bytes:
        """Return the payload of the next message."""
        async with asyncio.timeout(30):
            message = await anext(self.client.messages)
        return bytes(message.payload)

    async def receive(self) -> Received:
        async with asyncio.timeout(30):
            message = await anext(self.client.messages)
        return received(str(message.topic), message.payload)

    async def receive_kinds(self, kinds: Iterable[str]) -> dict[str, Received]:
        """Return the next message of each kind."""
        missing, found = set(kinds), {}
        while missing:
            message = await self.receive()
            if message.kind in missing:
                missing.remove(message.kind)
                found[message.kind] = message
        return found


@asynccontextmanager
async def connected(
    material: Mapping[str, Any], folder: Path, suffix: str = "00001"
) -> AsyncIterator[DeviceClient]:
    host, port = material["endpoint_addr"].split(":")
    async with aiomqtt.Client(
        host,
        int(port),
        tls_context=tls_context(material, folder),
        identifier=f"{material['thing_name']}_{suffix}",
        timeout=30,
    ) as client:
        yield DeviceClient(client, material)


def received(topic: str, payload: Any) -> Received:  # noqa: ANN401  what the library gives
    envelope = json.loads(payload)
    inner = json.loads(envelope["payload"])
    frame = base64.b64decode(inner["data"], validate=True)
    return Received(topic, envelope["head"], inner["sn"], inner["pn"], frame)


def fields(frame: bytes) -> dict[int, tuple[int | None, bytes]]:
    """Return type byte and value by tag.

    Raises DamagedFrameError where start, length, checksum, order or end are wrong.
    """
    if frame[:2] != b"\xff\x09" or int.from_bytes(frame[2:4], "little") != len(frame):
        raise DamagedFrameError
    if reduce(xor, frame):
        raise DamagedFrameError
    found: dict[int, tuple[int | None, bytes]] = {}
    at, last = 9 if frame[9] == 0xA1 else 10, 0
    while at < len(frame) - 1:
        tag, size = frame[at], frame[at + 1]
        content = frame[at + 2 : at + 2 + size]
        if tag <= last or len(content) != size:
            raise DamagedFrameError
        is_typed = size > 1 and content[0] <= 6
        found[tag] = (content[0], content[1:]) if is_typed else (None, content)
        at, last = at + 2 + size, tag
    if at != len(frame) - 1:
        raise DamagedFrameError
    return found


def number(kind: int | None, value: bytes, *, signed: bool | None = None) -> float:
    """Return the number in a field by its type byte."""
    if kind == 5:
        (result,) = struct.unpack("<f", value)
        return float(result)
    is_signed = kind in {2, 3} if signed is None else signed
    return int.from_bytes(value, "little", signed=is_signed)
