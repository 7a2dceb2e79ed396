"""When a day is read: today always, yesterday at midnight, 00:15, 06:00 and 12:00 site time."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from solix_exporter.ledger import DayState
from solix_exporter.poll.energy.days import due_days, end_of, final_at, is_due, start_of

BERLIN = ZoneInfo("Europe/Berlin")
DAY = date(2026, 6, 20)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("read", "now", "due"),
    [
        ("2026-06-20 23:55", "2026-06-20 23:59", False),
        ("2026-06-20 23:55", "2026-06-21 00:00", True),
        ("2026-06-21 00:01", "2026-06-21 00:14", False),
        ("2026-06-21 00:01", "2026-06-21 00:15", True),
        ("2026-06-21 00:16", "2026-06-21 05:59", False),
        ("2026-06-21 00:16", "2026-06-21 06:02", True),
        ("2026-06-21 06:02", "2026-06-21 11:59", False),
        ("2026-06-21 06:02", "2026-06-21 12:00", True),
        ("2026-06-21 12:01", "2026-06-25 12:00", False),
        # The exporter was away: one reading is enough, whenever it comes.
        ("2026-06-20 14:00", "2026-06-23 09:00", True),
    ],
)
def test_a_past_day_is_due_at_its_moments(read: str, now: str, due: bool) -> None:  # noqa: FBT001
    state = DayState(local(read), closed=False, is_live=True)
    assert is_due(DAY, BERLIN, local(now), state) is due


def test_a_closed_day_is_never_due_and_an_incomplete_one_always() -> None:
    closed = DayState(local("2026-06-20 14:00"), closed=True, is_live=True)
    assert not is_due(DAY, BERLIN, local("2026-06-21 12:00"), closed)
    assert is_due(DAY, BERLIN, local("2026-06-21 12:00"), None)
    incomplete = DayState(None, closed=False, is_live=True)
    assert is_due(DAY, BERLIN, local("2026-06-21 03:00"), incomplete)


@pytest.mark.parametrize(
    ("day", "hours"),
    [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2028, 2, 29), 24)],
)
def test_days_are_as_long_as_the_clock_makes_them(day: date, hours: int) -> None:
    assert end_of(day, BERLIN) - start_of(day, BERLIN) == timedelta(hours=hours)
    assert final_at(day, BERLIN) - end_of(day, BERLIN) == timedelta(hours=12)
    assert start_of(day, BERLIN).tzinfo is UTC


def test_a_first_start_reads_today_and_yesterday() -> None:
    assert due_days(local("2026-06-20 15:00"), BERLIN, None, {}) == (DAY, date(2026, 6, 19))


def test_in_the_first_hour_yesterday_comes_first() -> None:
    states = {DAY: DayState(local("2026-06-20 23:58"), closed=False, is_live=True)}
    began = date(2026, 6, 1)
    now = local("2026-06-21 00:03")
    closed = {
        began + timedelta(days=number): DayState(now, closed=True, is_live=True)
        for number in range(19)
    }
    assert due_days(now, BERLIN, began, closed | states) == (DAY, date(2026, 6, 21))


def test_days_that_were_missed_are_caught_up_with_for_a_week() -> None:
    now = local("2026-06-20 15:00")
    began = date(2026, 5, 1)
    days = due_days(now, BERLIN, began, {})
    assert days == (DAY, *(DAY - timedelta(days=back) for back in range(1, 8)))
    # Days before the ledger began are not the poll's business.
    assert due_days(now, BERLIN, date(2026, 6, 18), {}) == (
        DAY,
        date(2026, 6, 19),
        date(2026, 6, 18),
    )


def test_the_sites_clock_decides_and_not_ours() -> None:
    now = datetime(2026, 6, 20, 23, 30, tzinfo=UTC)
    assert due_days(now, BERLIN, None, {})[0] == date(2026, 6, 21)
    assert due_days(now, ZoneInfo("America/Los_Angeles"), None, {})[0] == date(2026, 6, 20)
