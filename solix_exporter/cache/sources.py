"""Finds answers in the parts of all accounts that see a site or device, the owner's first."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from solix_exporter.cache.part import Answer, Part
from solix_exporter.cache.parts import ACCOUNT, AccountParts, PartKey
from solix_exporter.cache.reports import Reports
from solix_exporter.clock import NEVER, Moment
from solix_exporter.cloud.endpoints.account import CURRENCY_LIST
from solix_exporter.cloud.endpoints.endpoint import Endpoint
from solix_exporter.model.freshness import Freshness
from solix_exporter.model.money import iso_code
from solix_exporter.model.report import DeviceReport, Source
from solix_exporter.model.site import DeviceListing

V = TypeVar("V")


@dataclass(slots=True)
class Judge:
    """Decides whether readings are live, and remembers until when."""

    now: Moment
    freshness: Freshness = field(default_factory=Freshness)
    valid_until: Moment = NEVER
    """When the first of the live readings becomes stale."""

    def is_live(self, measured: Moment, limit_s: float) -> bool:
        """Return whether the measurement is not older than the limit."""
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

    accounts: tuple[AccountParts, ...]
    """The owner's first: a member's answers only fill what is missing."""
    judge: Judge
    capacities: Mapping[str, float] = field(default_factory=dict)
    """Configured capacities by serial number, Wh."""
    reports: Reports = field(default_factory=Reports)
    """What devices report by themselves."""
    fills: frozenset[tuple[str, Source]] = frozenset()
    """Serial numbers and sources that only fill what the cloud lacks, as configured."""

    def only_fills(self, sn: str, source: Source) -> bool:
        """Return whether a source of a device goes after the cloud."""
        return (sn, source) in self.fills

    def live_reports(self, sn: str) -> list[DeviceReport]:
        """Return what a device reports now, the newest first; captured reports are always live."""
        if not self.judge.freshness.is_judged:
            return self.reports.all(sn)
        end = self.reports.valid_until(sn, self.judge.now)
        self.judge.valid_until = self.judge.valid_until.earliest(end)
        return self.reports.live(sn, self.judge.now)

    def capacity_wh(self, device: DeviceListing) -> float | None:
        """Return the capacity that is configured for a device, else that of its model."""
        return self.capacities.get(device.sn, device.product.capacity_wh)

    def iso_code(self, symbol: str) -> str:
        """Return the ISO code of a currency symbol, "" if unknown."""
        first = self.accounts[0]
        account, currencies = first.account.latest(None), first[CURRENCY_LIST].latest(ACCOUNT)
        return iso_code(symbol, account.country if account else "", currencies)

    def fresh(self, part: PartKey[V], key: str) -> V | None:
        """Return the first answer that is valid."""
        answers = (one.fresh(key, self.judge.now) for one in self._parts(part))
        return next((answer for answer in answers if answer is not None), None)

    def fresh_answers(self, part: PartKey[V], key: str) -> list[Answer[V]]:
        """Return all answers that are valid, with their times."""
        answers = (one.fresh_answer(key, self.judge.now) for one in self._parts(part))
        return [answer for answer in answers if answer is not None]

    def latest(self, part: PartKey[V], key: str) -> V | None:
        """Return the first answer, however old."""
        answers = (one.latest(key) for one in self._parts(part))
        return next((answer for answer in answers if answer is not None), None)

    def fresh_row(self, endpoint: Endpoint[Mapping[str, V]], key: str) -> V | None:
        """Return the row of a device or product in the first valid list that has one."""
        lists = (part.fresh(ACCOUNT, self.judge.now) for part in self._parts(endpoint))
        return next((rows[key] for rows in lists if rows and key in rows), None)

    def latest_row(self, endpoint: Endpoint[Mapping[str, V]], key: str) -> V | None:
        """Return the row of a device or product in the first list that has one, however old."""
        lists = (part.latest(ACCOUNT) for part in self._parts(endpoint))
        return next((rows[key] for rows in lists if rows and key in rows), None)

    def _parts(self, key: PartKey[V]) -> Iterator[Part[str, V]]:
        return (parts.part(key) for parts in self.accounts)
