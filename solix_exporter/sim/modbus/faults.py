"""What can go wrong with a device at home, for tests and demos to switch on."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from solix_exporter.sim.modbus.frames import BUSY, Frame


class ModbusFaultKind(StrEnum):
    """The effect of a fault."""

    REFUSE = "modbus_refuse"
    """Connections are refused, open ones cut, until the fault is cleared."""
    MUTE = "modbus_mute"
    """Requests are taken and never answered."""
    RESET = "modbus_reset"
    """The connection is reset in the place of an answer."""
    BUSY = "modbus_busy"
    """Exception 6; `value` is another code."""
    LATE = "modbus_late"
    """The right answer after `value` seconds (default 4)."""
    WRONG_TRANSACTION = "modbus_wrong_transaction"
    """The answer belongs to the request before, by its transaction identifier."""
    WRONG_PROTOCOL = "modbus_wrong_protocol"
    """Protocol identifier 1 in the place of 0."""
    WRONG_LENGTH = "modbus_wrong_length"
    """The header announces two bytes more than there are."""
    WRONG_UNIT = "modbus_wrong_unit"
    """The answer comes from unit 2."""
    WRONG_FUNCTION = "modbus_wrong_function"
    """The answer is one to the other function code that reads."""
    WRONG_COUNT = "modbus_wrong_count"
    """The byte count says one register less than there is."""
    FEWER = "modbus_fewer"
    """A well-formed answer with one register less than asked for."""
    MORE = "modbus_more"
    """A well-formed answer with one register more than asked for."""
    TRUNCATED = "modbus_truncated"
    """The second half of the answer is never sent."""
    TRAILING = "modbus_trailing"
    """Three bytes follow the answer."""
    GARBAGE = "modbus_garbage"
    """Bytes that are no frame."""
    ZEROS = "modbus_zeros"
    """A well-formed answer in which every register is 0."""
    ZERO_TOTALS = "modbus_zero_totals"
    """All energies since the device was made are 0."""
    BACKWARDS = "modbus_backwards"
    """All energies since the device was made are `value` Wh lower (default 5000)."""
    SOC = "modbus_soc"
    """A state of charge of `value` percent (default 104)."""
    OTHER_SERIAL = "modbus_other_serial"
    """Another device of the same product: the serial number is another one."""
    STRANGER = "modbus_stranger"
    """Another brand: its part number is `SUN2000`, and a read may start anywhere."""
    ONE_CONNECTION = "modbus_one_connection"
    """A second connection is closed at once, until the fault is cleared."""
    ASLEEP = "modbus_asleep"
    """A bank sleeps: it neither charges nor delivers. Other devices have no sleep."""


_K = ModbusFaultKind
STANDING = frozenset({_K.REFUSE, _K.ONE_CONNECTION})
"""Faults of the server, not of an answer: they cannot be counted."""
DEFAULTS: dict[ModbusFaultKind, float] = {
    _K.BUSY: BUSY,
    _K.LATE: 4.0,
    _K.BACKWARDS: 5000.0,
    _K.SOC: 104.0,
}
"""The kinds that take a value, and the one that they have without."""
SILENT = frozenset({_K.MUTE, _K.RESET})
CONTENT = frozenset({_K.ZERO_TOTALS, _K.BACKWARDS, _K.SOC, _K.OTHER_SERIAL, _K.STRANGER, _K.ASLEEP})
"""Faults of what a device says in right frames; they combine with each other."""


@dataclass(frozen=True, slots=True)
class ModbusFault:
    """One fault and the devices that have it."""

    kind: ModbusFaultKind | str
    target: str = "*"
    """Serial number or part number; `*` is every device."""
    times: int | None = None
    """Number of affected answers; None = until `clear`."""
    value: float | None = None
    """As the kind has it; None is its default."""

    @property
    def number(self) -> float:
        """Return the value, or the kind's default."""
        default = DEFAULTS.get(ModbusFaultKind(self.kind), 0.0)
        return default if self.value is None else self.value

    @property
    def is_uncountable(self) -> bool:
        """Return whether it has a number of times, and a kind that lasts until it is cleared."""
        return self.times is not None and ModbusFaultKind(self.kind) in STANDING

    def affects(self, sn: str, part_number: str) -> bool:
        """Return whether a device has the fault."""
        return self.target in {"*", sn, part_number}


class _Active:
    def __init__(self, fault: ModbusFault) -> None:
        self.fault = fault
        self.left = fault.times


class ModbusFaults:
    """The faults that are switched on, oldest first."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self._active: list[_Active] = []
        self._changed = changed

    def add(self, fault: ModbusFault) -> None:
        """Switch a fault on.

        Raises ValueError for an unknown kind, and for a number of times where none is counted.
        """
        ModbusFaultKind(fault.kind)
        if fault.is_uncountable:
            raise ValueError(f"{fault.kind} lasts until it is cleared")
        self._active.append(_Active(fault))
        self._changed()

    def clear(self) -> None:
        """Switch all faults off."""
        self._active.clear()
        self._changed()

    def has(self, kind: ModbusFaultKind, sn: str, part_number: str) -> bool:
        """Return whether a device has a fault, without counting it."""
        return any(
            item.fault.kind == kind and item.fault.affects(sn, part_number) for item in self._active
        )

    def match(self, sn: str, part_number: str) -> tuple[ModbusFault, ...]:
        """Return the faults of an answer, and count them."""
        hits = [
            item
            for item in self._active
            if item.fault.affects(sn, part_number) and item.fault.kind not in STANDING
        ]
        for item in hits:
            if item.left is not None:
                item.left -= 1
        self._active = [item for item in self._active if item.left is None or item.left > 0]
        return tuple(item.fault for item in hits)


def _fewer(frame: Frame) -> Frame:
    raw = frame.body[1:-2]
    return replace(frame, body=bytes([len(raw)]) + raw)


def _more(frame: Frame) -> Frame:
    raw = frame.body[1:] + b"\x12\x34"
    return replace(frame, body=bytes([len(raw) % 256]) + raw)


def _zeros(frame: Frame) -> Frame:
    return replace(frame, body=frame.body[:1] + bytes(len(frame.body) - 1))


def _miscounted(frame: Frame) -> Frame:
    return replace(frame, body=bytes([(frame.body[0] - 2) % 256]) + frame.body[1:])


_GARBAGE = b"\xff\xfeHTTP/1.1 400 Bad Request\r\n\r\n"
_DISTORTIONS: dict[ModbusFaultKind, Callable[[Frame], Frame]] = {
    _K.WRONG_TRANSACTION: lambda frame: replace(
        frame, transaction=(frame.transaction - 1) % 0x10000
    ),
    _K.WRONG_PROTOCOL: lambda frame: replace(frame, protocol=1),
    _K.WRONG_LENGTH: lambda frame: replace(frame, length=len(frame.body) + 4),
    _K.WRONG_UNIT: lambda frame: replace(frame, unit=frame.unit + 1),
    _K.WRONG_FUNCTION: lambda frame: replace(frame, function=frame.function ^ 7),
    _K.WRONG_COUNT: _miscounted,
    _K.FEWER: _fewer,
    _K.MORE: _more,
    _K.TRUNCATED: lambda frame: replace(frame, kept=len(frame.encoded()) // 2),
    _K.TRAILING: lambda frame: replace(frame, trailer=b"\x00\x01\x02"),
    _K.ZEROS: _zeros,
}
"""Function codes 3 and 4 differ in their three lowest bits."""


def distorted(frame: Frame, kind: ModbusFaultKind) -> bytes:
    """Return the bytes of an answer that has a fault, or of the right one."""
    if kind is _K.GARBAGE:
        return _GARBAGE
    change = _DISTORTIONS.get(kind)
    return (change(frame) if change else frame).encoded()
