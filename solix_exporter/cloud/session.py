"""One account's session: asks an endpoint, logs in when needed, repeats what is worth repeating.

What a request may cost is bounded: one new login, and one repetition after a short wait. A question
that is refused even then costs no further login for an hour.
"""

import asyncio
import logging
import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from solix_exporter.clock import Clock
from solix_exporter.cloud.breaker import LOCKED, LoginBreaker
from solix_exporter.cloud.budget import Budget
from solix_exporter.cloud.decode import decode, raw_envelope, read_envelope
from solix_exporter.cloud.endpoint import Endpoint, Json
from solix_exporter.cloud.login import (
    LOGIN_PATH,
    Credentials,
    base_headers,
    login_body,
    parse_login,
)
from solix_exporter.cloud.read_endpoint import ReadEndpoint
from solix_exporter.cloud.record import Record
from solix_exporter.cloud.refusals import Refusals
from solix_exporter.cloud.tokens import Token, TokenFile
from solix_exporter.cloud.transport import HttpAnswer, Transport, status_meaning
from solix_exporter.errors import (
    CODES,
    AuthenticationError,
    CloudError,
    RateLimited,
    RequestRejected,
    TransientError,
    UnexpectedPayload,
)
from solix_exporter.model.events import Observer

_LOGGER = logging.getLogger(__name__)

T = TypeVar("T")

_CLEAR = frozenset({401, 429, 502, 504})
"""HTTP statuses that mean what they say, whatever code is in the body; that of a 403 may be about
a permission instead of the token."""
_TOKEN_REJECTED = frozenset({401, 403, 26084})
MAYBE_FORBIDDEN = frozenset({401, 403})
"""The token is no longer good, or the account may not ask this at all."""
_WORTH_REPEATING = frozenset({502, 504, 522, 21105})
"""HTTP statuses and envelope codes after which a second try usually succeeds."""
_PAUSE_S = (2.0, 5.0)
_CLIENT_ERRORS = range(400, 500)


class Source(Protocol):
    """Where answers come from: a session with the cloud, or a folder of captured ones."""

    async def fetch(self, endpoint: Endpoint[T], **body: Json) -> T:
        """Return the answer of an endpoint; `body` holds the endpoint's fields.

        Raises CloudError.
        """

    async def ask(self, endpoint: ReadEndpoint, body: Mapping[str, Json]) -> dict[str, object]:
        """Return the whole answer as it came: `{code, msg, data, trace_id}`.

        Raises CloudError.
        """

    def login_state(self) -> "LoginState":
        """Return what is known of the login."""


@dataclass(frozen=True, slots=True)
class LoginState:
    """What is known of an account's login."""

    token_expires_at: datetime | None = None
    blocked_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """What all sessions of a process share."""

    transport: Transport
    budget: Budget
    observer: Observer
    clock: Clock


@dataclass(frozen=True, slots=True)
class _Request(Generic[T]):
    """One question, and how its answer is read."""

    method: str
    path: str
    body: Mapping[str, Json]
    read: Callable[[bytes], T]


@dataclass(slots=True)
class _Allowance:
    """What is left of a request's repetitions."""

    login: bool = True
    repetition: bool = True


class Session:
    """Talks to the cloud for one account; safe for concurrent use."""

    def __init__(self, credentials: Credentials, link: Link, state_dir: Path) -> None:
        self._credentials = credentials
        self._link = link
        self._clock = link.clock
        stem = credentials.file_stem
        self._tokens = TokenFile(state_dir / f"{stem}.token.json")
        self._breaker = LoginBreaker(state_dir / f"{stem}.login.json")
        self._login_lock = asyncio.Lock()
        self._refusals = Refusals()

    def login_state(self) -> LoginState:
        """Return until when the token is good and logins are held back."""
        token = self._tokens.current()
        return LoginState(
            token_expires_at=token.expires_at if token else None,
            blocked_until=self._breaker.blocked_until(self._clock.now()),
        )

    async def fetch(self, endpoint: Endpoint[T], **body: Json) -> T:
        """Return the answer of an endpoint; `body` holds the endpoint's fields.

        Raises TransientError, AuthenticationError, RequestRejected or UnexpectedPayload, after
        the repetitions that are allowed.
        """
        if set(body) != set(endpoint.fields):
            raise TypeError(f"{endpoint.path} takes {endpoint.fields}, not {tuple(body)}")
        sent, observer = {**endpoint.constants, **body}, self._link.observer
        return await self._answer(
            _Request(
                endpoint.method,
                endpoint.path,
                sent,
                lambda content: decode(endpoint, content, observer),
            )
        )

    async def ask(self, endpoint: ReadEndpoint, body: Mapping[str, Json]) -> dict[str, object]:
        """Return the whole answer as it came: `{code, msg, data, trace_id}`.

        Raises what `fetch` raises.
        """
        path = endpoint.path
        return await self._answer(
            _Request(endpoint.method, path, body, lambda content: raw_envelope(path, content))
        )

    async def _answer(self, request: _Request[T]) -> T:
        """Ask, and repeat what is worth repeating."""
        allowance = _Allowance()
        while True:
            token = await self._usable_token()
            try:
                value = await self._attempt(request, token)
            except CloudError as error:
                if error.code in MAYBE_FORBIDDEN:
                    self._note_refusal(request, error, allowance)
                await self._before_repetition(error, token, allowance)
            else:
                self._refusals.forget(request.path, request.body)
                return value

    def _note_refusal(self, request: _Request[T], error: CloudError, allowance: _Allowance) -> None:
        """Remember a question that is refused with a fresh token, too.

        Raises RequestRejected where that is known: it is then no trouble of the login, and what
        else there is to ask goes on.
        """
        path, body, now_s = request.path, request.body, self._clock.monotonic()
        if self._refusals.holds(path, body, now_s):
            raise RequestRejected(
                f"{error.message}; a new login did not help, and is not tried again for an hour",
                endpoint=path,
                code=error.code,
                outcome=error.outcome,
            ) from error
        if not allowance.login:
            self._refusals.note(path, body, now_s)

    async def _before_repetition(
        self, error: CloudError, token: Token, allowance: _Allowance
    ) -> None:
        """Return when the request may be repeated; raises `error` when it may not."""
        if error.code in _TOKEN_REJECTED and allowance.login:
            allowance.login = False
            await self._replace_token(token)
        elif _is_worth_repeating(error) and allowance.repetition:
            allowance.repetition = False
            _LOGGER.debug("%s, repeating once", error)
            await self._clock.sleep(random.uniform(*_PAUSE_S))
        else:
            raise error

    async def _attempt(self, request: _Request[T], token: Token) -> T:
        """Send one request and count how it ended."""
        path = request.path
        headers = {"x-auth-token": token.auth_token, "gtoken": token.gtoken}
        link, server = self._link, self._credentials.server
        await link.budget.acquire(server, path)
        with self._counted(path):
            answer = await self._send(request.method, path, dict(request.body), headers)
            return request.read(answer.body)

    @contextmanager
    def _counted(self, path: str) -> Iterator[None]:
        """Count how a request ended; one that was broken off by this side has not."""
        started_s, outcome = self._clock.monotonic(), "malformed"
        link = self._link
        try:
            yield
            outcome = "ok"
        except CloudError as error:
            error.endpoint = path
            outcome = error.outcome
            if isinstance(error, RateLimited):
                link.budget.punish(self._credentials.server, path)
            raise
        except asyncio.CancelledError:
            outcome = ""
            raise
        finally:
            if outcome:
                link.observer.request_done(path, outcome, self._clock.monotonic() - started_s)

    async def _send(
        self, method: str, path: str, body: dict[str, object], headers: dict[str, str]
    ) -> HttpAnswer:
        """Send a request; raises the error of an HTTP status that is one."""
        credentials = self._credentials
        answer = await self._link.transport.send(
            method,
            f"{credentials.server}/{path}",
            base_headers(credentials, self._clock.now()) | headers,
            body,
        )
        if answer.is_error:
            raise _status_error(path, answer)
        return answer

    # --- login -----------------------------------------------------------------------------

    async def _usable_token(self) -> Token:
        token = self._tokens.current()
        if token is not None and token.is_usable(self._clock.now()):
            return token
        return await self._replace_token(token)

    async def _replace_token(self, old: Token | None) -> Token:
        """Return another token than `old`: one that somebody else got meanwhile, or a new one."""
        async with self._login_lock:
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
            self._link.observer.login_done(credentials.name, "error")
            raise
        except CloudError as error:
            raise await self._refused(error) from error
        await asyncio.to_thread(self._keep, token, now)
        self._link.observer.login_done(credentials.name, "success")
        _LOGGER.info("account %s: logged in", credentials.name)
        return token

    async def _request_token(self) -> Token:
        """Send one login request, counted like any other."""
        credentials, link = self._credentials, self._link
        await link.budget.acquire(credentials.server, LOGIN_PATH)
        with self._counted(LOGIN_PATH):
            body = login_body(credentials, self._clock.now())
            answer = await self._send("POST", LOGIN_PATH, body, {})
            data = read_envelope(LOGIN_PATH, answer.body).get("data")
            return parse_login(Record(data if isinstance(data, dict) else {}))

    async def _refused(self, error: CloudError) -> AuthenticationError:
        """Open the breaker and return the error to raise."""
        name, secret, now = self._credentials.name, self._credentials.secret, self._clock.now()
        until = await asyncio.to_thread(self._breaker.note_refusal, error, secret, now)
        outcome = "locked" if error.code == LOCKED else "rejected"
        self._link.observer.login_done(name, outcome)
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


def _is_worth_repeating(error: CloudError) -> bool:
    return error.code in _WORTH_REPEATING or error.outcome == "timeout"


def _status_error(path: str, answer: HttpAnswer) -> CloudError:
    """Return the error of a failed HTTP answer; an envelope in it mostly says more."""
    status = answer.status
    known = CODES.get(status)
    stated = _stated_error(path, answer.body)
    if stated and (status not in _CLEAR or (known and isinstance(stated, known.error))):
        return stated
    message = status_meaning(status)
    if answer.body:
        message = f"{message}: {answer.excerpt()}"
    if known is not None:
        return known.error(message, endpoint=path, code=status, outcome=known.outcome)
    # What the client did wrong will be wrong the next time, too; a server may recover.
    kind = RequestRejected if status in _CLIENT_ERRORS else TransientError
    return kind(message, endpoint=path, code=status, outcome="http")


def _stated_error(path: str, body: bytes) -> CloudError | None:
    try:
        read_envelope(path, body)
    except UnexpectedPayload:
        return None
    except CloudError as error:
        return error
    return None
