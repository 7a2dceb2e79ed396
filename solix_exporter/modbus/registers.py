"""What a row of a register map is made of, and how its words become a value.

Word and byte order belong to the product: the X1 sends the low word, and in texts the low byte,
first; all others the high one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, StrEnum, auto
from typing import Literal

Value = float | str


class Kind(Enum):
    """How a register is encoded; the value is the number of words, 0 where the row says it."""

    U16 = ("u16", 1)
    I16 = ("i16", 1)
    U32 = ("u32", 2)
    I32 = ("i32", 2)
    VERSION = ("version", 2)
    """Four bytes, "a.b.c.d"."""
    TEXT = ("text", 0)
    """Two bytes per word, filled up with zeros."""

    def __init__(self, label: str, words: int) -> None:
        self.label = label
        self.words = words


class Sign(Enum):
    """What the sign of a register means."""

    KEPT = auto()
    """It is a part of the value; the field's docstring says which way is positive."""
    MAGNITUDE = auto()
    """It is not known to mean anything, so it is dropped."""
    NOT_NEGATIVE = auto()
    """Values a little below 0 are noise of the sensor and count as 0."""


class Evidence(StrEnum):
    """How sure the meaning of a register is."""

    OFFICIAL = "official"
    """Anker's own integration reads it so."""
    DOCUMENT = "document"
    """A document of Anker says so; it was not tried on a device."""
    MEASURED = "measured"
    """Owners have compared it with the app or another meter."""
    DISPUTED = "disputed"
    """Sources contradict each other about the scale or the sign."""


class Group(StrEnum):
    """Registers that are read together; the value is the `kind` of their report."""

    LIVE = "live"
    SETTINGS = "settings"
    SLOW = "slow"


class Field(StrEnum):
    """What a register says. Powers in W, energies in Wh, shares 0-1."""

    SERIAL = auto()
    FIRMWARE = auto()
    # A battery with its inputs and outputs.
    BATTERY_STATE = auto()
    PV_POWER = auto()
    THIRD_PARTY_PV_POWER = auto()
    BATTERY_POWER = auto()
    """Positive while it discharges."""
    HOME_LOAD = auto()
    GRID_POWER = auto()
    """Positive while power is imported."""
    AC_POWER = auto()
    """Positive out of the device."""
    SOC = auto()
    HEALTH = auto()
    CAPACITY = auto()
    TEMPERATURE = auto()
    STRING_VOLTAGE = auto()
    STRING_CURRENT = auto()
    PV_ENERGY = auto()
    HOME_ENERGY = auto()
    CHARGE_ENERGY = auto()
    DISCHARGE_ENERGY = auto()
    # Limits and settings.
    AC_INPUT_LIMIT = auto()
    OUTPUT_LIMIT = auto()
    CONTROL_MODE = auto()
    SETPOINT = auto()
    """Positive to discharge; only in force while a third party controls the device."""
    MODES_OFFERED = auto()
    """A bit per mode."""
    LIMITS_OFFERED = auto()
    """A bit for each of the next four."""
    CHARGE_LIMIT = auto()
    DISCHARGE_LIMIT = auto()
    BACKUP_RESERVE = auto()
    BACKUP_RESERVE_ON = auto()
    # The grid and its meter.
    GRID_VOLTAGE = auto()
    GRID_CURRENT = auto()
    FREQUENCY = auto()
    METER_PHASES = auto()
    METER_FAULT = auto()
    """0 while the meter works."""
    METER_VOLTAGE = auto()
    METER_CURRENT = auto()
    METER_PHASE_POWER = auto()
    """Positive while power is imported, as the next one."""
    METER_POWER = auto()
    IMPORT_ENERGY = auto()
    EXPORT_ENERGY = auto()
    SECOND_CLAMP_POWER = auto()
    """What it is around only the owner knows."""
    # A plug.
    RELAY = auto()
    PLUG_POWER = auto()
    PLUG_VOLTAGE = auto()
    PLUG_CURRENT = auto()
    # An EV charger.
    EV_STATE = auto()
    EV_POWER = auto()
    EV_VOLTAGE = auto()
    EV_CURRENT = auto()
    EV_PHASE_POWER = auto()
    EV_SESSION_TIME = auto()
    EV_SESSION_ENERGY = auto()


_UNITS: dict[str, tuple[Field, ...]] = {
    "W": (
        Field.PV_POWER,
        Field.THIRD_PARTY_PV_POWER,
        Field.BATTERY_POWER,
        Field.HOME_LOAD,
        Field.GRID_POWER,
        Field.AC_POWER,
        Field.AC_INPUT_LIMIT,
        Field.OUTPUT_LIMIT,
        Field.SETPOINT,
        Field.METER_PHASE_POWER,
        Field.METER_POWER,
        Field.SECOND_CLAMP_POWER,
        Field.PLUG_POWER,
        Field.EV_POWER,
        Field.EV_PHASE_POWER,
    ),
    "Wh": (
        Field.CAPACITY,
        Field.PV_ENERGY,
        Field.HOME_ENERGY,
        Field.CHARGE_ENERGY,
        Field.DISCHARGE_ENERGY,
        Field.IMPORT_ENERGY,
        Field.EXPORT_ENERGY,
        Field.EV_SESSION_ENERGY,
    ),
    "V": (
        Field.STRING_VOLTAGE,
        Field.GRID_VOLTAGE,
        Field.METER_VOLTAGE,
        Field.PLUG_VOLTAGE,
        Field.EV_VOLTAGE,
    ),
    "A": (
        Field.STRING_CURRENT,
        Field.GRID_CURRENT,
        Field.METER_CURRENT,
        Field.PLUG_CURRENT,
        Field.EV_CURRENT,
    ),
    "%": (
        Field.SOC,
        Field.HEALTH,
        Field.CHARGE_LIMIT,
        Field.DISCHARGE_LIMIT,
        Field.BACKUP_RESERVE,
    ),
    "C": (Field.TEMPERATURE,),
    "Hz": (Field.FREQUENCY,),
    "s": (Field.EV_SESSION_TIME,),
}
UNIT_OF = {name: unit for unit, names in _UNITS.items() for name in names}
"""For tables that people read; shares are shown in percent."""

Key = tuple[Field, int]
"""A field and its number: of the phase or the string, else 0."""


@dataclass(frozen=True, slots=True)
class Register:
    """One row: where a value is and how it is read."""

    address: int
    kind: Kind
    field: Field
    index: int = 0
    """Phase 1-3, string 1-8; 0 where there is only one."""
    gain: float = 1.0
    """The raw number divided by this is the value in the field's unit."""
    sign: Sign = Sign.KEPT
    evidence: Evidence = Evidence.OFFICIAL
    words: int = 1
    """Of a text."""
    candidates: tuple[float, ...] = ()
    """Gains of an energy in Wh of which the device has to prove one."""
    is_probed: bool = False
    """Whether a read has to start here once before its value in a block counts.

    A block gives zeros over holes, so that only such a read tells whether the register exists.
    """

    @property
    def size(self) -> int:
        """Return the number of words."""
        return self.kind.words or self.words

    @property
    def key(self) -> Key:
        """Return what the value is kept by."""
        return self.field, self.index


@dataclass(frozen=True, slots=True)
class Block:
    """Registers that one request reads."""

    function: int
    address: int
    count: int
    group: Group
    registers: tuple[Register, ...] = ()
    may_be_zero: bool = False
    """Whether a device that works may answer with zeros alone."""
    is_optional: bool = False
    """Whether the poll goes on without it; unofficial reads are."""

    def words_of(self, register: Register, words: Sequence[int]) -> Sequence[int]:
        """Return the words of a register out of those of the block."""
        start = register.address - self.address
        return words[start : start + register.size]


@dataclass(frozen=True, slots=True)
class WordOrder:
    """In which order a product sends the words of a number and the bytes of a text."""

    is_low_word_first: bool = False
    is_low_byte_first: bool = False


HIGH_FIRST = WordOrder()


@dataclass(frozen=True, slots=True)
class ProductMap:
    """The registers of one or several products."""

    part_numbers: tuple[str, ...]
    blocks: tuple[Block, ...]
    serial: Register
    firmware: Register | None
    """None where no register has it."""
    order: WordOrder = HIGH_FIRST
    is_tried: bool = True
    """Whether Anker's integration or owners have read real devices so."""
    is_exclusive: bool = False
    """Whether it serves one connection only."""
    most_pv_w: float | None = None
    """What its own PV inputs take; more is no reading."""

    def of(self, group: Group) -> tuple[Block, ...]:
        """Return the blocks of a group."""
        return tuple(block for block in self.blocks if block.group is group)


def decode(register: Register, words: Sequence[int], order: WordOrder) -> Value:
    """Return the value of a register in the unit of its field."""
    if register.kind is Kind.TEXT:
        return decode_text(words, is_low_byte_first=order.is_low_byte_first)
    if register.kind is Kind.VERSION:
        return ".".join(str(byte) for word in words for byte in divmod(word, 256))
    raw = _number(register.kind, words, order)
    if register.sign is Sign.MAGNITUDE:
        raw = abs(raw)
    elif register.sign is Sign.NOT_NEGATIVE:
        raw = max(0, raw)
    return raw / register.gain


def decode_text(words: Sequence[int], *, is_low_byte_first: bool = False) -> str:
    """Return the text up to its first zero byte; empty where it is no printable UTF-8."""
    order: Literal["little", "big"] = "little" if is_low_byte_first else "big"
    content = b"".join(word.to_bytes(2, order) for word in words).split(b"\0", 1)[0]
    try:
        text = content.decode().strip()
    except UnicodeDecodeError:
        return ""
    return text if text.isprintable() else ""


def _number(kind: Kind, words: Sequence[int], order: WordOrder) -> int:
    low_first = order.is_low_word_first
    raw = 0
    for word in reversed(words) if low_first else words:
        raw = raw << 16 | word
    bits = 16 * len(words)
    is_negative = kind in {Kind.I16, Kind.I32} and raw >> (bits - 1)
    return raw - (1 << bits) if is_negative else raw
