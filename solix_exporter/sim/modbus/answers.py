"""What a device answers to a request: words or an exception, with the faults of its content."""

from collections.abc import Iterable
from datetime import datetime

from solix_exporter.sim.modbus.banks import BankState, asleep
from solix_exporter.sim.modbus.devices import ModbusDevice
from solix_exporter.sim.modbus.faults import ModbusFault, ModbusFaultKind
from solix_exporter.sim.modbus.frames import (
    ILLEGAL_ADDRESS,
    ILLEGAL_FUNCTION,
    ILLEGAL_VALUE,
    NO_SUCH_UNIT,
    WRITING,
    Frame,
    Request,
    exception_answer,
    words_answer,
)
from solix_exporter.sim.modbus.registers import (
    EITHER,
    Block,
    IllegalAddressError,
    Image,
    Mark,
    with_totals,
    with_value,
)

_UNIT = 1
_STRANGERS_NAME = "SUN2000"
_STRANGERS_WORD = 4711


def answer(
    device: ModbusDevice, request: Request, faults: Iterable[ModbusFault], at: datetime
) -> Frame:
    """Return the answer of a device.

    A write is refused with exception 3, as devices refuse a forbidden one: this one allows none.
    """
    if request.unit != _UNIT:
        return exception_answer(request, NO_SUCH_UNIT)
    if request.function in WRITING:
        return exception_answer(request, ILLEGAL_VALUE)
    if request.function not in EITHER:
        return exception_answer(request, ILLEGAL_FUNCTION)
    if request.address is None or not request.has_legal_count:
        return exception_answer(request, ILLEGAL_VALUE)
    try:
        words = _words(device, request, request.address, faults, at)
    except IllegalAddressError:
        return exception_answer(request, ILLEGAL_ADDRESS)
    return words_answer(request, words)


def _words(
    device: ModbusDevice,
    request: Request,
    address: int,
    faults: Iterable[ModbusFault],
    at: datetime,
) -> list[int]:
    """Return the words of a read; raises IllegalAddressError."""
    by_kind = {ModbusFaultKind(fault.kind): fault for fault in faults}
    if ModbusFaultKind.STRANGER in by_kind:
        return _strangers_words(address, request.count)
    blocks = _faulty(device, by_kind, at)
    return Image(blocks, device.order).read(request.function, address, request.count)


def _faulty(
    device: ModbusDevice, by_kind: dict[ModbusFaultKind, ModbusFault], at: datetime
) -> tuple[Block, ...]:
    state = device.state(at)
    if ModbusFaultKind.ASLEEP in by_kind and isinstance(state, BankState):
        state = asleep(state)
    blocks = device.blocks(state)
    if found := by_kind.get(ModbusFaultKind.BACKWARDS):
        lost_wh = found.number
        blocks = with_totals(blocks, lambda energy_wh: energy_wh - lost_wh)
    if ModbusFaultKind.ZERO_TOTALS in by_kind:
        blocks = with_totals(blocks, lambda _: 0.0)
    if found := by_kind.get(ModbusFaultKind.SOC):
        blocks = with_value(blocks, Mark.SOC, found.number)
    if ModbusFaultKind.OTHER_SERIAL in by_kind:
        blocks = with_value(blocks, Mark.SERIAL, other_serial(device.sn))
    return blocks


def other_serial(sn: str) -> str:
    """Return the serial number of another device of the same product."""
    return sn[:-1] + ("A" if sn[-1] != "A" else "B")


def _strangers_words(first: int, count: int) -> list[int]:
    """Return the words of another brand's device, which has a value everywhere."""
    raw = _STRANGERS_NAME.encode().ljust(16, b"\0")
    name = [high << 8 | low for high, low in zip(raw[::2], raw[1::2], strict=True)]
    known = dict(enumerate(name, start=32768))
    return [known.get(address, _STRANGERS_WORD) for address in range(first, first + count)]
