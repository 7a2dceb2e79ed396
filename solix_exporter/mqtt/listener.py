"""Listens to the devices of an account: its connections, what came of each message, and how it is.

Imports the MQTT library, so only whoever has MQTT on imports this module.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from solix_exporter.model.report import DeviceReport, Source
from solix_exporter.mqtt.asking import Asking, ListenedDevice, Mode
from solix_exporter.mqtt.decode import Decoded, decode
from solix_exporter.mqtt.desk import Desk, Fetch
from solix_exporter.mqtt.events import ConnectionState
from solix_exporter.mqtt.field_values import Ignored
from solix_exporter.mqtt.frames import Outcome
from solix_exporter.mqtt.line import Line, LineTools
from solix_exporter.mqtt.tracks import Track, measured_s

_LOGGER = logging.getLogger(__name__)

DEVICES_PER_LINE = 50
"""What the broker lets one connection subscribe to."""


@dataclass(frozen=True, slots=True)
class ListenerStatus:
    """How an account stands with the broker."""

    state: ConnectionState
    problem: str = ""
    """In words; empty where there is none."""
    granted: frozenset[str] = frozenset()
    refused: frozenset[str] = frozenset()
    """Serial numbers of devices that the broker does not let this account listen to."""
    heard: Mapping[str, datetime] = field(default_factory=dict)
    """When each device last sent anything, by serial number."""


@dataclass(frozen=True, slots=True)
class Book:
    """The devices that an account knows."""

    listened: Sequence[ListenedDevice] = ()
    part_numbers: Mapping[str, str] = field(default_factory=dict)
    """By serial number, of those that speak through a hub, too. Nothing else is reported."""


class Listener:
    """The connections of one account."""

    def __init__(  # noqa: PLR0913, PLR0917 - what one account consists of
        self,
        account: str,
        tools: LineTools,
        fetch: Fetch,
        book: Callable[[], Book],
        deliver: Callable[[DeviceReport], None],
        has_reader: Callable[[], bool],
    ) -> None:
        """`book` is asked every second; `deliver` takes each report."""
        self.account = account
        self._tools = tools
        self._desk = Desk(fetch, tools.clock)
        self._book = book
        self._known = Book()
        self._deliver = deliver
        self._asking = Asking(tools.observer, has_reader)
        self._tracks: dict[str, Track] = {}
        self._heard: dict[str, datetime] = {}
        self._lines: list[tuple[Line, asyncio.Task[None]]] = []
        self._state: ConnectionState | None = None

    async def run(self) -> None:
        """Listen until cancelled; then disconnect."""
        self._changed()
        try:
            while True:
                self._known = self._book()
                self._keep_lines()
                await asyncio.sleep(max(0.05, 1 / self._tools.clock.speed))
        finally:
            tasks = [task for _, task in self._lines]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def status(self) -> ListenerStatus:
        """Return how it stands now."""
        lines = [line for line, _ in self._lines if line.has_devices]
        worst = min(lines, key=_urgency, default=None)
        return ListenerStatus(
            state=worst.state if worst else ConnectionState.OFF,
            problem=worst.problem if worst else "",
            granted=frozenset(sn for line in lines for sn in line.granted),
            refused=frozenset(sn for line in lines for sn in line.refused),
            heard=dict(self._heard),
        )

    def _keep_lines(self) -> None:
        """Have a connection for each fifty devices; one that is not needed any more idles."""
        needed = -(-len(self._listened()) // DEVICES_PER_LINE)
        while len(self._lines) < max(1, needed):
            line = self._line(len(self._lines))
            name = f"mqtt {self.account} {len(self._lines)}"
            self._lines.append((line, asyncio.create_task(line.run(), name=name)))

    def _line(self, number: int) -> Line:
        start = number * DEVICES_PER_LINE

        def devices() -> Sequence[ListenedDevice]:
            return self._listened()[start : start + DEVICES_PER_LINE]

        return Line(
            self.account,
            self._tools,
            self._desk,
            self._asking,
            devices,
            self._receive,
            self._changed,
        )

    def _listened(self) -> list[ListenedDevice]:
        return [device for device in self._known.listened if device.mode is not Mode.OFF]

    def _changed(self) -> None:
        status = self.status()
        if status.state is not self._state:
            self._state = status.state
            self._tools.observer.state_changed(self.account, status.state)
        counts = len(status.granted), len(status.refused)
        self._tools.observer.subscriptions_changed(self.account, *counts)

    # --- messages ---------------------------------------------------------------------------

    def _receive(self, topic: str, payload: bytes) -> str:
        """Decode a message, deliver its reports, and return who sent it."""
        decoded = decode(topic, payload)
        observer = self._tools.observer
        observer.bytes_received(self.account, len(payload))
        try:
            if decoded.sn in self._known.part_numbers:
                self._deliver_all(decoded)
        except Exception:
            # The edge of the network task: what one message brings must not end the listening.
            _LOGGER.exception("account %s: a message could not be taken in", self.account)
            decoded.outcome = Outcome.INTERNAL
        observer.message_received(decoded.model, decoded.message_type, decoded.outcome)
        for reason, count in decoded.ignored.items():
            observer.value_ignored(reason, count)
        return decoded.sn

    def _deliver_all(self, decoded: Decoded) -> None:
        now_s = self._tools.clock.monotonic()
        arrived = self._tools.clock.now()
        track = self._track(decoded.sn)
        track.last_s = now_s
        self._heard[decoded.sn] = arrived
        if track.is_late(decoded.sequence):
            decoded.give_up_as_late()
            return
        lost = track.lost(decoded.sequence)
        if lost:
            self._tools.observer.messages_lost(decoded.sn, lost)
        at_s, is_off = measured_s(decoded.timestamp_s, arrived.timestamp())
        if is_off:
            decoded.ignored[Ignored.CLOCK] += 1
        for report in self._reports(decoded, at_s, now_s):
            self._deliver(report)

    def _reports(self, decoded: Decoded, at_s: float, now_s: float) -> list[DeviceReport]:
        """Return the reports of a message about devices that the account knows."""
        found = []
        for reading in decoded.readings:
            part_number = self._known.part_numbers.get(reading.sn)
            if part_number is None:
                continue
            every_s = reading.row.every_s if reading.row else None
            found.append(
                DeviceReport(
                    sn=reading.sn,
                    source=Source.MQTT,
                    kind=reading.kind,
                    part_number=part_number,
                    measured_at=datetime.fromtimestamp(at_s, UTC),
                    valid_s=self._track(reading.sn).valid_s(reading.kind, every_s, now_s),
                    readings=reading.readings,
                    firmware=reading.firmware,
                    sequence=decoded.sequence,
                )
            )
        return found

    def _track(self, sn: str) -> Track:
        """Return the track of a device; only devices of the account have one."""
        track = self._tracks.get(sn)
        if track is None:
            track = self._tracks[sn] = Track()
            self._tools.observer.messages_lost(sn, 0)
        device = next((one for one in self._known.listened if one.sn == sn), None)
        is_asked = device is not None and device.mode is Mode.REFRESH
        track.asked_every_s = device.refresh_s if device and is_asked else 0.0
        return track


def _urgency(line: Line) -> int:
    return list(ConnectionState).index(line.state)
