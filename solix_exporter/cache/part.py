"""The answers of one source, each with the time until which it is valid."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from solix_exporter.clock import NEVER, Moment

K = TypeVar("K")
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Life:
    """When an answer came, and for how long it is valid."""

    since: Moment
    seconds: float


@dataclass(frozen=True, slots=True)
class Answer(Generic[V]):
    """An answer with its times."""

    value: V
    valid_until: Moment
    """When it expires, unless a new answer comes."""
    measured: Moment
    """When its values were measured; if the cloud does not report that, when they last changed.
    `NEVER` for what is not measured."""
    asked_at: datetime | None = None


def no_listener() -> None:
    """Ignore a change."""


class Part(Generic[K, V]):
    """The answers of one source for one account, by key."""

    __slots__ = ("_rows", "on_change")

    def __init__(self) -> None:
        self._rows: dict[K, Answer[V]] = {}
        self.on_change: Callable[[], None] = no_listener
        """Called after each change that a reader can see."""

    def replace(
        self,
        key: K,
        value: V,
        life: Life | None = None,
        *,
        asked_at: datetime | None = None,
        measured_at: datetime | None = None,
    ) -> None:
        """Replace the answer; without a `life` it is valid for ever.

        `asked_at` is when the question was sent, which says what "today" means in the answer;
        `measured_at` is when its devices measured, None if the cloud does not report it.
        """
        before = self._rows.get(key)
        is_same = before is not None and before.value == value
        if before is not None and is_same:
            # Repeated, not measured anew.
            measured = before.measured
        elif life is None:
            measured = NEVER
        else:
            measured = life.since.when_measured(measured_at) if measured_at else life.since
        until = life.since.after(life.seconds) if life else NEVER
        self._rows[key] = Answer(value, until, measured, asked_at)
        was_valid = before is not None and not (life and life.since.has_reached(before.valid_until))
        # The same answer again lives longer but changes nothing that a reader sees.
        if not (is_same and was_valid):
            self.on_change()

    def keep_only(self, keys: Collection[K]) -> None:
        """Forget the answers of all other keys."""
        gone = self._rows.keys() - set(keys)
        for key in gone:
            del self._rows[key]
        if gone:
            self.on_change()

    def latest(self, key: K) -> V | None:
        """Return the answer, however old."""
        row = self._rows.get(key)
        return row.value if row else None

    def asked_at(self, key: K) -> datetime | None:
        """Return when the answer was asked for, None where there is none."""
        row = self._rows.get(key)
        return row.asked_at if row else None

    def fresh(self, key: K, now: Moment) -> V | None:
        """Return the answer while it is valid."""
        row = self.fresh_answer(key, now)
        return row.value if row else None

    def fresh_answer(self, key: K, now: Moment) -> Answer[V] | None:
        """Return the answer with its times while it is valid."""
        row = self._rows.get(key)
        return None if row is None or now.has_reached(row.valid_until) else row

    def next_expiry(self, now: Moment) -> Moment:
        """Return when the first of the answers that are valid now expires."""
        next_end = NEVER
        for row in self._rows.values():
            if not now.has_reached(row.valid_until):
                next_end = next_end.earliest(row.valid_until)
        return next_end
