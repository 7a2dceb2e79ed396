"""The Modbus TCP server of one device."""

import asyncio
import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count

from solix_exporter.clock import Clock
from solix_exporter.sim.modbus.answers import answer
from solix_exporter.sim.modbus.devices import ModbusDevice
from solix_exporter.sim.modbus.faults import (
    CONTENT,
    ModbusFault,
    ModbusFaultKind,
    ModbusFaults,
    distorted,
)
from solix_exporter.sim.modbus.frames import (
    NotModbusError,
    Request,
    exception_answer,
    receive,
)
from solix_exporter.sim.modbus.request_log import ModbusRecord

HOST = "127.0.0.1"
_NO_LINGER = struct.pack("ii", 1, 0)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the servers of a network share."""

    clock: Clock
    faults: ModbusFaults
    record: Callable[[ModbusRecord], None]
    numbers: "count[int]" = field(default_factory=lambda: count(1))
    """Of connections."""


class DeviceServer:
    """Answers for one device, one request at a time whatever is connected."""

    def __init__(self, device: ModbusDevice, surroundings: Surroundings) -> None:
        self.device = device
        self.port = 0
        self._around = surroundings
        self._turn = asyncio.Lock()
        self._connections: dict[asyncio.StreamWriter, asyncio.StreamReader] = {}
        self._tasks: set[asyncio.Task[None] | None] = set()
        self._socket: socket.socket | None = None
        self._opening: asyncio.Task[asyncio.Server] | None = None
        self._is_listening = False

    def start(self, port: int) -> None:
        """Hold a port on loopback; port 0 picks a free one. Listens unless a fault forbids it."""
        self._socket = _bound(port)
        self.port = self._socket.getsockname()[1]
        self.refresh()

    def refresh(self) -> None:
        """Listen, or stop to, as the faults have it."""
        if self._socket is None or self._is_listening is not self._has(ModbusFaultKind.REFUSE):
            return
        if self._is_listening:
            self._close()
            self._socket = _bound(self.port)
        else:
            self._listen(self._socket)

    async def stop(self) -> None:
        """Close the port and all connections."""
        opening = self._opening
        self._close()
        tasks = [task for task in (opening, *self._tasks) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        self._is_listening = False

    def cut(self) -> None:
        """Reset all connections."""
        for writer in self._connections:
            _reset(writer)

    def _has(self, kind: ModbusFaultKind) -> bool:
        return self._around.faults.has(kind, self.device.sn, self.device.part_number)

    def _listen(self, bound: socket.socket) -> None:
        # The kernel takes connections from here on, before the server gets to accept them.
        bound.listen()
        self._is_listening = True
        self._opening = asyncio.get_running_loop().create_task(
            asyncio.start_server(self._serve, sock=bound)
        )

    def _close(self) -> None:
        opening, self._opening = self._opening, None
        if opening is not None and opening.done():
            opening.result().close()
        elif opening is not None:
            opening.cancel()
        if self._socket is not None and self._is_listening:
            self._socket.close()
        self._is_listening = False
        self.cut()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # A client that has closed its connection may open the next one at once.
        await asyncio.sleep(0)
        is_exclusive = self.device.is_exclusive or self._has(ModbusFaultKind.ONE_CONNECTION)
        if is_exclusive and not all(other.at_eof() for other in self._connections.values()):
            writer.close()
            return
        self._connections[writer] = reader
        task = asyncio.current_task()
        self._tasks.add(task)
        try:
            await self._converse(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError, NotModbusError):
            pass
        except asyncio.CancelledError:
            # Only `stop` cancels; asyncio's streams would log it as an error.
            pass
        finally:
            self._tasks.discard(task)
            del self._connections[writer]
            writer.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        number = next(self._around.numbers)
        while True:
            request = await receive(reader)
            async with self._turn:
                await self._answer(request, number, writer)

    async def _answer(self, request: Request, number: int, writer: asyncio.StreamWriter) -> None:
        around, device = self._around, self.device
        around.record(
            ModbusRecord(
                at=around.clock.now(),
                sn=device.sn,
                connection=number,
                unit=request.unit,
                function=request.function,
                address=request.address,
                count=request.count,
            )
        )
        faults = around.faults.match(device.sn, device.part_number)
        damaging = next((fault for fault in faults if fault.kind not in CONTENT), None)
        raw = await self._bytes(request, faults, damaging)
        if raw is None:
            _reset(writer)
        elif raw:
            writer.write(raw)
            await writer.drain()

    async def _bytes(
        self, request: Request, faults: tuple[ModbusFault, ...], damaging: ModbusFault | None
    ) -> bytes | None:
        """Return what is sent; None resets the connection."""
        kind = ModbusFaultKind(damaging.kind) if damaging else None
        if kind is ModbusFaultKind.MUTE:
            return b""
        if kind is ModbusFaultKind.RESET:
            return None
        if damaging is not None and kind is ModbusFaultKind.LATE:
            await asyncio.sleep(damaging.number)
        at = self._around.clock.now()
        frame = answer(self.device, request, faults, at)
        if damaging is not None and kind is ModbusFaultKind.BUSY:
            frame = exception_answer(request, int(damaging.number))
        return distorted(frame, kind) if kind else frame.encoded()


def _bound(port: int) -> socket.socket:
    """Return a socket that holds a port; until it listens, connections are refused."""
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind((HOST, port))
    bound.setblocking(False)  # noqa: FBT003  the library's signature
    return bound


def _reset(writer: asyncio.StreamWriter) -> None:
    """Close a connection with RST in the place of FIN."""
    connection = writer.get_extra_info("socket")
    if connection is not None:
        with suppress(OSError):
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
    writer.transport.abort()
