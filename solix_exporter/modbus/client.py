"""One connection to one device that can read registers and nothing else.

pymodbus speaks the protocol; its retries and its reconnecting in the background are off. Any doubt
about an answer closes the connection, so that a late answer is never taken for the next one.
"""

import asyncio
import errno
import logging
import random
import socket
from enum import IntEnum
from typing import Any

from pymodbus.client import AsyncModbusTcpClient
from pymodbus.exceptions import ModbusException
from pymodbus.pdu import ModbusPDU

from solix_exporter.clock import Clock
from solix_exporter.errors import ModbusError, ReadRefused
from solix_exporter.modbus.answers import Request, Verdict

UNIT = 1
"""The unit id of all products."""
ANSWER_S = 3.0
"""How long a connection or an answer may take."""
GAP_S = 0.05
"""The pause between two requests."""
_MOST_ADDRESSES = 4
"""Addresses of one name that are tried."""

_FIRST_TRANSACTIONS = 60_000

_BUSY = {1: "illegal function", 2: "illegal address", 3: "illegal value", 4: "device failure"}


class Function(IntEnum):
    """The function codes that may leave; both only read."""

    HOLDING = 3
    """Settings."""
    INPUT = 4
    """What is only read."""


class RegisterClient:
    """Reads registers of one device, one request at a time."""

    def __init__(self, host: str, port: int, clock: Clock, *, answer_s: float = ANSWER_S) -> None:
        """Take where the device is; nothing is opened. `answer_s` is in real seconds."""
        self._host = host
        self._port = port
        self._clock = clock
        self._answer_s = answer_s
        self._line: _Line | None = None
        self._next_s = 0.0

    @property
    def is_connected(self) -> bool:
        """Return whether the connection is open and beyond doubt."""
        return self._line is not None and not self._line.trouble.done()

    async def connect(self) -> None:
        """Resolve the name and connect to the first of its addresses that answers.

        Raises ModbusError with the outcome dns, refused, unreachable or timeout.
        """
        self.close()
        refusals: list[ModbusError] = []
        for address in await self.addresses():
            line = _Line(address, self._port)
            try:
                await line.open(self._answer_s)
            except (OSError, TimeoutError) as error:
                line.close()
                refusals.append(_not_connected(error, address, self._port))
            except BaseException:
                line.close()
                raise
            else:
                self._line = line
                return
        # The most telling one: something is at that address and says no.
        raise min(refusals, key=lambda refusal: refusal.outcome != "refused")

    async def addresses(self) -> list[str]:
        """Return the addresses of the host, at least one. Raises ModbusError."""
        loop = asyncio.get_running_loop()
        look_up = loop.getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM)
        try:
            found = await asyncio.wait_for(look_up, self._answer_s)
        except (OSError, TimeoutError, UnicodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else None
            text = f"{self._host} is not known: {reason or 'the name server does not answer'}"
            raise ModbusError(text, outcome="dns") from error
        return list(dict.fromkeys(str(row[4][0]) for row in found))[:_MOST_ADDRESSES]

    async def read(self, function: Function, address: int, count: int) -> tuple[int, ...]:
        """Return `count` registers from `address` on.

        Raises ReadRefused for an exception of the device, which leaves the connection open, and
        ModbusError for everything else, which closes it.
        """
        line = self._line
        if line is None:
            raise ModbusError("there is no connection", outcome="reset")
        await self._clock.sleep(self._next_s - self._clock.monotonic())
        try:
            answer = await line.ask(function, address, count, self._answer_s)
        except BaseException:
            self.close()
            raise
        self._next_s = self._clock.monotonic() + GAP_S
        if answer.isError():
            code = answer.exception_code
            meaning = _BUSY.get(code, "not now")
            raise ReadRefused(f"registers {address}+{count}: {meaning} ({code})", code=code)
        return tuple(answer.registers)

    def close(self) -> None:
        """Close the connection, if there is one."""
        if self._line is not None:
            self._line.close()
            self._line = None


class _Line:
    """The library's client of one connection, watched."""

    def __init__(self, address: str, port: int) -> None:
        # It logs every failure as an error; ours are told once, with what to do.
        logging.getLogger("pymodbus").setLevel(logging.CRITICAL)
        self._library = AsyncModbusTcpClient(
            address,
            port=port,
            timeout=60,
            retries=0,
            reconnect_delay=0,
            trace_packet=self._watch,
            trace_connect=self._connected,
        )
        self._address = address
        self._port = port
        self._request: Request | None = None
        self.trouble: asyncio.Future[ModbusError] = asyncio.get_running_loop().create_future()
        """Done as soon as the connection cannot be trusted any more, with the reason."""

    async def open(self, limit_s: float) -> None:
        """Connect. Raises OSError and TimeoutError, which the library's own way would hide."""
        loop = asyncio.get_running_loop()
        opening = loop.create_connection(lambda: self._library.ctx, self._address, self._port)
        await asyncio.wait_for(opening, limit_s)
        # The library counts from 1 on each connection: an answer that a proxy held back would fit.
        self._library.ctx.next_tid = random.randrange(_FIRST_TRANSACTIONS)

    async def ask(self, function: Function, address: int, count: int, limit_s: float) -> ModbusPDU:
        """Return the answer, which is exact. Raises ModbusError."""
        if self.trouble.done():
            raise self.trouble.result()
        read = self._library.read_input_registers
        if function is Function.HOLDING:
            read = self._library.read_holding_registers
        asking = asyncio.ensure_future(read(address, count=count, device_id=UNIT))
        either: tuple[asyncio.Future[Any], ...] = (asking, self.trouble)
        try:
            await asyncio.wait(either, timeout=limit_s, return_when=asyncio.FIRST_COMPLETED)
            return self._answer(asking, function, address, count)
        finally:
            self._request = None
            if not asking.cancel() and not asking.cancelled():
                # Looked at, so that nobody is told that it was not.
                asking.exception()

    def _answer(
        self, asking: "asyncio.Future[ModbusPDU]", function: Function, address: int, count: int
    ) -> ModbusPDU:
        if self.trouble.done():
            raise self.trouble.result()
        if not asking.done():
            raise ModbusError(f"no answer to registers {address}+{count}", outcome="timeout")
        try:
            answer = asking.result()
        except ModbusException as error:
            raise ModbusError(f"registers {address}+{count}: {error}", outcome="reset") from error
        if answer.isError():
            return answer
        if answer.function_code != function or len(answer.registers) != count:
            raise _malformed()
        return answer

    def close(self) -> None:
        """Close the connection."""
        self._library.close()
        if not self.trouble.done():
            self.trouble.set_result(ModbusError("the connection is closed", outcome="reset"))

    def _connected(self, is_connected: bool) -> None:  # noqa: FBT001  the library's signature
        if not is_connected and not self.trouble.done():
            text = "the device has closed the connection"
            self.trouble.set_result(ModbusError(text, outcome="reset"))

    def _watch(self, is_sent: bool, frame: bytes) -> bytes:  # noqa: FBT001  the same
        """Look at each frame that leaves, and pass only exact answers on to the library."""
        if is_sent:
            self._request = _only_reads(frame)
            return frame
        if self.trouble.done():
            return b""
        verdict = Verdict.WRONG if self._request is None else self._request.verdict(frame)
        if verdict is Verdict.WRONG:
            self.trouble.set_result(_malformed())
        return frame if verdict is Verdict.EXACT else b""


def _only_reads(frame: bytes) -> Request:
    """Return the request; the last place where a frame that writes would be stopped."""
    request = Request.of(frame)
    if request.function not in set(Function):
        raise ModbusException("only registers are read")
    return request


def _malformed() -> ModbusError:
    return ModbusError("the answer does not belong to the request", outcome="malformed")


def _not_connected(error: OSError, address: str, port: int) -> ModbusError:
    place = f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
    if isinstance(error, TimeoutError):
        return ModbusError(f"{place} does not answer", outcome="timeout")
    if error.errno == errno.ECONNREFUSED:
        return ModbusError(f"{place} refuses the connection", outcome="refused")
    text = error.strerror or str(error)
    return ModbusError(f"{place} cannot be reached: {text}", outcome="unreachable")
