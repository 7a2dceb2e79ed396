"""Decides which device is asked for its values when; nobody looks, nothing is asked.

Times by the monotonic clock, seconds.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import Enum

from solix_exporter.mqtt.events import Answer, MqttObserver
from solix_exporter.mqtt.field_table import ModelRow, model_row
from solix_exporter.mqtt.requests import (
    CHARGER_TRIGGER_S,
    SHORT_TRIGGER_S,
    TRIGGER_S,
    Request,
)

_BEFORE_END_S = 10.0
_CHARGER_AGAIN_S = CHARGER_TRIGGER_S - 1.0
_SILENCE_S = 20.0
_ANSWER_S = 20.0
_MOST_UNANSWERED = 3
_ENOUGH_IN_VAIN = 2
_PAUSE_S = 60.0
_RESTING_S = 900.0
_GAP_S = 1.0
"""Between two messages of the whole process."""
_SOON_S = 0.0


class Mode(Enum):
    """What may be sent to a device; the value is what the configuration says."""

    OFF = "off"
    LISTEN = "listen"
    """Nothing is sent."""
    REFRESH = "refresh"
    """It is asked at an interval, in the cheapest way."""
    REALTIME = "realtime"
    """It is kept reporting."""


ASKING = frozenset({Mode.REFRESH, Mode.REALTIME})


@dataclass(frozen=True, slots=True)
class ListenedDevice:
    """A device that an account may listen to."""

    sn: str
    part_number: str
    mode: Mode = Mode.LISTEN
    refresh_s: float = 60.0
    owner_user_id: str = ""
    """Whose it is, where it is shared with the account."""
    is_resting: bool = False
    """Whether it is offline, asleep, in standby or speaks through its hub: asking costs its energy
    or tells nothing new."""


class Pace:
    """Lets one message of the whole process leave in a second."""

    def __init__(self) -> None:
        self._next_s = 0.0

    def is_free(self, now_s: float) -> bool:
        """Return whether a message may leave now."""
        return now_s >= self._next_s

    def take(self, now_s: float) -> None:
        """Take note of a message that leaves now."""
        self._next_s = now_s + _GAP_S


@dataclass(slots=True)
class _Asked:
    """What was sent to one device, and what came of it."""

    next_s: float = _SOON_S
    sent: Request | None = None
    """The request that waits for an answer."""
    sent_s: float = 0.0
    heard_s: float | None = None
    waits_since_s: float | None = None
    """When the first request was sent that nothing has followed since."""
    waiting: int = 0
    """How many were sent since then."""
    unanswered: int = 0
    is_rearmed: bool = False
    """Whether silence has already had its one more request."""
    needs_trigger: bool = False
    """Whether requests for a single message went unanswered."""


@dataclass(frozen=True, slots=True)
class Question:
    """A request that is due."""

    device: ListenedDevice
    request: Request
    duration_s: int


@dataclass(slots=True)
class Asking:
    """Who is asked when, for the devices of one account."""

    observer: MqttObserver
    has_reader: Callable[[], bool]
    """Whether anybody has looked at the values lately."""
    _asked: dict[str, _Asked] = field(default_factory=dict)

    def subscribed(self, sn: str) -> None:
        """Ask a device as soon as possible: before, its answer would have been missed."""
        self._of(sn).next_s = _SOON_S

    def heard(self, sn: str, now_s: float) -> None:
        """Take note of a message of a device."""
        known = self._asked.get(sn)
        if known is None:
            return
        known.heard_s, known.unanswered, known.is_rearmed = now_s, 0, False
        known.waits_since_s, known.waiting = None, 0
        if known.sent is not None:
            self.observer.request_ended(known.sent, Answer.ANSWERED)
            known.sent = None

    def next_question(self, devices: Iterable[ListenedDevice], now_s: float) -> Question | None:
        """Return what is due now, the longest overdue first; None where nothing is."""
        candidates = [device for device in devices if device.mode in ASKING]
        for device in candidates:
            self._judge(self._of(device.sn), now_s)
        if not self.has_reader():
            return None
        due = [device for device in candidates if self._is_due(device, now_s)]
        for device in sorted(due, key=lambda device: self._of(device.sn).next_s):
            question = self._question(device)
            if question is not None:
                return question
        return None

    def asked(self, question: Question, now_s: float) -> None:
        """Take note of a request that was sent."""
        known = self._of(question.device.sn)
        if known.sent is not None:
            self.observer.request_ended(known.sent, Answer.UNANSWERED)
        known.sent, known.sent_s = question.request, now_s
        known.waiting += 1
        if known.waits_since_s is None:
            known.waits_since_s = now_s
        known.next_s = now_s + _gap_s(question)

    def failed(self, question: Question, now_s: float) -> None:
        """Take note of a request that could not be sent."""
        self.observer.request_ended(question.request, Answer.FAILED)
        self._of(question.device.sn).next_s = now_s + _PAUSE_S

    def waits_since(self, sn: str) -> float | None:
        """Return since when a device has not answered, None unless it was asked again."""
        known = self._asked.get(sn)
        return known.waits_since_s if known and known.waiting >= _ENOUGH_IN_VAIN else None

    def _of(self, sn: str) -> _Asked:
        return self._asked.setdefault(sn, _Asked())

    def _judge(self, known: _Asked, now_s: float) -> None:
        """Give up on an answer that is overdue; after three, pause."""
        if known.sent is None or now_s - known.sent_s < _ANSWER_S:
            return
        self.observer.request_ended(known.sent, Answer.UNANSWERED)
        was_status, known.sent = not known.sent.is_trigger, None
        known.unanswered += 1
        if known.unanswered >= _MOST_UNANSWERED:
            known.unanswered = 0
            known.next_s = max(known.next_s, now_s + _PAUSE_S)
            known.needs_trigger = known.needs_trigger or was_status

    def _is_due(self, device: ListenedDevice, now_s: float) -> bool:
        known = self._of(device.sn)
        if now_s >= known.next_s:
            return True
        return self._is_silent(device, known, now_s)

    def _is_silent(self, device: ListenedDevice, known: _Asked, now_s: float) -> bool:
        """Return whether a device that should keep reporting has fallen silent."""
        if device.mode is not Mode.REALTIME or device.is_resting or known.is_rearmed:
            return False
        last_s = max(known.sent_s, known.heard_s or 0.0)
        if not last_s or now_s - last_s < _SILENCE_S:
            return False
        known.is_rearmed = True
        return True

    def _question(self, device: ListenedDevice) -> Question | None:
        row = model_row(device.part_number)
        if row is None:
            return None
        is_long = device.mode is Mode.REALTIME and not device.is_resting
        trigger = Request(row.trigger)
        if is_long:
            return Question(device, trigger, TRIGGER_S)
        if row.status and not self._of(device.sn).needs_trigger:
            return Question(device, Request(row.status), 0)
        return Question(device, trigger, SHORT_TRIGGER_S)


def _gap_s(question: Question) -> float:
    """Return when to ask the device again."""
    device = question.device
    if device.is_resting:
        return max(_RESTING_S, device.refresh_s)
    if device.mode is Mode.REFRESH:
        return device.refresh_s
    if question.request is Request.CHARGER_TRIGGER:
        return _CHARGER_AGAIN_S
    return question.duration_s - _BEFORE_END_S


def answer_is_due_s(device: ListenedDevice) -> float | None:
    """Return how long after a request a device should have been heard, None if it is not asked."""
    if device.mode not in ASKING or device.is_resting:
        return None
    return 2 * _ANSWER_S + _SILENCE_S


def silence_s(device: ListenedDevice) -> float | None:
    """Return how long a device may be silent that reports unasked; None for all others."""
    row: ModelRow | None = model_row(device.part_number)
    gaps_s = [message.every_s for message in row.messages.values()] if row else []
    known_s = [gap_s for gap_s in gaps_s if gap_s]
    if not known_s or device.is_resting:
        return None
    return 1.5 * min(known_s) + 30
