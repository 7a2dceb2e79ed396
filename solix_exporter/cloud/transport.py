"""Sends one HTTP request and names what went wrong; knows nothing of logins or retries."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

import aiohttp
import orjson

from solix_exporter.cloud.headers import parse_date, redirect_of
from solix_exporter.errors import CODES, NotSent, TransientError
from solix_exporter.net import ACCEPTED_ENCODINGS, BodyRefusedError, proxy_for, read_body
from solix_exporter.redact import quoted

_FIRST_ERROR_STATUS = 400
_AT_ONCE = 100
"""Requests under way: as many as the library opens connections. Who waits for one would use up
its time for the answer."""


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """Status and body of an answer; every status is an answer."""

    status: int
    body: bytes
    date: datetime | None = None
    """The server's clock, to the second; None where it does not tell."""
    redirected_to: str | None = None
    """Host and path that the answer points to instead of being one."""

    @property
    def is_error(self) -> bool:
        """Return whether the status says that the request failed."""
        return self.status >= _FIRST_ERROR_STATUS


HttpSession: TypeAlias = aiohttp.ClientSession


class Transport:
    """The connection pool of the process; `async with` closes it."""

    def __init__(self, timeout_s: float = 10.0, http: HttpSession | None = None) -> None:
        """Take a time limit for a request, and a pool to use, which is then left open."""
        self._timeout = aiohttp.ClientTimeout(total=timeout_s)
        self._http: HttpSession | None = http
        self._is_own = http is None
        self._slots = asyncio.Semaphore(_AT_ONCE)

    async def close(self) -> None:
        """Close all connections of its own pool."""
        if self._http is not None and self._is_own:
            await self._http.close()

    async def send(
        self, method: str, url: str, headers: dict[str, str], body: dict[str, object]
    ) -> HttpAnswer:
        """Send the body as JSON - also with GET, as the cloud wants it - and return the answer.

        Raises TransientError, its outcome one of timeout, dns, connect, tls, malformed.
        """
        if self._http is None:
            # Made here, because a session belongs to the running event loop. Without cookies: all
            # accounts share it, and who asks stands in the headers.
            self._http = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
        try:
            async with self._slots:
                return await self._exchange(self._http, method, url, headers, body)
        except BodyRefusedError as error:
            raise TransientError(str(error), outcome="malformed") from error
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise _as_transient(error) from error

    async def _exchange(
        self,
        http: HttpSession,
        method: str,
        url: str,
        headers: dict[str, str],
        body: dict[str, object],
    ) -> HttpAnswer:
        # Whoever brings a pool of his own has decided on proxies himself.
        proxy = proxy_for(url) if self._is_own else None
        async with http.request(
            method,
            url,
            proxy=proxy.url if proxy else None,
            data=orjson.dumps(body),
            headers={"Accept-Encoding": ACCEPTED_ENCODINGS, **headers},
            allow_redirects=False,
            auto_decompress=False,
            timeout=self._timeout,
        ) as response:
            encoding = response.headers.get("Content-Encoding", "")
            return HttpAnswer(
                response.status,
                await read_body(response.content.iter_any(), encoding),
                parse_date(response.headers.get("Date")),
                redirect_of(response.status, response.headers, url),
            )


def _as_transient(error: Exception) -> TransientError:
    """Return our error for one of the HTTP library."""
    outcome, meaning = _classify(error)
    # Other texts of the library quote the answer, its headers, or a URL with a password.
    told = str(error) if isinstance(error, OSError) else ""
    if isinstance(error, aiohttp.ClientHttpProxyError):
        told = f"HTTP {error.status}, {quoted(error.message)}"
    kind = NotSent if isinstance(error, _BEFORE_SENDING) else TransientError
    return kind(f"{meaning}: {told}" if told else meaning, outcome=outcome)


_BEFORE_SENDING = (aiohttp.ClientConnectorError, aiohttp.ClientHttpProxyError)
"""What ends a request while it has no connection yet; trouble with certificates included."""

_KINDS: tuple[tuple[type[Exception], str, str], ...] = (
    # From the special to the general: the first match counts.
    (asyncio.TimeoutError, "timeout", "no answer in time"),
    (aiohttp.ClientHttpProxyError, "connect", "the proxy refuses"),
    (aiohttp.ClientProxyConnectionError, "connect", "no connection to the proxy"),
    (aiohttp.ClientConnectorDNSError, "dns", "the server's name cannot be looked up"),
    (aiohttp.ClientConnectorCertificateError, "tls", "the server's certificate is not valid"),
    (aiohttp.ClientSSLError, "tls", "no secure connection"),
    (aiohttp.ClientConnectorError, "connect", "no connection"),
    (aiohttp.ClientConnectionError, "connect", "the connection was cut"),
    (aiohttp.ClientPayloadError, "connect", "the answer was cut off"),
    (aiohttp.ClientResponseError, "connect", "what came is no HTTP"),
)


def _classify(error: Exception) -> tuple[str, str]:
    for kind, outcome, meaning in _KINDS:
        if isinstance(error, kind):
            return outcome, meaning
    return "connect", "the request failed"


def status_meaning(status: int) -> str:
    """Return words for an HTTP status."""
    known = CODES.get(status)
    return known.meaning if known else f"the server answered HTTP {status}"
