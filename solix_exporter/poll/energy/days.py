"""Which days of a site are due: today always, the past until it can no longer change.

The cloud completes a day some minutes after midnight and corrects it later. So a day is read again
soon after it ended, twice in the next morning, and then closed. Days that passed while the cloud
or the exporter was away are caught up with for a week.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from solix_exporter.ledger import DayState

CATCH_UP_DAYS = 7
"""How far back the poll fills gaps by itself; `backfill` fetches older days."""

FIRST_HOUR = timedelta(hours=1)
"""How long into a day the cloud may still show the figures of the day before."""

_READ_AGAIN = (time(0, 0), time(0, 15), time(6, 0), time(12, 0))
"""When a day is read again on the following one; the last reading closes it."""
_DAY = timedelta(days=1)


def local_day(at: datetime, zone: ZoneInfo) -> date:
    """Return the day that it is at a site."""
    return at.astimezone(zone).date()


def start_of(day: date, zone: ZoneInfo) -> datetime:
    """Return the first instant of a site's day, UTC; days are 23 to 25 hours apart."""
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)


def end_of(day: date, zone: ZoneInfo) -> datetime:
    """Return the first instant of the day after, UTC."""
    return start_of(day + _DAY, zone)


def final_at(day: date, zone: ZoneInfo) -> datetime:
    """Return from when on a reading of a day is the last one."""
    return _moments(day, zone)[-1]


def _moments(day: date, zone: ZoneInfo) -> tuple[datetime, ...]:
    following = day + _DAY
    return tuple(
        datetime.combine(following, moment, tzinfo=zone).astimezone(UTC) for moment in _READ_AGAIN
    )


def due_days(
    now: datetime, zone: ZoneInfo, began: date | None, states: Mapping[date, DayState]
) -> tuple[date, ...]:
    """Return the days to read now: today, and in its first hour yesterday before it.

    Then the one can be told from the other. `began` is the first day that counts; the day before
    it is read, too, and never counted.
    """
    today = local_day(now, zone)
    past = [day for day in _candidates(today, began) if is_due(day, zone, now, states.get(day))]
    is_early = now - start_of(today, zone) < FIRST_HOUR
    is_first = is_early and today - _DAY in past
    return yesterday_first((today, *past)) if is_first else (today, *past)


def yesterday_first(days: tuple[date, ...]) -> tuple[date, ...]:
    """Return days to read, today among them, with yesterday before all others."""
    yesterday = max(days) - _DAY
    return (yesterday, *(day for day in days if day != yesterday))


def _candidates(today: date, began: date | None) -> Iterator[date]:
    """Give the days before today that the poll looks after, the newest first."""
    yesterday = today - _DAY
    first = max(began, today - timedelta(days=CATCH_UP_DAYS)) if began else yesterday
    for back in range(max(1, (today - first).days)):
        yield yesterday - timedelta(days=back)


def is_due(day: date, zone: ZoneInfo, now: datetime, state: DayState | None) -> bool:
    """Return whether a past day has to be read again."""
    read_at = state.as_of(now).read_at if state else None
    if state is None or read_at is None:
        return True
    if state.closed:
        return False
    return any(read_at < moment <= now for moment in _moments(day, zone))
