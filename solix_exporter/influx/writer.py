"""Writes to a server with InfluxDB's v2 write API, and turns its answers into errors.

The class of an error says what to do next.
"""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import cast

import aiohttp
import orjson
from influxdb_client.client.influxdb_client_async import InfluxDBClientAsync
from influxdb_client.domain.write_precision import WritePrecision
from influxdb_client.rest import ApiException
from influxdb_client.service.ping_service import PingService

from solix_exporter.errors import (
    BatchTooLarge,
    PointsRefused,
    SinkAway,
    SinkError,
    SinkMisconfigured,
)
from solix_exporter.net import ACCEPTED_ENCODINGS, BodyRefusedError, proxy_for, read_body
from solix_exporter.text import keep_secret

_LONGEST_PAUSE_S = 3600.0
"""A server that asks for more is asked again after this."""
_VICTORIA = "X-Server-Hostname"
"""The header of each answer of VictoriaMetrics."""
_LONGEST_ANSWER = 300
"""Characters of an answer that are repeated in a message."""
_DROPPED = re.compile(r"dropped=(\d+)")
_POINT_WORDS = ("partial write", "unable to parse", "field type conflict", "retention policy")
"""What the servers say about points, and never about the request."""
_TO_MEND: Mapping[int, tuple[str, str]] = {
    401: (
        "the token is wrong, or may not write to this bucket",
        "check influxdb.token; of InfluxDB 1.8 it is user:password",
    ),
    403: (
        "the token may not write to this bucket",
        "give it the permission, or name another in influxdb.token",
    ),
    404: (
        "there is no such bucket, organization or path",
        "check influxdb.bucket, org and url",
    ),
}
"""Status -> what is the case, and what to do."""
_REQUIRES_POINTS = "writing requires points"
"""What InfluxDB 2 says to an empty write, after it has found that everything else is right."""
_NO_PATH = "unsupported path requested"
"""What VictoriaMetrics says (400) of a path that it does not know."""
_REDIRECTS = range(300, 400)
_BAD_POINTS = (400, 422)
_TOO_LARGE = 413
_BUSY = 429
_SERVER_FAILS = 500


@dataclass(frozen=True, slots=True)
class InfluxTarget:
    """Where to write, and how."""

    url: str
    """Without a slash at its end; a path before `/api/v2/write` is a part of it."""
    org: str
    bucket: str
    token: str
    """Empty where the server wants none; never shown."""
    timeout_s: float
    verify_ssl: bool = True
    ca_file: Path | None = None

    def __post_init__(self) -> None:
        # That of InfluxDB 1.8 is `user:password`.
        keep_secret(self.token, self.token.partition(":")[2])

    def __repr__(self) -> str:
        """Return the target without its token."""
        return f"InfluxTarget({self.url}, {self.org}, {self.bucket})"


class _BoundedAnswer(aiohttp.ClientResponse):
    """An answer of which the library reads so much and no more."""

    async def read(self) -> bytes:
        """Return the unpacked body. Raises BodyRefusedError."""
        encoding = self.headers.get("Content-Encoding", "")
        try:
            return await read_body(self.content.iter_any(), encoding)
        except BaseException:
            # The library leaves the connection to the reader.
            self.close()
            raise


class InfluxWriter:
    """Writes lines; connects at the first."""

    def __init__(self, target: InfluxTarget) -> None:
        self.target = target
        self._client: InfluxDBClientAsync | None = None

    def _connected(self) -> InfluxDBClientAsync:
        """Return the client, which can only be made where a loop runs."""
        if self._client is None:
            target, proxy = self.target, proxy_for(self.target.url)
            self._client = InfluxDBClientAsync(
                url=target.url,
                token=target.token,
                org=target.org,
                timeout=round(target.timeout_s * 1000),
                verify_ssl=target.verify_ssl,
                ssl_ca_cert=str(target.ca_file) if target.ca_file else None,
                proxy=proxy.url if proxy else None,
                # A redirected POST becomes a GET, which succeeds and writes nothing.
                allow_redirects=False,
                client_session_kwargs={
                    "response_class": _BoundedAnswer,
                    "auto_decompress": False,
                    "headers": {"Accept-Encoding": ACCEPTED_ENCODINGS},
                },
            )
        return self._client

    async def close(self) -> None:
        """Close the connection."""
        if self._client is not None:
            await self._client.close()
            self._client = None

    async def overwrites(self) -> bool:
        """Return whether a point that is written again replaces the one that was there.

        VictoriaMetrics, which signs every answer, keeps both and shows either of them.
        Raises SinkAway, SinkMisconfigured.
        """
        try:
            ping = PingService(self._connected().api_client)
            *_, headers = await ping.get_ping_async(_return_http_data_only=False)
        except ApiException as error:
            if int(error.status or 0) >= _SERVER_FAILS:
                # The answer of a proxy before the server, not the server's.
                raise _refusal(error) from error
            headers = error.headers or {}
        except TimeoutError as error:
            raise self._silent() from error
        except BodyRefusedError as error:
            raise _no_write_api(f" ({error})") from error
        except (aiohttp.ClientError, OSError) as error:
            raise _unreachable(error) from error
        return _VICTORIA not in headers

    def _silent(self) -> SinkAway:
        return SinkAway(
            f"no answer within {self.target.timeout_s:g} s",
            advice="check influxdb.url; a firewall may swallow the connection",
            is_gone=True,
        )

    async def write_nothing(self) -> None:
        """Send a write without a point, and return where points would have been taken.

        InfluxDB 1.8 and 3 and VictoriaMetrics take an empty body as written (204). InfluxDB 2 says
        that points are missing (400), and does so after it has checked token, organization, bucket
        and the permission to write. Nothing is stored; InfluxDB 3 may make a database that is not
        there, as it does for the first point.
        Raises SinkAway, SinkMisconfigured, BatchTooLarge; PointsRefused where its answer does not
        tell.
        """
        try:
            await self.write(())
        except PointsRefused as error:
            if _NO_PATH in error.message:
                raise _no_write_api(f" ({error})") from error
            if _REQUIRES_POINTS not in error.message:
                raise

    async def write(self, lines: Sequence[str]) -> None:
        """Write lines whose times are whole seconds; all are on the server when this returns.

        Raises SinkAway, SinkMisconfigured, BatchTooLarge, PointsRefused.
        """
        try:
            is_written = await (
                self._connected()
                .write_api()
                .write(
                    self.target.bucket,
                    self.target.org,
                    "\n".join(lines),
                    write_precision=WritePrecision.S,  # type: ignore[arg-type]  # a text in fact
                )
            )
        except ApiException as error:
            raise _refusal(error) from error
        except TimeoutError as error:
            raise self._silent() from error
        except BodyRefusedError as error:
            raise _no_write_api(f" ({error})") from error
        except (aiohttp.ClientError, OSError) as error:
            raise _unreachable(error) from error
        if not is_written:
            # Written is 204; a page with 200 comes from something else that listens there.
            raise _no_write_api()


def _no_write_api(detail: str = "") -> SinkMisconfigured:
    return SinkMisconfigured(
        f"this is no InfluxDB write API{detail}", advice="check influxdb.url; its path counts too"
    )


def _unreachable(error: Exception) -> SinkError:
    """Return what a connection that failed means."""
    if isinstance(error, aiohttp.ClientSSLError):
        return _no_handshake(error)
    if isinstance(error, aiohttp.ClientHttpProxyError | aiohttp.ClientProxyConnectionError):
        return _stopped_by_proxy(error)
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return SinkAway(
            f"its name {error.host} cannot be looked up ({error.os_error.strerror or error})",
            advice="check influxdb.url, and that this machine's DNS server answers; in a"
            " container, the container's",
            is_gone=True,
        )
    return SinkAway(
        f"it cannot be reached ({_reason(error)})",
        advice="check influxdb.url, that the server runs, and any firewall between",
        is_gone=True,
    )


def _stopped_by_proxy(
    error: aiohttp.ClientHttpProxyError | aiohttp.ClientProxyConnectionError,
) -> SinkAway:
    if isinstance(error, aiohttp.ClientHttpProxyError):
        trouble = f"the proxy refuses the way to it (HTTP {error.status}, {error.message})"
    else:
        trouble = f"the proxy {error.host} cannot be reached ({_reason(error)})"
    return SinkAway(
        trouble,
        advice="check HTTPS_PROXY or HTTP_PROXY, or name the server in NO_PROXY",
        is_gone=True,
    )


def _reason(error: Exception) -> str:
    # aiohttp puts the address in front; what the system says of the number is plain words.
    if isinstance(error, OSError) and error.errno and error.errno > 0:
        return os.strerror(error.errno)
    return str(error) or type(error).__name__


def _no_handshake(error: aiohttp.ClientSSLError) -> SinkError:
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        reason = getattr(error.certificate_error, "verify_message", "") or str(error)
        return SinkMisconfigured(
            f"its certificate is not trusted ({reason})",
            advice="name its CA in influxdb.ca_file, or have the certificate made anew for the"
            " name in influxdb.url",
        )
    reason = getattr(error.os_error, "reason", "") or str(error)
    return SinkMisconfigured(
        f"no secure connection ({reason})",
        advice="check influxdb.url; the server may speak plain http there",
    )


def _refusal(error: ApiException) -> SinkError:
    """Return what an answer other than 2xx means."""
    status = int(error.status or 0)
    text = _message(error.body)
    answer = f"HTTP {status}" + (f", {text}" if text else "")
    headers = cast("Mapping[str, str]", error.headers or {})
    if status in _BAD_POINTS:
        return _points_refused(status, answer)
    if status in _TO_MEND:
        trouble, advice = _TO_MEND[status]
        return SinkMisconfigured(f"{trouble} ({answer})", advice=advice)
    if status == _TOO_LARGE:
        return BatchTooLarge(
            answer,
            advice="look at the server, or at what stands before it: it takes no body of this size",
        )
    if status == _BUSY or status >= _SERVER_FAILS:
        return _in_trouble(status, answer, headers)
    if status in _REDIRECTS:
        location = _place_of(headers.get("Location", "elsewhere"))
        return SinkMisconfigured(f"it redirects to {location}", advice="put that into influxdb.url")
    return SinkMisconfigured(answer, advice="check influxdb.url")


def _place_of(location: str) -> str:
    """Return a link without user, password, and what follows its path."""
    return re.sub(r"(?<=://)[^/@]*@", "", re.split("[?#]", location)[0])


def _in_trouble(status: int, answer: str, headers: Mapping[str, str]) -> SinkAway:
    """Return what a server that cannot at the moment means."""
    if status == _BUSY:
        trouble, advice = "it takes no more for now", "wait, or raise its limit"
    else:
        trouble, advice = "it has a trouble of its own", "look into its log"
    return SinkAway(f"{trouble} ({answer})", advice=advice, pause_s=_pause_s(headers))


def _points_refused(status: int, answer: str) -> PointsRefused:
    dropped = _DROPPED.search(answer)
    is_certain = status != _BAD_POINTS[0] or any(word in answer for word in _POINT_WORDS)
    return PointsRefused(
        answer, dropped=int(dropped.group(1)) if dropped else None, is_certain=is_certain
    )


def _message(body: bytes | None) -> str:
    """Return what an answer says: `message` of 1.x's and 2.x's JSON, `error` of 3.x's, or text."""
    text = (body or b"").decode(errors="replace").strip()
    try:
        answer = orjson.loads(text)
    except orjson.JSONDecodeError:
        answer = None
    if isinstance(answer, dict):
        text = str(answer.get("message") or answer.get("error") or text)
        text += "".join(f"; {row}" for row in _point_errors(answer.get("data"))[:1])
    return " ".join(text.split())[:_LONGEST_ANSWER]


def _point_errors(data: object) -> list[str]:
    """Return what 3.x says about single lines."""
    rows = data if isinstance(data, list) else []
    found = [row for row in rows if isinstance(row, dict)]
    return [str(row["error_message"]) for row in found if "error_message" in row]


def _pause_s(headers: Mapping[str, str]) -> float:
    """Return the seconds of `Retry-After`, 0 where there are none."""
    text = headers.get("Retry-After", "").strip()
    pause_s = float(text) if text.isdecimal() else _until_s(text, headers.get("Date", ""))
    return min(max(pause_s, 0.0), _LONGEST_PAUSE_S)


def _until_s(text: str, now: str) -> float:
    """Return the seconds between two dates of a server, 0 where one of them is none."""
    try:
        return (parsedate_to_datetime(text) - parsedate_to_datetime(now)).total_seconds()
    except (ValueError, TypeError):
        return 0.0
