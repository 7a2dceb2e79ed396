"""A strict stand-in of InfluxDB 2's write API: its status codes, its bodies, its overwriting.

Facts: docs.influxdata.com, "Troubleshoot issues writing data" of v2 and the line protocol's
reference. A malformed line refuses the whole request with 400; a line that cannot be stored is
dropped with 422 and the others are kept. A body of nothing is refused with 400 after everything
else was found right; InfluxDB 1.8 and 3 and VictoriaMetrics answer 204 to it.
"""

import asyncio
import json
import re
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from aiohttp import web

Point = tuple[str, tuple[tuple[str, str], ...], int]
"""Measurement, tags, time in seconds: what makes a point the same point."""
Fields = dict[str, float | str]

TOKEN = "t0ken-of-the-tests"
ORG = "home"
BUCKET = "solix"
HANGS, HANGS_UP = 0, -1

_SIGNATURE = {"X-Influxdb-Build": "OSS", "X-Influxdb-Version": "v2.7.12"}
_LINE = re.compile(r'((?:\\.|[^ \\])+) ((?:"(?:\\.|[^"\\])*"|[^ "])+) (\d+)')
_FIELD = re.compile(r'((?:\\.|[^,=\\])+)=("(?:\\.|[^"\\])*"|[^,"]+)(?:,|$)')
_ESCAPED = re.compile(r"\\([,= ])")
_FLOAT = re.compile(r"-?\d+(\.\d+)?(e[+-]?\d+)?")


def parse_line(line: str) -> tuple[Point, Fields]:
    """Return a line's point and fields; raises ValueError for what the protocol does not allow."""
    match = _LINE.fullmatch(line)
    if not match:
        raise ValueError("missing fields")
    series, fields, stamp = match.groups()
    measurement, *texts = re.split(r"(?<!\\),", series)
    pairs = _FIELD.findall(fields)
    if ",".join(f"{name}={text}" for name, text in pairs) != fields:
        raise ValueError("invalid field format")
    return (measurement, _tags(texts), int(stamp)), {name: _value(text) for name, text in pairs}


def _tags(texts: list[str]) -> tuple[tuple[str, str], ...]:
    tags = [re.split(r"(?<!\\)=", text) for text in texts]
    if any(len(tag) != 2 or not all(tag) for tag in tags):
        raise ValueError("missing tag value")
    names = [name for name, _ in tags]
    if names != sorted(set(names)):
        raise ValueError("tags not sorted or given twice")
    return tuple((_ESCAPED.sub(r"\1", name), _ESCAPED.sub(r"\1", text)) for name, text in tags)


def _value(text: str) -> float | str:
    if text.startswith('"'):
        return re.sub(r"\\(.)", r"\1", text[1:-1])
    if not _FLOAT.fullmatch(text):
        raise ValueError("invalid number")
    return float(text)


@dataclass(frozen=True, slots=True)
class Fault:
    """One answer out of order, before anything is looked at; a status, or one of `HANGS...`."""

    status: int
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class InfluxServer:
    """The server: what it holds, what was asked, and how it shall misbehave."""

    points: dict[Point, Fields] = field(default_factory=dict)
    requests: list[list[str]] = field(default_factory=list)
    """Lines of each request that got as far as having some."""
    writes: list[Point] = field(default_factory=list)
    """Each point as often as it was stored."""
    faults: list[Fault] = field(default_factory=list)
    pings: list[Fault] = field(default_factory=list)
    """Answers to the next pings."""
    max_body: int = 25_000_000
    takes_nothing: bool = False
    """Whether a body of nothing is written, as of other servers than InfluxDB 2."""
    empty_writes: int = 0
    """Requests with a body of nothing that got as far as that."""
    keeps_from: int = 0
    """Retention: points before this time are dropped."""
    malformed: Callable[[str], bool] = lambda _: False
    """Lines that it takes for malformed."""
    complaint: str = "unable to parse"
    """How it speaks of them."""
    url: str = ""
    _types: dict[tuple[str, str], type] = field(default_factory=dict)
    _runner: web.AppRunner | None = None

    async def start(self, port: int = 0, tls: ssl.SSLContext | None = None) -> None:
        app = web.Application(client_max_size=10**9)
        app.router.add_route("*", "/{path:.*}", self._handle)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", port, ssl_context=tls).start()
        self.url = f"http{'s' if tls else ''}://127.0.0.1:{self.port}"

    @property
    def port(self) -> int:
        assert self._runner is not None
        port: int = self._runner.addresses[0][1]
        return port

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    def has_field(self, measurement: str, name: str, kind: type) -> None:
        """Pretend that another program wrote a field of this type before."""
        self._types[measurement, name] = kind

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        if (request.method, request.path) == ("GET", "/ping"):
            ping = self.pings.pop(0) if self.pings else Fault(204, headers=_SIGNATURE)
            return web.Response(status=ping.status, text=ping.body or None, headers=ping.headers)
        if self.faults:
            return await _misbehave(request, self.faults.pop(0))
        refusal = _refusal_of(request)
        if refusal is not None:
            return refusal
        body = await request.read()
        if len(body) > self.max_body:
            return _refusal(413, "request too large", "unable to read data: batch too large")
        return self._write(body.decode().split("\n")) if body else self._write_nothing()

    def _write_nothing(self) -> web.Response:
        self.empty_writes += 1
        if self.takes_nothing:
            return web.Response(status=204)
        return _refusal(400, "invalid", "writing requires points")

    def _write(self, lines: list[str]) -> web.Response:
        self.requests.append(lines)
        parsed = []
        for line in lines:
            try:
                parsed.append(self._parse(line))
            except ValueError as error:
                return _refusal(400, "invalid", f"{self.complaint} '{line}': {error}")
        dropped = [reason for row in parsed if (reason := self._store(*row))]
        if not dropped:
            return web.Response(status=204)
        text = f"partial write: {dropped[0]} dropped={len(dropped)}"
        return _refusal(422, "unprocessable entity", f"failure writing points to database: {text}")

    def _parse(self, line: str) -> tuple[Point, Fields]:
        if self.malformed(line):
            raise ValueError("invalid field format")
        return parse_line(line)

    def _store(self, point: Point, fields: Fields) -> str:
        """Store a point, or return why it is dropped."""
        if point[2] < self.keeps_from:
            return "points beyond retention policy"
        for name, value in fields.items():
            known = self._types.setdefault((point[0], name), type(value))
            if known is not type(value):
                return f'field type conflict: input field "{name}" on measurement "{point[0]}"'
        self.points.setdefault(point, {}).update(fields)
        self.writes.append(point)
        return ""


def _refusal_of(request: web.Request) -> web.Response | None:
    """Return what is wrong with a request before its body is looked at."""
    query = dict(parse_qsl(request.query_string))
    org, bucket = query.get("org"), query.get("bucket")
    checks = (
        ((request.method, request.path) == ("POST", "/api/v2/write"), 404, "path not found"),
        (request.headers.get("Authorization") == f"Token {TOKEN}", 401, "unauthorized access"),
        (org == ORG, 404, f'organization name "{org}" not found'),
        (bucket == BUCKET, 404, f'bucket "{bucket}" not found'),
        (query.get("precision") == "s", 400, "the tests write whole seconds"),
    )
    codes = {400: "invalid", 401: "unauthorized", 404: "not found"}
    for is_right, status, message in checks:
        if not is_right:
            return _refusal(status, codes[status], message)
    return None


async def _misbehave(request: web.Request, fault: Fault) -> web.StreamResponse:
    if fault.status == HANGS:
        await asyncio.sleep(30)
    if fault.status == HANGS_UP:
        assert request.transport is not None
        request.transport.close()
        return web.Response()
    return web.Response(status=fault.status, text=fault.body, headers=fault.headers)


def _refusal(status: int, code: str, message: str) -> web.Response:
    return web.Response(
        status=status,
        text=json.dumps({"code": code, "message": message}),
        content_type="application/json",
        headers={"X-Platform-Error-Code": code},
    )
