import json
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from solix_exporter.cloud.breaker import LoginBreaker
from solix_exporter.errors import AuthenticationError, LoginBlocked, LoginNotKept, TransientError

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECRET = "me@example.org\nwrong"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "home.login.json"


def refusal(code: int = 26108, message: str = "wrong password") -> AuthenticationError:
    return AuthenticationError(message, code=code, outcome="auth")


def test_a_refusal_holds_logins_back_across_restarts(path: Path) -> None:
    LoginBreaker(path).note_refusal(refusal(), SECRET, NOW)
    restarted = LoginBreaker(path)
    with pytest.raises(LoginBlocked, match="wrong password") as caught:
        restarted.check(SECRET, NOW + timedelta(minutes=14))
    assert caught.value.until == NOW + timedelta(minutes=15)
    assert restarted.blocked_until(NOW) == NOW + timedelta(minutes=15)
    restarted.check(SECRET, NOW + timedelta(minutes=15))


def test_the_pause_grows_with_each_refusal_in_a_row(path: Path) -> None:
    hours, now = [], NOW
    for _ in range(6):
        until = LoginBreaker(path).note_refusal(refusal(), SECRET, now)
        hours.append((until - now) / timedelta(hours=1))
        now = until
    assert hours == [0.25, 1, 4, 12, 24, 24]


def test_corrected_credentials_may_try_at_once(path: Path) -> None:
    breaker = LoginBreaker(path)
    breaker.note_refusal(refusal(), SECRET, NOW)
    breaker.check("me@example.org\nright", NOW)


@pytest.mark.parametrize("code", [100053, 100032])
def test_corrected_credentials_do_not_lift_a_lock_of_the_cloud(path: Path, code: int) -> None:
    breaker = LoginBreaker(path)
    breaker.note_refusal(refusal(code), SECRET, NOW)
    with pytest.raises(LoginBlocked):
        breaker.check("me@example.org\nright", NOW)


@pytest.mark.parametrize(
    ("message", "pause"),
    [
        ("Too many failed attempts, try again in 5 hours", timedelta(hours=5, minutes=5)),
        ("please retry in 30 minutes", timedelta(minutes=35)),
        ("locked", timedelta(hours=24)),
        ("try again in 9999 hours", timedelta(hours=73)),
    ],
)
def test_a_lock_lasts_as_long_as_the_cloud_says(path: Path, message: str, pause: timedelta) -> None:
    assert LoginBreaker(path).note_refusal(refusal(100053, message), SECRET, NOW) == NOW + pause


def test_a_success_closes_the_breaker(path: Path) -> None:
    breaker = LoginBreaker(path)
    breaker.note_refusal(refusal(), SECRET, NOW)
    later = NOW + timedelta(hours=1)
    breaker.note_success(later)
    breaker.check(SECRET, later)
    assert breaker.note_refusal(refusal(), SECRET, later) == later + timedelta(minutes=15)


def sent(path: Path, until: datetime, secret: str = SECRET) -> list[datetime]:
    """Log in as often as allowed, each time with success and in a process of its own."""
    at, logins = NOW, []
    while at < until:
        try:
            LoginBreaker(path).note_sent(secret, at)
        except LoginBlocked as blocked:
            at = blocked.until
        else:
            LoginBreaker(path).note_success(at)
            logins.append(at)
    return logins


def test_logins_of_all_processes_keep_growing_pauses_even_where_they_succeed(path: Path) -> None:
    logins = sent(path, NOW + timedelta(hours=6))
    minutes = [(at - NOW) // timedelta(minutes=1) for at in logins]
    assert minutes[:7] == [0, 1, 3, 8, 18, 33, 48]
    for start in logins:
        assert sum(start <= at < start + timedelta(hours=1) for at in logins) <= 10


def test_after_a_quiet_hour_the_pauses_begin_anew(path: Path) -> None:
    (*_, last) = sent(path, NOW + timedelta(minutes=20))
    later = last + timedelta(hours=1)
    LoginBreaker(path).note_sent(SECRET, later)
    LoginBreaker(path).note_sent(SECRET, later + timedelta(minutes=1))


def test_two_clients_that_displace_each_other_are_told(path: Path) -> None:
    sent(path, NOW + timedelta(minutes=2))
    with pytest.raises(LoginBlocked, match="2 logins within an hour; if another client uses"):
        LoginBreaker(path).check(SECRET, NOW + timedelta(minutes=2))


def test_ever_new_passwords_are_tried_ten_times_an_hour(path: Path) -> None:
    for number in range(10):
        LoginBreaker(path).note_sent(f"me@example.org\n{number}", NOW)
    with pytest.raises(LoginBlocked) as caught:
        LoginBreaker(path).note_sent("me@example.org\nright", NOW + timedelta(minutes=59))
    assert caught.value.until == NOW + timedelta(hours=1)
    LoginBreaker(path).note_sent("me@example.org\nright", NOW + timedelta(hours=1))


def test_why_the_last_login_failed_is_remembered_without_being_a_refusal(path: Path) -> None:
    breaker = LoginBreaker(path)
    breaker.note_sent(SECRET, NOW)
    breaker.note_failure(TransientError("no answer in time"), NOW)
    with pytest.raises(LoginBlocked, match="no answer in time") as caught:
        LoginBreaker(path).check(SECRET, NOW)
    assert caught.value.refusal is None
    assert LoginBreaker(path).blocked_until(NOW) is None


def test_refusals_in_a_row_still_count_when_other_answers_come_in_between(path: Path) -> None:
    breaker = LoginBreaker(path)
    later = breaker.note_refusal(refusal(), SECRET, NOW)
    breaker.note_failure(TransientError("bad gateway"), later)
    assert breaker.note_refusal(refusal(), SECRET, later) == later + timedelta(hours=1)


@pytest.mark.parametrize("back", [timedelta(minutes=5), timedelta(days=8), timedelta(days=3650)])
def test_a_clock_that_is_set_back_does_not_hold_logins_back_forever(
    path: Path, back: timedelta
) -> None:
    breaker = LoginBreaker(path)
    breaker.note_sent(SECRET, NOW)
    breaker.note_refusal(refusal(), SECRET, NOW)
    now = NOW - back
    with pytest.raises(LoginBlocked):
        LoginBreaker(path).check(SECRET, now)
    with pytest.raises(LoginBlocked):
        LoginBreaker(path).check(SECRET, now + timedelta(minutes=14))
    LoginBreaker(path).check(SECRET, now + timedelta(minutes=15))


def test_the_file_of_an_earlier_version_is_understood(path: Path) -> None:
    path.parent.mkdir()
    path.write_text(json.dumps({"version": 1, "logins": [int(NOW.timestamp())]}))
    with pytest.raises(LoginBlocked):
        LoginBreaker(path).check(SECRET, NOW + timedelta(seconds=59))
    LoginBreaker(path).check(SECRET, NOW + timedelta(seconds=60))


def test_the_state_is_private_and_holds_no_password(path: Path) -> None:
    LoginBreaker(path).note_refusal(refusal(), "me@example.org\nhunter2-secret", NOW)
    text = path.read_text()
    assert "hunter2" not in text
    assert "example.org" not in text
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"credentials": "zz:1"}', '{"blocked_until": 1e300}', "\x00\xff"]
)
def test_a_broken_state_file_starts_anew(path: Path, text: str) -> None:
    path.parent.mkdir()
    path.write_text(text)
    LoginBreaker(path).check(SECRET, NOW)


def test_a_block_from_a_clock_far_ahead_does_not_last(path: Path) -> None:
    LoginBreaker(path).note_refusal(refusal(), SECRET, NOW + timedelta(days=3650))
    LoginBreaker(path).check(SECRET, NOW)


def test_a_state_that_cannot_be_written_still_holds_in_this_process(tmp_path: Path) -> None:
    blocker = tmp_path / "file"
    blocker.write_text("no folder")
    breaker = LoginBreaker(blocker / "home.login.json")
    breaker.note_refusal(refusal(), SECRET, NOW)
    assert breaker.blocked_until(NOW) == NOW + timedelta(minutes=15)
    with pytest.raises(LoginBlocked):
        breaker.check(SECRET, NOW)
    with pytest.raises(LoginNotKept, match="cannot be noted on disk"):
        breaker.note_sent("me@example.org\nright", NOW)
