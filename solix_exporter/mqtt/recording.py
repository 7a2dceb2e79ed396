"""Listens to the devices of an account for a while, and keeps all messages as they came.

Imports the MQTT library, so only whoever records imports this module.
"""

import asyncio
import contextlib
from collections.abc import Sequence

from solix_exporter.mqtt.asking import Asking, ListenedDevice
from solix_exporter.mqtt.desk import Desk, Fetch
from solix_exporter.mqtt.events import ConnectionState, SilentMqttObserver
from solix_exporter.mqtt.line import Line, LineTools
from solix_exporter.mqtt.listener import DEVICES_PER_LINE
from solix_exporter.mqtt.recorded import RecordedMessage

_LARGEST_RECORDING_BYTES = 64 * 1024 * 1024
_CONNECTING_S = 30.0
_LOOK_EVERY_S = 0.05


class Recorder:
    """Records the messages of one account."""

    def __init__(self, account: str, tools: LineTools, fetch: Fetch) -> None:
        """`fetch` asks the cloud for the broker."""
        self.messages: list[RecordedMessage] = []
        self.problems: list[str] = []
        """Why nothing came, in words."""
        self._account = account
        self._tools = tools
        self._desk = Desk(fetch, tools.clock)
        self._asking = Asking(SilentMqttObserver(), lambda: True)
        self._left_bytes = _LARGEST_RECORDING_BYTES

    async def run(self, devices: Sequence[ListenedDevice], seconds: float) -> None:
        """Listen for so long once it is connected; devices are asked as their mode says."""
        lines = [
            self._line(devices[start : start + DEVICES_PER_LINE])
            for start in range(0, len(devices), DEVICES_PER_LINE)
        ]
        tasks = [asyncio.create_task(line.run()) for line in lines]
        try:
            await _connected(lines)
            await self._tools.clock.sleep(seconds)
        finally:
            self.problems = [
                line.problem or "no connection came about in this time"
                for line in lines
                if line.state is not ConnectionState.CONNECTED
            ]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _line(self, devices: Sequence[ListenedDevice]) -> Line:
        return Line(
            self._account,
            self._tools,
            self._desk,
            self._asking,
            lambda: devices,
            self._receive,
            lambda: None,
        )

    def _receive(self, topic: str, payload: bytes) -> str:
        self._left_bytes -= len(payload)
        if self._left_bytes >= 0:
            self.messages.append(RecordedMessage(topic, payload, self._tools.clock.now()))
        parts = topic.split("/")
        return parts[3] if len(parts) > 3 else ""  # noqa: PLR2004 - prefix, app, model, serial


async def _connected(lines: Sequence[Line]) -> None:
    """Wait until all are connected, or one of them has been long enough without success."""
    # A connection tells nobody; an event in it for this one reader would be more.
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_CONNECTING_S):
            while any(line.state is ConnectionState.CONNECTING for line in lines):  # noqa: ASYNC110
                await asyncio.sleep(_LOOK_EVERY_S)
