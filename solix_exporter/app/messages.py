"""The messages of devices: a listener per account, built from the settings, beside the polls.

The protocol's library is imported only where MQTT is on.
"""

import asyncio
import contextlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from solix_exporter.app.accounts import Account
from solix_exporter.clock import Clock
from solix_exporter.cloud.endpoints.account import MQTT_INFO
from solix_exporter.config import Settings
from solix_exporter.metrics.own import OwnMetrics
from solix_exporter.model.broker import BrokerAccess
from solix_exporter.model.device import ChargingStatus, Device
from solix_exporter.model.products import DeviceType, Feature
from solix_exporter.model.snapshot import AccountSlice, Snapshot
from solix_exporter.outages import Outages
from solix_exporter.poll.device_reports import DeviceReports

if TYPE_CHECKING:
    from solix_exporter.metrics.mqtt_metrics import MqttMetrics
    from solix_exporter.mqtt.asking import ListenedDevice
    from solix_exporter.mqtt.line import LineTools
    from solix_exporter.mqtt.listener import Book, Listener, ListenerStatus

_READ_FOR_S = 300.0
_OFF, _FILL = "off", "fill"
_PLACE = "<serial number>"
"""On the page, which shows no serial number in full."""
_RESTING = frozenset({ChargingStatus.STANDBY, ChargingStatus.SLEEP})
_SILENT = frozenset({DeviceType.INVERTER})
"""Kinds of devices without a link of their own to the broker."""


class Readers:
    """Whether anybody has looked at the values lately: a scrape, the page, or a sink."""

    def __init__(self, clock: Clock, *, has_sink: bool) -> None:
        self._clock = clock
        self._has_sink = has_sink
        self._last_s: float | None = None

    def note(self) -> None:
        """Take note of somebody who looks."""
        self._last_s = self._clock.monotonic()

    def are_there(self) -> bool:
        """Return whether anybody has looked within five minutes."""
        if self._has_sink:
            return True
        return self._last_s is not None and self._clock.monotonic() - self._last_s < _READ_FOR_S


@dataclass(frozen=True, slots=True)
class MessageParts:
    """What listeners are built from."""

    clock: Clock
    own: OwnMetrics
    reports: DeviceReports
    outages: Outages
    snapshot: Callable[[], Snapshot]
    settings: Callable[[], Settings]
    """Those in force now."""
    readers: Readers


def is_on(settings: Settings) -> bool:
    """Return whether any device may be listened to."""
    if settings.mqtt.mode != _OFF:
        return True
    return any(mode_of(settings, sn) != _OFF for sn in settings.devices)


def mode_of(settings: Settings, sn: str) -> str:
    """Return the mode of a device: its own, else that of all."""
    own = settings.devices[sn].mqtt if sn in settings.devices else ()
    return next((choice for choice in own if choice != _FILL), settings.mqtt.mode)


class Messages:
    """The listeners of all accounts, by account."""

    def __init__(self, parts: MessageParts) -> None:
        """Begin without any."""
        self._parts = parts
        self._metrics: MqttMetrics | None = None
        self._tools: LineTools | None = None
        self._running: dict[str, tuple[Account, Listener, asyncio.Task[None]]] = {}

    def listen(self, accounts: Mapping[str, Account]) -> None:
        """Listen for these accounts from now on, and for no other ones."""
        wanted = accounts if is_on(self._parts.settings()) else {}
        for name, (account, _, task) in list(self._running.items()):
            if wanted.get(name) is not account:
                task.cancel()
                del self._running[name]
                self._forget(name, is_gone=name not in wanted)
        for name, account in wanted.items():
            if name not in self._running:
                self._start(account)

    async def stop(self) -> None:
        """Disconnect from all brokers."""
        tasks = [task for _, _, task in self._running.values()]
        self._running.clear()
        for task in tasks:
            task.cancel()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(5):
                await asyncio.gather(*tasks, return_exceptions=True)

    def status(self, account: str) -> "ListenerStatus | None":
        """Return how an account stands with the broker, None where it is not listened for."""
        running = self._running.get(account)
        return running[1].status() if running else None

    def sentences(self, account: str) -> tuple[str, str]:
        """Return how an account stands with the broker and what to do about it; empty for none."""
        status = self.status(account)
        if status is None:
            return "", ""
        from solix_exporter.mqtt.telling import tell_connection  # noqa: PLC0415 - see the module

        granted, refused = len(status.granted), len(status.refused)
        told = tell_connection(status.state, status.problem, granted, refused)
        return told.state, told.todo

    def notes(self, devices: Iterable[Device]) -> dict[str, str]:
        """Return what the messages of each device give, by serial number, where one listens."""
        if not self._running:
            return {}
        from solix_exporter.mqtt.telling import tell_device, tell_more  # noqa: PLC0415

        refused = {
            sn for _, listener, _ in self._running.values() for sn in listener.status().refused
        }
        found = {}
        for one in listened_devices(devices, self._parts.settings()):
            gives = tell_device(one.part_number, one.mode, one.refresh_s)
            text = "the broker refuses its messages" if one.sn in refused else f"messages: {gives}"
            more = tell_more(_PLACE, one.part_number, one.mode)
            found[one.sn] = f"{text}. {more}".strip() if more else f"{text}."
        return found

    def _start(self, account: Account) -> None:
        # See the module.
        from solix_exporter.mqtt.listener import Listener  # noqa: PLC0415

        async def fetch() -> BrokerAccess:
            return await account.polled.source.fetch(MQTT_INFO)

        tools, metrics = self._shared()
        metrics.expect_account(account.name)
        listener = Listener(
            account.name,
            tools,
            fetch,
            _Books(account, self._parts).book,
            self._parts.reports.accept,
            self._parts.readers.are_there,
        )
        task = asyncio.create_task(listener.run(), name=f"mqtt {account.name}")
        self._running[account.name] = account, listener, task

    def _shared(self) -> "tuple[LineTools, MqttMetrics]":
        """Return what all listeners share, made when the first one is."""
        from solix_exporter.metrics.mqtt_metrics import MqttMetrics  # noqa: PLC0415 - see the module
        from solix_exporter.mqtt.credentials import remove_leftovers  # noqa: PLC0415
        from solix_exporter.mqtt.line import LineTools  # noqa: PLC0415

        if self._tools is None or self._metrics is None:
            folder = self._parts.settings().state_dir
            remove_leftovers(folder)
            self._metrics = MqttMetrics(self._parts.own)
            self._tools = LineTools(self._parts.clock, self._metrics, self._parts.outages, folder)
        return self._tools, self._metrics

    def _forget(self, name: str, *, is_gone: bool) -> None:
        self._parts.outages.forget(f"account {name}, MQTT")
        if is_gone and self._metrics is not None:
            self._metrics.account_forgotten(name)


class _Books:
    """The devices of an account, made anew when its part of the snapshot changes."""

    def __init__(self, account: Account, parts: MessageParts) -> None:
        self._account = account
        self._parts = parts
        self._made_of: tuple[AccountSlice | None, Settings] | None = None
        self._book: Book | None = None

    def book(self) -> "Book":
        """Return what there is to listen to now."""
        from solix_exporter.mqtt.listener import Book  # noqa: PLC0415 - see the module

        settings, found = self._parts.settings(), self._slice()
        if self._book is None or self._made_of is None or self._is_new(found, settings):
            devices = found.devices if found else ()
            self._made_of = found, settings
            self._book = Book(
                listened_devices(devices, settings),
                {device.sn: device.product.part_number for device in devices},
            )
        return self._book

    def _is_new(self, found: AccountSlice | None, settings: Settings) -> bool:
        return self._made_of is None or any(
            now is not before for now, before in zip((found, settings), self._made_of, strict=True)
        )

    def _slice(self) -> AccountSlice | None:
        for part in self._parts.snapshot().slices:
            if part.account is not None and part.account.name == self._account.name:
                return part
        return None


def listened_devices(devices: Iterable[Device], settings: Settings) -> "list[ListenedDevice]":
    """Return those of the devices that may be listened to, in the order of their serial numbers."""
    from solix_exporter.mqtt.asking import ListenedDevice, Mode  # noqa: PLC0415 - see the module

    return [
        ListenedDevice(
            sn=device.sn,
            part_number=device.product.part_number,
            mode=Mode(mode_of(settings, device.sn)),
            refresh_s=settings.mqtt.refresh_s,
            owner_user_id=device.details.bound.owner_user_id if device.details.bound else "",
            is_resting=_is_resting(device),
        )
        for device in sorted(devices, key=lambda device: device.sn)
        if device.product.part_number and device.product.device_type not in _SILENT
    ]


def _is_resting(device: Device) -> bool:
    """Return whether asking a device tells nothing, or costs energy that it saves."""
    if device.is_online is False:
        return True
    is_behind_hub = bool(device.main_device_sn) and Feature.PANEL_BATTERY in device.product.features
    status = device.now.status if device.now else None
    return is_behind_hub or status in _RESTING
