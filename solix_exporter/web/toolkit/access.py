"""Checks user names and passwords against bcrypt hashes.

A check takes 50 ms and more, by design: it runs in a thread of its own, one at a time, and its
result is remembered. An unknown user costs the same check as a known one.
"""

import asyncio
import base64
import hmac
import os
from collections import OrderedDict
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from enum import Enum, auto
from types import MappingProxyType

_REMEMBERED = 256
_MOST_WAITING = 16
"""More checks than these at once are an attack or a mistake; the next ones are sent away."""

_BCRYPT_BYTES = 72
"""Bcrypt ignores further bytes; Prometheus' own toolkit cuts there, too."""

_NOBODYS_HASH = "." * 53
"""Salt and digest of no password."""


class Verdict(Enum):
    """What became of a request's credentials."""

    WELCOME = auto()
    REFUSED = auto()
    TOO_BUSY = auto()


class Access:
    """Knows who may come in; remembers whom it has checked."""

    def __init__(self, users: Mapping[str, str]) -> None:
        self._users: Mapping[str, str] = MappingProxyType(dict(users))
        self._secret = os.urandom(32)
        self._good = _Memory()
        # Apart, so that many wrong passwords do not push out the good one.
        self._bad = _Memory()
        self._waiting = 0
        self._thread: ThreadPoolExecutor | None = None

    def take(self, users: Mapping[str, str]) -> None:
        """Replace the users; cached checks of changed users are dropped."""
        self._users = MappingProxyType(dict(users))

    def close(self) -> None:
        """End the thread."""
        if self._thread is not None:
            self._thread.shutdown(wait=False, cancel_futures=True)
            self._thread = None

    async def check(self, authorization: str | None) -> Verdict:
        """Return whether a request with this header may be answered."""
        if not self._users:
            return Verdict.WELCOME
        credentials = _credentials(authorization)
        if credentials is None:
            return Verdict.REFUSED
        user, password = credentials
        known = self._users.get(user)
        hashed = known or self._nobodys_hash(user)
        key = self._key(user, hashed, password)
        if self._good.holds(key):
            return Verdict.WELCOME
        if self._bad.holds(key):
            return Verdict.REFUSED
        if self._waiting >= _MOST_WAITING:
            return Verdict.TOO_BUSY
        is_right = await self._compare(password, hashed) and known is not None
        (self._good if is_right else self._bad).add(key)
        return Verdict.WELCOME if is_right else Verdict.REFUSED

    async def _compare(self, password: bytes, hashed: str) -> bool:
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, thread_name_prefix="bcrypt")
        loop = asyncio.get_running_loop()
        self._waiting += 1
        try:
            return await loop.run_in_executor(self._thread, _is_right, password, hashed)
        finally:
            self._waiting -= 1

    def _nobodys_hash(self, user: str) -> str:
        """Return a hash that costs as much as that of some known user, always the same one."""
        costs = sorted(hashed.split("$")[2] for hashed in self._users.values())
        digest = hmac.digest(self._secret, user.encode(), "sha256")
        return f"$2b${costs[digest[0] % len(costs)]}${_NOBODYS_HASH}"

    def _key(self, user: str, hashed: str, password: bytes) -> bytes:
        """Return a key for a checked password from which it cannot be recovered."""
        parts = (user.encode(), hashed.encode(), password)
        return hmac.digest(self._secret, b"|".join(part.hex().encode() for part in parts), "sha256")


class _Memory:
    """The newest so many keys."""

    def __init__(self) -> None:
        self._keys: OrderedDict[bytes, None] = OrderedDict()

    def holds(self, key: bytes) -> bool:
        if key not in self._keys:
            return False
        self._keys.move_to_end(key)
        return True

    def add(self, key: bytes) -> None:
        self._keys[key] = None
        if len(self._keys) > _REMEMBERED:
            self._keys.popitem(last=False)


def _credentials(authorization: str | None) -> tuple[str, bytes] | None:
    """Return user and password of a header `Basic ...`, None for anything else."""
    scheme, _, encoded = (authorization or "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        user, colon, password = base64.b64decode(encoded.strip(), validate=True).partition(b":")
        return (user.decode(), password) if colon else None
    except ValueError:
        # Neither base64, nor UTF-8 in it, nor ASCII to begin with.
        return None


def _is_right(password: bytes, hashed: str) -> bool:
    import bcrypt  # noqa: PLC0415 - most exporters have no users, and no need for it

    try:
        return bcrypt.checkpw(password[:_BCRYPT_BYTES], hashed.encode())
    except ValueError:
        return False
