"""An account's login: the token that is good now, and a new one where the breaker allows it."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from solix_exporter.cloud.breaker import LOCKED, LoginBreaker
from solix_exporter.cloud.decode import read_envelope
from solix_exporter.cloud.endpoints import LOGIN_PATH
from solix_exporter.cloud.filelock import file_lock
from solix_exporter.cloud.link import Line, Link, Request
from solix_exporter.cloud.login import Credentials, login_body, parse_login
from solix_exporter.cloud.record import Record
from solix_exporter.cloud.tokens import Token, TokenFile
from solix_exporter.errors import (
    AuthenticationError,
    CloudError,
    Intercepted,
    LoginBlocked,
    NotSent,
    RequestRejected,
    TransientError,
    UnexpectedPayload,
)

_LOGGER = logging.getLogger(__name__)

_PATIENCE_S = 90.0
"""How long another process may be logging in; one login takes a minute at most."""


@dataclass(frozen=True, slots=True)
class LoginState:
    """What is known of an account's login."""

    token_expires_at: datetime | None = None
    blocked_until: datetime | None = None
    sent: int = 0
    """Logins that this process sent."""


class Logins:
    """The logins of one account; safe for concurrent use, also by several processes."""

    def __init__(self, credentials: Credentials, link: Link, line: Line, state_dir: Path) -> None:
        """Take where token and breaker are kept; `line` is the account's."""
        self._credentials = credentials
        self._clock = link.clock
        self._observer = link.observer
        self._most = link.most_logins
        self._line = line
        stem = credentials.file_stem
        self._tokens = TokenFile(state_dir / f"{stem}.token.json")
        self._breaker = LoginBreaker(state_dir / f"{stem}.login.json")
        self._lock_path = state_dir / f"{stem}.login.lock"
        self._lock = asyncio.Lock()
        self._sent = 0
        self._held_until: datetime | None = None
        """Until when a login that is needed may not be sent."""
        self._refused: Token | None = None
        self._proven: Token | None = None
        """The token with which the last question was answered."""

    def state(self) -> LoginState:
        """Return until when the token is good and logins are held back."""
        token, now = self._tokens.current(), self._clock.now()
        until = self._breaker.blocked_until(now) or self._held_until
        return LoginState(
            token_expires_at=token.expires_at if token else None,
            blocked_until=until if until is not None and until > now else None,
            sent=self._sent,
        )

    async def usable_token(self) -> Token:
        """Return a token that should be good. Raises what `replace` raises.

        A token near its end is replaced before it is used. Where that fails it may still be good:
        only the cloud's refusal is final.
        """
        token = self._tokens.current()
        if token is not None and not token.is_ending(self._line.cloud_now()):
            return token
        try:
            return await self._another_than(token)
        except CloudError:
            if token is None or token == self._refused:
                raise
            return token

    def confirm(self, token: Token) -> None:
        """Note that a question with this token was answered."""
        self._proven, self._held_until = token, None
        if self._refused == token:
            self._refused = None

    def is_believed(self, token: Token) -> bool:
        """Return whether a question with this token was answered, and it should still be good."""
        return token == self._proven and not token.is_ending(self._line.cloud_now())

    async def replace(self, refused: Token) -> Token:
        """Return another token than one that was refused: of another process, or of a new login.

        Raises LoginBlocked or LoginNotKept where no login may be sent, AuthenticationError where it
        is refused, TransientError where it is not answered.
        """
        self._refused = refused
        return await self._another_than(refused)

    async def _another_than(self, old: Token | None) -> Token:
        async with self._lock:
            async with self._alone():
                token = self._newer_than(old)
                if token is None:
                    await self._check(self._breaker.check)
            if token is None:
                # Before the other processes are locked out, because the wait may be long.
                await self._line.turn(LOGIN_PATH)
                async with self._alone():
                    token = self._newer_than(old) or await self._log_in()
            self._held_until = None
            return token

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[None]:
        """Keep other processes from logging in to the account at the same time."""
        try:
            async with file_lock(self._lock_path, _PATIENCE_S):
                yield
        except TimeoutError as error:
            raise TransientError(
                "another process has been logging in for too long", endpoint=LOGIN_PATH
            ) from error

    def _newer_than(self, old: Token | None) -> Token | None:
        token = self._tokens.current()
        is_new = token is not None and token not in {old, self._refused}
        return token if is_new else None

    async def _check(self, check: Callable[[str, datetime], None]) -> None:
        """Ask the breaker, whose hash is slow on purpose and whose file waits for the disk."""
        if self._most is not None and self._sent >= self._most:
            raise LoginBlocked("this command has logged in already", until=self._clock.now())
        try:
            await asyncio.to_thread(check, self._credentials.secret, self._clock.now())
        except LoginBlocked as blocked:
            self._held_until = blocked.until
            raise

    async def _log_in(self) -> Token:
        name = self._credentials.name
        await self._check(self._breaker.note_sent)
        self._sent += 1
        try:
            token = await self._request_token()
        except CloudError as error:
            if isinstance(error, TransientError):
                await self._note_failure(error)
                raise
            raise await self._refused_by(error) from error
        await asyncio.to_thread(self._keep, token)
        self._observer.login_done(name, "success")
        _LOGGER.info("account %s: logged in", name)
        return token

    async def _request_token(self) -> Token:
        body = login_body(self._credentials, self._clock.now())
        try:
            token = await self._line.ask(Request("POST", LOGIN_PATH, body, _read_token), {})
        except RequestRejected as error:
            if error.outcome == "http":
                raise _intercepted(error) from error
            raise
        if token.is_ending(self._line.cloud_now() or self._clock.now()):
            _LOGGER.warning(
                "account %s: the cloud gave a token that ends at %s by its own account, which"
                " cannot be; it is used until the cloud refuses it",
                self._credentials.name,
                token.expires_at,
            )
            return replace(token, expires_at=None)
        return token

    async def _note_failure(self, error: TransientError) -> None:
        now, secret = self._clock.now(), self._credentials.secret
        if isinstance(error, NotSent):
            await asyncio.to_thread(self._breaker.take_back)
        else:
            await asyncio.to_thread(self._breaker.note_failure, error, now)
        self._held_until = await asyncio.to_thread(self._breaker.paused_until, secret, now)
        self._observer.login_done(self._credentials.name, "error")

    async def _refused_by(self, error: CloudError) -> AuthenticationError:
        """Open the breaker and return the error to raise."""
        name, secret, now = self._credentials.name, self._credentials.secret, self._clock.now()
        until = await asyncio.to_thread(self._breaker.note_refusal, error, secret, now)
        outcome = "locked" if error.code == LOCKED else "rejected"
        self._observer.login_done(name, outcome)
        return AuthenticationError(
            f"login refused, {error.message}; the next try is at {until:%Y-%m-%d %H:%M} UTC",
            endpoint=LOGIN_PATH,
            code=error.code,
            outcome=error.outcome,
        )

    def _keep(self, token: Token) -> None:
        """Close the breaker and keep the token, both even if nobody waits for it any more."""
        self._breaker.note_success(self._clock.now())
        try:
            self._tokens.store(token)
        except OSError as error:
            _LOGGER.warning(
                "account %s: the login cannot be kept for the next start: %s",
                self._credentials.name,
                error,
            )


def _read_token(content: bytes) -> Token:
    """Return the token in the answer to a login. Raises Intercepted for what is no such answer."""
    try:
        data = read_envelope(LOGIN_PATH, content).get("data")
        return parse_login(Record(data if isinstance(data, dict) else {}))
    except UnexpectedPayload as error:
        raise _intercepted(error) from error


def _intercepted(error: CloudError) -> Intercepted:
    """Return the error of an answer that is not the login's; quotes nothing of that."""
    return Intercepted(
        "this is not the cloud's answer to a login; something between may answer in its place",
        endpoint=LOGIN_PATH,
        code=error.code,
        outcome=error.outcome,
    )
