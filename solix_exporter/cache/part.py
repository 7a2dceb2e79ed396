"""The answers of one source, each with the time until which it is valid."""

import math
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class _Row(Generic[V]):
    value: V
    valid_until_s: float
    asked_at: datetime | None


def _nobody() -> None:
    """Tell nobody of a change."""


class Part(Generic[K, V]):
    """The answers of one source for one account, by key."""

    __slots__ = ("_rows", "on_change")

    def __init__(self) -> None:
        self._rows: dict[K, _Row[V]] = {}
        self.on_change: Callable[[], None] = _nobody
        """Called after each change that a reader can see."""

    def replace(
        self,
        key: K,
        value: V,
        *,
        valid_until_s: float = math.inf,
        asked_at: datetime | None = None,
    ) -> None:
        """Put an answer in the place of the one before.

        `valid_until_s` is monotonic seconds, for ever by default; `asked_at` is what an answer
        refers to that speaks of "today".
        """
        before = self._rows.get(key)
        self._rows[key] = _Row(value, valid_until_s, asked_at)
        # The same answer again lives longer but changes nothing that a reader sees.
        if before is None or before.value != value:
            self.on_change()

    def keep_only(self, keys: Collection[K]) -> None:
        """Forget the answers of all other keys: what vanished from its list vanishes here."""
        gone = self._rows.keys() - set(keys)
        for key in gone:
            del self._rows[key]
        if gone:
            self.on_change()

    def latest(self, key: K) -> V | None:
        """Return the answer however old it is."""
        row = self._rows.get(key)
        return row.value if row else None

    def asked_at(self, key: K) -> datetime | None:
        """Return when the answer was asked for, None where there is none."""
        row = self._rows.get(key)
        return row.asked_at if row else None

    def fresh(self, key: K, now_s: float) -> V | None:
        """Return the answer while it is valid."""
        row = self._rows.get(key)
        return row.value if row and now_s < row.valid_until_s else None

    def next_expiry_s(self, now_s: float) -> float:
        """Return when the next answer that is valid now will not be any more."""
        ends = (row.valid_until_s for row in self._rows.values() if row.valid_until_s > now_s)
        return min(ends, default=math.inf)
