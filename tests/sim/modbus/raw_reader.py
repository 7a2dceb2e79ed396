"""A reader of Modbus TCP made of bytes, which shares nothing with the exporter or the simulator."""

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

PATIENCE_S = 60


class ModbusExceptionError(Exception):
    """A device answered with an exception; `args[0]` is its code."""


class RawReader:
    """One connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self.transaction = 0

    def send(self, pdu: bytes, unit: int = 1) -> None:
        self.transaction += 1
        header = struct.pack(">HHHB", self.transaction, 0, len(pdu) + 1, unit)
        self.writer.write(header + pdu)

    def send_read(self, address: int, count: int, function: int = 4) -> None:
        self.send(struct.pack(">BHH", function, address, count))

    async def received(self, size: int) -> bytes:
        return await asyncio.wait_for(self.reader.readexactly(size), PATIENCE_S)

    async def answer(self) -> tuple[tuple[int, int, int, int], bytes]:
        """Return transaction, protocol, length and unit, and what follows them."""
        header = struct.unpack(">HHHB", await self.received(7))
        return header, await self.received(header[2] - 1)

    async def ask(self, pdu: bytes, unit: int = 1) -> bytes:
        """Return the answer of the device from its function code on, in a frame that is right."""
        self.send(pdu, unit)
        header, body = await self.answer()
        assert header == (self.transaction, 0, len(body) + 1, unit)
        return body

    async def words(self, address: int, count: int, function: int = 4) -> list[int]:
        body = await self.ask(struct.pack(">BHH", function, address, count))
        if body[0] == function | 0x80:
            assert len(body) == 2
            raise ModbusExceptionError(body[1])
        assert body[0] == function
        assert body[1] == 2 * count
        assert len(body) == 2 + 2 * count
        return list(struct.unpack(f">{count}H", body[2:]))


@asynccontextmanager
async def connected(port: int) -> AsyncIterator[RawReader]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield RawReader(reader, writer)
    finally:
        writer.close()
