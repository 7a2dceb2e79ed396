"""Looks answers up in the parts of all accounts that see something, the owner's first."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from solix_exporter.cache.part import Part
from solix_exporter.cache.parts import ACCOUNT, AccountParts
from solix_exporter.model.money import iso_code
from solix_exporter.model.site import DeviceListing

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
