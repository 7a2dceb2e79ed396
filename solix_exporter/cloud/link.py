"""One account's requests: within the budget, counted, each failure as one of our errors."""

import asyncio
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from solix_exporter.clock import Clock
from solix_exporter.cloud.budget import Budget
from solix_exporter.cloud.decode import read_envelope
from solix_exporter.cloud.endpoints import label_of
from solix_exporter.cloud.endpoints.endpoint import Json
from solix_exporter.cloud.login import Credentials, base_headers
from solix_exporter.cloud.telling import told_by, whole
from solix_exporter.cloud.transport import HttpAnswer, Transport, status_meaning
from solix_exporter.errors import (
    CODES,
    CloudError,
    Intercepted,
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
_CLIENT_ERRORS = range(400, 500)


@dataclass(frozen=True, slots=True)
class Link:
    """What all sessions of a process share."""

    transport: Transport
    budget: Budget
    observer: Observer
    clock: Clock
    most_logins: int | None = None
    """How many logins may be sent for each account; None leaves that to the breaker."""


@dataclass(frozen=True, slots=True)
class Request(Generic[T]):
    """One question, and how its answer is read."""

    method: str
    path: str
    body: Mapping[str, Json]
    read: Callable[[bytes], T]


class Line:
    """What an account's requests go through."""

    def __init__(self, credentials: Credentials, link: Link) -> None:
        self._credentials = credentials
        self._link = link
        self._told: tuple[datetime, float] | None = None
        """The time that the cloud told last, and when that was on the monotonic clock."""

    def cloud_now(self) -> datetime | None:
        """Return the time by the cloud's clock, None before its first answer.

        The host's may be wrong by days, and may be set while the exporter runs.
        """
        if self._told is None:
            return None
        date, at_s = self._told
        return date + timedelta(seconds=self._link.clock.monotonic() - at_s)

    async def turn(self, path: str) -> None:
        """Wait until the budget lets a request to this endpoint go; each needs a turn of its own.

        Apart from `ask`, because a login tells when it was made and must not grow old here.
        """
        await self._link.budget.acquire(self._credentials.server, path)

    async def ask(self, request: Request[T], headers: Mapping[str, str]) -> T:
        """Send a request that has had its turn, count how it ended, and return what was read.

        `headers` come on top of those that each request has. Raises CloudError.
        """
        try:
            with self._counted(request.path):
                answer = await self._send(request, headers)
                value = request.read(answer.body)
        except RateLimited:
            await self._link.budget.share_penalty(self._credentials.server, request.path)
            raise
        if answer.date is not None:
            self._told = answer.date, self._link.clock.monotonic()
        return value

    @contextmanager
    def _counted(self, path: str) -> Iterator[None]:
        """Count how a request ended; one that was broken off by this side has not."""
        link = self._link
        started_s, outcome = link.clock.monotonic(), "malformed"
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
                took_s = link.clock.monotonic() - started_s
                link.observer.request_done(label_of(path), outcome, took_s)

    async def _send(self, request: Request[T], headers: Mapping[str, str]) -> HttpAnswer:
        """Send a request; raises the error of an HTTP status that is one."""
        credentials, link = self._credentials, self._link
        answer = await link.transport.send(
            request.method,
            f"{credentials.server}/{request.path}",
            {**base_headers(credentials, link.clock.now()), **headers},
            dict(request.body),
        )
        if _LOGGER.isEnabledFor(logging.DEBUG):
            _LOGGER.debug(
                "%s answered %d: %s", request.path, answer.status, whole(request.path, answer.body)
            )
        if answer.redirected_to is not None:
            raise Intercepted(
                f"redirected to {answer.redirected_to}", code=answer.status, outcome="http"
            )
        if answer.is_error:
            raise _status_error(request.path, answer)
        return answer


def _status_error(path: str, answer: HttpAnswer) -> CloudError:
    """Return the error of a failed HTTP answer; an envelope in it mostly says more."""
    status = answer.status
    known = CODES.get(status)
    stated = _stated_error(path, answer.body)
    if stated and (status not in _CLEAR or (known and isinstance(stated, known.error))):
        return stated
    message = status_meaning(status)
    said = told_by(path, answer.body)
    if said:
        message = f"{message}: {said}"
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
