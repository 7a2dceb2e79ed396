"""Reads the registers of an identified device, group by group."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from solix_exporter.errors import ModbusError, ReadRefused
from solix_exporter.modbus.client import Function, RegisterClient
from solix_exporter.modbus.identify import Identity
from solix_exporter.modbus.registers import Block, Group, Key, Register, Value, decode

NO_SUCH_ADDRESS = 2
"""The exception of a register that the firmware does not have."""
_MOST_UNANSWERED = 2


@dataclass(frozen=True, slots=True)
class BlockRead:
    """One block with its words."""

    block: Block
    words: tuple[int, ...]


@dataclass(slots=True)
class GroupRead:
    """What reading one group gave."""

    values: dict[Key, Value] = field(default_factory=dict)
    blocks: list[BlockRead] = field(default_factory=list)
    refused: list[tuple[Block, int]] = field(default_factory=list)
    """Blocks that were answered with an exception, and its code."""
    empty: int = 0
    """Blocks that held zeros alone."""


@dataclass(slots=True)
class KnownRegisters:
    """What a device was found to have and to lack; good for one serial number and firmware."""

    exists: dict[Key, bool] = field(default_factory=dict)
    """The unofficial registers that were asked for."""
    lacks: set[tuple[int, int]] = field(default_factory=set)
    """Function code and address of blocks that it does not know; asked again at each connect."""
    unanswered: Counter[int] = field(default_factory=Counter)
    """By address, how often an optional read was met with silence.

    A device that says nothing instead of "no such address" would otherwise never be read.
    """

    def is_silent(self, address: int) -> bool:
        """Return whether an optional read is not worth a further time-out."""
        return self.unanswered[address] >= _MOST_UNANSWERED

    def note(self, address: int, error: ModbusError) -> None:
        """Count an optional read that was not answered."""
        if error.outcome == "timeout":
            self.unanswered[address] += 1


async def probe(client: RegisterClient, identity: Identity, known: KnownRegisters) -> None:
    """Ask once for each unofficial register by a read that starts there."""
    for block in identity.registers.blocks:
        for register in block.registers:
            is_open = register.is_probed and register.key not in known.exists
            if is_open and not known.is_silent(register.address):
                await _probe_one(client, block, register, known)


async def _probe_one(
    client: RegisterClient, block: Block, register: Register, known: KnownRegisters
) -> None:
    try:
        await client.read(Function(block.function), register.address, register.size)
    except ReadRefused as refusal:
        if refusal.code == NO_SUCH_ADDRESS:
            known.exists[register.key] = False
    except ModbusError as error:
        known.note(register.address, error)
        raise
    else:
        known.exists[register.key] = True


async def read_group(
    client: RegisterClient, identity: Identity, group: Group, known: KnownRegisters
) -> GroupRead:
    """Return what the blocks of a group hold; what is not there is left out.

    Raises ModbusError: empty where a device that works cannot answer so, ReadRefused where it
    cannot answer now or knows none of the blocks, and what reading raises.
    """
    result = GroupRead()
    for block in identity.registers.of(group):
        if (block.function, block.address) in known.lacks:
            continue
        try:
            words = await _words(client, block, known)
        except ReadRefused as refusal:
            _refused(block, refusal, result, known)
            continue
        if words is not None:
            _take(BlockRead(block, words), identity, known, result)
    if group is Group.LIVE and not result.blocks:
        code = result.refused[0][1] if result.refused else NO_SUCH_ADDRESS
        raise ReadRefused("the device knows none of the live registers", code=code)
    return result


async def _words(
    client: RegisterClient, block: Block, known: KnownRegisters
) -> tuple[int, ...] | None:
    """Return the words of a block, None where it is not worth asking. Raises ModbusError."""
    if block.is_optional and known.is_silent(block.address):
        return None
    try:
        return await client.read(Function(block.function), block.address, block.count)
    except ModbusError as error:
        if block.is_optional:
            known.note(block.address, error)
        raise


def _take(found: BlockRead, identity: Identity, known: KnownRegisters, result: GroupRead) -> None:
    """Add a block that holds anything. Raises ModbusError where zeros cannot be true."""
    block = found.block
    if any(found.words) or block.may_be_zero:
        result.blocks.append(found)
        result.values.update(_values(block, found.words, identity, known))
        return
    result.empty += 1
    if not block.is_optional:
        text = f"registers {block.address}+{block.count} hold zeros alone"
        raise ModbusError(text, outcome="empty")


def _refused(block: Block, refusal: ReadRefused, result: GroupRead, known: KnownRegisters) -> None:
    """Leave out a block that does not exist. Raises the refusal of one that is needed."""
    result.refused.append((block, refusal.code))
    if refusal.code == NO_SUCH_ADDRESS:
        known.lacks.add((block.function, block.address))
    elif not block.is_optional:
        raise refusal


def _values(
    block: Block, words: tuple[int, ...], identity: Identity, known: KnownRegisters
) -> Mapping[Key, Value]:
    order = identity.registers.order
    return {
        register.key: decode(register, block.words_of(register, words), order)
        for register in block.registers
        if not register.is_probed or known.exists.get(register.key)
    }
