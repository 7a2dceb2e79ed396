"""One connection of an account and its life: connect, subscribe, listen, ask, start over.

Nothing here raises past `run`, and nothing that the broker does or fails to do reaches a poll.
"""

import asyncio
import logging
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

from solix_exporter.clock import Clock
from solix_exporter.errors import SolixError
from solix_exporter.model.broker import BrokerAccess
from solix_exporter.mqtt.asking import (
    ASKING,
    Asking,
    ListenedDevice,
    Pace,
    answer_is_due_s,
    silence_s,
)
from solix_exporter.mqtt.credentials import expiry_of, tls_context
from solix_exporter.mqtt.desk import Desk
from solix_exporter.mqtt.events import Connect, ConnectionState, MqttObserver
from solix_exporter.mqtt.requests import Addressee, frame_of, payload_of, topic_of
from solix_exporter.mqtt.wire import (
    FILTERS_PER_PACKET,
    Broker,
    ConnectFailed,
    Wire,
    WireError,
    opened,
)
from solix_exporter.outages import Outages

_LOGGER = logging.getLogger(__name__)

TICK_S = 1.0
_FIRST_WAIT_S, _LONGEST_WAIT_S = 1.0, 120.0
_LONGEST_MUTE_WAIT_S = 3600.0
_AWAY_WAIT_S = 3600.0
"""Where only the cloud can change something: no broker, or an expired certificate."""
_QUICK_S = 10.0
"""A connection that ends sooner was probably taken over."""
_QUICK_ENDS = 2
_REFUSED_WAITS_S = (600.0, 3600.0)
_FAILURES_IN_DOUBT = 5
"""After so many failures in a row the certificate itself is doubted."""
_SUFFIXES = 100_000
_DAY_S = 86400.0
_LEAST_QUIET_S = 5.0
"""In seconds of the host."""


@dataclass(frozen=True, slots=True)
class LineTools:
    """What all connections of a process share."""

    clock: Clock
    observer: MqttObserver
    outages: Outages
    folder: Path
    """Where the key is written for the moment in which TLS reads it."""
    pace: Pace = field(default_factory=Pace)
    slots: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(2))


class _StartOver(SolixError):
    """The connection is of no use; the message says why."""


@dataclass(slots=True)
class _Refusal:
    """A device that the broker does not let this account listen to."""

    since_s: float
    next_s: float
    tries: int = 1


class Line:
    """One connection of an account, for up to fifty devices."""

    def __init__(  # noqa: PLR0913, PLR0917 - each is another part of the same account
        self,
        account: str,
        tools: LineTools,
        desk: Desk,
        asking: Asking,
        devices: Callable[[], Sequence[ListenedDevice]],
        receive: Callable[[str, bytes], str],
        on_change: Callable[[], None],
    ) -> None:
        """`receive` takes topic and payload, and returns the serial number of the sender.

        `on_change` is called when the state or a subscription has changed.
        """
        self._account = account
        self._tools = tools
        self._desk = desk
        self._asking = asking
        self._devices = devices
        self._receive = receive
        self._on_change = on_change
        self._suffix = random.randrange(_SUFFIXES)
        self.state = ConnectionState.CONNECTING
        self.problem = ""
        """Why it is not connected, in words; empty while it is."""
        self.granted: set[str] = set()
        self.refused: dict[str, _Refusal] = {}
        self._failures = 0
        self._mutes = 0
        self._quick_ends = 0
        self._connected_s = 0.0
        self._heard_s: float | None = None
        self._quiet_from_s = 0.0
        """The same by the host, or when it was connected: networks do not get faster with a clock
        that does."""

    @property
    def has_devices(self) -> bool:
        """Return whether there is anything to listen to."""
        return bool(self._devices())

    async def run(self) -> NoReturn:
        """Keep connected until cancelled."""
        while True:
            if not self._devices():
                await asyncio.sleep(TICK_S)
                continue
            try:
                wait_s = await self._live()
            except Exception:
                # The edge of the task: a defect here must not end the listening for ever.
                _LOGGER.exception("account %s: the connection to the broker failed", self._account)
                wait_s = _LONGEST_WAIT_S
            await self._sleep(wait_s)

    async def _sleep(self, seconds: float) -> None:
        """Wait, by the clock; a clock that is set forward ends it at once."""
        end_s = self._now_s() + seconds
        while self._now_s() < end_s:
            left_s = (end_s - self._now_s()) / self._tools.clock.speed
            await asyncio.sleep(min(TICK_S, max(left_s, 0.01)))

    def _now_s(self) -> float:
        return self._tools.clock.monotonic()

    async def _live(self) -> float:
        """Connect, and stay until it ends; return how long to wait before the next time."""
        try:
            access = await self._desk.access()
            wait_s = self._unusable_s(access)
            if wait_s is not None:
                return wait_s
            folder = self._tools.folder
            context = await asyncio.to_thread(tls_context, access, folder)
        except (SolixError, OSError) as error:
            return self._failed(str(error))
        client_id = f"{access.thing_name}_{self._suffix:05}"
        broker = Broker(access.host, access.port, client_id, context)
        try:
            async with opened(broker, self._tools.slots) as wire:
                self._tools.observer.connect_ended(self._account, Connect.CONNECTED)
                await self._attend(wire, access)
        except ConnectFailed as failure:
            self._tools.observer.connect_ended(self._account, failure.outcome)
            return self._failed(str(failure))
        except _StartOver as reason:
            return self._started_over(str(reason))
        except WireError:
            return self._dropped()
        finally:
            self.granted.clear()
            self._on_change()
        return _FIRST_WAIT_S

    def _unusable_s(self, access: BrokerAccess) -> float | None:
        """Return how long to wait where there is nothing to connect to, or nothing to show."""
        if not access.host or not access.certificate_pem:
            self._set(ConnectionState.NO_BROKER, "the cloud names no broker for this account")
            return _AWAY_WAIT_S
        expires_at = expiry_of(access)
        self._tools.observer.certificate_read(self._account, expires_at.timestamp())
        if self._tools.clock.now() < expires_at:
            return None
        # Neither the library nor TLS would say so: the broker just ends the connection.
        problem = f"the account's certificate for the broker ended at {expires_at:%Y-%m-%d %H:%M}"
        self._set(ConnectionState.CERTIFICATE_EXPIRED, f"{problem} UTC")
        self._desk.doubt()
        return _AWAY_WAIT_S

    def _failed(self, problem: str) -> float:
        self._failures += 1
        if self._failures >= _FAILURES_IN_DOUBT:
            self._desk.doubt()
        if self.state is not ConnectionState.MUTE:
            self._set(ConnectionState.CONNECTING, problem)
        return self._wait_s()

    def _wait_s(self) -> float:
        """Return the next wait; only a message, not a connection, makes it short again."""
        longest_s = min(_LONGEST_WAIT_S, _FIRST_WAIT_S * 2.0**self._failures)
        return longest_s * random.uniform(0.5, 1)

    def _dropped(self) -> float:
        """Return the wait after the broker ended the connection."""
        self._failures += 1
        lasted_s = self._now_s() - self._connected_s
        self._quick_ends = self._quick_ends + 1 if lasted_s < _QUICK_S else 0
        if self._quick_ends >= _QUICK_ENDS:
            self._quick_ends = 0
            self._suffix = random.randrange(_SUFFIXES)
            problem = "another client with the same id took the connection over"
            self._set(ConnectionState.TAKEN_OVER, problem)
        elif self.state not in {ConnectionState.MUTE, ConnectionState.TAKEN_OVER}:
            self._set(ConnectionState.CONNECTING, "the broker ended the connection")
        return self._wait_s()

    def _started_over(self, problem: str) -> float:
        """Return the wait after a connection that was given up."""
        if self.state is ConnectionState.REFUSED:
            return _FIRST_WAIT_S
        self._mutes += 1
        self._set(ConnectionState.MUTE, problem)
        return min(_LONGEST_MUTE_WAIT_S, 60.0 * 2.0 ** (self._mutes - 1))

    # --- while it is connected --------------------------------------------------------------

    async def _attend(self, wire: Wire, access: BrokerAccess) -> None:
        """Read messages and look after the connection, until one of them ends.

        Raises WireError or _StartOver.
        """
        self._connected_s, self._heard_s = self._now_s(), None
        self._quiet_from_s = _host_s()
        tasks = {
            asyncio.create_task(self._read(wire)),
            asyncio.create_task(self._look_after(wire, access)),
        }
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _read(self, wire: Wire) -> None:
        async for topic, payload in wire.messages():
            sn = self._receive(topic, payload)
            now_s = self._now_s()
            self._heard_s, self._quiet_from_s = now_s, _host_s()
            self._failures = self._mutes = 0
            self._asking.heard(sn, now_s)
            self._set(ConnectionState.CONNECTED)
            # Whatever floods in, the rest of the program has its turns.
            await asyncio.sleep(0)

    async def _look_after(self, wire: Wire, access: BrokerAccess) -> NoReturn:
        while True:
            await self._subscribe(wire, access.app_name)
            self._judge()
            await self._ask(wire, access)
            await asyncio.sleep(max(0.05, TICK_S / self._tools.clock.speed))

    async def _subscribe(self, wire: Wire, app_name: str) -> None:
        """Subscribe to devices that are new, and again to refused ones whose time has come."""
        now_s = self._now_s()
        wanted = {device.sn: device for device in self._devices()}
        due = [
            device
            for sn, device in wanted.items()
            if sn not in self.granted
            and (sn not in self.refused or now_s >= self.refused[sn].next_s)
        ]
        for start in range(0, len(due), FILTERS_PER_PACKET):
            packet = due[start : start + FILTERS_PER_PACKET]
            filters = [f"dt/{app_name}/{one.part_number}/{one.sn}/#" for one in packet]
            answers = await wire.subscribe(filters)
            for device, is_granted in zip(packet, answers, strict=False):
                self._subscribed(device.sn, now_s, is_granted=is_granted)
        for sn in [sn for sn in self.refused if sn not in wanted]:
            del self.refused[sn]
        if due:
            self._on_change()

    def _subscribed(self, sn: str, now_s: float, *, is_granted: bool) -> None:
        if is_granted:
            self.refused.pop(sn, None)
            self.granted.add(sn)
            self._asking.subscribed(sn)
            return
        known = self.refused.setdefault(sn, _Refusal(now_s, now_s, 0))
        known.next_s = now_s + _REFUSED_WAITS_S[min(known.tries, 1)]
        known.tries += 1

    def _judge(self) -> None:
        """Set the state that the connection is in by now.

        Raises _StartOver where a new connection may help.
        """
        now_s = self._now_s()
        if self.refused and not self.granted:
            self._judge_refusal(now_s)
            return
        if self._is_mute(now_s):
            minutes = (now_s - (self._heard_s or self._connected_s)) / 60
            raise _StartOver(f"nothing has come for {minutes:.0f} minutes")
        if self.state is ConnectionState.MUTE and self._heard_s is None:
            return
        if self.state is ConnectionState.TAKEN_OVER and now_s - self._connected_s < _QUICK_S:
            return
        self._set(ConnectionState.CONNECTED)

    def _judge_refusal(self, now_s: float) -> None:
        self._set(
            ConnectionState.REFUSED, "the broker lets this account listen to none of its devices"
        )
        if now_s - min(one.since_s for one in self.refused.values()) >= _DAY_S:
            self.refused.clear()
            self._desk.doubt()
            raise _StartOver("new credentials may help")

    def _is_mute(self, now_s: float) -> bool:
        """Return whether nothing came although something should have."""
        if _host_s() - self._quiet_from_s < _LEAST_QUIET_S:
            return False
        last_s = self._heard_s or self._connected_s
        listened = [device for device in self._devices() if device.sn in self.granted]
        limits_s = [limit_s for one in listened if (limit_s := silence_s(one)) is not None]
        if limits_s and now_s - last_s >= min(limits_s):
            return True
        return any(self._is_deaf(device, last_s, now_s) for device in listened)

    def _is_deaf(self, device: ListenedDevice, last_s: float, now_s: float) -> bool:
        """Return whether a device was asked in vain while no other one was heard either."""
        limit_s, asked_s = answer_is_due_s(device), self._asking.waits_since(device.sn)
        if limit_s is None or asked_s is None or last_s > asked_s:
            return False
        return now_s - max(asked_s, self._connected_s) >= limit_s

    async def _ask(self, wire: Wire, access: BrokerAccess) -> None:
        """Send the one request that is due, if a message may leave the process now."""
        now_s = self._now_s()
        if not self._tools.pace.is_free(now_s):
            return
        listened = [one for one in self._devices() if one.sn in self.granted]
        question = self._asking.next_question(
            [one for one in listened if one.mode in ASKING], now_s
        )
        if question is None:
            return
        self._tools.pace.take(now_s)
        at_s = self._tools.clock.now().timestamp()
        device = question.device
        addressee = Addressee(device.sn, device.part_number, device.owner_user_id)
        frame = frame_of(question.request, at_s, question.duration_s)
        payload = payload_of(addressee, access, frame, at_s)
        self._asking.asked(question, now_s)
        try:
            await wire.publish(topic_of(addressee, access.app_name), payload)
        except WireError:
            self._asking.failed(question, now_s)
            raise

    def _set(self, state: ConnectionState, problem: str = "") -> None:
        """Set the state; say it once where it begins and once where it ends."""
        self.problem = problem
        key = f"account {self._account}, MQTT"
        if problem and state is not ConnectionState.NO_BROKER:
            self._tools.outages.begin(key, problem)
        elif state is ConnectionState.CONNECTED:
            self._tools.outages.end(key)
        if state is not self.state:
            self.state = state
            self._on_change()


def _host_s() -> float:
    return asyncio.get_running_loop().time()
