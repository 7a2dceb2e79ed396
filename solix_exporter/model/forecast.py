"""The cloud's forecast of a site's PV energy, Wh."""

from dataclasses import dataclass
from datetime import datetime, timedelta

_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class PvForecast:
    """What the rest of a day will give."""

    made_at: datetime | None = None
    """On the site's clock, naive; None where the cloud forecasts nothing."""
    produced_wh: float | None = None
    """What the day gave until then."""
    hours: tuple[tuple[datetime, float], ...] = ()
    """End of each hour on the site's clock, naive, and what it gives."""

    def remaining_wh(self, local: datetime) -> float | None:
        """Return what the rest of the day gives from a time on the site's clock, naive."""
        if self.made_at is None or not self.hours or local.date() != self.made_at.date():
            return None
        return round(sum(_part_after(end, local) * energy_wh for end, energy_wh in self.hours), 3)

    def day_wh(self) -> float | None:
        """Return what the whole day gives: what it gave already, and the rest."""
        if self.made_at is None or self.produced_wh is None:
            return None
        remaining_wh = self.remaining_wh(self.made_at)
        return None if remaining_wh is None else round(self.produced_wh + remaining_wh, 3)


def _part_after(end: datetime, local: datetime) -> float:
    """Return the share of the hour that lies after the time."""
    return min(1.0, max(0.0, (end - local) / _HOUR))
