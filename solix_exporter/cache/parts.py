"""The parts of an account: one attribute a source, each replaced whole by the poll that owns it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from solix_exporter.cache.part import Part
from solix_exporter.model.account import Account
from solix_exporter.model.energy import DayTotals, EnergyCounters
from solix_exporter.model.money import Currencies
from solix_exporter.model.site import Scene, SiteListing


@dataclass(frozen=True, slots=True)
class SceneAnswer:
    """A scene, and when its devices measured."""

    scene: Scene
    data_at: datetime | None
    """Time of the newest device data."""


@dataclass(slots=True)
class AccountParts:
    """The parts of one account: one attribute a source."""

    account: Part[None, Account] = field(default_factory=Part)
    site_list: Part[None, tuple[SiteListing, ...]] = field(default_factory=Part)
    zones: Part[str, ZoneInfo] = field(default_factory=Part)
    """The zone of each site's clock."""
    currencies: Part[None, Currencies] = field(default_factory=Part)
    scenes: Part[str, SceneAnswer] = field(default_factory=Part)
    energy_today: Part[str, DayTotals] = field(default_factory=Part)
    energy_counters: Part[str, EnergyCounters] = field(default_factory=Part)
    """The ledger's sums; history, so they stay valid."""

    def _all(self) -> tuple[Part[Any, Any], ...]:
        return (
            self.account,
            self.site_list,
            self.zones,
            self.currencies,
            self.scenes,
            self.energy_today,
            self.energy_counters,
        )

    def version(self) -> int:
        """Return a number that grows with each change."""
        return sum(part.version for part in self._all())

    def next_expiry_s(self, now_s: float) -> float:
        """Return when the next answer stops being valid."""
        return min(part.next_expiry_s(now_s) for part in self._all())

    def listings(self) -> tuple[SiteListing, ...]:
        """Return the last site list, however old: identities are history."""
        return self.site_list.latest(None) or ()
