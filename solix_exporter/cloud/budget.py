"""The process-wide budget of requests: a sliding window per server and endpoint.

The cloud counts requests per endpoint and public address, about 10 a minute, whoever sends them:
all accounts of this process share a window here, and some room stays free for the owner's phone
and other clients behind the same address. The window works before the first 429, not after it.
"""

import asyncio
import math
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from solix_exporter.clock import Clock
from solix_exporter.model.events import Observer

WINDOW_S = 62.0
"""The cloud's minute, and 2 s for requests that take longer on their way than the one before."""

PENALTY_S = 600.0
"""How long the limit of an endpoint stays lower after a 429."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much may be asked."""

    requests_per_minute: int = 10
    """Limit of the cloud per endpoint and address; 0 switches the window off."""
    headroom: int = 2
    """Requests a minute that stay free for others behind the same address."""
    gap_s: float = 0.3
    """Least time between two requests to a server; parallel ones are answered with "busy"."""

    @property
    def usable(self) -> int:
        """Return the requests per window that are ours; 0 means without limit."""
        if self.requests_per_minute == 0:
            return 0
        return max(1, self.requests_per_minute - self.headroom)


@dataclass(frozen=True, slots=True)
class Plan:
    """What one poll of one account means to ask each time it runs."""

    owner: str
    """Names the poll: one plan an owner is in force."""
    server: str
    requests: Mapping[str, float]
    """Endpoint path -> requests; the mean where a poll does not ask it each time."""
    interval_s: float
    """How often the poll would like to run."""


@dataclass(frozen=True, slots=True)
class EndpointBudget:
    """The state of one window."""

    server: str
    endpoint: str
    limit: int
    remaining: int


@dataclass(frozen=True, slots=True)
class EndpointDemand:
    """What all plans together ask of one endpoint."""

    server: str
    endpoint: str
    per_minute: float
    limit: int
    """Requests a minute that are ours; 0 is without limit."""


@dataclass(slots=True)
class _Window:
    """The requests of the running window of one server and endpoint."""

    sent_s: deque[float] = field(default_factory=deque)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    closed_until_s: float = -math.inf
    """After a 429 nothing goes before this."""
    penalties: int = 0
    """How often the limit was halved."""
    penalty_until_s: float = -math.inf

    def limit(self, usable: int, now_s: float) -> int:
        if now_s >= self.penalty_until_s:
            self.penalties = 0
        return max(1, usable >> self.penalties)

    def prune(self, now_s: float) -> None:
        while self.sent_s and self.sent_s[0] <= now_s - WINDOW_S:
            self.sent_s.popleft()


class Budget:
    """Lets a request go when its window has room; shared by everything that asks the cloud."""

    def __init__(self, clock: Clock, observer: Observer, limits: Limits | None = None) -> None:
        self._clock = clock
        self._observer = observer
        self._limits = limits or Limits()
        self._windows: dict[tuple[str, str], _Window] = {}
        self._next_start_s: dict[str, float] = {}
        self._plans: dict[str, Plan] = {}
        self._per_second: dict[tuple[str, str], float] = {}
        """What all plans ask of an endpoint; a plan that changed empties it."""

    def _window(self, server: str, endpoint: str) -> _Window:
        return self._windows.setdefault((server, endpoint), _Window())

    async def acquire(self, server: str, endpoint: str) -> None:
        """Return when one request to the endpoint may be sent; waiters go in order."""
        window = self._window(server, endpoint)
        async with window.lock:
            waited_s = 0.0
            while (wait_s := self._wait_s(window)) > 0:
                await self._clock.sleep(wait_s)
                waited_s += wait_s
            # Where many start at once it goes out long after it was let go; its window counts then.
            start_s = self._take_place(server)
            window.sent_s.append(start_s)
        if waited_s:
            self._observer.throttle_waited(endpoint, waited_s)
        if (wait_s := start_s - self._clock.monotonic()) > 0:
            await self._clock.sleep(wait_s)

    def _wait_s(self, window: _Window) -> float:
        now_s = self._clock.monotonic()
        window.prune(now_s)
        if now_s < window.closed_until_s:
            return window.closed_until_s - now_s
        usable = self._limits.usable
        limit = window.limit(usable, now_s)
        if usable == 0 or len(window.sent_s) < limit:
            return 0.0
        # The request that has to leave the window before the next one fits in.
        return window.sent_s[len(window.sent_s) - limit] + WINDOW_S - now_s

    def _take_place(self, server: str) -> float:
        """Return when the request may start, a gap after the one before it to the server."""
        start_s = max(self._clock.monotonic(), self._next_start_s.get(server, -math.inf))
        self._next_start_s[server] = start_s + self._limits.gap_s
        return start_s

    def punish(self, server: str, endpoint: str) -> None:
        """Note a 429: the endpoint waits out a full window, and its limit is halved for a while."""
        window, now_s = self._window(server, endpoint), self._clock.monotonic()
        window.limit(self._limits.usable, now_s)
        window.closed_until_s = now_s + WINDOW_S
        window.penalties += 1
        window.penalty_until_s = now_s + PENALTY_S

    def declare(self, plan: Plan) -> None:
        """Put a plan in force; it takes the place of its owner's earlier one."""
        if self._plans.get(plan.owner) != plan:
            self._plans[plan.owner] = plan
            self._per_second.clear()

    def withdraw(self, owner: str) -> None:
        """Forget the plan of an owner that stopped."""
        self._plans.pop(owner, None)
        self._per_second.clear()

    def interval_s(self, owner: str) -> float:
        """Return how often the owner's poll may run so that all plans fit their windows.

        Where the plans ask more of an endpoint than a window holds, all polls that use it are
        stretched by the same factor; one that asks nothing of it now does not use it.
        """
        plan = self._plans[owner]
        used = (endpoint for endpoint, requests in plan.requests.items() if requests)
        loads = (self._load(plan.server, endpoint) for endpoint in used)
        return plan.interval_s * max(1.0, *loads, 1.0)

    def _load(self, server: str, endpoint: str) -> float:
        """Return the share of the endpoint's window that all plans together ask for."""
        usable = self._limits.usable
        if usable == 0:
            return 0.0
        limit = self._window(server, endpoint).limit(usable, self._clock.monotonic())
        key = (server, endpoint)
        if key not in self._per_second:
            self._per_second[key] = sum(
                plan.requests.get(endpoint, 0) / plan.interval_s
                for plan in self._plans.values()
                if plan.server == server
            )
        return self._per_second[key] * WINDOW_S / limit

    def duration_s(self, server: str, endpoint: str, requests: int) -> float:
        """Return how long so many requests to one endpoint will take, s, from now on."""
        usable = self._limits.usable
        window, now_s = self._window(server, endpoint), self._clock.monotonic()
        window.prune(now_s)
        closed_s = max(0.0, window.closed_until_s - now_s)
        if usable == 0:
            return closed_s + requests * self._limits.gap_s
        limit = window.limit(usable, now_s)
        free = max(0, limit - len(window.sent_s))
        windows = math.ceil(max(0, requests - free) / limit)
        return max(closed_s + windows * WINDOW_S, requests * self._limits.gap_s)

    def state(self) -> tuple[EndpointBudget, ...]:
        """Return every window that was ever used."""
        now_s, usable = self._clock.monotonic(), self._limits.usable
        if usable == 0:
            return ()
        rows = []
        for (server, endpoint), window in self._windows.items():
            window.prune(now_s)
            limit = window.limit(usable, now_s)
            closed = now_s < window.closed_until_s
            remaining = 0 if closed else max(0, limit - len(window.sent_s))
            rows.append(EndpointBudget(server, endpoint, limit, remaining))
        return tuple(rows)

    def demand(self) -> tuple[EndpointDemand, ...]:
        """Return what the plans in force ask of each endpoint, at the pace that they wish."""
        per_minute: dict[tuple[str, str], float] = {}
        for plan in self._plans.values():
            for endpoint, requests in plan.requests.items():
                key = (plan.server, endpoint)
                per_minute[key] = per_minute.get(key, 0.0) + requests * 60.0 / plan.interval_s
        return tuple(
            EndpointDemand(*key, wanted, self._limits.usable)
            for key, wanted in per_minute.items()
            if wanted
        )
