"""An account's login: the token that is good now, and a new one where the breaker allows it."""

import asyncio
import logging
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from solix_exporter.cloud.breaker import LOCKED, LoginBreaker
from solix_exporter.cloud.decode import read_envelope
from solix_exporter.cloud.link import Line, Link, Request
from solix_exporter.cloud.login import LOGIN_PATH, Credentials, login_body, parse_login
from solix_exporter.cloud.record import Record
from solix_exporter.cloud.tokens import Token, TokenFile
from solix_exporter.errors import AuthenticationError, CloudError, TransientError

_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class LoginState:
    """What is known of an account's login."""

    token_expires_at: datetime | None = None
    blocked_until: datetime | None = None


class Logins:
    """The logins of one account; safe for concurrent use."""

    def __init__(self, credentials: Credentials, link: Link, line: Line, state_dir: Path) -> None:
        """Take where token and breaker are kept; `line` is the account's."""
        self._credentials = credentials
        self._clock = link.clock
        self._observer = link.observer
        self._line = line
        stem = credentials.file_stem
        self._tokens = TokenFile(state_dir / f"{stem}.token.json")
        self._breaker = LoginBreaker(state_dir / f"{stem}.login.json")
        self._lock = asyncio.Lock()

    def state(self) -> LoginState:
        """Return until when the token is good and logins are held back."""
        token = self._tokens.current()
        return LoginState(
            token_expires_at=token.expires_at if token else None,
            blocked_until=self._breaker.blocked_until(self._clock.now()),
        )

    async def usable_token(self) -> Token:
        """Return a token that should be good. Raises what `replace` raises."""
        token = self._tokens.current()
        if token is not None and token.is_usable(self._clock.now()):
            return token
        return await self.replace(token)

    async def replace(self, old: Token | None) -> Token:
        """Return another token than `old`: one that somebody else got meanwhile, or a new one.

        Raises LoginBlocked, AuthenticationError where the login is refused, TransientError.
        """
        async with self._lock:
            token = self._tokens.current()
            if token is not None and token != old and token.is_usable(self._clock.now()):
                return token
            return await self._log_in()

    async def _log_in(self) -> Token:
        # The breaker's hash is slow on purpose, and its file and the token's wait for the disk.
        credentials, now = self._credentials, self._clock.now()
        await asyncio.to_thread(self._breaker.check, credentials.secret, now)
        try:
            token = await self._request_token()
        except TransientError:
            self._observer.login_done(credentials.name, "error")
            raise
        except CloudError as error:
            raise await self._refused(error) from error
        await asyncio.to_thread(self._keep, token, now)
        self._observer.login_done(credentials.name, "success")
        _LOGGER.info("account %s: logged in", credentials.name)
        return token

    async def _request_token(self) -> Token:
        await self._line.turn(LOGIN_PATH)
        body = login_body(self._credentials, self._clock.now())
        return await self._line.ask(Request("POST", LOGIN_PATH, body, _read_token), {})

    async def _refused(self, error: CloudError) -> AuthenticationError:
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

    def _keep(self, token: Token, now: datetime) -> None:
        """Close the breaker and keep the token, both even if nobody waits for it any more."""
        self._breaker.note_success(now)
        try:
            self._tokens.store(token)
        except OSError as error:
            _LOGGER.warning(
                "account %s: the login cannot be kept for the next start: %s",
                self._credentials.name,
                error,
            )


def _read_token(content: bytes) -> Token:
    data = read_envelope(LOGIN_PATH, content).get("data")
    return parse_login(Record(data if isinstance(data, dict) else {}))
