"""The MQTT side of the simulated cloud: the broker, its policy, and the devices that send."""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from solix_exporter.clock import Clock, host_now
from solix_exporter.sim.bank_counters import counters
from solix_exporter.sim.broker.authority import HOST, Authority, ClientMaterial
from solix_exporter.sim.broker.server import Broker, LogEntry
from solix_exporter.sim.hardware import Role
from solix_exporter.sim.messages.conditions import Moment
from solix_exporter.sim.messages.layout import Readings
from solix_exporter.sim.messages.models import MODELS
from solix_exporter.sim.messages.sender import Outgoing, Sender
from solix_exporter.sim.mqtt_faults import MqttFaultKind, MqttFaults
from solix_exporter.sim.noise import derived, mixed
from solix_exporter.sim.wire_format import Json
from solix_exporter.sim.world import SimDevice, SimSite, User, World

_APP = "anker_power"
_TEN_YEARS = timedelta(days=3652)
_ONE_DAY = timedelta(days=1)
_LOWEST_SERIAL = 10**37
_SERIALS = 7 * 10**37
"""With it, a certificate's id has 38 decimal digits, as the captured ones."""
_TICK_S = 0.02
"""Of the host; how often the devices look at the clock."""
_REQUEST_LEVELS = 5


@dataclass(frozen=True, slots=True)
class _Policy:
    """What the certificate of an account grants: its own devices and those shared with it."""

    user: User
    faults: MqttFaults

    def may_connect(self) -> bool:
        return self.faults.hit(MqttFaultKind.REJECT) is None

    def may_subscribe(self, text: str) -> bool:
        levels = text.split("/")
        if levels[:1] not in (["dt"], ["cmd"]) or levels[1:2] != [_APP]:
            return False
        if levels[2:3] == [self.user.user_id]:
            return True
        pns = {device.sn: device.spec.pn for device in self._devices}
        sn = levels[3] if len(levels) > 3 else ""  # noqa: PLR2004  prefix, app, model, serial
        is_granted = sn in pns and levels[2] in {"+", pns[sn]}
        return is_granted and self.faults.hit(MqttFaultKind.REFUSE, sn) is None

    def may_publish(self, topic: str) -> bool:
        if topic == f"dt/{_APP}/{self.user.user_id}/power_site":
            return True
        return any(
            topic == f"cmd/{_APP}/{device.spec.pn}/{device.sn}/req" for device in self._devices
        )

    @property
    def _devices(self) -> list[SimDevice]:
        sites = (*self.user.owned, *self.user.shared)
        return [device for site in sites for device in site.devices]


class Messaging:
    """The broker and the devices of one simulated cloud."""

    def __init__(self, clock: Clock, world: World) -> None:
        self.faults = MqttFaults()
        self._clock = clock
        self._started = clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
        self._authority = Authority()
        self._users = {
            _LOWEST_SERIAL + _serial(user.user_id): user for user in world.accounts.values()
        }
        self._serials = {user.user_id: serial for serial, user in self._users.items()}
        self._sending = {
            device.sn: (site, device)
            for site in world.sites.values()
            for device in site.devices
            if device.spec.pn in MODELS and not _is_behind_panel(site, device)
        }
        self._material: dict[str, ClientMaterial] = {}
        self._broker = Broker(self._policy, self._receive, clock.now)
        self._senders: dict[str, Sender] = {}
        """Those of the accounts that have been connected, and that somebody has asked for."""
        self._seen: set[str] = set()
        self._task: asyncio.Task[None] | None = None

    @property
    def host(self) -> str:
        """Return the host of the broker."""
        return HOST

    @property
    def port(self) -> int:
        """Return the port of the broker; valid after `start`."""
        return self._broker.port

    @property
    def log(self) -> tuple[LogEntry, ...]:
        """Return all packets that clients have sent, oldest first."""
        return tuple(self._broker.log)

    @property
    def client_ids(self) -> tuple[str, ...]:
        """Return the ids of all connected clients."""
        return self._broker.client_ids

    async def start(self, port: int = 0) -> None:
        """Listen on loopback and let the devices send; port 0 picks a free port."""
        await self._broker.start(self._authority.server_context(), port)
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Cut all connections and stop listening."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None
        await self._broker.stop()

    def cut_connections(self) -> None:
        """Cut the connections of all clients, as when the broker restarts."""
        for client_id in self._broker.client_ids:
            self._broker.cut(client_id)

    def readings(self, sn: str) -> dict[str, Readings]:
        """Return what is true of a device now: readings by message type and name.

        Names, units and codes are those of the frames; None is a reading that the device has, but
        cannot tell. Raises KeyError for a device that sends nothing.
        """
        return self._sender(sn).readings(self._clock.now())

    @property
    def serials(self) -> tuple[str, ...]:
        """Return the serial numbers of all devices that send something."""
        return tuple(self._sending)

    def credentials(self, user: User) -> dict[str, Json]:
        """Return the answer of `get_user_mqtt_info` for a user."""
        material = self._material_of(user)
        return {
            "user_id": user.user_id,
            "app_name": _APP,
            "thing_name": f"{user.user_id}-{_APP}",
            "certificate_id": material.certificate_id,
            "certificate_pem": material.certificate_pem,
            "private_key": material.private_key_pem,
            "public_key": "",
            "endpoint_addr": f"{HOST}:{self.port}" if self.port else "",
            "aws_root_ca1_pem": material.authority_pem,
            "origin": "",
            "pkcs12": material.pkcs12_base64,
        }

    def tick(self) -> None:
        """Send what is due now."""
        now = self._clock.now()
        self._take_over()
        if not self._broker.client_ids:
            return
        for sender in self._senders.values():
            due = sender.next_due
            if due is not None and due <= now:
                self._send(sender.sn, sender.due(now))

    async def _run(self) -> None:
        while True:
            self.tick()
            await asyncio.sleep(_TICK_S)

    def _material_of(self, user: User) -> ClientMaterial:
        """Return a user's material; the certificate belongs to the account, not to a session."""
        make = partial(
            self._authority.client, f"{user.user_id}-{_APP}", self._serials[user.user_id]
        )
        if self.faults.hit(MqttFaultKind.EXPIRED):
            return make(min(self._clock.now(), host_now()) - _ONE_DAY)
        if user.user_id not in self._material:
            self._material[user.user_id] = make(max(self._clock.now(), host_now()) + _TEN_YEARS)
        return self._material[user.user_id]

    def _policy(self, serial: int) -> _Policy | None:
        user = self._users.get(serial)
        if user is None:
            return None
        for site in (*user.owned, *user.shared):
            for device in site.devices:
                if device.sn in self._sending:
                    self._sender(device.sn)
        return _Policy(user, self.faults)

    def _receive(self, topic: str, payload: bytes) -> None:
        """Hand a request to its device."""
        levels = topic.split("/")
        if levels[0] != "cmd" or len(levels) != _REQUEST_LEVELS:
            return
        if levels[3] in self._sending:
            sender = self._sender(levels[3])
            self._send(sender.sn, sender.answer(payload, self._clock.now()))

    def _send(self, sn: str, outgoing: list[Outgoing]) -> None:
        for message in outgoing:
            if self.faults.hit(MqttFaultKind.MUTE, sn):
                continue
            if self.faults.hit(MqttFaultKind.DROP, sn):
                self.cut_connections()
                return
            self._broker.publish(message.topic, message.payload)

    def _take_over(self) -> None:
        """Let somebody else take the id of each client that has just connected."""
        current = set(self._broker.client_ids)
        for client_id in current - self._seen:
            if self.faults.hit(MqttFaultKind.TAKE_OVER):
                self._broker.cut(client_id)
        self._seen = current

    def _sender(self, sn: str) -> Sender:
        """Return a device; it is switched on when somebody first asks for it."""
        if sn not in self._senders:
            site, device = self._sending[sn]
            moments = self._moments(site, device)
            self._senders[sn] = Sender(device, moments, self.faults, self._clock.now())
        return self._senders[sn]

    def _moments(self, site: SimSite, device: SimDevice) -> Callable[[datetime], Moment]:
        def moment(at: datetime) -> Moment:
            truth, home = site.home.state(at), site.home
            if device.product.generation == 1 and truth.upstream and home.upstream:
                home = home.upstream
            return Moment(site, device, at, truth, partial(counters, home, self._started, at))

        return moment


def _serial(user_id: str) -> int:
    stream = derived(2, user_id)
    return (mixed(stream, 1) << 64 | mixed(stream, 2)) % _SERIALS


def _is_behind_panel(site: SimSite, device: SimDevice) -> bool:
    """Return whether a power station talks to a panel and not to the cloud."""
    return device.role is Role.PPS and bool(site.of(Role.PANEL))
