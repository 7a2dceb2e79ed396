"""The statistics of local days, as far as the cloud has them."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from solix_exporter.sim.answers.call import BadRequestError, Call, StatisticsFlaw
from solix_exporter.sim.flow_energy import Energy, total
from solix_exporter.sim.world import SimSite

_MOST_DAYS = 366
_FIRST_YEAR, _LAST_YEAR = 2000, 2100
_DROPPED = ("pv", "home", "charge", "discharge", "grid_to_home", "export", "output")


@lru_cache(maxsize=4096)
def bounds(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return start and end of a local day, UTC.

    They are 23 to 25 hours apart.
    """
    start = datetime(day.year, day.month, day.day, tzinfo=zone)
    following = day + timedelta(days=1)
    end = datetime(following.year, following.month, following.day, tzinfo=zone)
    return start.astimezone(UTC), end.astimezone(UTC)


@dataclass(frozen=True, slots=True)
class DailyStatistics:
    """The energy statistics of a site at this moment."""

    site: SimSite
    now: datetime
    """Time of the newest data."""
    flaw: StatisticsFlaw

    @property
    def zone(self) -> ZoneInfo:
        """Return the site's zone."""
        return self.site.spec.plant.place.zone

    @property
    def today(self) -> date:
        """Return the site's date."""
        return self.now.astimezone(self.zone).date()

    def day(self, day: date) -> Energy | None:
        """Return the energy of a local day so far; None without a record."""
        if (span := self._span(day)) is None:
            return None
        is_over = span[1] < self.now
        home = self.site.home
        energy = home.whole_day_energy(*span) if is_over else home.energy(*span)
        if not self.site.is_metered:
            energy = _unmetered(energy)
        return _lowered(energy, self.flaw.drop_wh) if self.flaw.drop_wh else energy

    def ev_wh(self, day: date) -> float:
        """Return the energy of the car on a local day so far."""
        span = self._span(day)
        return self.site.home.ev_wh(*span) if span else 0.0

    def _span(self, day: date) -> tuple[datetime, datetime] | None:
        """Return start and end of the record of a local day, None without one."""
        start, end = bounds(day, self.zone)
        if start < self.now < start + self.flaw.stale_after_midnight:
            return self._span(day - timedelta(days=1))
        if start >= self.now or end <= self.site.spec.built:
            return None
        if start < self.now < start + self.flaw.late_midnight:
            start, _ = bounds(day - timedelta(days=1), self.zone)
        return start, min(end, self.now)

    def days(self, days: list[date]) -> list[Energy | None]:
        """Return the energy of each of some local days."""
        return [self.day(day) for day in days]

    def sum(self, days: list[date]) -> Energy | None:
        """Return the energy of some local days together; None without any record."""
        known = [energy for energy in self.days(days) if energy is not None]
        return total(known) if known else None


def daily_statistics(call: Call, site: SimSite) -> DailyStatistics:
    """Return the statistics of a site for a request."""
    return DailyStatistics(site, call.now - call.flaw.lag, call.flaw)


def _unmetered(energy: Energy) -> Energy:
    """Return the energy without a meter: consumption equals the output of the system."""
    return replace(energy, home=energy.output, grid_to_home=0.0, export=0.0, solar_to_grid=0.0)


def _lowered(energy: Energy, drop_wh: float) -> Energy:
    return replace(energy, **{name: max(0.0, getattr(energy, name) - drop_wh) for name in _DROPPED})


def parse_day(text: str, fallback: date) -> date:
    """Return a date as the cloud reads it: `YYYY-MM-DD`, `YYYY-MM` or `YYYY`.

    Raises BadRequestError for other texts.
    """
    if not text:
        return fallback
    message = f'error: value "{text}" is not a date'
    try:
        parts = [int(part) for part in text.split("-")]
        day = date(*[*parts, 1, 1][:3])
    except (ValueError, TypeError) as error:
        raise BadRequestError(message) from error
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise BadRequestError(message)
    return day


def day_range(first: date, last: date) -> list[date]:
    """Return all days from the first to the last, at most a year."""
    count = min(_MOST_DAYS, max(1, (last - first).days + 1))
    return [first + timedelta(days=number) for number in range(count)]


def month_days(first: date) -> list[date]:
    """Return the days of a month."""
    following = (first.replace(day=1) + timedelta(days=32)).replace(day=1)
    return day_range(first.replace(day=1), following - timedelta(days=1))


def split_span(span: str, first: date, last: date) -> list[list[date]]:
    """Return the days of each value in a `year`, `month`, `week` or, by default, a day."""
    if span == "year":
        return [month_days(date(first.year, month + 1, 1)) for month in range(12)]
    if span == "month":
        return [[day] for day in month_days(first)]
    if span == "week":
        return [[day] for day in day_range(first, last)]
    return [[first]]
