"""HTTP responses: envelopes, error pages, and transport faults."""

import asyncio
import json
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime

from aiohttp import web

from solix_exporter.clock import Clock
from solix_exporter.sim.faults import Fault, FaultKind
from solix_exporter.sim.wire_format import Json

_JSON = "application/json"
_HTML = "text/html"
_PORTAL = "http://portal.example/welcome?session=1f2e3d"
_FOUND = 302
_PIECES = 20
_GONE_CHECK_S = 0.05
_COMPRESS_FROM_BYTES = 2048
_ERROR_PAGE = (
    "<html><head><title>{status}</title></head><body><h1>{status} error</h1></body></html>"
)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer before it is sent."""

    text: str
    status: int = 200
    code: int = 0
    """Code of the envelope; the HTTP status without one."""
    content_type: str = _JSON
    location: str = ""
    """Where it redirects; empty where it does not."""


def envelope(data: Json, trace_id: str) -> dict[str, Json]:
    """Return a successful answer."""
    return {"code": 0, "msg": "success!", "data": data, "trace_id": trace_id}


def refusal(code: int, msg: str, trace_id: str) -> dict[str, Json]:
    """Return an answer without data."""
    return {"code": code, "msg": msg, "trace_id": trace_id}


def json_reply(content: dict[str, Json]) -> Reply:
    """Return an envelope as text."""
    code = content["code"]
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return Reply(text, code=code if isinstance(code, int) else 0)


def error_reply(status: int, text: str) -> Reply:
    """Return an HTTP error with a text."""
    return Reply(text, status, status, _JSON if text.startswith("{") else "text/plain")


def faulty_reply(fault: Fault, reply: Reply) -> Reply:
    """Return a reply as a transport fault changes it; other faults leave it unchanged."""
    if fault.kind == FaultKind.STATUS:
        page = fault.body if fault.body is not None else _ERROR_PAGE.format(status=fault.status)
        kind = _JSON if page.startswith("{") else _HTML
        return Reply(page, fault.status, fault.status, kind)
    if fault.kind == FaultKind.REDIRECT:
        return Reply("", _FOUND, _FOUND, _HTML, location=fault.body or _PORTAL)
    if fault.kind == FaultKind.NOT_JSON:
        page = fault.body if fault.body is not None else _ERROR_PAGE.format(status=200)
        return Reply(page, 200, 200, _HTML)
    if fault.kind == FaultKind.TRUNCATED:
        return Reply(reply.text[: len(reply.text) // 2], reply.status, reply.code)
    return reply


async def cut_connection(request: web.Request, fault: Fault) -> web.StreamResponse:
    """Cut the connection, with a hang or a lost answer only after the client has disconnected."""
    if fault.kind in {FaultKind.HANG, FaultKind.LOST}:
        await _client_gone(request)
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)


async def _client_gone(request: web.Request) -> None:
    while request.transport is not None and not request.transport.is_closing():  # noqa: ASYNC110  aiohttp has no event for it
        await asyncio.sleep(_GONE_CHECK_S)


async def delay(seconds: float, clock: Clock) -> None:
    """Wait on the cloud's clock; a manual clock is not moved."""
    await asyncio.sleep(seconds / clock.speed)


async def respond(request: web.Request, reply: Reply, at: datetime) -> web.Response:
    """Return the response for a reply of `at`, compressed if the client accepts it."""
    response = web.Response(
        text=reply.text, status=reply.status, content_type=reply.content_type, charset="utf-8"
    )
    if len(reply.text) > _COMPRESS_FROM_BYTES and "gzip" in request.headers.get(
        "Accept-Encoding", ""
    ):
        response.enable_compression(web.ContentCoding.gzip)
    response.headers["Date"] = _date(at)
    if reply.location:
        response.headers["Location"] = reply.location
    return response


async def send_slowly(
    request: web.Request, reply: Reply, at: datetime, seconds: float
) -> web.StreamResponse:
    """Send a reply of `at` in many pieces over `seconds` of real time."""
    headers = {"Content-Type": f"{reply.content_type}; charset=utf-8", "Date": _date(at)}
    response = web.StreamResponse(status=reply.status, headers=headers)
    await response.prepare(request)
    body = reply.text.encode()
    size = len(body) // _PIECES + 1
    # The client may time out and disconnect before the end.
    with suppress(ConnectionResetError):
        for start in range(0, len(body), size):
            await asyncio.sleep(seconds / _PIECES)
            await response.write(body[start : start + size])
        await response.write_eof()
    return response


def _date(at: datetime) -> str:
    """Return what the header Date says: the cloud's clock, which tests may move."""
    return format_datetime(at.astimezone(UTC), usegmt=True)
