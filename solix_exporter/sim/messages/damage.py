"""Faults of frames and envelopes."""

import base64
import json

from solix_exporter.sim.messages.frame import checksum
from solix_exporter.sim.mqtt_faults import MqttFaultKind, MqttFaults
from solix_exporter.sim.noise import derived, mixed

_KIND_AT = 7
_BODY_AT = 9
_ENCRYPTED_BIT, _FRAGMENT_BIT = 0x40, 0x80


def damaged(frame: bytes, faults: MqttFaults, sn: str) -> bytes:
    """Return a frame as its faults leave it."""
    if faults.hit(MqttFaultKind.ENCRYPTED, sn):
        frame = _encrypted(frame)
    if faults.hit(MqttFaultKind.FRAGMENT, sn):
        frame = _fragment(frame)
    if faults.hit(MqttFaultKind.CHECKSUM, sn):
        frame = frame[:-1] + bytes([frame[-1] ^ 0x5A])
    return frame


def _encrypted(frame: bytes) -> bytes:
    """Return a frame whose body nobody can read, which a bit of its type says."""
    seed = derived(1, frame.hex())
    body = bytes(mixed(seed, place) & 0xFF for place in range(len(frame) - _BODY_AT - 1))
    return _resealed(frame, frame[_KIND_AT] | _ENCRYPTED_BIT, body)


def _fragment(frame: bytes) -> bytes:
    """Return the first half of a frame as a fragment: 1 of 2, which a bit of its type says."""
    body = frame[_BODY_AT:-1]
    return _resealed(frame, frame[_KIND_AT] | _FRAGMENT_BIT, b"\x12" + body[: len(body) // 2])


def _resealed(frame: bytes, kind: int, body: bytes) -> bytes:
    size = _BODY_AT + len(body) + 1
    content = frame[:2] + size.to_bytes(2, "little") + frame[4:7] + bytes([kind, frame[8]]) + body
    return content + bytes([checksum(content)])


def rubbish(payload: bytes, number: int) -> bytes:
    """Return what takes the place of a message, something else for each number."""
    envelope = json.loads(payload)
    inner = json.loads(envelope["payload"])
    frame = base64.b64decode(inner["data"])
    variants = (
        b"",
        b"\xff\xfe\x00rubbish",
        b"[1, 2, 3]",
        b'{"head": 5}',
        _with(envelope, None),
        _with(envelope, "not JSON"),
        _with(envelope, "[]"),
        _with(envelope, json.dumps(inner | {"data": "*** no base64 ***"})),
        _with(envelope, json.dumps(inner | {"data": _text(frame[: len(frame) // 2])})),
        _with(envelope, json.dumps(inner | {"data": _text(frame + b"\0\0")})),
        _with(envelope, json.dumps(inner | {"data": _text(b"\xff")})),
        b'{"head": {"timestamp": "soon", "msg_seq": null}, "payload": "{}"}',
        b"[" * 5000,
    )
    return variants[number % len(variants)]


def _text(frame: bytes) -> str:
    return base64.b64encode(frame).decode()


def _with(envelope: dict[str, object], payload: str | None) -> bytes:
    return json.dumps(envelope | {"payload": payload}).encode()
