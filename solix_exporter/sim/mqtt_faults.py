"""Faults of the simulated broker and of the devices behind it."""

from dataclasses import dataclass
from enum import StrEnum


class MqttFaultKind(StrEnum):
    """The effect of a fault on connections or messages."""

    REFUSE = "mqtt_refuse"
    """Every subscription is answered with 0x80."""
    REJECT = "mqtt_reject"
    """Every connection is answered with `not authorised`."""
    MUTE = "mqtt_mute"
    """Subscriptions are granted and requests accepted, and no message comes."""
    DROP = "mqtt_drop"
    """The connection is cut in the place of a message."""
    TAKE_OVER = "mqtt_take_over"
    """Somebody else connects with the client's id, right after it has connected."""
    EXPIRED = "mqtt_expired"
    """The certificate that is handed out ended a day ago."""
    CHECKSUM = "mqtt_checksum"
    """The checksum of a frame is wrong."""
    FLOOD = "mqtt_flood"
    """Every message is sent again and again; `value` is how often (default 100)."""
    RUBBISH = "mqtt_rubbish"
    """Messages that are no JSON, no envelope or no frame, in turn."""
    GAPS = "mqtt_gaps"
    """Every other message is lost; the sequence numbers go on."""
    CLOCK = "mqtt_clock"
    """The clock of the device is off by `value` seconds (default two days ahead)."""
    SENTINEL = "mqtt_sentinel"
    """The device has no estimate of the remaining time."""
    BELOW_ZERO = "mqtt_below_zero"
    """The temperature is `value` degrees Celsius (default -12)."""
    EMPTY_PACK = "mqtt_empty_pack"
    """The expansion packs are empty."""
    NAN = "mqtt_nan"
    """Every floating-point number is NaN."""
    ENCRYPTED = "mqtt_encrypted"
    """Frames are encrypted, which their message type shows."""
    FRAGMENT = "mqtt_fragment"
    """A frame is the first part of several, which its message type shows."""
    RESTART = "mqtt_restart"
    """The device restarts before a message: its sequence numbers begin again."""
    OFFLINE = "mqtt_offline"
    """The device sends nothing and answers nothing."""


MQTT_FAULT_VALUES = {
    MqttFaultKind.FLOOD: 100.0,
    MqttFaultKind.CLOCK: 2 * 86400.0,
    MqttFaultKind.BELOW_ZERO: -12.0,
}
"""The kinds that take a value."""


@dataclass(frozen=True, slots=True)
class MqttFault:
    """One fault and the devices that it affects."""

    kind: MqttFaultKind | str
    sn: str = ""
    """Serial number of the affected device; empty is all of them."""
    times: int | None = None
    """Number of affected messages, connections or answers; None = until `clear`."""
    value: float | None = None

    @property
    def effect(self) -> float:
        """Return the value, or the default of its kind."""
        default = MQTT_FAULT_VALUES.get(MqttFaultKind(self.kind), 0.0)
        return default if self.value is None else self.value


class MqttFaults:
    """The faults that are switched on, oldest first."""

    def __init__(self) -> None:
        self._active: list[tuple[MqttFault, list[int]]] = []

    def add(self, fault: MqttFault) -> None:
        """Switch a fault on.

        Raises ValueError for an unknown kind.
        """
        MqttFaultKind(fault.kind)
        self._active.append((fault, [0]))

    def clear(self) -> None:
        """Switch all faults off."""
        self._active.clear()

    def peek(self, kind: MqttFaultKind, sn: str = "") -> MqttFault | None:
        """Return the fault of a kind that affects a device, without counting."""
        for fault, _ in self._active:
            if fault.kind == kind and fault.sn in {"", sn}:
                return fault
        return None

    def hit(self, kind: MqttFaultKind, sn: str = "") -> MqttFault | None:
        """Return the fault of a kind that affects a device, and count it."""
        for item in self._active:
            fault, hits = item
            if fault.kind == kind and fault.sn in {"", sn}:
                hits[0] += 1
                if fault.times is not None and hits[0] >= fault.times:
                    self._active.remove(item)
                return fault
        return None
