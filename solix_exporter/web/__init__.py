"""The exporter's web server: metrics, a page for people, the snapshot as JSON, probes.

It knows HTTP and how to show a snapshot; `WebSources` is all that it is given. Who may connect is
decided by `toolkit`, in the format that all Prometheus exporters share.
"""

from solix_exporter.web.activation import inherited_sockets
from solix_exporter.web.app import build_app
from solix_exporter.web.json_view import snapshot_json
from solix_exporter.web.server import WebServer
from solix_exporter.web.sources import (
    AccountLine,
    MetricsBody,
    PollLine,
    Status,
    WebPaths,
    WebSources,
)
from solix_exporter.web.toolkit import Security

__all__ = [
    "AccountLine",
    "MetricsBody",
    "PollLine",
    "Security",
    "Status",
    "WebPaths",
    "WebServer",
    "WebSources",
    "build_app",
    "inherited_sockets",
    "snapshot_json",
]
