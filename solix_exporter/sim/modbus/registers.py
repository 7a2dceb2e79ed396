"""Registers of a device: their types, and the words that they become."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import Enum

READ_HOLDING = 3
READ_INPUT = 4
EITHER = frozenset({READ_HOLDING, READ_INPUT})
INPUT = frozenset({READ_INPUT})
HOLDING = frozenset({READ_HOLDING})
_WORD = 0x10000
_DOUBLE_WORD = 0x1_0000_0000


class Mark(Enum):
    """What a fault looks for."""

    PART_NUMBER = "part_number"
    SERIAL = "serial"
    SOC = "soc"


@dataclass(frozen=True, slots=True)
class Number:
    """A whole number in one or two registers."""

    address: int
    """As on the wire, counted from 0."""
    value: float
    """In the unit of the map, before `gain`."""
    gain: int = 1
    """Counts per unit."""
    words: int = 1
    mark: Mark | None = None

    @property
    def count(self) -> int:
        """Return the number in the registers."""
        return round(self.value * self.gain)


@dataclass(frozen=True, slots=True)
class Total:
    """The energy of a flow since the device was made, in two registers."""

    address: int
    energy_wh: float
    gain: int = 10
    """Counts per kWh."""
    words: int = 2
    mark: Mark | None = None

    @property
    def count(self) -> int:
        """Return the number in the registers: steps that are full."""
        return int(self.energy_wh * self.gain // 1000)


@dataclass(frozen=True, slots=True)
class Text:
    """A text, two bytes per register, padded with NUL."""

    address: int
    value: str
    words: int
    mark: Mark | None = None
    is_low_byte_first: bool | None = None
    """None is the device's own order."""


@dataclass(frozen=True, slots=True)
class Version:
    """A version of four numbers in the bytes of two registers; the first is left out if 0."""

    address: int
    value: str
    words: int = 2
    mark: Mark | None = None


Register = Number | Total | Text | Version


@dataclass(frozen=True, slots=True)
class Order:
    """The order of the halves of a value."""

    is_low_word_first: bool = False
    is_low_byte_first: bool = False


HIGH_FIRST = Order()
LOW_FIRST = Order(is_low_word_first=True, is_low_byte_first=True)


@dataclass(frozen=True, slots=True)
class Block:
    """Registers that the same function codes read."""

    registers: tuple[Register, ...]
    functions: frozenset[int]


class IllegalAddressError(Exception):
    """A read starts where no value does."""


class Image:
    """The words of a device at one instant."""

    def __init__(self, blocks: Iterable[Block], order: Order) -> None:
        self._words: dict[int, int] = {}
        self._starts: dict[int, frozenset[int]] = {}
        for block in blocks:
            for register in block.registers:
                self._starts[register.address] = block.functions
                self._words.update(enumerate(_words(register, order), start=register.address))

    def read(self, function: int, first: int, count: int) -> list[int]:
        """Return the words from `first` on; those between values are zero.

        Raises IllegalAddressError where no value starts at `first`, or another function reads it.
        """
        if function not in self._starts.get(first, ()):
            raise IllegalAddressError
        return [self._words.get(address, 0) for address in range(first, first + count)]


def doubles(address: int, value: float) -> Number:
    """Return a whole number in two registers."""
    return Number(address, value, words=2)


def with_value(blocks: Iterable[Block], mark: Mark, value: float | str) -> tuple[Block, ...]:
    """Return the blocks with another value in the registers that have a mark."""

    def change(register: Register) -> Register:
        if register.mark is not mark:
            return register
        return replace(register, value=value)  # type: ignore[arg-type]  # the mark says the type

    return _changed(blocks, change)


def with_totals(blocks: Iterable[Block], change: Callable[[float], float]) -> tuple[Block, ...]:
    """Return the blocks with other energies, which `change` makes of the right ones, Wh."""

    def changed(register: Register) -> Register:
        if not isinstance(register, Total):
            return register
        return replace(register, energy_wh=max(0.0, change(register.energy_wh)))

    return _changed(blocks, changed)


def _changed(blocks: Iterable[Block], change: Callable[[Register], Register]) -> tuple[Block, ...]:
    return tuple(replace(block, registers=tuple(map(change, block.registers))) for block in blocks)


def _words(register: Register, order: Order) -> list[int]:
    if isinstance(register, (Number, Total)):
        return _number_words(register, order)
    if isinstance(register, Version):
        parts = [int(part) for part in register.value.split(".")]
        raw = bytes([0] * (2 * register.words - len(parts)) + parts)
        return _byte_words(raw, is_low_byte_first=False)
    own = register.is_low_byte_first
    raw = register.value.encode().ljust(2 * register.words, b"\0")
    if len(raw) != 2 * register.words:
        raise ValueError(f"{register.value!r} does not fit at {register.address}")
    return _byte_words(raw, is_low_byte_first=order.is_low_byte_first if own is None else own)


def _number_words(register: Number | Total, order: Order) -> list[int]:
    if register.words == 1:
        return [register.count % _WORD]
    high, low = divmod(register.count % _DOUBLE_WORD, _WORD)
    return [low, high] if order.is_low_word_first else [high, low]


def _byte_words(raw: bytes, *, is_low_byte_first: bool) -> list[int]:
    pairs = zip(raw[::2], raw[1::2], strict=True)
    return [low << 8 | high if is_low_byte_first else high << 8 | low for high, low in pairs]
