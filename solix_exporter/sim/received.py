"""A request as received, before it is checked."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from solix_exporter.sim.issued_tokens import IssuedTokens
from solix_exporter.sim.wire_format import Json

LOGIN_PATH = "passport/login"


@dataclass(frozen=True, slots=True)
class Received:
    """A request after its body was read."""

    at: datetime
    method: str
    path: str
    """Without leading slash."""
    address: str
    """Of the client."""
    token: str
    gtoken: str
    body: Mapping[str, Json] | None
    """None if the body is not a JSON object."""
    email: str
    """Of the login request, otherwise of the token's user."""

    @property
    def site_id(self) -> str:
        """Return the site id in the body, empty without one."""
        for name in ("site_id", "siteId", "identifier_id"):
            value = (self.body or {}).get(name)
            if isinstance(value, str):
                return value
        return ""


async def receive(request: web.Request, tokens: IssuedTokens, at: datetime) -> Received:
    """Return a request with its body."""
    body = _json_object(await request.read())
    path = request.path.strip("/")
    token = request.headers.get("x-auth-token", "")
    account = tokens.account_of(token)
    email = account.login.email if account else ""
    if path == LOGIN_PATH:
        sent = (body or {}).get("email")
        email = sent if isinstance(sent, str) else ""
    return Received(
        at=at,
        method=request.method,
        path=path,
        address=request.remote or "",
        token=token,
        gtoken=request.headers.get("gtoken", ""),
        body=body,
        email=email,
    )


def _json_object(raw: bytes) -> dict[str, Json] | None:
    try:
        body = json.loads(raw) if raw else {}
    except ValueError:
        return None
    return body if isinstance(body, dict) else None
