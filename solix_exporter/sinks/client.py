"""One write to a server that speaks InfluxDB's v2 write API, and what its answer means.

The only module that talks to the server. What it raises says what to do next.
"""

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

_LONGEST_PAUSE_S = 3600.0
"""A server that asks for more is asked again after this."""
_VICTORIA = "X-Server-Hostname"
"""The header of each answer of VictoriaMetrics."""
_LONGEST_ANSWER = 300
"""Characters of an answer that are repeated in a message."""
_DROPPED = re.compile(r"dropped=(\d+)")
_POINT_WORDS = ("partial write", "unable to parse", "field type conflict", "retention policy")
"""What the servers say about points, and never about the request."""
_TO_MEND: Mapping[int, str] = {
    401: "the token is wrong, or may not write to this bucket; check influxdb.token",
    403: "the token may not write to this bucket; check its permissions",
    404: "there is no such bucket, organization or path; check influxdb.bucket, org and url",
}
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
    timeout_s: float = 10.0
    verify_ssl: bool = True
    ca_file: Path | None = None

    def __repr__(self) -> str:
        """Return the target without its token."""
        return f"InfluxTarget({self.url}, {self.org}, {self.bucket})"


class InfluxWriter:
    """Writes lines; the connection is made at the first of them."""

    def __init__(self, target: InfluxTarget) -> None:
        self.target = target
        self._client: InfluxDBClientAsync | None = None

    def _connected(self) -> InfluxDBClientAsync:
        """Return the client, which can only be made where a loop runs."""
        if self._client is None:
            target = self.target
            self._client = InfluxDBClientAsync(
                url=target.url,
                token=target.token,
                org=target.org,
                timeout=round(target.timeout_s * 1000),
                verify_ssl=target.verify_ssl,
                ssl_ca_cert=str(target.ca_file) if target.ca_file else None,
                # A redirected POST becomes a GET, which succeeds and writes nothing.
                allow_redirects=False,
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
            headers = error.headers or {}
        except TimeoutError as error:
            raise self._silent() from error
        except (aiohttp.ClientError, OSError) as error:
            raise _unreachable(error) from error
        return _VICTORIA not in headers

    def _silent(self) -> SinkAway:
        return SinkAway(f"no answer within {self.target.timeout_s:g} s", is_gone=True)

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
        except (aiohttp.ClientError, OSError) as error:
            raise _unreachable(error) from error
        if not is_written:
            # Written is 204; a page with 200 comes from something else that listens there.
            raise SinkMisconfigured("this is no InfluxDB write API; check influxdb.url")


def _unreachable(error: Exception) -> SinkError:
    """Return what a connection that failed means."""
    if isinstance(error, aiohttp.ClientSSLError):
        return SinkMisconfigured(
            f"its certificate is not trusted ({error}); name its CA in influxdb.ca_file"
        )
    reason = str(error) or type(error).__name__
    return SinkAway(f"it cannot be reached ({reason})", is_gone=True)


def _refusal(error: ApiException) -> SinkError:
    """Return what an answer other than 2xx means."""
    status = int(error.status or 0)
    text = _message(error.body)
    told = f"HTTP {status}" + (f", {text}" if text else "")
    headers = cast("Mapping[str, str]", error.headers or {})
    if status in _BAD_POINTS:
        return _points_refused(status, told)
    if status in _TO_MEND:
        return SinkMisconfigured(f"{_TO_MEND[status]} ({told})")
    if status == _TOO_LARGE:
        return BatchTooLarge(told)
    if status == _BUSY or status >= _SERVER_FAILS:
        return SinkAway(told, pause_s=_pause_s(headers))
    if status in _REDIRECTS:
        location = headers.get("Location", "elsewhere")
        return SinkMisconfigured(f"it redirects to {location}; put that into influxdb.url")
    return SinkMisconfigured(told)


def _points_refused(status: int, told: str) -> PointsRefused:
    dropped = _DROPPED.search(told)
    is_certain = status != _BAD_POINTS[0] or any(word in told for word in _POINT_WORDS)
    return PointsRefused(
        told, dropped=int(dropped.group(1)) if dropped else None, is_certain=is_certain
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
    return [str(row["error_message"]) for row in rows if "error_message" in row]


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
