"""Makes frames and messages as devices send them, from the description of the wire."""

import json
from base64 import b64encode
from collections.abc import Mapping
from functools import reduce
from operator import xor

APPLICATION = "03010f"


def u8(value: int) -> bytes:
    return b"\x01" + value.to_bytes(1, "little", signed=value < 0)


def i16(value: int) -> bytes:
    return b"\x02" + value.to_bytes(2, "little", signed=value < 0)


def i32(value: int) -> bytes:
    return b"\x03" + value.to_bytes(4, "little", signed=value < 0)


def text(value: str) -> bytes:
    return b"\x00" + value.encode()


def composite(content: str) -> bytes:
    """Return a field of several values, written in hex."""
    return b"\x04" + bytes.fromhex(content)


def field(tag: int, content: bytes) -> bytes:
    if len(content) > 255:
        return bytes([tag]) + len(content).to_bytes(2, "little") + content
    return bytes([tag, len(content)]) + content


def frame(
    message_type: str,
    fields: Mapping[int, bytes],
    *,
    header: str = APPLICATION,
    extra: str = "",
) -> bytes:
    """Return a frame with right length and checksum; fields in the order given."""
    body = bytes.fromhex(header + message_type + extra)
    body += b"".join(field(tag, content) for tag, content in fields.items())
    length = 4 + len(body) + 1
    return sealed(b"\xff\x09" + length.to_bytes(2, "little") + body)


def sealed(content: bytes) -> bytes:
    return content + bytes([reduce(xor, content)])


def live(message_type: str, fields: Mapping[int, bytes], mark: int = 0x34) -> bytes:
    """Return a frame with the field that begins all frames of devices."""
    return frame(message_type, {0xA1: bytes([mark]), **fields})


def message(
    data: bytes,
    model: str = "A1761",
    sn: str = "4EJYH8ASEV3SGLA4",
    *,
    sequence: int = 1,
    at_s: float = 1760711009,
) -> tuple[str, bytes]:
    """Return the topic and the payload of a message."""
    body = {"data": b64encode(data).decode(), "sn": sn, "pn": model}
    head = {
        "version": "1.0.0.1",
        "client_id": sn,
        "sess_id": "6071-1009",
        "msg_seq": sequence,
        "cmd": 16,
        "cmd_status": 1,
        "sign_code": 0,
        "seed": "null",
        "timestamp": at_s,
    }
    payload = json.dumps({"head": head, "payload": json.dumps(body)})
    return f"dt/anker_power/{model}/{sn}/param_info", payload.encode()


C1000_LIVE = {
    0xA4: i16(145),
    0xA5: i16(0),
    0xA6: i16(57),
    0xA7: i16(0),
    0xAE: i16(0),
    0xB0: i16(57),
    0xBD: u8(35),
    0xBE: u8(22),
    0xC1: u8(100),
    0xC2: u8(20),
    0xC3: u8(97),
    0xC4: u8(99),
    0xC5: u8(1),
    0xC6: u8(0),
    0xD7: u8(1),
}
"""Some fields of a C1000's main message."""
