"""The login breaker: keeps failed logins from being repeated until the account is locked.

Its state is on disk, because the usual cause of a lock-out is a service manager that restarts a
process with a wrong password for ever.
"""

import hashlib
import logging
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from solix_exporter.errors import CloudError, LoginBlocked
from solix_exporter.files import read_json, write_private_json

_LOGGER = logging.getLogger(__name__)

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
"""More than this, and two clients are displacing each other's token."""

_HOUR = timedelta(hours=1)
_RETRY_IN = re.compile(r"(\d+)\s*(hour|minute)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class BreakerState:
    """What is remembered across restarts."""

    failures: int = 0
    """Refusals in a row."""
    blocked_until: datetime | None = None
    reason: str = ""
    code: int | None = None
    credentials: str = ""
    """Salted hash of the credentials that were refused, so that corrected ones may try at once."""
    logins: tuple[datetime, ...] = ()
    """Logins of the last hour that the cloud answered."""


class LoginBreaker:
    """Decides whether a login may be sent; one for each account."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._is_kept = True
        """Whether the disk holds the state; where it cannot, memory has to do."""
        self._state = self._read()

    def blocked_until(self, now: datetime) -> datetime | None:
        """Return until when no login is sent, None while the breaker is closed."""
        until = self._state.blocked_until
        # An end beyond the longest pause was written while the host's clock was wrong.
        return until if until is not None and now < until <= now + _LONGEST_PAUSE else None

    def check(self, secret: str, now: datetime) -> None:
        """Return when a login with these credentials may be sent.

        Raises LoginBlocked with the reason and the time otherwise.
        """
        if self._is_kept:
            self._state = self._read()
        until = self.blocked_until(now)
        if until is not None and self._is_for(secret):
            raise LoginBlocked(
                f"no login before {until:%Y-%m-%d %H:%M} UTC: {self._state.reason}",
                until=until,
                refusal=self._state.code,
            )

    def _is_for(self, secret: str) -> bool:
        if self._state.code in _SERVER_SIDE or not self._state.credentials:
            return True
        salt = bytes.fromhex(self._state.credentials.partition(":")[0])
        return _fingerprint(secret, salt) == self._state.credentials

    def note_success(self, now: datetime) -> None:
        """Close the breaker, unless logins have become so many that they do harm."""
        logins = self._recent_logins(now)
        state = BreakerState(logins=logins)
        if len(logins) >= LOGINS_PER_HOUR:
            state = replace(
                state,
                blocked_until=logins[0] + _HOUR,
                reason=f"{len(logins)} logins within an hour; another client seems to use the"
                " account at the same time, give the exporter an account of its own",
            )
        self._write(state)

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
                credentials=_fingerprint(secret, os.urandom(16)),
                logins=self._recent_logins(now),
            )
        )
        return until

    def _recent_logins(self, now: datetime) -> tuple[datetime, ...]:
        return (*(at for at in self._state.logins if now - at < _HOUR), now)

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

    def _write(self, state: BreakerState) -> None:
        self._state = state
        self._is_kept = False
        try:
            write_private_json(self._path, _to_json(state))
            self._is_kept = True
        except OSError as error:
            _LOGGER.warning("the login breaker's state cannot be kept: %s", error)


def _pause(error: CloudError, failures: int) -> timedelta:
    if error.code == LOCKED:
        return _stated_pause(error.message) or _LOCKED_PAUSE
    steps: Sequence[timedelta] = _CAPTCHA_PAUSES if error.code == CAPTCHA else _REJECTED_PAUSES
    return steps[min(failures, len(steps)) - 1]


def _stated_pause(message: str) -> timedelta | None:
    """Return the time that the cloud names: "... try again in 5 hours"."""
    found = _RETRY_IN.search(message)
    if found is None:
        return None
    count = int(found[1])
    pause = timedelta(hours=count) if found[2].lower() == "hour" else timedelta(minutes=count)
    return pause + _LOCKED_MARGIN


def _fingerprint(secret: str, salt: bytes) -> str:
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
        "logins": [int(at.timestamp()) for at in state.logins],
    }


def _from_json(content: dict[str, object]) -> BreakerState:
    """Return the state; raises ValueError, OverflowError or OSError for one that makes no sense."""

    def whole(key: str) -> int | None:
        value = content.get(key)
        return value if isinstance(value, int) else None

    credentials = str(content.get("credentials") or "")
    bytes.fromhex(credentials.partition(":")[0])
    until, logins = whole("blocked_until"), content.get("logins")
    stamps = [at for at in logins if isinstance(at, int)] if isinstance(logins, list) else []
    return BreakerState(
        failures=whole("failures") or 0,
        blocked_until=datetime.fromtimestamp(until, UTC) if until else None,
        reason=str(content.get("reason") or ""),
        code=whole("code"),
        credentials=credentials,
        logins=tuple(datetime.fromtimestamp(at, UTC) for at in stamps),
    )
