"""One device on MQTT: its trigger, its gaps, its sequence numbers, and what its faults do."""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from solix_exporter.sim.messages.conditions import Conditions, Moment
from solix_exporter.sim.messages.damage import damaged, rubbish
from solix_exporter.sim.messages.frame import (
    Request,
    device_frame,
    read_request,
    version_frame,
)
from solix_exporter.sim.messages.layout import Readings, encoded, names
from solix_exporter.sim.messages.models import MODELS, Message
from solix_exporter.sim.mqtt_faults import MqttFaultKind, MqttFaults
from solix_exporter.sim.world import SimDevice

_SHORTEST_TRIGGER_S, _LONGEST_TRIGGER_S = 30, 600
_REPLY = 0x0800
_APP = "anker_power"
_FIRST_SEQUENCE = 5000


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message that a device sends."""

    topic: str
    payload: bytes


class Sender:
    """One device that is switched on at an instant.

    `moment` tells what is true of the device at an instant.
    """

    def __init__(
        self,
        device: SimDevice,
        moment: Callable[[datetime], Moment],
        faults: MqttFaults,
        at: datetime,
    ) -> None:
        model = MODELS[device.spec.pn]
        self.sn = device.sn
        self.pn = device.spec.pn
        self.sequence = _FIRST_SEQUENCE + device.created % 1000
        self.triggered_until: datetime | None = None
        self._model = model
        self._moment = moment
        self._faults = faults
        self._sent = 0
        self._messages = tuple(
            message
            for message in model.messages
            if device.spec.packs or message.kind not in model.needs_pack
        )
        self._due: dict[int, datetime] = {
            message.kind: at + timedelta(seconds=message.every_s * self._phase(message.kind))
            for message in self._messages
            if message.every_s
        }
        self._turns: dict[int, int] = {}

    def _phase(self, kind: int) -> float:
        """Return where in its gap a message comes first, 0-1; not all devices at once."""
        return (sum(self.sn.encode()) * 7 + kind * 13) % 100 / 100

    @property
    def next_due(self) -> datetime | None:
        """Return when it sends next, None if it sends nothing unasked."""
        return min(self._due.values(), default=None)

    def readings(self, at: datetime) -> dict[str, Readings]:
        """Return what each kind of message would tell at an instant: readings by type and name."""
        readings = self._readings(self._changed(at))
        return {
            f"{message.kind:04x}": {
                name: readings[name] for name in names(message.layout) if name in readings
            }
            for message in self._messages
        }

    def due(self, at: datetime) -> list[Outgoing]:
        """Return the messages that are due; at most one of each kind, however long ago it was."""
        if self.triggered_until is not None and at >= self.triggered_until:
            self._end_trigger()
        outgoing: list[Outgoing] = []
        for message in self._messages:
            due = self._due.get(message.kind)
            if due is None or due > at:
                continue
            self._due[message.kind] = self._next(message, due, at)
            outgoing += self._outgoing(message, at)
        return outgoing

    def _next(self, message: Message, due: datetime, at: datetime) -> datetime:
        if message.triggered_s and self.triggered_until is not None:
            turn = self._turns.get(message.kind, 0)
            self._turns[message.kind] = turn + 1
            gap_s = message.triggered_s[turn % len(message.triggered_s)]
        else:
            gap_s = message.every_s
        following = due + timedelta(seconds=gap_s)
        return following if following > at else at + timedelta(seconds=gap_s)

    def answer(self, payload: bytes, at: datetime) -> list[Outgoing]:
        """Return the answers to a request as published, none if it is no request."""
        request = _request_in(payload)
        if request is None or self._faults.peek(MqttFaultKind.OFFLINE, self.sn):
            return []
        if request.kind == self._model.trigger:
            return self._trigger(request, at)
        return [
            outgoing
            for message in self._messages
            if request.kind in message.answers
            for outgoing in self._outgoing(message, at)
        ]

    def _trigger(self, request: Request, at: datetime) -> list[Outgoing]:
        """Start to send; the newest trigger replaces the one before."""
        is_new = self.triggered_until is None or at >= self.triggered_until
        seconds = self._model.fixed_trigger_s or min(
            _LONGEST_TRIGGER_S, max(_SHORTEST_TRIGGER_S, request.seconds)
        )
        outgoing = self._acknowledgement(request.kind, at)
        if not request.is_on:
            self._end_trigger()
            return outgoing
        self.triggered_until = at + timedelta(seconds=seconds)
        if is_new and self._model.has_version:
            outgoing += self._versions(at)
        for message in self._messages:
            if message.triggered_s and (is_new or message.kind not in self._due):
                self._due[message.kind] = at
                self._turns[message.kind] = 0
        return outgoing + self.due(at)

    def _end_trigger(self) -> None:
        self.triggered_until = None
        for message in self._messages:
            if message.triggered_s:
                self._due.pop(message.kind, None)

    def _acknowledgement(self, kind: int, at: datetime) -> list[Outgoing]:
        if not self._model.has_acknowledgement:
            return []
        return self._sealed(device_frame(kind | _REPLY, "state_info", b""), "state_info", at)

    def _versions(self, at: datetime) -> list[Outgoing]:
        firmware = self._readings(self._moment(at)).get("sw_version")
        return self._sealed(version_frame("v0.2.3.1", f"v{firmware}"), "param_info", at)

    def _changed(self, at: datetime) -> Moment:
        """Return the truth with what faults change in the device itself."""
        moment = self._moment(at)
        cold = self._faults.peek(MqttFaultKind.BELOW_ZERO, self.sn)
        conditions = Conditions(
            temperature_c=round(cold.effect) if cold else None,
            has_no_estimate=self._faults.peek(MqttFaultKind.SENTINEL, self.sn) is not None,
            are_packs_empty=self._faults.peek(MqttFaultKind.EMPTY_PACK, self.sn) is not None,
        )
        return replace(moment, conditions=conditions)

    def _readings(self, moment: Moment) -> Readings:
        return self._model.readings(moment)

    def _outgoing(self, message: Message, at: datetime) -> list[Outgoing]:
        if self._faults.hit(MqttFaultKind.OFFLINE, self.sn):
            return []
        readings = self._readings(self._changed(at))
        for kind in (
            MqttFaultKind.BELOW_ZERO,
            MqttFaultKind.SENTINEL,
            MqttFaultKind.EMPTY_PACK,
        ):
            self._faults.hit(kind, self.sn)
        is_nan = self._faults.hit(MqttFaultKind.NAN, self.sn) is not None
        fields = encoded(message.layout, readings, is_nan=is_nan)
        return self._sealed(device_frame(message.kind, message.suffix, fields), message.suffix, at)

    def _sealed(self, frame: bytes, suffix: str, at: datetime) -> list[Outgoing]:
        """Return the messages for a frame: usually one, none or many where a fault is on."""
        if self._faults.hit(MqttFaultKind.RESTART, self.sn):
            self.sequence = 0
        flood = self._faults.hit(MqttFaultKind.FLOOD, self.sn)
        frame = damaged(frame, self._faults, self.sn)
        topic = f"dt/{_APP}/{self.pn}/{self.sn}/{suffix}"
        outgoing = []
        for _ in range(round(flood.effect) if flood else 1):
            self.sequence += 1
            self._sent += 1
            if self._sent % 2 and self._faults.hit(MqttFaultKind.GAPS, self.sn):
                continue
            payload = self._envelope(frame, at)
            if self._faults.hit(MqttFaultKind.RUBBISH, self.sn):
                payload = rubbish(payload, self._sent)
            outgoing.append(Outgoing(topic, payload))
        return outgoing

    def _envelope(self, frame: bytes, at: datetime) -> bytes:
        clock = self._faults.hit(MqttFaultKind.CLOCK, self.sn)
        inner = {"data": base64.b64encode(frame).decode(), "sn": self.sn, "pn": self.pn}
        head = {
            "version": "1.0.0.1",
            "client_id": self.sn,
            "sess_id": f"{1000 + self.sequence % 9000}-{1000 + self.sequence * 7 % 9000}",
            "msg_seq": self.sequence,
            "cmd": 16,
            "cmd_status": 1,
            "sign_code": 0,
            "seed": "null",
            "timestamp": int(at.timestamp() + (clock.effect if clock else 0)),
        }
        envelope = {"head": head, "payload": json.dumps(inner, separators=(",", ":"))}
        return json.dumps(envelope, separators=(",", ":")).encode()


def _request_in(payload: bytes) -> Request | None:
    """Return the request in a published message, None if there is none."""
    try:
        inner = json.loads(json.loads(payload)["payload"])
        return read_request(base64.b64decode(inner["data"], validate=True))
    except (ValueError, TypeError, KeyError):
        return None
