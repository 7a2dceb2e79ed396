"""The login breaker: limits how often an account logs in, whatever the cloud answers.

A login is noted on disk before it is sent, because the usual cause of a lock-out is a service
manager that restarts a process with a wrong password forever, and because a login without an answer
may have been counted by the cloud all the same.
"""

import hashlib
import logging
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path

from solix_exporter.errors import CloudError, LoginBlocked, LoginNotKept
from solix_exporter.files import read_json, write_private_json

_LOGGER = logging.getLogger(__name__)

_PAUSES = (
    timedelta(minutes=1),
    timedelta(minutes=2),
    timedelta(minutes=5),
    timedelta(minutes=10),
    timedelta(minutes=15),
)
"""After one, two ... logins with the same credentials within an hour, however they ended."""

_REJECTED_PAUSES = (
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=4),
    timedelta(hours=12),
    timedelta(hours=24),
)
"""After each further refusal in a row."""

_CAPTCHA_PAUSES = (
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
    timedelta(hours=24),
)
_LOCKED_PAUSE = timedelta(hours=24)
_LOCKED_MARGIN = timedelta(minutes=5)
_LONGEST_PAUSE = timedelta(hours=73)

CAPTCHA, LOCKED = 100032, 100053
_SERVER_SIDE = frozenset({CAPTCHA, LOCKED})
"""Refusals that a corrected password does not lift."""

LOGINS_PER_HOUR = 10
"""The limit for all credentials of an account together: corrected ones need not wait."""

_HOUR = timedelta(hours=1)
_RETRY_IN = re.compile(r"(\d+)\s*(hour|minute)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SentLogin:
    """A login that left this machine."""

    at: datetime
    credentials: str
    """Fingerprint of the credentials; empty where it was not recorded, which stands for all."""


@dataclass(frozen=True, slots=True)
class BreakerState:
    """What is remembered across restarts."""

    failures: int = 0
    """Refusals in a row."""
    blocked_until: datetime | None = None
    reason: str = ""
    """Why the last login brought no token; empty where it did or where no answer came."""
    code: int | None = None
    credentials: str = ""
    """Salted hash of the credentials that were refused, so that corrected ones may try at once."""
    logins: tuple[SentLogin, ...] = ()
    """The logins of the last hour, oldest first."""

    def rebased(self, now: datetime) -> "BreakerState":
        """Return the state on the host's clock, where that was set back since.

        Otherwise, what was noted then would hold logins back until the clock is there again.
        """
        ahead = max((login.at for login in self.logins), default=now) - now
        if ahead <= timedelta():
            return self
        until = self.blocked_until
        return replace(
            self,
            blocked_until=until - ahead if until else None,
            logins=tuple(replace(login, at=login.at - ahead) for login in self.logins),
        )

    def recent(self, now: datetime) -> tuple[SentLogin, ...]:
        """Return the logins of the hour before `now`."""
        return tuple(login for login in self.logins if now - login.at < _HOUR)


class LoginBreaker:
    """Decides whether a login may be sent; one for each account.

    Several processes share its file; whoever calls `note_sent` must be alone with it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._is_kept = True
        """Whether the disk holds the state; where it cannot, memory has to do."""
        self._state = self._read()

    def blocked_until(self, now: datetime) -> datetime | None:
        """Return until when the cloud's refusal holds logins back, None where it does not."""
        until = self._state.blocked_until
        # An end beyond the longest pause was written while the host's clock was wrong.
        return until if until is not None and now < until <= now + _LONGEST_PAUSE else None

    def check(self, secret: str, now: datetime) -> None:
        """Return when a login with these credentials may be sent.

        Raises LoginBlocked with the reason and the time otherwise.
        """
        if self._is_kept:
            self._state = self._read()
        rebased = self._state.rebased(now)
        if rebased is not self._state:
            self._write(rebased)
        until = self.blocked_until(now)
        if until is not None and self._is_for(secret):
            raise LoginBlocked(
                f"no login before {until:%Y-%m-%d %H:%M} UTC: {self._state.reason}",
                until=until,
                refusal=self._state.code,
            )
        until = self.paused_until(secret, now)
        if until is not None:
            reason = self._state.reason or _reason(len(self._state.recent(now)))
            raise LoginBlocked(
                f"no login before {until:%Y-%m-%d %H:%M} UTC: {reason}",
                until=until,
                refusal=self._state.code,
            )

    def _is_for(self, secret: str) -> bool:
        if self._state.code in _SERVER_SIDE or not self._state.credentials:
            return True
        return _fingerprint(secret, self._state.credentials) == self._state.credentials

    def paused_until(self, secret: str, now: datetime) -> datetime | None:
        """Return until when the logins of the last hour hold the next one back."""
        recent = self._state.recent(now)
        if not recent:
            return None
        own = _fingerprint(secret, self._salted())
        same = [login.at for login in recent if login.credentials in {"", own}]
        ends = [same[-1] + _step(_PAUSES, len(same))] if same else []
        if len(recent) >= LOGINS_PER_HOUR:
            ends.append(recent[-LOGINS_PER_HOUR].at + _HOUR)
        until = max(ends, default=now)
        return until if until > now else None

    def note_sent(self, secret: str, now: datetime) -> None:
        """Check once more, and note on disk that a login is going to be sent.

        Raises LoginBlocked where it may not be sent, LoginNotKept where it cannot be noted: then a
        restart would not know of it.
        """
        self.check(secret, now)
        sent = SentLogin(now, _fingerprint(secret, self._salted()))
        problem = self._write(replace(self._state, logins=(*self._state.recent(now), sent)))
        if problem is not None:
            raise LoginNotKept(f"no login is sent, because it cannot be noted on disk: {problem}")

    def take_back(self) -> None:
        """Forget the last login: it did not leave this machine."""
        self._write(replace(self._state, logins=self._state.logins[:-1]))

    def note_success(self, now: datetime) -> None:
        """Close the breaker; the logins of the last hour still count."""
        self._write(BreakerState(logins=self._state.recent(now)))

    def note_failure(self, error: CloudError, now: datetime) -> None:
        """Remember why the cloud did not answer a login; refusals before it still count."""
        if self.blocked_until(now) is None:
            self._write(replace(self._state, reason=error.message, code=None))

    def note_refusal(self, error: CloudError, secret: str, now: datetime) -> datetime:
        """Open the breaker for a time that grows with each refusal in a row; return its end."""
        failures = self._state.failures + 1
        until = now + min(_pause(error, failures), _LONGEST_PAUSE)
        self._write(
            BreakerState(
                failures=failures,
                blocked_until=until,
                reason=error.message,
                code=error.code,
                credentials=_fingerprint(secret, self._salted()),
                logins=self._state.recent(now),
            )
        )
        return until

    def _salted(self) -> str:
        """Return a fingerprint whose salt the next ones share, "" where there is none yet."""
        known = (self._state.credentials, *(login.credentials for login in self._state.logins))
        return next(filter(None, known), "")

    def _read(self) -> BreakerState:
        content = read_json(self._path)
        if content is not None:
            try:
                return _from_json(content)
            except (ValueError, OverflowError, OSError):
                content = None
        if self._path.is_file():
            _LOGGER.warning("%s is not a login breaker's state, it starts anew", self._path)
        return BreakerState()

    def _write(self, state: BreakerState) -> OSError | None:
        """Keep the state; return why the disk does not have it, None where it does."""
        self._state = state
        self._is_kept = False
        try:
            write_private_json(self._path, _to_json(state))
            self._is_kept = True
        except OSError as error:
            _LOGGER.warning("the login breaker's state cannot be kept: %s", error)
            return error
        return None


def _reason(logins: int) -> str:
    if logins == 1:
        return "the last login was sent a moment ago"
    return (
        f"{logins} logins within an hour; if another client uses the account at the same time, give"
        " the exporter an account of its own"
    )


def _pause(error: CloudError, failures: int) -> timedelta:
    if error.code == LOCKED:
        return _stated_pause(error.message) or _LOCKED_PAUSE
    return _step(_CAPTCHA_PAUSES if error.code == CAPTCHA else _REJECTED_PAUSES, failures)


def _step(pauses: Sequence[timedelta], count: int) -> timedelta:
    return pauses[min(count, len(pauses)) - 1]


def _stated_pause(message: str) -> timedelta | None:
    """Return the time that the cloud names: "... try again in 5 hours"."""
    found = _RETRY_IN.search(message)
    if found is None:
        return None
    count = int(found[1])
    pause = timedelta(hours=count) if found[2].lower() == "hour" else timedelta(minutes=count)
    return pause + _LOCKED_MARGIN


def _fingerprint(secret: str, like: str) -> str:
    """Return the salted hash of credentials, with the salt of `like` where that has one."""
    return _hashed(secret, bytes.fromhex(like.partition(":")[0]) or os.urandom(16))


@lru_cache
def _hashed(secret: str, salt: bytes) -> str:
    # scrypt, so that the file does not give away a weak password to who can read it.
    digest = hashlib.scrypt(secret.encode(), salt=salt, n=2**14, r=8, p=1, dklen=16)
    return f"{salt.hex()}:{digest.hex()}"


def _to_json(state: BreakerState) -> dict[str, object]:
    return {
        "version": 1,
        "failures": state.failures,
        "blocked_until": int(state.blocked_until.timestamp()) if state.blocked_until else None,
        "reason": state.reason,
        "code": state.code,
        "credentials": state.credentials,
        "logins": [
            {"at": login.at.timestamp(), "credentials": login.credentials} for login in state.logins
        ],
    }


def _from_json(content: dict[str, object]) -> BreakerState:
    """Return the state; raises ValueError, OverflowError or OSError for one that makes no sense."""

    def whole(key: str) -> int | None:
        value = content.get(key)
        return value if isinstance(value, int) else None

    until, logins = whole("blocked_until"), content.get("logins")
    sent = [_sent_login(entry) for entry in logins] if isinstance(logins, list) else []
    return BreakerState(
        failures=whole("failures") or 0,
        blocked_until=datetime.fromtimestamp(until, UTC) if until else None,
        reason=str(content.get("reason") or ""),
        code=whole("code"),
        credentials=_checked(content.get("credentials")),
        logins=tuple(sorted(filter(None, sent), key=lambda login: login.at)),
    )


def _sent_login(entry: object) -> SentLogin | None:
    """Return a login; earlier versions noted its time alone, and the answered ones only."""
    row = entry if isinstance(entry, dict) else {"at": entry}
    at = row.get("at")
    if not isinstance(at, int | float):
        return None
    return SentLogin(datetime.fromtimestamp(at, UTC), _checked(row.get("credentials")))


def _checked(value: object) -> str:
    """Return a fingerprint. Raises ValueError where its salt is none."""
    text = str(value or "")
    bytes.fromhex(text.partition(":")[0])
    return text
