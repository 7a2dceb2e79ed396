"""One local device: its connection, who it is, and what is due to be read.

One connection per device and one request at a time. A failed read is no reading, and never 0.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass

from solix_exporter.clock import Clock
from solix_exporter.errors import ModbusError, ReadRefused
from solix_exporter.modbus.client import ANSWER_S, RegisterClient
from solix_exporter.modbus.fill import Values, live_readings, settings_readings, slow_readings
from solix_exporter.modbus.identify import Identity, identify
from solix_exporter.modbus.maps import sold_as
from solix_exporter.modbus.read import GroupRead, KnownRegisters, probe, read_group
from solix_exporter.modbus.registers import Evidence, Field, Group, Register, Value
from solix_exporter.modbus.scales import ScaleBook, ScaleProof
from solix_exporter.model.device import DeviceReadings
from solix_exporter.model.events import LocalObserver
from solix_exporter.model.report import DeviceReport, Source

SETTINGS_S = 60.0
SLOW_S = 300.0
_LEAST_VALID_S = 30.0
_PAUSES_S = (5.0, 10.0, 20.0, 40.0, 60.0)
_SPREAD = 0.2
"""Share by which a pause varies, so that devices behind one switch do not all come at once."""
_AWAY = frozenset({"dns", "refused", "unreachable", "timeout", "reset"})
"""Outcomes after which the device is left alone for longer and longer."""
_TWICE = 2
_LONGEST_HOLE_S = 300.0
"""Scales are a factor of ten apart: an integral over readings this far apart still tells them."""

FILL: dict[Group, Callable[[Values], DeviceReadings]] = {
    Group.LIVE: live_readings,
    Group.SETTINGS: settings_readings,
    Group.SLOW: slow_readings,
}
"""What makes readings of the values of a group."""
_POWER_OF: dict[Field, tuple[Field, int]] = {
    Field.HOME_ENERGY: (Field.HOME_LOAD, 1),
    Field.PV_ENERGY: (Field.PV_POWER, 1),
    Field.DISCHARGE_ENERGY: (Field.BATTERY_POWER, 1),
    Field.CHARGE_ENERGY: (Field.BATTERY_POWER, -1),
    Field.IMPORT_ENERGY: (Field.METER_POWER, 1),
    Field.EXPORT_ENERGY: (Field.METER_POWER, -1),
}
"""The power whose integral a counter is, and the sign with which it counts."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a device is, and how often it is read."""

    name: str
    """The value of the label `target`."""
    host: str
    port: int = 502
    interval_s: float = 5.0
    answer_s: float = ANSWER_S
    """How long a connection or an answer may take, in real seconds."""

    @property
    def place(self) -> str:
        """Return the address for messages."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class LocalTools:
    """What all local devices share."""

    clock: Clock
    observer: LocalObserver
    scales: ScaleBook


class LocalDevice:
    """Polls one device."""

    def __init__(self, target: Target, tools: LocalTools) -> None:
        """Take where it is; nothing is opened."""
        self.target = target
        self._tools = tools
        self._client = RegisterClient(
            target.host, target.port, tools.clock, answer_s=target.answer_s
        )
        self.identity: Identity | None = None
        """Who answered last; it may be gone since."""
        self._known = KnownRegisters()
        self._proofs: dict[Field, ScaleProof] = {}
        self._read_at_s: dict[Group, float] = {}
        self._limits_offered: int | None = None
        self._failures = 0
        self._pause_s = 0.0

    def interval_s(self) -> float:
        """Return how long to wait for the next poll: longer while the device is away."""
        return max(self.target.interval_s, self._pause_s)

    async def poll(self, deliver: Callable[[DeviceReport], None]) -> None:
        """Read what is due, and hand over each report as soon as it is complete.

        Raises ModbusError; what was delivered before stands.
        """
        try:
            await self._poll(deliver)
        except ModbusError as error:
            if not isinstance(error, ReadRefused):
                self.close()
            self._failed(error)
            raise
        except BaseException:
            self.close()
            raise
        self._failures, self._pause_s = 0, 0.0

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    async def _poll(self, deliver: Callable[[DeviceReport], None]) -> None:
        identity = self.identity
        if identity is None or not self._client.is_connected:
            identity = await self._connect()
        if not self._read_at_s:
            await probe(self._client, identity, self._known)
        for group in self._due(identity):
            read = await self._read(identity, group)
            self._read_at_s[group] = self._tools.clock.monotonic()
            deliver(self._report(identity, group, read))

    async def _connect(self) -> Identity:
        """Connect and ask who is there; what was read of another device counts no more."""
        outcome = "success"
        self._read_at_s.clear()
        self._limits_offered = None
        try:
            await self._client.connect()
            identity = await identify(self._client)
        except ModbusError as error:
            # Even where the device only says "not now": who it is has to be known first.
            self.close()
            outcome = error.outcome
            raise
        finally:
            self._tools.observer.connect_done(self.target.name, outcome)
        if identity != self.identity:
            self._known = KnownRegisters()
            self._proofs.clear()
            self.identity = identity
            self._tools.observer.device_identified(
                self.target.name, identity.sn, identity.part_number, identity.firmware
            )
        self._known.lacks.clear()
        return identity

    def _due(self, identity: Identity) -> list[Group]:
        """Return the groups to read now; slower ones up to half an interval early."""
        now_s = self._tools.clock.monotonic() + self.target.interval_s / 2
        due = [Group.LIVE]
        for group, every_s in ((Group.SLOW, SLOW_S), (Group.SETTINGS, SETTINGS_S)):
            last_s = self._read_at_s.get(group)
            is_time = last_s is None or now_s - last_s >= every_s
            if is_time and identity.registers.of(group):
                due.append(group)
        return due

    async def _read(self, identity: Identity, group: Group) -> GroupRead:
        observer = self._tools.observer
        try:
            read = await read_group(self._client, identity, group, self._known)
        except ReadRefused as refusal:
            observer.exception_answered(self.target.name, refusal.code)
            raise
        except ModbusError as error:
            if error.outcome == "empty":
                observer.reading_rejected("empty_answer")
            raise
        for _, code in read.refused:
            observer.exception_answered(self.target.name, code)
        for _ in range(read.empty):
            observer.reading_rejected("empty_answer")
        return read

    def _report(self, identity: Identity, group: Group, read: GroupRead) -> DeviceReport:
        gains = self._disputed(identity, read)
        shown = {key: value for key, value in read.values.items() if key[0] not in gains}
        for counter, gain in gains.items():
            raw = read.values[counter, 0]
            if gain is not None and not isinstance(raw, str):
                shown[counter, 0] = raw / gain
        if group is Group.SLOW:
            offered = read.values.get((Field.LIMITS_OFFERED, 0))
            self._limits_offered = None if offered is None else int(offered)
        values = Values(shown, identity.registers.most_pv_w, self._limits_offered)
        readings = FILL[group](values)
        for reason in values.rejected:
            self._tools.observer.reading_rejected(reason)
        return DeviceReport(
            sn=identity.sn,
            source=Source.MODBUS,
            kind=group.value,
            part_number=identity.part_number,
            measured_at=self._tools.clock.now(),
            valid_s=self._valid_s(group),
            readings=readings,
            firmware=identity.firmware,
            name=sold_as(identity.sn),
        )

    def _valid_s(self, group: Group) -> float:
        every_s = {Group.SETTINGS: SETTINGS_S, Group.SLOW: SLOW_S}.get(group, 0.0)
        return max(_LEAST_VALID_S, 3 * max(self.target.interval_s, every_s))

    def _disputed(self, identity: Identity, read: GroupRead) -> dict[Field, float | None]:
        """Return the fields that are not shown as they were read, with their proven gains."""
        gains: dict[Field, float | None] = {}
        rows = (row for found in read.blocks for row in found.block.registers)
        for row in rows:
            if row.evidence is Evidence.DISPUTED and row.key in read.values:
                gain = self._gain(identity, row, read.values) if row.candidates else None
                gains[row.field] = gain
        return gains

    def _gain(
        self, identity: Identity, row: Register, values: dict[tuple[Field, int], Value]
    ) -> float | None:
        """Return the proven gain of a counter; without one, take the reading as evidence."""
        scales = self._tools.scales
        gain = scales.gain(identity.sn, identity.firmware, row.field)
        field, sign = _POWER_OF[row.field]
        raw, power_w = values[row.key], values.get((field, 0))
        if gain is not None or isinstance(raw, str) or not isinstance(power_w, int | float):
            return gain
        longest_s = max(_LONGEST_HOLE_S, 3 * self.target.interval_s)
        proof = self._proofs.setdefault(row.field, ScaleProof(row.candidates, longest_s))
        gain = proof.add(self._tools.clock.monotonic(), raw, max(0.0, sign * power_w))
        if gain is not None:
            scales.keep(identity.sn, identity.firmware, row.field, gain)
        return gain

    def _failed(self, error: ModbusError) -> None:
        """Leave the device alone for a while if it is away or another one."""
        if error.outcome == "foreign_device":
            self._pause_s = _PAUSES_S[-1]
        elif error.outcome in _AWAY:
            pause_s = _PAUSES_S[min(self._failures, len(_PAUSES_S) - 1)]
            self._failures += 1
            if self.is_held_by_another:
                pause_s = _PAUSES_S[-1]
            self._pause_s = pause_s * random.uniform(1 - _SPREAD, 1 + _SPREAD)

    @property
    def is_held_by_another(self) -> bool:
        """Return whether another program seems to hold the only connection of the device."""
        is_exclusive = self.identity is not None and self.identity.registers.is_exclusive
        return is_exclusive and self._failures >= _TWICE
