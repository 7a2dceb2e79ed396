"""Keeps the account's certificate: asks for it once, and anew when it ends or is refused."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

from solix_exporter.clock import Clock
from solix_exporter.model.broker import BrokerAccess
from solix_exporter.mqtt.credentials import expiry_of

Fetch = Callable[[], Awaitable[BrokerAccess]]
"""Asks the cloud. Raises SolixError."""

_RENEW_BEFORE = timedelta(days=30)
_NOT_AGAIN_FOR_S = timedelta(days=1).total_seconds()


class Desk:
    """The credentials of one account, for all of its connections."""

    def __init__(self, fetch: Fetch, clock: Clock) -> None:
        self._fetch = fetch
        self._clock = clock
        self._kept: BrokerAccess | None = None
        self._asked_s = 0.0
        self._is_doubted = False
        self._lock = asyncio.Lock()

    async def access(self) -> BrokerAccess:
        """Return the credentials.

        Raises SolixError where the cloud does not give them, BadCredentials where it gives what
        cannot be read.
        """
        async with self._lock:
            if self._kept is None or self._is_worth_asking(self._kept):
                self._kept = await self._fetch()
                self._asked_s = self._clock.monotonic()
                self._is_doubted = False
            return self._kept

    def doubt(self) -> None:
        """Ask for new ones before the next connection, but no more than once a day."""
        self._is_doubted = True

    def _is_worth_asking(self, kept: BrokerAccess) -> bool:
        if self._clock.monotonic() - self._asked_s < _NOT_AGAIN_FOR_S:
            return False
        if self._is_doubted or not kept.host:
            return True
        return expiry_of(kept) - self._clock.now() < _RENEW_BEFORE
