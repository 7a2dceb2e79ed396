"""A Modbus TCP server that answers from bytes written by hand; it knows nothing of our maps."""

import asyncio
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

Request = tuple[int, int, int]
"""Function code, address, count."""
Spoil = Callable[[bytes, asyncio.StreamWriter], Awaitable[bytes | None]]
"""Makes something else of a right answer; None sends nothing more."""


def high_first(number: int) -> tuple[int, int]:
    """The two words of a 32-bit number, as most products send them."""
    number &= 0xFFFFFFFF
    return number >> 16, number & 0xFFFF


def low_first(number: int) -> tuple[int, int]:
    high, low = high_first(number)
    return low, high


def text(content: str, words: int) -> tuple[int, ...]:
    """A text, high byte first, filled up with zeros."""
    return struct.unpack(f">{words}H", content.encode().ljust(2 * words, b"\0"))


def swapped_text(content: str, words: int) -> tuple[int, ...]:
    """The same, low byte first, as the X1 sends it."""
    return struct.unpack(f"<{words}H", content.encode().ljust(2 * words, b"\0"))


@dataclass
class ScriptedDevice:
    """Registers, what is asked of them, and how the answers are spoiled."""

    words: dict[int, int] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    frames: list[bytes] = field(default_factory=list)
    """All that was received, as it came."""
    exceptions: dict[int, int] = field(default_factory=dict)
    """Codes by the address at which a read starts."""
    spoil: Spoil | None = None
    connections: int = 0
    port: int = 0
    _writers: set[asyncio.StreamWriter] = field(default_factory=set)
    _serving: set["asyncio.Task[None] | None"] = field(default_factory=set)

    def put(self, address: int, *words: int) -> None:
        for offset, word in enumerate(words):
            self.words[address + offset] = word & 0xFFFF

    def put_all(self, rows: Mapping[int, tuple[int, ...]]) -> None:
        for address, words in rows.items():
            self.put(address, *words)

    def answer(self, request: Request) -> bytes:
        """Strict about the start, silent about holes, as the firmware is."""
        function, address, count = request
        code = self.exceptions.get(address)
        if code is None and address not in self.words:
            code = 2
        if code is not None:
            return bytes((function | 0x80, code))
        words = [self.words.get(address + offset, 0) for offset in range(count)]
        return struct.pack(f">BB{count}H", function, 2 * count, *words)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._writers.add(writer)
        self._serving.add(asyncio.current_task())
        try:
            while True:
                frame = await reader.readexactly(12)
                self.frames.append(frame)
                transaction, _, _, unit, function, address, count = struct.unpack(">HHHBBHH", frame)
                self.requests.append((function, address, count))
                body = self.answer((function, address, count))
                sent: bytes | None = (
                    struct.pack(">HHHB", transaction, 0, len(body) + 1, unit) + body
                )
                if self.spoil is not None:
                    assert sent is not None
                    sent = await self.spoil(sent, writer)
                if sent is not None:
                    writer.write(sent)
                    await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self._writers.discard(writer)
            self._serving.discard(asyncio.current_task())
            writer.close()

    def drop_all(self) -> None:
        """Reset every connection."""
        for writer in self._writers:
            writer.transport.abort()

    async def stop(self) -> None:
        """Reset every connection and wait for the end of all."""
        self.drop_all()
        tasks = [task for task in self._serving if task is not None]
        if tasks:
            await asyncio.wait(tasks)


@asynccontextmanager
async def running(device: ScriptedDevice, host: str = "127.0.0.1") -> AsyncIterator[ScriptedDevice]:
    """Serve the device on a free port."""
    server = await asyncio.start_server(device.serve, host, device.port)
    device.port = server.sockets[0].getsockname()[1]
    try:
        yield device
    finally:
        server.close()
        await device.stop()
        await server.wait_closed()


# --- devices, word by word ---------------------------------------------------------------------


def max_ac(sn: str = "ANKDMWH0123456789") -> ScriptedDevice:
    """A Solarbank Max AC that discharges at -3.5 degrees and exports."""
    device = ScriptedDevice()
    device.put_all(
        {
            32768: text("A17E2", 5),
            32774: (0b0101111,),
            32775: (0b1111,),
            10100: text(sn, 12),
            10112: text("v1.0.7.2", 6),
            10000: (1, 2),
            10002: high_first(1830),
            10004: high_first(420),
            10008: high_first(1250),
            10010: high_first(2175),
            10012: high_first(-675),
            10014: (87, 99),
            # 70,000 steps of 0.1 kWh: more than one word holds.
            10018: high_first(70_000),
            10036: high_first(1000),
            10038: high_first(2500),
            10060: high_first(1_780_000_000),
            10064: (3,),
            10071: high_first(-800),
            10090: text("Solarbank Max AC", 10),
            10156: (-35,),
            10202: (2314,),
            10205: (-512,),
            10208: high_first(1250),
            10213: (4998,),
            10250: high_first(70),
            10262: high_first(65_540),
            10264: high_first(61_003),
            60000: (95, 10, 30, 1),
        }
    )
    return device


def solarbank_4() -> ScriptedDevice:
    """A Solarbank 4 at night: its string currents read slightly below 0."""
    device = max_ac("ANKDN7M0123456789")
    device.put(32768, *text("AE103", 5))
    device.put(10001, 0)
    device.put(10002, *high_first(0))
    device.put(10167, 251, -27, 148, -1, 3920, 1034)
    return device


def meter(kind: int = 2) -> ScriptedDevice:
    """A Smart Meter Gen 2 that imports on two phases and exports on one."""
    device = ScriptedDevice()
    device.put_all(
        {
            32768: text("AE1X0", 5),
            10620: text("AE1X0", 10),
            10630: (kind,),
            10632: (2301, 2312, 2323),
            10635: (-150, 250, 32_100),
            10638: high_first(-345),
            10640: high_first(577),
            10642: high_first(70_123),
            10644: high_first(70_355),
            10650: (0, 0),
            10656: high_first(123_456),
            10664: high_first(7_890),
            10675: high_first(-90),
            10696: (0x0100, 0x0203),
            10702: text("ANKDNSL0123456789", 10),
        }
    )
    return device


def plug() -> ScriptedDevice:
    """A Smart Plug Gen 2 that is on."""
    device = ScriptedDevice()
    device.put_all(
        {
            32768: text("A17X8", 5),
            30000: (7,),
            30005: text("APCQNA0123456789", 12),
            30029: (1, 12_345, 2299, 537),
        }
    )
    return device


def x1() -> ScriptedDevice:
    """An X1: low word first, low byte first, no register at 32768."""
    device = ScriptedDevice()
    device.put_all(
        {
            10000: (1, 1),
            10002: low_first(9_765),
            10004: low_first(0),
            10006: low_first(-70_000),
            10008: low_first(-5_400),
            10010: low_first(4_365),
            10012: low_first(-68_000),
            10014: (55, 98),
            10018: low_first(666_666),
            10036: low_first(6_000),
            10038: low_first(6_600),
            10060: low_first(1_780_000_000),
            10064: (20,),
            10071: low_first(-1_000),
            10090: swapped_text("X1-H12K-T", 10),
            10100: swapped_text("AX1H12K000000001", 12),
            10112: swapped_text("1.0.16.1", 6),
            10156: (-125,),
            10202: (2301, 2302, 2303),
            10205: (101, -102, 103),
            10213: (5002,),
            10249: (3,),
            10250: low_first(150),
            10258: (1,),
            10262: low_first(70_000),
            10264: low_first(60_000),
            10620: (1,),
            10630: (2, 0),
            10632: (2301, 2302, 2303),
            10635: (100, 200, 300),
            10638: low_first(-1000),
            10640: low_first(-2000),
            10642: low_first(500),
            10644: low_first(-2500),
            10656: low_first(1_234),
            10664: low_first(5_678),
        }
    )
    for string in range(8):
        device.put(10167 + 2 * string, 4000 + string, 100 * string - 1)
    return device


def ev_charger() -> ScriptedDevice:
    """A V1 EV charger that charges on three phases."""
    device = ScriptedDevice()
    device.put_all(
        {
            20000: (1,),
            20001: text("A5191", 10),
            20011: text("A5191XY123456789", 12),
            20023: text("V1.2.3", 6),
            20053: (2310, 2311, 2312),
            20059: (1600, 1601, 1602),
            20062: high_first(3_700),
            20064: high_first(3_701),
            20066: high_first(3_702),
            20068: high_first(11_103),
            20082: high_first(70_000),
            20084: high_first(88_888),
            20097: (2,),
        }
    )
    return device
