"""Ways to spoil an answer."""

import asyncio
import random
import struct
from collections.abc import Callable
from dataclasses import dataclass

from tests.modbus.scripted import Spoil

Change = Callable[[bytes], bytes]


def with_length(frame: bytes) -> bytes:
    """The frame with the length that it has."""
    return frame[:4] + struct.pack(">H", len(frame) - 6) + frame[6:]


WRONG: dict[str, Change] = {
    "another function code": lambda frame: frame[:7] + bytes((frame[7] ^ 7,)) + frame[8:],
    "two registers too few": lambda frame: with_length(
        frame[:8] + bytes((frame[8] - 4,)) + frame[9:-4]
    ),
    "two registers too many": lambda frame: with_length(
        frame[:8] + bytes((frame[8] + 4,)) + frame[9:] + b"\0\1\0\2"
    ),
    "a byte count that is too small": lambda frame: frame[:8] + bytes((frame[8] - 2,)) + frame[9:],
    "a byte count that is too large": lambda frame: frame[:8] + bytes((frame[8] + 2,)) + frame[9:],
    "transaction 0": lambda frame: b"\0\0" + frame[2:],
    "the transaction before": lambda frame: (
        struct.pack(">H", struct.unpack(">H", frame[:2])[0] - 1) + frame[2:]
    ),
    "another unit": lambda frame: frame[:6] + b"\2" + frame[7:],
    "another protocol": lambda frame: frame[:2] + b"\0\1" + frame[4:],
    "a length that is too small": lambda frame: frame[:4] + b"\0\5" + frame[6:],
    "two answers at once": lambda frame: frame + frame,
    "a byte too many": lambda frame: frame + b"\0",
    "rubbish": lambda _: b"HTTP/1.1 400 Bad Request\r\n\r\n",
    "an exception of another function": lambda frame: (
        frame[:4] + b"\0\3" + frame[6:7] + bytes((frame[7] ^ 0x87, 2))
    ),
}
"""What is told at once to be no answer to the request."""


def spoiling(change: Change) -> Spoil:
    """Spoil every answer."""

    async def spoil(frame: bytes, _writer: asyncio.StreamWriter) -> bytes | None:
        return change(frame)

    return spoil


def mutate(frame: bytes, dice: random.Random) -> bytes:
    """The frame after some edits: bytes replaced, removed, inserted, the end cut or repeated."""
    content = bytearray(frame)
    for _ in range(dice.randint(1, 4)):
        place = dice.randint(0, len(content))
        match dice.randint(0, 4):
            case 0 if place < len(content):
                content[place] = dice.randint(0, 255)
            case 1:
                del content[place : place + dice.randint(1, 8)]
            case 2:
                content[place:place] = dice.randbytes(dice.randint(1, 8))
            case 3:
                del content[place:]
            case _:
                content += content[place:]
    return bytes(content)


def is_exact(frame: bytes, right: bytes) -> bool:
    """Whether nobody can tell the frame from a right answer: other numbers in the same shape."""
    is_refusal = len(frame) == 9 and frame[:6] == right[:4] + b"\0\3"
    is_refusal = is_refusal and frame[6:8] == bytes((right[6], right[7] | 0x80))
    return is_refusal or (len(frame) == len(right) and frame[:9] == right[:9])


@dataclass
class Mutating:
    """Spoils half of the answers, and hangs up after each so that nobody waits for the rest."""

    dice: random.Random
    spoiled: int = 0
    """Answers that were no right ones any more."""

    async def __call__(self, frame: bytes, writer: asyncio.StreamWriter) -> bytes | None:
        spoiled = frame if self.dice.random() < 1 / 2 else mutate(frame, self.dice)
        if is_exact(spoiled, frame):
            return frame
        self.spoiled += 1
        writer.write(spoiled)
        writer.close()
        return None
