import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from solix_exporter.cloud.breaker import LoginBreaker
from solix_exporter.errors import AuthenticationError, LoginBlocked

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


def test_two_clients_that_displace_each_other_stop_logging_in(path: Path) -> None:
    breaker = LoginBreaker(path)
    for minute in range(10):
        breaker.check(SECRET, NOW + timedelta(minutes=minute))
        breaker.note_success(NOW + timedelta(minutes=minute))
    with pytest.raises(LoginBlocked, match="another client"):
        breaker.check(SECRET, NOW + timedelta(minutes=10))
    breaker.check(SECRET, NOW + timedelta(minutes=60))


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
