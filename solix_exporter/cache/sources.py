"""Looks answers up in the parts of all accounts that see something, the owner's first."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from solix_exporter.cache.part import Part
from solix_exporter.cache.parts import ACCOUNT, AccountParts

K = TypeVar("K")
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Sources:
    """The parts of the accounts that see a site or device, at one moment."""

    seers: tuple[AccountParts, ...]
    """The owner's first: a member's answers only fill what is missing."""
    now_s: float
    capacities: Mapping[str, float] = field(default_factory=dict)
    """Configured capacities by serial number, Wh."""

    def fresh(self, part: Callable[[AccountParts], Part[K, V]], key: K) -> V | None:
        """Return the first answer that is valid."""
        answers = (part(parts).fresh(key, self.now_s) for parts in self.seers)
        return next((answer for answer in answers if answer is not None), None)

    def latest(self, part: Callable[[AccountParts], Part[K, V]], key: K) -> V | None:
        """Return the first answer, however old."""
        answers = (part(parts).latest(key) for parts in self.seers)
        return next((answer for answer in answers if answer is not None), None)

    def fresh_row(
        self,
        part: Callable[[AccountParts], Part[str, Mapping[str, V]]],
        sn: str,
        key: str = ACCOUNT,
    ) -> V | None:
        """Return what the first valid answer that names the device says of it."""
        answers = (part(parts).fresh(key, self.now_s) for parts in self.seers)
        return next((answer[sn] for answer in answers if answer and sn in answer), None)

    def latest_row(
        self,
        part: Callable[[AccountParts], Part[str, Mapping[str, V]]],
        sn: str,
        key: str = ACCOUNT,
    ) -> V | None:
        """Return the same of answers however old."""
        answers = (part(parts).latest(key) for parts in self.seers)
        return next((answer[sn] for answer in answers if answer and sn in answer), None)
