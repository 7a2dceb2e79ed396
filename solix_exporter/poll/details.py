"""The slow polls: walks the query table and asks what is due, one request after the other.

A query that fails, is refused or is switched off leaves all others alone.
"""

import logging
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from solix_exporter.cache import Life
from solix_exporter.clock import moment_of
from solix_exporter.cloud.budget import Plan
from solix_exporter.cloud.endpoint import Json
from solix_exporter.cloud.refusals import MAYBE_FORBIDDEN
from solix_exporter.errors import AuthenticationError, CloudError, RequestRejected
from solix_exporter.poll.account import PolledAccount
from solix_exporter.poll.guard import Guard
from solix_exporter.poll.in_force import note_in_force
from solix_exporter.poll.jobs import PollJob, PollTools
from solix_exporter.poll.queries import QUERIES
from solix_exporter.poll.query import AnyQuery, DetailsKind, Target
from solix_exporter.poll.view import View

_LOGGER = logging.getLogger(__name__)

VALID_INTERVALS = 3
_FORBIDDEN = 403
REFUSED_S = timedelta(days=1).total_seconds()
"""How long something is not asked again that this account may not see."""


@dataclass(frozen=True, slots=True)
class DetailsSettings:
    """What one slow poll is told by the configuration."""

    kind: DetailsKind
    interval_s: float
    disabled: Collection[str] = ()
    """Names of queries that are not wanted."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request that was sent, and when it is worth sending again."""

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
        self._asked: dict[tuple[str, str], _Asked] = {}
        self._declare()

    def job(self) -> PollJob:
        """Return the poll as a job."""
        return PollJob(self._account.name, self._name, self.run, self.interval_s, self._tools)

    def interval_s(self) -> float:
        """Return the interval in force: the wanted one, stretched where the budget needs it."""
        return self._tools.budget.interval_s(self._plan_owner)

    async def run(self) -> None:
        """Ask for all that is due.

        Raises CloudError where everything that was asked failed.
        """
        self._declare()
        # A query may ask about what the one before it has told, so each looks for itself.
        results = [
            await self._ask(query, target) for query in self._queries for target in self._due(query)
        ]
        note_in_force(self._account, self._tools.clock, VALID_INTERVALS * self.interval_s())
        if results and None not in results:
            raise next(error for error in results if error)

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

    def _due(self, query: AnyQuery) -> Iterator[Target]:
        """Give the targets whose answer is missing or old, and forget those that are gone.

        One that another account is told about comes up again at each cycle, until that one stops.
        """
        targets = {target.key: target for target in query.targets(self._view())}
        query.part(self._account.parts).keep_only(targets)
        for name, key in tuple(self._asked):
            if name == query.name and key not in targets:
                del self._asked[name, key]
        now_s = self._tools.clock.monotonic()
        for key, target in targets.items():
            asked = self._asked.get((query.name, key))
            is_due = asked is None or asked.body != target.body or now_s >= asked.due_s
            if is_due and not self._is_told(query, target):
                yield target

    def _is_told(self, query: AnyQuery, target: Target) -> bool:
        """Return whether another account's answer is the one that is shown until the next cycle."""
        until = moment_of(self._tools.clock).after(self._wanted_s)
        parts = self._account.parts
        return query.is_shared and parts.is_told_before(query.part, target.key, until)

    async def _ask(self, query: AnyQuery, target: Target) -> CloudError | None:
        """Send one request; return the error that kept the answer away, None where it is known."""
        subject = f"{self._account.name}, {query.name} {target.key}".rstrip()
        asked_at = self._tools.clock.now()
        try:
            answer = await self._account.source.fetch(query.endpoint, **target.body)
        except CloudError as error:
            return self._failed(query, target, subject, error)
        self._tools.outages.end(f"account {subject}")
        answer = self._guard.believed(f"{query.name} {target.key}", answer)
        life = Life(moment_of(self._tools.clock), self._validity_s(query))
        query.part(self._account.parts).replace(target.key, answer, life, asked_at=asked_at)
        self._note(query, target, query.every_s)
        return None

    def _failed(
        self, query: AnyQuery, target: Target, subject: str, error: CloudError
    ) -> CloudError | None:
        """Return what kept the answer away, None where nothing better is to be expected.

        Raises the error where it is one of the login, which the other questions would meet, too.
        """
        is_this_alone = error.code == _FORBIDDEN and error.endpoint == query.endpoint.path
        if isinstance(error, AuthenticationError) and not is_this_alone:
            raise error
        # 401 and 403 may also come from a trouble of the cloud's logins, which ends.
        if isinstance(error, RequestRejected) and error.code not in MAYBE_FORBIDDEN:
            _LOGGER.info("account %s: %s; not asked again for a day", subject, error)
            self._note(query, target, REFUSED_S)
            return None
        self._tools.outages.begin(f"account {subject}", str(error))
        return error

    def _note(self, query: AnyQuery, target: Target, again_s: float) -> None:
        # Half an interval early is nearer to the time than half an interval late.
        due_s = self._tools.clock.monotonic() + again_s - self._wanted_s / 2
        self._asked[query.name, target.key] = _Asked(target.body, due_s)

    def _validity_s(self, query: AnyQuery) -> float:
        return VALID_INTERVALS * max(query.every_s, self.interval_s())
