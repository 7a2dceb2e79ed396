"""The slow polls: walks the query table and asks what is due, one request after the other.

A query that fails, is refused or is switched off leaves all others alone.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from solix_exporter.cache import Life
from solix_exporter.clock import moment_of
from solix_exporter.cloud.budget import Plan
from solix_exporter.cloud.endpoints.endpoint import Json
from solix_exporter.errors import AuthenticationError, CloudError
from solix_exporter.poll.account import PolledAccount
from solix_exporter.poll.clocks import CLOCK_QUERIES, hear_clocks
from solix_exporter.poll.guard import Guard
from solix_exporter.poll.in_force import note_in_force
from solix_exporter.poll.jobs import Idle, PollJob, PollTools, Tally
from solix_exporter.poll.queries import QUERIES
from solix_exporter.poll.query import AnyQuery, DetailsKind, Target
from solix_exporter.poll.refusals import Refusals
from solix_exporter.poll.view import View

VALID_INTERVALS = 3
_FORBIDDEN = 403


@dataclass(frozen=True, slots=True)
class DetailsSettings:
    """What one slow poll is told by the configuration."""

    kind: DetailsKind
    interval_s: float
    disabled: Collection[str] = ()
    """Names of queries that are not wanted."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request that was answered, and when it is worth sending again."""

    body: Mapping[str, Json]
    due_s: float


class DetailsPoll:
    """One slow poll of one account."""

    def __init__(self, account: PolledAccount, tools: PollTools, settings: DetailsSettings) -> None:
        self._account = account
        self._tools = tools
        self._wanted_s = settings.interval_s
        self._name = settings.kind.value
        self._plan_owner = f"{account.name}/{self._name}"
        self._queries = tuple(
            query for query in QUERIES[settings.kind] if query.name not in settings.disabled
        )
        self._guard = Guard(tools.observer, tools.clock)
        self._refusals = Refusals(tools, settings.interval_s)
        self._asked: dict[tuple[str, str], _Asked] = {}
        self._declare()

    def job(self) -> PollJob:
        """Return the poll as a job."""
        return PollJob(self._account.name, self._name, self.run, self.interval_s, self._tools)

    def interval_s(self) -> float:
        """Return the interval in force: the wanted one, stretched where the budget needs it."""
        return self._tools.budget.interval_s(self._plan_owner)

    async def run(self) -> Idle | None:
        """Ask for all that is due.

        Raises CloudError where everything that was asked failed, or all there is is held back.
        """
        self._declare()
        tally = Tally()
        # A query may ask about what the one before it has told, so each looks for itself.
        for query in self._queries:
            for target in self._targets(query):
                await self._look_after(query, target, tally)
        note_in_force(self._account, self._tools.clock, VALID_INTERVALS * self.interval_s())
        return tally.outcome()

    def _view(self) -> View:
        return View(self._account.parts, self._tools.clock.now())

    def _declare(self) -> None:
        """Tell the budget what a cycle asks, on average."""
        view, requests = self._view(), defaultdict[str, float](float)
        for query in self._queries:
            share = self._wanted_s / max(self._wanted_s, query.every_s)
            asked = [target for target in query.targets(view) if not self._is_told(query, target)]
            requests[query.endpoint.path] += share * len(asked)
        self._tools.budget.declare(
            Plan(self._plan_owner, self._account.server, requests, self._wanted_s)
        )

    def _targets(self, query: AnyQuery) -> list[Target]:
        """Return the targets that this account asks about, and forget those that are gone.

        One that another account is told about comes up again at each cycle, until that one stops.
        """
        targets = {target.key: target for target in query.targets(self._view())}
        self._account.parts[query.endpoint].keep_only(targets)
        for name, key in tuple(self._asked):
            if name == query.name and key not in targets:
                del self._asked[name, key]
        return [target for target in targets.values() if not self._is_told(query, target)]

    async def _look_after(self, query: AnyQuery, target: Target, tally: Tally) -> None:
        """Ask about a target if its answer is missing or old, and it is not held back."""
        if self._refusals.is_held(self._subject(query, target.key), tally, target.body):
            return
        asked = self._asked.get((query.name, target.key))
        now_s = self._tools.clock.monotonic()
        if asked is None:
            asked = self._asked_before(query, target)
        if asked is not None and asked.body == target.body and now_s < asked.due_s:
            tally.resting += 1
        else:
            await self._ask(query, target, tally)

    def _subject(self, query: AnyQuery, key: str) -> str:
        """Return how a question is called in the log."""
        return f"account {self._account.name}, {query.name} {key}".rstrip()

    def _asked_before(self, query: AnyQuery, target: Target) -> _Asked | None:
        """Return when the account was asked by somebody else: the sites poll, or a poll before."""
        part, clock = self._account.parts[query.endpoint], self._tools.clock
        asked_at = part.asked_at(target.key)
        if target.body or asked_at is None or part.fresh(target.key, moment_of(clock)) is None:
            return None
        age_s = (clock.now() - asked_at).total_seconds()
        due_s = clock.monotonic() - age_s + query.every_s - self._wanted_s / 2
        return _Asked(target.body, due_s)

    def _is_told(self, query: AnyQuery, target: Target) -> bool:
        """Return whether another account's answer is the one that is shown until the next cycle."""
        until = moment_of(self._tools.clock).after(self._wanted_s)
        parts = self._account.parts
        return query.is_shared and parts.is_answered_elsewhere(query.endpoint, target.key, until)

    async def _ask(self, query: AnyQuery, target: Target, tally: Tally) -> None:
        """Send one request, and keep the answer."""
        subject = self._subject(query, target.key)
        asked_at = self._tools.clock.now()
        try:
            answer = await self._account.source.fetch(query.endpoint, **target.body)
        except CloudError as error:
            if _is_of_the_login(error, query):
                raise
            self._refusals.failed(subject, error, tally, target.body)
            return
        tally.add(None)
        self._refusals.answered(subject)
        answer = self._guard.believed(f"{query.name} {target.key}", answer)
        life = Life(moment_of(self._tools.clock), self._validity_s(query))
        self._account.parts[query.endpoint].replace(target.key, answer, life, asked_at=asked_at)
        if query.name in CLOCK_QUERIES:
            hear_clocks(self._account)
        # Half an interval early is nearer to the time than half an interval late.
        due_s = self._tools.clock.monotonic() + query.every_s - self._wanted_s / 2
        self._asked[query.name, target.key] = _Asked(target.body, due_s)

    def _validity_s(self, query: AnyQuery) -> float:
        return VALID_INTERVALS * max(query.every_s, self.interval_s())


def _is_of_the_login(error: CloudError, query: AnyQuery) -> bool:
    """Return whether the other questions would meet the same error."""
    is_this_alone = error.code == _FORBIDDEN and error.endpoint == query.endpoint.path
    return isinstance(error, AuthenticationError) and not is_this_alone
