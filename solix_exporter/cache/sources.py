"""Looks answers up in the parts of all accounts that see something, the owner's first."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from solix_exporter.cache.part import Answer, Part
from solix_exporter.cache.parts import ACCOUNT, AccountParts
from solix_exporter.clock import NEVER, Moment
from solix_exporter.model.freshness import Freshness
from solix_exporter.model.money import iso_code
from solix_exporter.model.site import DeviceListing

K = TypeVar("K")
V = TypeVar("V")


@dataclass(slots=True)
class Judge:
    """Decides for all sources whether readings are live, and remembers until when that is true."""

    now: Moment
    freshness: Freshness = field(default_factory=Freshness)
    valid_until: Moment = NEVER
    """When the first of the readings that are live now will not be any more."""

    def is_live(self, measured: Moment, limit_s: float) -> bool:
        """Return whether what was measured then is no older than the limit."""
        if not self.freshness.is_judged:
            return True
        end = measured.after(limit_s)
        if self.now.has_reached(end):
            return False
        self.valid_until = self.valid_until.earliest(end)
        return True


@dataclass(frozen=True, slots=True)
class Sources:
    """The parts of the accounts that see a site or device, at one moment."""

    seers: tuple[AccountParts, ...]
    """The owner's first: a member's answers only fill what is missing."""
    judge: Judge
    capacities: Mapping[str, float] = field(default_factory=dict)
    """Configured capacities by serial number, Wh."""

    def capacity_wh(self, device: DeviceListing) -> float | None:
        """Return the capacity that is configured for a device, else that of its model."""
        return self.capacities.get(device.sn, device.product.capacity_wh)

    def iso_code(self, symbol: str) -> str:
        """Return the ISO code of a currency symbol, "" where unknown."""
        first = self.seers[0]
        account, currencies = first.account.latest(None), first.currencies.latest(None)
        return iso_code(symbol, account.country if account else "", currencies)

    def fresh(self, part: Callable[[AccountParts], Part[K, V]], key: K) -> V | None:
        """Return the first answer that is valid."""
        answers = (part(parts).fresh(key, self.judge.now) for parts in self.seers)
        return next((answer for answer in answers if answer is not None), None)

    def fresh_answers(self, part: Callable[[AccountParts], Part[K, V]], key: K) -> list[Answer[V]]:
        """Return all answers that are valid, with their times."""
        answers = (part(parts).fresh_answer(key, self.judge.now) for parts in self.seers)
        return [answer for answer in answers if answer is not None]

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
        answers = (part(parts).fresh(key, self.judge.now) for parts in self.seers)
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
