"""One account's session: asks an endpoint, logs in when needed, repeats what is worth repeating.

What a request may cost is bounded: one new login, and one repetition after a short wait. A question
that is refused even then costs no further login for an hour.
"""

import logging
import random
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from solix_exporter.cloud.decode import decode, raw_envelope
from solix_exporter.cloud.endpoints.endpoint import AnyEndpoint, Endpoint, Json
from solix_exporter.cloud.link import Line, Link, Request
from solix_exporter.cloud.login import Credentials
from solix_exporter.cloud.logins import Logins, LoginState
from solix_exporter.cloud.refusals import MAYBE_FORBIDDEN, Refusals
from solix_exporter.cloud.tokens import Token
from solix_exporter.errors import CloudError, LoginBlocked, RequestRejected, TransientError

_LOGGER = logging.getLogger(__name__)

T = TypeVar("T")

_TOKEN_REJECTED = MAYBE_FORBIDDEN | {26084}
_WORTH_REPEATING = frozenset({502, 504, 522, 21105})
"""HTTP statuses and envelope codes after which a second try usually succeeds."""
_PAUSE_S = (2.0, 5.0)


@dataclass(slots=True)
class _Allowance:
    """What is left of a request's repetitions."""

    login: bool = True
    repetition: bool = True


class Session:
    """Talks to the cloud for one account; safe for concurrent use."""

    def __init__(self, credentials: Credentials, link: Link, state_dir: Path) -> None:
        self._clock = link.clock
        self._observer = link.observer
        self._line = Line(credentials, link)
        self._logins = Logins(credentials, link, self._line, state_dir)
        self._refusals = Refusals()

    def login_state(self) -> LoginState:
        """Return until when the token is good and logins are held back."""
        return self._logins.state()

    async def fetch(self, endpoint: Endpoint[T], **body: Json) -> T:
        """Return the answer of an endpoint; `body` holds the endpoint's fields.

        Raises TransientError, AuthenticationError, RequestRejected or UnexpectedPayload, after
        the repetitions that are allowed.
        """
        sent, observer = endpoint.body_with(body), self._observer
        return await self._answer(
            Request(
                endpoint.method,
                endpoint.path,
                sent,
                lambda content: decode(endpoint, content, observer),
            )
        )

    async def ask(self, endpoint: AnyEndpoint, body: Mapping[str, Json]) -> dict[str, object]:
        """Return the whole answer as it came: `{code, msg, data, trace_id}`.

        Raises what `fetch` raises.
        """
        path = endpoint.path
        return await self._answer(
            Request(endpoint.method, path, body, lambda content: raw_envelope(path, content))
        )

    async def _answer(self, request: Request[T]) -> T:
        """Ask, and repeat what is worth repeating."""
        allowance = _Allowance()
        while True:
            token = await self._logins.usable_token()
            try:
                value = await self._attempt(request, token)
            except CloudError as error:
                if error.code in MAYBE_FORBIDDEN:
                    self._note_refusal(request, error, allowance)
                await self._before_repetition(error, token, allowance)
            else:
                self._logins.confirm(token)
                self._refusals.forget(request.path, request.body)
                return value

    def _note_refusal(self, request: Request[T], error: CloudError, allowance: _Allowance) -> None:
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
            await self._replace(token, error)
        elif _is_worth_repeating(error) and allowance.repetition:
            allowance.repetition = False
            _LOGGER.debug("%s, repeating once", error)
            await self._clock.sleep(random.uniform(*_PAUSE_S))
        else:
            raise error

    async def _replace(self, token: Token, error: CloudError) -> None:
        """Get another token. Raises TransientError where it may as well be the question's fault.

        That is so where the token has answered other questions, and no login may tell now.
        """
        try:
            await self._logins.replace(token)
        except LoginBlocked as blocked:
            is_maybe_forbidden = error.code in MAYBE_FORBIDDEN and blocked.refusal is None
            if is_maybe_forbidden and self._logins.is_believed(token):
                raise TransientError(
                    f"{error.message}; {blocked.message}",
                    endpoint=error.endpoint,
                    code=error.code,
                    outcome=error.outcome,
                ) from error
            raise

    async def _attempt(self, request: Request[T], token: Token) -> T:
        await self._line.turn(request.path)
        headers = {"x-auth-token": token.auth_token, "gtoken": token.gtoken}
        return await self._line.ask(request, headers)


def _is_worth_repeating(error: CloudError) -> bool:
    return error.code in _WORTH_REPEATING or error.outcome == "timeout"
