"""Asks everything that the plan wants, in the order in which the budget has room.

One refusal leaves the others alone; only a refused login, or a cloud that is away from the start,
ends it.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from solix_exporter.clock import Clock
from solix_exporter.cloud.budget import Budget
from solix_exporter.cloud.source import Source
from solix_exporter.errors import AuthenticationError, CloudError, TransientError
from solix_exporter.export.findings import Findings
from solix_exporter.export.plan import Question, Stage, Step, steps_of
from solix_exporter.export.scope import Scope, Service

_AWAY = frozenset({"timeout", "dns", "connect", "tls"})
_AWAY_LIMIT = 3
"""After so many failures of the network, one after the other, nothing more is tried."""
_NOT_DEPLOYED = 503
_FIRST = "site_list"


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer as it came."""

    question: Question
    envelope: dict[str, object]


@dataclass(frozen=True, slots=True)
class Unanswered:
    """One question without an answer, and why."""

    question: Question
    reason: str
    was_asked: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the log."""

    at: datetime
    text: str


@dataclass(slots=True)
class Collection:
    """What one account's export has gathered."""

    found: Findings = field(default_factory=Findings)
    answers: list[Answer] = field(default_factory=list)
    unanswered: list[Unanswered] = field(default_factory=list)
    log: list[Line] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an export is."""

    done: int
    known: int
    """Questions that are known so far; answers bring more."""
    name: str
    """The endpoint that is asked next."""
    wait_s: float
    """How long the budget holds it back."""


@dataclass(frozen=True, slots=True)
class Inquiry:
    """Whom is asked, and what."""

    source: Source
    server: str
    budget: Budget
    clock: Clock
    today: date
    chosen: frozenset[Service] = frozenset()


class Collector:
    """Gathers the answers of one account."""

    def __init__(
        self, inquiry: Inquiry, watch: Callable[[Progress], None] = lambda _: None
    ) -> None:
        self._inquiry = inquiry
        self._watch = watch
        self._steps = steps_of(inquiry.chosen)
        self._seen: set[str] = set()
        self._closed: dict[str, str] = {}
        """Service -> why nothing more is asked of it."""
        self._failures = 0
        self.collection = Collection()

    async def run(self) -> Collection:
        """Return everything that the account's systems answer.

        Raises AuthenticationError, and CloudError where not even the list of sites is answered.
        """
        for stage in Stage:
            steps = [step for step in self._steps if step.stage <= stage]
            pending = list(self._new(steps))
            while pending:
                if await self._ask(self._take_next(pending), len(pending)):
                    pending += self._new(steps)
        return self.collection

    def _new(self, steps: Sequence[Step]) -> Iterator[Question]:
        """Give the questions that were not there before."""
        inquiry = self._inquiry
        now_s = int(inquiry.clock.now().timestamp())
        scope = Scope(self.collection.found, inquiry.chosen, inquiry.today, now_s)
        for step in steps:
            for question in step.questions(scope, step.endpoint):
                key = f"{question.endpoint.path} {_identity(question)}"
                if key in self._seen:
                    continue
                self._seen.add(key)
                if question.is_permitted:
                    yield question
                else:
                    self._leave(question, "only the owner may ask", was_asked=False)

    def _take_next(self, pending: list[Question]) -> Question:
        """Return the question that may go first, and take it off the list."""
        place = min(range(len(pending)), key=lambda index: self._wait_s(pending[index]))
        return pending.pop(place)

    def _wait_s(self, question: Question) -> float:
        inquiry = self._inquiry
        return inquiry.budget.duration_s(inquiry.server, question.endpoint.path, 1)

    async def _ask(self, question: Question, others: int) -> bool:
        """Ask one question, and return whether the answer tells of more to ask about."""
        name, collection = question.endpoint.name, self.collection
        closed = self._closed.get(_service(question)) or self._closed.get("")
        if closed:
            self._leave(question, closed, was_asked=False)
            return False
        done = len(collection.answers) + len(collection.unanswered)
        wait_s = self._wait_s(question)
        self._watch(Progress(done, done + 1 + others, name, wait_s))
        try:
            envelope = await self._inquiry.source.ask(question.endpoint, question.body)
        except AuthenticationError:
            raise
        except CloudError as error:
            if name == _FIRST:
                raise
            self._note_failure(question, error)
            return False
        self._failures = 0
        collection.answers.append(Answer(question, envelope))
        self._log(f"{_described(question)}: code {envelope.get('code')}")
        return collection.found.learn(name, question.body, envelope)

    def _note_failure(self, question: Question, error: CloudError) -> None:
        is_away = isinstance(error, TransientError) and error.outcome in _AWAY
        self._failures = self._failures + 1 if is_away else 0
        if self._failures >= _AWAY_LIMIT:
            self._closed[""] = "not asked: the cloud does not answer any more"
        if error.code == _NOT_DEPLOYED:
            self._closed[_service(question)] = "not asked: this server does not have the service"
        self._leave(question, error.message, was_asked=True)

    def _leave(self, question: Question, reason: str, *, was_asked: bool) -> None:
        self.collection.unanswered.append(Unanswered(question, reason, was_asked))
        self._log(f"{_described(question)}: {reason}")

    def _log(self, text: str) -> None:
        self.collection.log.append(Line(self._inquiry.clock.now(), text))


def _service(question: Question) -> str:
    return question.endpoint.path.partition("/")[0]


def _identity(question: Question) -> str:
    """Return what makes a question another one; the time of asking does not."""
    body = {key: value for key, value in question.body.items() if key != "date"}
    return json.dumps([body, dict(question.name_fields or {})], sort_keys=True)


def _described(question: Question) -> str:
    return f"{question.endpoint.name} {json.dumps(question.body, ensure_ascii=False)}"
