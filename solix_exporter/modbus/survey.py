"""One look at a device for a person: all its ranges once, each value with its register.

`check` shows it as a table, the command `modbus` as words or JSON.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from solix_exporter.errors import ModbusError, ReadRefused
from solix_exporter.modbus.client import Function, RegisterClient
from solix_exporter.modbus.fill import CODES
from solix_exporter.modbus.identify import Identity, Introduction, identify
from solix_exporter.modbus.maps import MAPS
from solix_exporter.modbus.read import KnownRegisters, probe
from solix_exporter.modbus.registers import (
    UNIT_OF,
    Block,
    Evidence,
    Field,
    Register,
    Value,
    WordOrder,
    decode,
)

_ANKERS = re.compile(r"A[0-9A-Z]{4,6}")
"""What a part number of Anker looks like; another brand's device is never read."""

MODES_OFFERED = (
    "self_consumption",
    "time_of_use",
    "custom",
    "smart",
    "socket_overlay",
    "third_party",
    "dynamic_tariff",
)
"""By their bits in the register of the modes."""


@dataclass(frozen=True, slots=True)
class Range:
    """One read: its words, or the exception that it was answered with."""

    function: int
    address: int
    count: int
    words: tuple[int, ...] = ()
    exception: int | None = None


@dataclass(slots=True)
class Survey:
    """What a device said."""

    identity: Identity | None = None
    """None for a device that is not in the table."""
    part_number: str = ""
    """What it calls itself, in the table or not."""
    ranges: list[Range] = field(default_factory=list)
    known: KnownRegisters = field(default_factory=KnownRegisters)
    error: ModbusError | None = None
    """What ended the survey before all was read."""

    def rows(self) -> "Iterator[Row]":
        """Give a row per register of the product's map, in the order of the reads."""
        if self.identity is None:
            return
        registers = self.identity.registers
        read = {(one.function, one.address): one for one in self.ranges}
        for block in registers.blocks:
            found = read.get((block.function, block.address))
            for register in block.registers if found else ():
                if found and found.exception is None:
                    yield self._row(block, register, found.words, registers.order)
                elif found:
                    text = f"the device refuses it, exception {found.exception}"
                    yield Row(block.function, register, None, text)

    def _row(
        self, block: Block, register: Register, words: tuple[int, ...], order: WordOrder
    ) -> "Row":
        value = decode(register, block.words_of(register, words), order)
        note = ""
        if register.is_probed and not self.known.exists.get(register.key):
            note = "not shown: this firmware does not have it"
        elif register.candidates:
            note = "shown once the device has proven its scale"
        elif register.evidence is Evidence.DISPUTED:
            note = "not shown: what it means is disputed"
        return Row(block.function, register, value, note)


@dataclass(frozen=True, slots=True)
class Row:
    """One register with its value."""

    function: int
    register: Register
    value: Value | None
    note: str = ""

    @property
    def name(self) -> str:
        """Return the field, with the number of its phase or string."""
        index = self.register.index
        return f"{self.register.field}_{index}" if index else str(self.register.field)

    @property
    def text(self) -> str:
        """Return the value with its unit."""
        value, name = self.value, self.register.field
        if value is None or isinstance(value, str):
            return value or ""
        if self.register.candidates:
            return f"{value:.0f} steps"
        if name is Field.MODES_OFFERED:
            bits = int(value)
            return ", ".join(mode for bit, mode in enumerate(MODES_OFFERED) if bits >> bit & 1)
        if meaning := CODES.get(name, {}).get(int(value)):
            return f"{value:.0f} {meaning.value}"
        unit = UNIT_OF.get(name, "")
        number = value * 100 if unit == "%" else value
        return f"{round(number, 3):.12g} {unit}".rstrip()


async def survey(client: RegisterClient, *, reads_unknown: bool = False) -> Survey:
    """Connect, identify the device, and read each of its ranges once.

    `reads_unknown` reads the official ranges of all products on a device of Anker that is not in
    the table. Raises ModbusError where the device does not say who it is; what ends the reading
    later is in the result.
    """
    heard, found = Introduction(), Survey()
    await client.connect()
    try:
        found.identity = await identify(client, heard)
    except ModbusError as error:
        found.error, found.part_number = error, heard.part_number
        found.ranges += [Range(Function.INPUT, *span, words) for span, words in heard.words.items()]
        if not (reads_unknown and _ANKERS.fullmatch(found.part_number)):
            if error.outcome != "foreign_device":
                raise
            return found
    else:
        found.part_number = found.identity.part_number
    try:
        await _read_all(client, found)
    except ModbusError as error:
        found.error = error
    return found


async def _read_all(client: RegisterClient, found: Survey) -> None:
    if found.identity is not None:
        blocks = list(found.identity.registers.blocks)
        await probe(client, found.identity, found.known)
    else:
        rows = (block for row in MAPS if row.is_tried for block in row.blocks)
        blocks = list({(block.function, block.address): block for block in rows}.values())
    for block in blocks:
        function = Function(block.function)
        try:
            words = await client.read(function, block.address, block.count)
        except ReadRefused as refusal:
            found.ranges.append(Range(function, block.address, block.count, exception=refusal.code))
        else:
            found.ranges.append(Range(function, block.address, block.count, words))
