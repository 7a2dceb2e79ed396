"""Which device answers: the first thing that is asked after each connect.

DHCP may have given the address to another device, and another brand may sit there. Who is not
recognised is asked nothing more.
"""

import re
from dataclasses import dataclass, field

from solix_exporter.errors import ModbusError, ReadRefused
from solix_exporter.modbus.client import Function, RegisterClient
from solix_exporter.modbus.maps import BY_PART_NUMBER
from solix_exporter.modbus.registers import Kind, ProductMap, Register, decode, decode_text

_PART_NUMBER = (32768, 5)
_X1_MODEL = (10090, 10)
_V1_MODEL = (20001, 10)
_SERIAL = re.compile(r"[0-9A-Z]{6,32}")
_NO_SUCH_REGISTER = {1, 2, 3}
"""Exceptions that say something about the device; the others say "not now"."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What a device says about itself."""

    part_number: str
    sn: str
    firmware: str = ""
    """Empty where it does not tell."""

    @property
    def registers(self) -> ProductMap:
        """Return the map of the product."""
        return BY_PART_NUMBER[self.part_number]


@dataclass(slots=True)
class Introduction:
    """The words that a device said when it was asked who it is."""

    words: dict[tuple[int, int], tuple[int, ...]] = field(default_factory=dict)
    """By address and number of words."""

    @property
    def part_number(self) -> str:
        """Return what stands where products have their part number, "" where nothing does."""
        return decode_text(self.words.get(_PART_NUMBER, ()))


async def identify(client: RegisterClient, heard: Introduction | None = None) -> Identity:
    """Ask a device who it is; `heard` takes what it said, even where that ends in an error.

    Raises ModbusError: foreign_device for one that is not in the table, empty for one without a
    serial number, and what reading raises.
    """
    heard = heard or Introduction()
    part_number = await _part_number(client, heard)
    product = BY_PART_NUMBER[part_number]
    sn = await _text_of(client, product.serial, product)
    if not _SERIAL.fullmatch(sn):
        raise ModbusError("the device tells no serial number", outcome="empty")
    firmware = await _text_of(client, product.firmware, product) if product.firmware else ""
    return Identity(part_number, sn, firmware.removeprefix("v").removeprefix("V"))


async def _part_number(client: RegisterClient, heard: Introduction) -> str:
    """Return a part number of the table."""
    said = []
    words = heard.words[_PART_NUMBER] = await _asked(client, *_PART_NUMBER)
    if (text := decode_text(words)) in BY_PART_NUMBER:
        return text
    said.append(text)
    words = heard.words[_X1_MODEL] = await _asked(client, *_X1_MODEL)
    for is_low_first in (True, False):
        text = decode_text(words, is_low_byte_first=is_low_first)
        if "X1-" in text:
            # The last letter of "X1-H12K-T" is the number of phases: three or one.
            return "A5103" if text.endswith("-T") else "A5102"
    said.append(text)
    words = heard.words[_V1_MODEL] = await _asked(client, *_V1_MODEL)
    text = decode_text(words)
    if re.search(r"\bA5191\b|\bV1\b", text):
        return "A5191"
    names = ", ".join(repr(text) for text in (*said, text) if text)
    answer = f"it says {names}" if names else "it tells no name"
    raise ModbusError(f"this device is not in the table: {answer}", outcome="foreign_device")


async def _text_of(client: RegisterClient, register: Register, product: ProductMap) -> str:
    words = await _asked(client, register.address, register.size)
    if not any(words) and register.kind is Kind.VERSION:
        return ""
    return str(decode(register, words, product.order)) if words else ""


async def _asked(client: RegisterClient, address: int, count: int) -> tuple[int, ...]:
    """Return the words, none where the device has no such registers."""
    try:
        return await client.read(Function.INPUT, address, count)
    except ReadRefused as refusal:
        if refusal.code in _NO_SUCH_REGISTER:
            return ()
        raise
