"""The budget of requests: a sliding window per server and endpoint.

The cloud counts requests per endpoint and public address, about 10 a minute, whoever sends them:
all accounts and all processes of a state directory share a window here, and some room stays free
for the owner's phone and other clients behind the same address. The window works before the first
429, not after it.
"""

import asyncio
import logging
import math
from bisect import insort
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from solix_exporter.clock import Clock
from solix_exporter.cloud.endpoints import label_of
from solix_exporter.cloud.shared_log import Lasting, Others, Place, SharedLog
from solix_exporter.model.events import Observer

_LOGGER = logging.getLogger(__name__)

BUDGET_FILE = "budget.json"
"""Below the state directory."""

WINDOW_S = 62.0
"""The cloud's minute, and 2 s for requests that take longer on their way than the one before."""

_LEAST_WAIT_S = 0.001
"""What is left by rounding is too little for a clock to move on."""

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
    """Least time between two requests to a server, whatever they are about and whoever sends them;
    parallel ones from one address are answered with "busy"."""

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
    """The `endpoint` label."""
    limit: int
    remaining: int


@dataclass(frozen=True, slots=True)
class EndpointDemand:
    """What all plans together ask of one endpoint."""

    server: str
    endpoint: str
    """The `endpoint` label."""
    per_minute: float
    limit: int
    """Requests a minute that are ours; 0 is without limit."""


@dataclass(slots=True)
class _Window:
    """The requests of the running window of one server and endpoint, on the monotonic clock."""

    own_s: list[float] = field(default_factory=list)
    """When each request of this process starts, some of them soon; oldest first."""
    gone_s: list[float] = field(default_factory=list)
    """Those of `own_s` that have been sent."""
    others_s: list[float] = field(default_factory=list)
    """When each of the other processes' requests started, as far as is known."""
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

    def sent_s(self, now_s: float) -> list[float]:
        """Return when the requests of the window started, oldest first."""
        for times_s in (self.own_s, self.gone_s, self.others_s):
            times_s[:] = [at_s for at_s in times_s if at_s > now_s - WINDOW_S]
        return sorted(self.own_s + self.others_s) if self.others_s else self.own_s

    def hear(self, others: Others, now_s: float) -> None:
        """Take up what other processes did."""
        self.others_s = [now_s - age_s for age_s in others.ages_s]
        if others.refused_age_s is not None:
            self.limit(1, now_s)
            refused_s = now_s - others.refused_age_s
            self.closed_until_s = max(self.closed_until_s, refused_s + WINDOW_S)
            self.penalties = max(self.penalties, others.refusals)
            self.penalty_until_s = max(self.penalty_until_s, refused_s + PENALTY_S)


class Budget:
    """Lets a request go when its window has room; shared by everything that asks the cloud."""

    def __init__(
        self,
        clock: Clock,
        observer: Observer,
        limits: Limits | None = None,
        state_dir: Path | None = None,
    ) -> None:
        """Take the directory whose processes share the budget; without one it is this process'."""
        self._clock = clock
        self._observer = observer
        self._limits = limits or Limits()
        lasting = Lasting(WINDOW_S, PENALTY_S)
        self._shared = SharedLog(state_dir / BUDGET_FILE, lasting) if state_dir else None
        self._is_shared = True
        """Whether the last request could be noted in the shared file."""
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
        while True:
            start_s = await self._place(server, endpoint, window)
            if (wait_s := start_s - self._clock.monotonic()) > 0:
                await self._clock.sleep(wait_s)
            if await self._is_left_by_others(Place(server, endpoint), window, start_s):
                return
            with suppress(ValueError):
                window.own_s.remove(start_s)
            await self._clock.sleep(_LEAST_WAIT_S)

    async def _place(self, server: str, endpoint: str, window: _Window) -> float:
        """Return when the request may start, as far as this process knows; it is counted then."""
        waited_s = 0.0
        async with window.lock:
            while (wait_s := self._wait_s(window)) > 0:
                await self._clock.sleep(max(_LEAST_WAIT_S, wait_s))
                waited_s += wait_s
            # Where many start at once it goes out long after it was let go; its window counts then.
            start_s = max(self._clock.monotonic(), self._next_start_s.get(server, -math.inf))
            self._next_start_s[server] = start_s + self._limits.gap_s
            insort(window.own_s, start_s)
        if waited_s:
            self._observer.throttle_waited(label_of(endpoint), waited_s)
        return start_s

    def _wait_s(self, window: _Window) -> float:
        now_s = self._clock.monotonic()
        sent_s = window.sent_s(now_s)
        if now_s < window.closed_until_s:
            return window.closed_until_s - now_s
        usable = self._limits.usable
        limit = window.limit(usable, now_s)
        if usable == 0 or len(sent_s) < limit:
            return 0.0
        # The request that has to leave the window before the next one fits in.
        return sent_s[len(sent_s) - limit] + WINDOW_S - now_s

    async def _is_left_by_others(self, place: Place, window: _Window, start_s: float) -> bool:
        """Return whether other processes left room for a request, and tell them of it if so."""
        usable, now_s = self._limits.usable, self._clock.monotonic()
        if self._shared is None or usable == 0:
            return True
        limit = window.limit(usable, now_s)
        window.sent_s(now_s)

        def may_go(others: Others) -> bool:
            is_near = others.last_age_s is not None and others.last_age_s < self._limits.gap_s
            is_full = len(window.gone_s) + len(others.ages_s) >= limit
            is_closed = others.refused_age_s is not None and others.refused_age_s < WINDOW_S
            if is_near or is_full or is_closed:
                return False
            window.gone_s.append(start_s)
            return True

        try:
            now = self._clock.now().timestamp()
            is_free, others = await asyncio.to_thread(self._shared.take, place, now, may_go)
        except OSError as error:
            self._note_sharing(error)
            return True
        self._note_sharing(None)
        window.hear(others, now_s)
        if others.last_age_s is not None:
            self._keep_gap(
                place.server, now_s - others.last_age_s, is_free=is_free, start_s=start_s
            )
        return is_free

    def _keep_gap(self, server: str, last_s: float, *, is_free: bool, start_s: float) -> None:
        """Let the next request to the server start a gap after the last one of other processes."""
        next_s = self._next_start_s[server]
        if not is_free and next_s == start_s + self._limits.gap_s:
            # Nobody has the place behind the one that is given back.
            next_s = start_s
        self._next_start_s[server] = max(next_s, last_s + self._limits.gap_s)

    def _note_sharing(self, error: OSError | None) -> None:
        """Tell once when the requests of other processes cannot be counted, and when they can."""
        if error is not None and self._is_shared:
            _LOGGER.warning("the request budget is not shared with other processes: %s", error)
        elif error is None and not self._is_shared:
            _LOGGER.info("the request budget is shared with other processes again")
        self._is_shared = error is None

    def punish(self, server: str, endpoint: str) -> None:
        """Note a 429: the endpoint waits out a full window, and its limit is halved for a while."""
        window, now_s = self._window(server, endpoint), self._clock.monotonic()
        window.limit(self._limits.usable, now_s)
        window.closed_until_s = now_s + WINDOW_S
        window.penalties += 1
        window.penalty_until_s = now_s + PENALTY_S

    async def share_penalty(self, server: str, endpoint: str) -> None:
        """Tell the other processes of a 429."""
        if self._shared is None:
            return
        now_s, count = self._clock.now().timestamp(), self._window(server, endpoint).penalties
        place = Place(server, endpoint)
        try:
            await asyncio.to_thread(self._shared.note_refusal, place, now_s, count)
        except OSError as error:
            self._note_sharing(error)

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
        closed_s = max(0.0, window.closed_until_s - now_s)
        if usable == 0:
            return closed_s + requests * self._limits.gap_s
        limit = window.limit(usable, now_s)
        free = max(0, limit - len(window.sent_s(now_s)))
        windows = math.ceil(max(0, requests - free) / limit)
        return max(closed_s + windows * WINDOW_S, requests * self._limits.gap_s)

    def state(self) -> tuple[EndpointBudget, ...]:
        """Return every window that was ever used."""
        now_s, usable = self._clock.monotonic(), self._limits.usable
        if usable == 0:
            return ()
        rows = []
        for (server, endpoint), window in self._windows.items():
            limit = window.limit(usable, now_s)
            closed = now_s < window.closed_until_s
            remaining = 0 if closed else max(0, limit - len(window.sent_s(now_s)))
            rows.append(EndpointBudget(server, label_of(endpoint), limit, remaining))
        return tuple(rows)

    def demand(self) -> tuple[EndpointDemand, ...]:
        """Return what the plans in force ask of each endpoint, at the pace that they wish."""
        per_minute: dict[tuple[str, str], float] = {}
        for plan in self._plans.values():
            for endpoint, requests in plan.requests.items():
                key = (plan.server, endpoint)
                per_minute[key] = per_minute.get(key, 0.0) + requests * 60.0 / plan.interval_s
        return tuple(
            EndpointDemand(server, label_of(endpoint), wanted, self._limits.usable)
            for (server, endpoint), wanted in per_minute.items()
            if wanted
        )
