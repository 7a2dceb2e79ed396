"""The cloud's forecast of a site's PV energy, Wh."""

from dataclasses import dataclass
from datetime import datetime, timedelta

_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class ForecastNow:
    """What the forecast says at a moment; None where it does not reach."""

    hour_wh: float | None = None
    """The whole of the running hour."""
    next_hour_wh: float | None = None
    today_wh: float | None = None
    """What the day gave already, and the rest."""
    remaining_wh: float | None = None
    """The rest of the day."""
    tomorrow_wh: float | None = None
    """The part of tomorrow within 24 hours of the forecast."""


@dataclass(frozen=True, slots=True)
class PvForecast:
    """What the rest of a day will give."""

    made_at: datetime | None = None
    """On the site's clock, naive; None where the cloud forecasts nothing."""
    produced_wh: float | None = None
    """What the day gave until then."""
    hours: tuple[tuple[datetime, float], ...] = ()
    """End of each hour on the site's clock, naive, and what it gives."""
    next_24_hours_wh: float | None = None
    """What the 24 hours from the running one on give."""

    def at(self, local: datetime) -> ForecastNow:
        """Return what it says at a time on the site's clock, naive."""
        if not self._is_of(local):
            return ForecastNow()
        by_end = dict(self.hours)
        hour_end = local.replace(minute=0, second=0, microsecond=0) + _HOUR
        return ForecastNow(
            hour_wh=by_end.get(hour_end),
            next_hour_wh=by_end.get(hour_end + _HOUR),
            today_wh=self.day_wh(),
            remaining_wh=self.remaining_wh(local),
            tomorrow_wh=self.tomorrow_wh(),
        )

    def remaining_wh(self, local: datetime) -> float | None:
        """Return what the rest of the day gives from a time on the site's clock, naive."""
        if not self.hours or not self._is_of(local):
            return None
        return round(sum(_part_after(end, local) * energy_wh for end, energy_wh in self.hours), 3)

    def day_wh(self) -> float | None:
        """Return what the whole day gives: what it gave already, and the rest."""
        if self.made_at is None or self.produced_wh is None:
            return None
        remaining_wh = self.remaining_wh(self.made_at)
        return None if remaining_wh is None else round(self.produced_wh + remaining_wh, 3)

    def tomorrow_wh(self) -> float | None:
        """Return what the next 24 hours give beyond the hours of today."""
        if self.next_24_hours_wh is None or not self.hours:
            return None
        today_wh = sum(energy_wh for _, energy_wh in self.hours)
        return round(max(0.0, self.next_24_hours_wh - today_wh), 3)

    def _is_of(self, local: datetime) -> bool:
        return self.made_at is not None and self.made_at.date() == local.date()


def _part_after(end: datetime, local: datetime) -> float:
    """Return the share of the hour that lies after the time."""
    return min(1.0, max(0.0, (end - local) / _HOUR))
