"""The headers of every answer: a browser may show it, and do nothing else with it."""

import base64
import hashlib
from collections.abc import Mapping
from types import MappingProxyType

from aiohttp import hdrs

_NOTHING = "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

HARDENING: Mapping[str, str] = MappingProxyType(
    {
        hdrs.CACHE_CONTROL: "no-store",
        "Content-Security-Policy": f"default-src 'none'; {_NOTHING}",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Referrer-Policy": "no-referrer",
        hdrs.SERVER: "solix-exporter",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
    }
)


def page_policy(style: str, script: str) -> str:
    """Return the policy of a page: its own style and script, and asking its own server."""
    return (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}';"
        f" connect-src 'self'; img-src data:; {_NOTHING}"
    )


def _digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
