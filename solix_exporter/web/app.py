"""The routes and the headers of every answer."""

from aiohttp import hdrs, web

from solix_exporter import __version__
from solix_exporter.web.page import content_security_policy, render_page
from solix_exporter.web.sources import WebSources

_NOT_READY = "Not ready: no account has been polled with success since the start.\n"


def build_app(sources: WebSources) -> web.Application:
    """Return the application with its routes; unknown paths are 404, other methods 405."""
    routes = _Routes(sources)
    app = web.Application()
    app.router.add_get("/-/healthy", routes.healthy)
    app.router.add_get("/-/ready", routes.ready)
    app.router.add_get(sources.telemetry_path, routes.metrics)
    if sources.telemetry_path != "/":
        app.router.add_get("/", routes.page)
    app.on_response_prepare.append(_harden)
    return app


class _Routes:
    """The answers, one method a route."""

    def __init__(self, sources: WebSources) -> None:
        self._sources = sources

    async def page(self, _: web.Request) -> web.Response:
        sources = self._sources
        text = render_page(sources.accounts(), sources.telemetry_path, __version__)
        return web.Response(text=text, content_type="text/html")

    async def metrics(self, request: web.Request) -> web.Response:
        accept = request.headers.get(hdrs.ACCEPT, "")
        answer = self._sources.scrape(accept, request.headers.get(hdrs.ACCEPT_ENCODING, ""))
        # The header is set whole: aiohttp's content_type argument refuses parameters.
        headers = {hdrs.CONTENT_TYPE: answer.content_type, hdrs.VARY: "Accept, Accept-Encoding"}
        if answer.content_encoding is not None:
            headers[hdrs.CONTENT_ENCODING] = answer.content_encoding
        return web.Response(body=answer.body, headers=headers)

    async def healthy(self, _: web.Request) -> web.Response:
        return web.Response(text="Healthy.\n")

    async def ready(self, _: web.Request) -> web.Response:
        if self._sources.is_ready():
            return web.Response(text="Ready.\n")
        return web.Response(status=503, text=_NOT_READY)


async def _harden(_: web.Request, response: web.StreamResponse) -> None:
    """Set the headers that keep a browser from doing more with an answer than to show it."""
    response.headers.update(
        {
            hdrs.CACHE_CONTROL: "no-store",
            "Content-Security-Policy": content_security_policy(),
            "Referrer-Policy": "no-referrer",
            hdrs.SERVER: "solix-exporter",
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
        }
    )
