"""Asks all questions of an export, in the order in which the budget has room.

A refused question does not affect the others; only a refused login, or a cloud that does not
answer from the start, ends the export.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from solix_exporter.clock import Clock
from solix_exporter.cloud.budget import Budget
from solix_exporter.cloud.source import Source
from solix_exporter.errors import AuthenticationError, CloudError, TransientError
from solix_exporter.export.discovery import Discovery
from solix_exporter.export.plan import Question, Stage, Step, steps_of
from solix_exporter.export.scope import Scope, Service
from solix_exporter.mqtt.recorded import RecordedMessage

_AWAY = frozenset({"timeout", "dns", "connect", "tls"})
_AWAY_LIMIT = 3
"""Network failures in a row after which nothing more is asked."""
_NOT_DEPLOYED = 503
_FIRST = "site_list"


@dataclass(frozen=True, slots=True)
class Answer:
    """One unchanged answer."""

    question: Question
    envelope: dict[str, object]


@dataclass(frozen=True, slots=True)
class Unanswered:
    """One question without an answer, and why."""

    question: Question
    reason: str
    was_asked: bool


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of the log."""

    at: datetime
    text: str


@dataclass(slots=True)
class Collection:
    """The results of one account's export."""

    found: Discovery = field(default_factory=Discovery)
    answers: list[Answer] = field(default_factory=list)
    unanswered: list[Unanswered] = field(default_factory=list)
    log: list[LogLine] = field(default_factory=list)
    messages: list[RecordedMessage] = field(default_factory=list)
    """Of the devices; none unless they were asked for."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an export is."""

    done: int
    known: int
    """Questions known so far; answers add more."""
    name: str
    """The endpoint that is asked now."""
    wait_s: float
    """How long it waits for the budget."""


@dataclass(frozen=True, slots=True)
class ExportContext:
    """The account of an export, and what it needs to ask."""

    source: Source
    server: str
    budget: Budget
    clock: Clock
    today: date
    chosen: frozenset[Service] = frozenset()


class Collector:
    """Collects the answers of one account."""

    def __init__(
        self, context: ExportContext, on_progress: Callable[[Progress], None] = lambda _: None
    ) -> None:
        self._context = context
        self._on_progress = on_progress
        self._steps = steps_of(context.chosen)
        self._seen: set[str] = set()
        self._closed: dict[str, str] = {}
        """Why a service is not asked any more, by its name; "" is the whole cloud."""
        self._failures = 0
        self.collection = Collection()

    async def run(self) -> Collection:
        """Ask everything and return the results.

        Raises AuthenticationError, and CloudError if not even the list of sites is answered.
        """
        for stage in Stage:
            steps = [step for step in self._steps if step.stage <= stage]
            pending = list(self._new(steps))
            while pending:
                if await self._ask(self._take_next(pending), len(pending)):
                    pending += self._new(steps)
        return self.collection

    def _new(self, steps: Sequence[Step]) -> Iterator[Question]:
        """Give the questions that are new."""
        context = self._context
        now_s = int(context.clock.now().timestamp())
        scope = Scope(self.collection.found, context.chosen, context.today, now_s)
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
        """Remove the question with the shortest wait from the list and return it."""
        place = min(range(len(pending)), key=lambda index: self._wait_s(pending[index]))
        return pending.pop(place)

    def _wait_s(self, question: Question) -> float:
        context = self._context
        return context.budget.duration_s(context.server, question.endpoint.path, 1)

    async def _ask(self, question: Question, others: int) -> bool:
        """Ask one question; return whether the answer names more to ask about."""
        name, collection = question.endpoint.name, self.collection
        closed = self._closed.get(_service(question)) or self._closed.get("")
        if closed:
            self._leave(question, closed, was_asked=False)
            return False
        done = len(collection.answers) + len(collection.unanswered)
        wait_s = self._wait_s(question)
        self._on_progress(Progress(done, done + 1 + others, name, wait_s))
        try:
            envelope = await self._context.source.ask(question.endpoint, question.body)
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
        return collection.found.add_answer(name, question.body, envelope)

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
        self.collection.log.append(LogLine(self._context.clock.now(), text))


def _service(question: Question) -> str:
    return question.endpoint.path.partition("/")[0]


def _identity(question: Question) -> str:
    """Return what distinguishes questions; the time of the request does not."""
    body = {key: value for key, value in question.body.items() if key != "date"}
    return json.dumps([body, dict(question.name_fields or {})], sort_keys=True)


def _described(question: Question) -> str:
    return f"{question.endpoint.name} {json.dumps(question.body, ensure_ascii=False)}"
