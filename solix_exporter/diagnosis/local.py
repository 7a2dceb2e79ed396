"""A local device: its name, the connection, who it is, and one read of everything as a table."""

from collections.abc import Iterator, Sequence

from solix_exporter.advice import local_advice
from solix_exporter.clock import Clock
from solix_exporter.config import ModbusSettings
from solix_exporter.diagnosis.report import (
    CONNECTION,
    DNS,
    IDENTITY,
    REGISTERS,
    Finding,
    Mark,
    skipped,
)
from solix_exporter.errors import ModbusError
from solix_exporter.modbus.client import RegisterClient
from solix_exporter.modbus.survey import Row, Survey, survey
from solix_exporter.model.products import product_of

_OF_CONNECTION = frozenset({"refused", "unreachable", "timeout"})
_WIDEST = 24
_HEADER = ("registers", "field", "value", "")


async def examine_local(
    row: ModbusSettings, clock: Clock, *, is_running: bool
) -> tuple[tuple[Finding, ...], str]:
    """Return what a device answers, and its serial number, "" where it told none.

    It is never pinged: some answer no ping.

    `is_running` tells that an exporter polls beside, which may hold the only connection.
    """
    host, port = row.address
    client = RegisterClient(host, port, clock)
    try:
        name = Finding(DNS, Mark.OK, f"{host} is {', '.join(await client.addresses())}")
        try:
            found = await survey(client)
        finally:
            client.close()
    except ModbusError as error:
        return tuple(_failed(error, host, is_running=is_running)), ""
    connected = Finding(CONNECTION, Mark.OK, f"connected to port {port}")
    sn = found.identity.sn if found.identity else ""
    return (name, connected, _identity(found), *_registers(found)), sn


def _failed(error: ModbusError, host: str, *, is_running: bool) -> Iterator[Finding]:
    advice = local_advice(error)
    todo = advice.todo
    if is_running:
        todo += " An exporter runs on this state directory and may hold the only connection."
    steps = [DNS, CONNECTION, IDENTITY, REGISTERS]
    step = IDENTITY
    if error.outcome == "dns":
        step = DNS
    elif error.outcome in _OF_CONNECTION:
        step = CONNECTION
    before = steps[: steps.index(step)]
    if DNS in before:
        yield Finding(DNS, Mark.OK, f"{host} can be looked up")
    if CONNECTION in before:
        yield Finding(CONNECTION, Mark.OK, "connected")
    yield Finding(step, Mark.FAILED, f"{advice.state} {error.message}.", todo)
    rest = steps[steps.index(step) + 1 :]
    yield from skipped(rest, "a step before it failed")


def _identity(found: Survey) -> Finding:
    identity = found.identity
    if identity is None:
        advice = local_advice(found.error)
        text = f"{advice.state} {found.error}. Nothing more is read of it."
        return Finding(IDENTITY, Mark.FAILED, text, advice.todo)
    product = product_of(identity.part_number)
    text = f"{product.name} ({identity.part_number}), serial number {identity.sn}"
    if identity.firmware:
        text += f", firmware {identity.firmware}"
    if not identity.registers.is_tried:
        return Finding(
            IDENTITY,
            Mark.NOTE,
            f"{text}; read after the document, not tried on a device",
            "Compare its numbers with the app, and report what differs.",
        )
    return Finding(IDENTITY, Mark.OK, text)


def _registers(found: Survey) -> Iterator[Finding]:
    if found.identity is None:
        yield from skipped((REGISTERS,), "the device is not in the table")
        return
    rows = list(found.rows())
    if rows:
        yield Finding(REGISTERS, Mark.OK, "\n".join(("", *table(rows))))
    if found.error is not None:
        advice = local_advice(found.error)
        yield Finding(REGISTERS, Mark.FAILED, f"{advice.state} {found.error.message}.", advice.todo)


def table(rows: Sequence[Row]) -> list[str]:
    """Return a line per register: where it is, what it is, its value, and what is off."""
    cells = [
        (f"{row.register.address}+{row.register.size}", row.name, row.text, row.note)
        for row in rows
    ]
    widths = [
        min(_WIDEST, max(len(cell[column]) for cell in (_HEADER, *cells))) for column in range(3)
    ]
    return [
        "  ".join((*map(str.ljust, cell[:3], widths), cell[3])).rstrip()
        for cell in (_HEADER, *cells)
    ]
