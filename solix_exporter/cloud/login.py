"""The login request and its answer; knows no retry and no cache."""

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from solix_exporter.cloud import crypto
from solix_exporter.cloud.endpoints import LOGIN_PATH
from solix_exporter.cloud.endpoints.endpoint import Json
from solix_exporter.cloud.record import Record
from solix_exporter.cloud.tokens import Token
from solix_exporter.errors import UnexpectedPayload
from solix_exporter.text import keep_secret


@dataclass(frozen=True, slots=True)
class Credentials:
    """What it takes to log in to one account."""

    name: str
    """The account's short name, the label of its metrics."""
    email: str
    password: str
    country: str
    """Upper-case country code."""
    server: str
    """Base URL without a trailing slash."""
    zone: ZoneInfo
    """The zone that the cloud is told."""
    public_key: str = crypto.CLOUD_PUBLIC_KEY

    def __repr__(self) -> str:
        return f"Credentials(name={self.name!r}, email=***, password=***)"

    @property
    def file_stem(self) -> str:
        """Return the name of the account's state files: another address or server, other files."""
        identity = f"{self.email}\n{self.server}".encode()
        return f"{self.name}-{hashlib.sha256(identity).hexdigest()[:12]}"

    @property
    def secret(self) -> str:
        """Return what identifies these credentials, for the breaker's salted hash."""
        return f"{self.email}\n{self.password}"


def login_body(credentials: Credentials, now: datetime) -> dict[str, Json]:
    """Return the body of the login request, the password encrypted with a fresh key pair.

    Raises ValueError when the server's public key is not a point of the curve.
    """
    key = crypto.new_private_key()
    secret = crypto.shared_secret(key, credentials.public_key)
    password = crypto.encrypt_password(credentials.password, secret)
    keep_secret(secret.hex(), base64.b64encode(secret).decode(), password)
    offset = now.astimezone(credentials.zone).utcoffset()
    return {
        "ab": credentials.country,
        "client_secret_info": {"public_key": crypto.public_key_hex(key)},
        "enc": 0,
        "email": credentials.email,
        "password": password,
        "time_zone": round(offset.total_seconds() * 1000) if offset else 0,
        "transaction": str(round(now.timestamp() * 1000)),
    }


def parse_login(record: Record) -> Token:
    """Return the token of a login's answer.

    Source: `passport/login`. Raises UnexpectedPayload when a part of it is missing.
    """
    auth_token, user_id = record.text("auth_token"), record.text("user_id")
    expires_at = record.instant("token_expires_at")
    if not (auth_token and user_id and expires_at):
        raise UnexpectedPayload(
            "the login was accepted but gave no token", endpoint=LOGIN_PATH, outcome="malformed"
        )
    keep_secret(user_id)
    return Token(auth_token, crypto.gtoken(user_id), expires_at)


def base_headers(credentials: Credentials, now: datetime) -> dict[str, str]:
    """Return the headers of every request."""
    offset = now.astimezone(credentials.zone).strftime("%z")
    return {
        "content-type": "application/json",
        "model-type": "DESKTOP",
        "app-name": "anker_power",
        "os-type": "android",
        "country": credentials.country,
        "timezone": f"GMT{offset[:3]}:{offset[3:5]}",
    }
