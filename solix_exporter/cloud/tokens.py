"""The login token and its cache on disk, which all processes of a user share."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from solix_exporter.files import read_json, write_private_json
from solix_exporter.text import keep_secret

SPARE = timedelta(seconds=60)
"""A token with less life than this is renewed before it is used."""


@dataclass(frozen=True, slots=True)
class Token:
    """What a login gave; never printed."""

    auth_token: str
    gtoken: str
    expires_at: datetime | None
    """By the cloud's clock; None where the cloud told nothing that can be: then the token is used
    until the cloud refuses it."""

    def __post_init__(self) -> None:
        keep_secret(self.auth_token, self.gtoken)

    def __repr__(self) -> str:
        end = f"{self.expires_at:%Y-%m-%dT%H:%M:%SZ}" if self.expires_at else "unknown"
        return f"Token(***, expires_at={end})"

    def is_ending(self, cloud_now: datetime | None) -> bool:
        """Return whether the token has too little life left, by the cloud's clock."""
        if self.expires_at is None or cloud_now is None:
            return False
        return self.expires_at <= cloud_now + SPARE


class TokenFile:
    """One account's token on disk.

    Another process that logs in rewrites the file; its changed time tells this one to read it
    again. The file is replaced, never deleted: without it every restart would log in.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._modified_ns: int | None = None
        self._token: Token | None = None

    def current(self) -> Token | None:
        """Return the newest token, from memory while the file is unchanged."""
        modified_ns = self._modified_now_ns()
        if modified_ns is not None and modified_ns != self._modified_ns:
            self._modified_ns = modified_ns
            self._token = self._read() or self._token
        return self._token

    def store(self, token: Token) -> None:
        """Keep the token, in memory at least.

        Raises OSError when it cannot be written to disk.
        """
        self._token = token
        write_private_json(
            self._path,
            {
                "version": 1,
                "auth_token": token.auth_token,
                "gtoken": token.gtoken,
                "expires_at": int(token.expires_at.timestamp()) if token.expires_at else 0,
            },
        )
        self._modified_ns = self._modified_now_ns()

    def _modified_now_ns(self) -> int | None:
        try:
            return self._path.stat().st_mtime_ns
        except OSError:
            return None

    def _read(self) -> Token | None:
        content = read_json(self._path) or {}
        auth_token, gtoken = content.get("auth_token"), content.get("gtoken")
        expires_at = content.get("expires_at")
        if not (isinstance(auth_token, str) and isinstance(gtoken, str)):
            return None
        if not (auth_token.isprintable() and gtoken.isprintable()):
            # No header can hold it.
            return None
        if not isinstance(expires_at, int):
            return None
        try:
            end = datetime.fromtimestamp(expires_at, UTC) if expires_at else None
        except (ValueError, OverflowError, OSError):
            return None
        return Token(auth_token, gtoken, end)
