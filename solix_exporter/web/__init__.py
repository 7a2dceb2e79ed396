"""The exporter's web server: metrics, a landing page, and two probes.

It knows HTTP and nothing of what it serves; `WebSources` is all that it is given.
"""

from solix_exporter.web.app import build_app
from solix_exporter.web.server import WebServer
from solix_exporter.web.sources import AccountLine, ScrapeAnswer, WebSources

__all__ = ["AccountLine", "ScrapeAnswer", "WebServer", "WebSources", "build_app"]
