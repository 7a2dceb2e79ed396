"""Tariffs by season, day and hour, as an owner enters them for a use-time contract."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

_SATURDAY = 6


class Tariff(Enum):
    """How dear the hour is; the value is the `tariff` label."""

    PEAK = "peak"
    MID_PEAK = "mid_peak"
    OFF_PEAK = "off_peak"
    VALLEY = "valley"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class TariffSlot:
    """One tariff of a day, from the start of an hour until before another."""

    start_hour: int
    end_hour: int
    tariff: Tariff


@dataclass(frozen=True, slots=True)
class TariffDay:
    """The tariffs of a kind of day, and what a kWh costs in each."""

    slots: tuple[TariffSlot, ...] = ()
    prices: tuple[tuple[Tariff, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Season:
    """Some months of the year; both ends belong to it, and it may go over New Year."""

    first_month: int
    last_month: int
    weekday: TariffDay
    weekend: TariffDay
    currency_symbol: str = ""

    def holds(self, month: int) -> bool:
        """Return whether the month belongs to the season."""
        if self.first_month <= self.last_month:
            return self.first_month <= month <= self.last_month
        return month >= self.first_month or month <= self.last_month


@dataclass(frozen=True, slots=True)
class TariffNow:
    """The tariff of an hour."""

    tariff: Tariff
    price: float | None = None
    """For a kWh; None where none was entered."""
    currency_symbol: str = ""


def tariff_at(seasons: Iterable[Season], local: datetime) -> TariffNow | None:
    """Return the tariff at a time on the site's clock, None where no tariffs were entered.

    Of several seasons that hold, the last one counts; the app keeps them apart.
    """
    found = None
    for season in seasons:
        found = found or TariffNow(Tariff.UNKNOWN)
        if season.holds(local.month):
            day = season.weekday if local.isoweekday() < _SATURDAY else season.weekend
            found = _in_day(day, local.hour, season.currency_symbol)
    return found


def _in_day(day: TariffDay, hour: int, currency_symbol: str) -> TariffNow:
    slot = next((slot for slot in day.slots if slot.start_hour <= hour < slot.end_hour), None)
    if slot is None:
        return TariffNow(Tariff.UNKNOWN)
    return TariffNow(slot.tariff, dict(day.prices).get(slot.tariff), currency_symbol)
