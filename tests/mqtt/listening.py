"""A listener of one account, and a record of all that it reports."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from solix_exporter.clock import Clock, SystemClock
from solix_exporter.model.broker import BrokerAccess
from solix_exporter.model.report import DeviceReport
from solix_exporter.mqtt.asking import ListenedDevice, Mode
from solix_exporter.mqtt.events import Answer, Connect, ConnectionState
from solix_exporter.mqtt.field_values import Ignored
from solix_exporter.mqtt.frames import Outcome
from solix_exporter.mqtt.line import LineTools
from solix_exporter.mqtt.listener import Book, Listener
from solix_exporter.mqtt.requests import Request
from solix_exporter.outages import Outages

STATION = ListenedDevice("4EJYH8ASEV3SGLA4", "A1761")
BANK = ListenedDevice("CUTUTT17MUSXAJ4R", "A17C0")


@dataclass
class Record:
    """An observer that remembers."""

    states: list[ConnectionState] = field(default_factory=list)
    connects: list[Connect] = field(default_factory=list)
    subscriptions: tuple[int, int] = (0, 0)
    messages: Counter[tuple[str, str, Outcome]] = field(default_factory=Counter)
    bytes: int = 0
    ignored: Counter[Ignored] = field(default_factory=Counter)
    requests: list[tuple[Request, Answer]] = field(default_factory=list)
    expires_s: float = 0
    lost: Counter[str] = field(default_factory=Counter)

    def state_changed(self, account: str, state: ConnectionState) -> None:
        self.states.append(state)

    def connect_ended(self, account: str, outcome: Connect) -> None:
        self.connects.append(outcome)

    def subscriptions_changed(self, account: str, granted: int, refused: int) -> None:
        self.subscriptions = granted, refused

    def message_received(self, model: str, message_type: str, outcome: Outcome) -> None:
        self.messages[model, message_type, outcome] += 1

    def bytes_received(self, account: str, count: int) -> None:
        self.bytes += count

    def value_ignored(self, reason: Ignored, count: int) -> None:
        self.ignored[reason] += count

    def request_ended(self, request: Request, outcome: Answer) -> None:
        self.requests.append((request, outcome))

    def certificate_read(self, account: str, expires_s: float) -> None:
        self.expires_s = expires_s

    def messages_lost(self, sn: str, count: int) -> None:
        self.lost[sn] += count

    def account_forgotten(self, account: str) -> None:
        pass


@dataclass
class Heard:
    """A listener, and what it delivered."""

    listener: Listener
    record: Record
    reports: list[DeviceReport]
    fetches: list[float]

    async def until(self, is_so: Callable[[], bool]) -> None:
        async with asyncio.timeout(20):
            while not is_so():  # noqa: ASYNC110 - what it waits for has no event
                await asyncio.sleep(0.02)

    async def state(self, state: ConnectionState) -> None:
        await self.until(lambda: self.listener.status().state is state)


@asynccontextmanager
async def listening(
    access: BrokerAccess | Callable[[], BrokerAccess],
    folder: Path,
    devices: Sequence[ListenedDevice] = (STATION, BANK),
    *,
    clock: Clock | None = None,
    has_reader: Callable[[], bool] = lambda: True,
    known: Sequence[ListenedDevice] = (),
) -> AsyncIterator[Heard]:
    """Run a listener until the end of the context."""
    record, reports, fetches = Record(), [], []  # type: ignore[var-annotated]
    clock = clock or SystemClock()

    async def fetch() -> BrokerAccess:
        fetches.append(clock.monotonic())
        return access() if callable(access) else access

    def book() -> Book:
        numbers = {device.sn: device.part_number for device in (*devices, *known)}
        return Book(list(devices), numbers)

    tools = LineTools(clock, record, Outages(), folder)
    listener = Listener("home", tools, fetch, book, reports.append, has_reader)
    task = asyncio.create_task(listener.run())
    try:
        yield Heard(listener, record, reports, fetches)
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def asked(device: ListenedDevice, mode: Mode, refresh_s: float = 60) -> ListenedDevice:
    return ListenedDevice(device.sn, device.part_number, mode, refresh_s)
