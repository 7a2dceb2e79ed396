"""The routes, who may use them, and the headers of every answer."""

import asyncio
from importlib import metadata
from urllib.parse import urlsplit

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler

from solix_exporter.errors import ConfigError
from solix_exporter.web.connection import Connection
from solix_exporter.web.headers import HARDENING, page_policy
from solix_exporter.web.json_view import snapshot_json
from solix_exporter.web.own_host import is_misdirected
from solix_exporter.web.page import Page
from solix_exporter.web.sources import WebSources
from solix_exporter.web.toolkit import Security, Verdict

_DISTRIBUTION = "solix-exporter"
_NOT_READY = "Not ready: no account has been polled with success since the start.\n"
_MISDIRECTED = (
    "This name is not one of this server's. Behind a proxy, give the name with --web.external-url;"
    " or let clients log in, see --web.config.file.\n"
)
_BODY_BYTES = 1024
"""No route wants a body."""

HEALTHY, READY, RELOAD = "/-/healthy", "/-/ready", "/-/reload"
CONFIG, DOCS, SNAPSHOT = "/config", "/docs", "/api/v1/snapshot"


def build_app(sources: WebSources, security: Security | None = None) -> web.Application:
    """Return the application with its routes; unknown paths are 404, other methods 405."""
    routes = _Routes(sources)
    doorman = _Doorman(security or Security(), sources.paths.hosts)
    app = web.Application(middlewares=[doorman.middleware], client_max_size=_BODY_BYTES)
    prefix, telemetry = sources.paths.prefix, sources.paths.telemetry
    app.router.add_get(prefix + HEALTHY, routes.healthy)
    app.router.add_get(prefix + READY, routes.ready)
    app.router.add_post(prefix + RELOAD, routes.reload)
    app.router.add_get(prefix + CONFIG, routes.config)
    app.router.add_get(prefix + DOCS, routes.docs)
    app.router.add_get(prefix + SNAPSHOT, routes.snapshot)
    app.router.add_get(prefix + telemetry, routes.metrics)
    if telemetry != "/":
        app.router.add_get(f"{prefix}/", routes.page)
    if prefix:
        app.router.add_get("/", routes.to_page)
        app.router.add_get(prefix, routes.to_page)
    app.on_response_prepare.append(doorman.harden)
    return app


class _Doorman:
    """Lets requests in, or not, and gives every answer its headers."""

    def __init__(self, security: Security, hosts: frozenset[str]) -> None:
        self._security = security
        self._hosts = hosts

        @web.middleware
        async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
            return await self._let_in(request, handler)

        self.middleware = middleware

    async def _let_in(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if isinstance(request.protocol, Connection):
            request.protocol.is_served = True
        self._security.refresh()
        bucket = self._security.bucket
        if bucket is not None and not bucket.take():
            raise web.HTTPTooManyRequests(text="Too many requests; the rate limit is set here.\n")
        verdict = await self._security.access.check(request.headers.get(hdrs.AUTHORIZATION))
        if verdict is Verdict.TOO_BUSY:
            raise web.HTTPTooManyRequests(text="Too many logins at once.\n")
        if verdict is Verdict.REFUSED:
            challenge = {hdrs.WWW_AUTHENTICATE: 'Basic realm="solix-exporter", charset="UTF-8"'}
            raise web.HTTPUnauthorized(text="Unauthorized\n", headers=challenge)
        if not self._security.authenticates and is_misdirected(request, self._hosts):
            raise web.HTTPMisdirectedRequest(text=_MISDIRECTED)
        return await handler(request)

    async def harden(self, _: web.Request, response: web.StreamResponse) -> None:
        """Set what the answer has not set itself; the operator's own headers win."""
        for name, value in HARDENING.items():
            response.headers.setdefault(name, value)
        response.headers[hdrs.SERVER] = HARDENING[hdrs.SERVER]
        response.headers.update(self._security.headers)


class _Routes:
    """The answers, one method a route."""

    def __init__(self, sources: WebSources) -> None:
        self._sources = sources
        self._page = Page(sources.paths)
        self._policy = page_policy(self._page.style, self._page.script)

    async def page(self, _: web.Request) -> web.Response:
        # In a thread: the page of 100 accounts takes a while.
        body = await asyncio.to_thread(self._page.render, self._sources.status())
        headers = {"Content-Security-Policy": self._policy}
        return web.Response(body=body, content_type="text/html", charset="utf-8", headers=headers)

    async def to_page(self, _: web.Request) -> web.Response:
        raise web.HTTPFound(f"{self._sources.paths.external_prefix}/")

    async def metrics(self, request: web.Request) -> web.Response:
        accept = request.headers.get(hdrs.ACCEPT, "")
        encoding = request.headers.get(hdrs.ACCEPT_ENCODING, "")
        answer = self._sources.scrape(accept, encoding)
        # The header is set whole: aiohttp's content_type argument refuses parameters.
        headers = {hdrs.CONTENT_TYPE: answer.content_type, hdrs.VARY: "Accept, Accept-Encoding"}
        if answer.content_encoding is not None:
            headers[hdrs.CONTENT_ENCODING] = answer.content_encoding
        return web.Response(body=answer.body, headers=headers)

    async def snapshot(self, _: web.Request) -> web.Response:
        body = await asyncio.to_thread(snapshot_json, self._sources.status())
        return web.Response(body=body, content_type="application/json")

    async def config(self, _: web.Request) -> web.Response:
        return web.Response(text=self._sources.config())

    async def docs(self, _: web.Request) -> web.Response:
        """Show the README of the very version that runs."""
        text = metadata.metadata(_DISTRIBUTION).json.get("description", "")
        return web.Response(text=str(text))

    async def healthy(self, _: web.Request) -> web.Response:
        return web.Response(text="Healthy.\n")

    async def ready(self, _: web.Request) -> web.Response:
        if self._sources.is_ready():
            return web.Response(text="Ready.\n")
        return web.Response(status=503, text=_NOT_READY)

    async def reload(self, request: web.Request) -> web.Response:
        """Reload the configuration; refused for pages of other sites."""
        if _comes_from_elsewhere(request):
            raise web.HTTPForbidden(text="Another site's page may not ask for this.\n")
        try:
            return web.Response(text=f"{await self._sources.reload()}\n")
        except ConfigError as error:
            return web.Response(status=500, text=f"Nothing has changed: {error}\n")


def _comes_from_elsewhere(request: web.Request) -> bool:
    """Return whether a browser sends this for a page of another site."""
    if request.headers.get("Sec-Fetch-Site", "none") not in {"none", "same-origin"}:
        return True
    origin = request.headers.get(hdrs.ORIGIN)
    try:
        return origin is not None and urlsplit(origin).netloc != request.headers.get(hdrs.HOST)
    except ValueError:
        # Such as `http://[`, which no page of this server has.
        return True
