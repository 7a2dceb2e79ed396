"""Damages frames, envelopes and topics at random, and says what must hold whatever comes.

`python -m tests.mqtt.mutations 100000` runs so many examples, each with a seed of its own.
"""

import json
import random
import sys
from base64 import b64decode, b64encode
from functools import reduce
from operator import xor

from solix_exporter.mqtt.decode import Decoded, decode
from solix_exporter.mqtt.frames import Outcome
from tests.mqtt.messages import C1000_LIVE, composite, i16, i32, live, message, text, u8

_INNER = live("0405", {0xA6: i16(700), 0xC0: u8(55)})
_MODULE = live("0405", {0xA3: u8(44), 0xAD: i16(900)})
_HUB = json.dumps([{"sn": "F3800", "type": "A1790", "tlv": _INNER.hex()}])
_PANEL = json.dumps({"localtime": 1, "data": {"soc": 77, "bp": 300, "pp": 1000}}).ljust(300)

WHOLE = (
    ("A1761", live("0405", C1000_LIVE)),
    ("A17C0", live("0408", {0xA5: i32(67650), 0xB0: u8(69), 0xB1: i32(14684523)}, 0x32)),
    ("A1763", live("0421", {0xA5: composite("1701646400"), 0xA6: composite("61022b020000e80364")})),
    ("A17C1", live("040a", {0xA2: u8(1), 0xA3: u8(80), 0xA4: composite("5a" * 44)})),
    ("A17B1", live("0500", {0xA2: text(_PANEL)})),
    ("A17B1", live("0601", {0xA2: text(_HUB)})),
    ("AX170", live("0666", {0xA2: text("E"), 0xA3: text("A17E1"), 0xA4: b"\x04" + _MODULE})),
    ("A2345", live("0303", {0xA2: composite("01204eb80b7017")})),
)
"""A message of each way to write values."""

_DAMAGES = range(7)


def example(seed: int) -> tuple[str, bytes]:
    """Return the topic and payload of a damaged message; the same one for the same seed."""
    chance = random.Random(seed)
    model, frame = chance.choice(WHOLE)
    damage = chance.choice(_DAMAGES)
    if damage < 3:
        frame = _damaged(frame, chance)
    elif damage == 3:
        # What somebody made on purpose: all is right but the content.
        frame = _sealed(_damaged(frame, chance))
    topic, payload = message(frame, model)
    if damage == 4:
        payload = _damaged(payload, chance)
    elif damage == 5:
        payload = _odd_envelope(payload, chance)
    elif damage == 6:
        topic = "".join(chance.choices("dt/A1761\0\u00e4 #+", k=chance.randrange(80)))
    return topic, payload


def _damaged(content: bytes, chance: random.Random) -> bytes:
    found = bytearray(content)
    for _ in range(chance.randrange(1, 4)):
        place = chance.randrange(len(found)) if found else 0
        way = chance.randrange(4)
        if way == 0 and found:
            found[place] ^= 1 << chance.randrange(8)
        elif way == 1:
            del found[place : place + chance.randrange(1, 40)]
        elif way == 2:
            found[place:place] = chance.randbytes(chance.randrange(1, 40))
        else:
            del found[place:]
    return bytes(found)


def _sealed(content: bytes) -> bytes:
    """Return a frame with right prefix, length and checksum."""
    body = bytearray(content[:-1].ljust(10, b"\0"))
    body[:7] = b"\xff\x09" + (len(body) + 1).to_bytes(2, "little") + bytes.fromhex("03010f")
    return bytes(body) + bytes([reduce(xor, body)])


_ODD: tuple[object, ...] = (
    None,
    [],
    {},
    "",
    -1,
    2**63,
    1e308,
    True,
    "\0",
    [[[]]],
    {"a": {"a": {}}},
    "x" * 9999,
)


def _odd_envelope(payload: bytes, chance: random.Random) -> bytes:
    envelope = json.loads(payload)
    body = json.loads(envelope["payload"])
    place = chance.choice((envelope, envelope["head"], body))
    place[chance.choice(list(place))] = chance.choice(_ODD)
    if isinstance(envelope.get("payload"), str):
        envelope["payload"] = json.dumps(body)
    return json.dumps(envelope).encode()


def check(topic: str, payload: bytes) -> Decoded:
    """Decode a message, and hold what must be true of any."""
    decoded = decode(topic, payload)
    assert decoded.outcome is not Outcome.INTERNAL
    assert len(decoded.readings) <= 32
    if decoded.readings and decoded.message_type != "json":
        frame = b64decode(json.loads(json.loads(payload)["payload"])["data"])
        assert int.from_bytes(frame[2:4], "little") == len(frame)
        assert reduce(xor, frame) == 0
    return decoded


def main(count: int) -> None:
    """Run so many examples, and print what became of them."""
    outcomes: dict[str, int] = {}
    for seed in range(count):
        outcome = check(*example(seed)).outcome.value
        outcomes[outcome] = outcomes.get(outcome, 0) + 1
    for outcome, seen in sorted(outcomes.items()):
        sys.stdout.write(f"{outcome}: {seen}\n")


def encoded(frame: bytes) -> bytes:
    """Return the payload of a frame alone."""
    return json.dumps({"payload": json.dumps({"data": b64encode(frame).decode()})}).encode()


if __name__ == "__main__":
    main(int(sys.argv[1]))
