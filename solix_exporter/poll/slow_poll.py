"""The slow polls: ask the rows of the schedule that are due, one request after the other.

A row that fails, is refused or is switched off leaves all others alone.
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
from solix_exporter.poll.backoff import Backoff
from solix_exporter.poll.clocks import CLOCK_ENDPOINTS, update_zones
from solix_exporter.poll.guard import Guard
from solix_exporter.poll.in_force import note_in_force
from solix_exporter.poll.inventory import Inventory
from solix_exporter.poll.jobs import Idle, PollJob, PollTools, Tally
from solix_exporter.poll.schedule import SCHEDULE, ScheduleRow, SlowPollName
from solix_exporter.poll.targets import Target

VALID_INTERVALS = 3
_FORBIDDEN = 403


@dataclass(frozen=True, slots=True)
class SlowPollOptions:
    """What the configuration says about one slow poll."""

    name: SlowPollName
    interval_s: float
    disabled: Collection[str] = ()
    """Names of rows that are not asked."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request that was answered, and when it is due again."""

    body: Mapping[str, Json]
    due_s: float


class SlowPoll:
    """One slow poll of one account."""

    def __init__(self, account: PolledAccount, tools: PollTools, options: SlowPollOptions) -> None:
        self._account = account
        self._tools = tools
        self._wanted_s = options.interval_s
        self._name = options.name.value
        self._plan_owner = f"{account.name}/{self._name}"
        self._rows = tuple(
            row for row in SCHEDULE[options.name] if row.name not in options.disabled
        )
        self._guard = Guard(tools.observer, tools.clock)
        self._backoff = Backoff(tools, options.interval_s)
        self._asked: dict[tuple[str, str], _Asked] = {}
        self._declare()

    def job(self) -> PollJob:
        """Return the poll as a job."""
        return PollJob(self._account.name, self._name, self.run, self.interval_s, self._tools)

    def interval_s(self) -> float:
        """Return the interval in force: the wanted one, stretched where the budget needs it."""
        return self._tools.budget.interval_s(self._plan_owner)

    async def run(self) -> Idle | None:
        """Ask everything that is due.

        Raises CloudError if everything that was asked failed, or everything is held back.
        """
        self._declare()
        tally = Tally()
        # A row may ask about what the one before it reported, so each finds its targets itself.
        for row in self._rows:
            for target in self._targets(row):
                await self._ask_if_due(row, target, tally)
        note_in_force(self._account, self._tools.clock, VALID_INTERVALS * self.interval_s())
        return tally.outcome()

    def _inventory(self) -> Inventory:
        return Inventory(self._account.parts, self._tools.clock.now())

    def _declare(self) -> None:
        """Declare the requests of an average cycle to the budget."""
        inventory, requests = self._inventory(), defaultdict[str, float](float)
        for row in self._rows:
            share = self._wanted_s / max(self._wanted_s, row.interval_s)
            asked = [
                target
                for target in row.targets(inventory)
                if not self._is_answered_elsewhere(row, target)
            ]
            requests[row.endpoint.path] += share * len(asked)
        self._tools.budget.declare(
            Plan(self._plan_owner, self._account.server, requests, self._wanted_s)
        )

    def _targets(self, row: ScheduleRow) -> list[Target]:
        """Return the targets that this account asks about, and forget those that are gone.

        Those that another account asks about are checked again at each cycle.
        """
        targets = {target.key: target for target in row.targets(self._inventory())}
        self._account.parts[row.endpoint].keep_only(targets)
        for name, key in tuple(self._asked):
            if name == row.name and key not in targets:
                del self._asked[name, key]
        return [
            target for target in targets.values() if not self._is_answered_elsewhere(row, target)
        ]

    async def _ask_if_due(self, row: ScheduleRow, target: Target, tally: Tally) -> None:
        """Ask about a target if its answer is missing or old, and it is not held back."""
        if self._backoff.is_held(self._subject(row, target.key), tally, target.body):
            return
        asked = self._asked.get((row.name, target.key))
        now_s = self._tools.clock.monotonic()
        if asked is None:
            asked = self._asked_before(row, target)
        if asked is not None and asked.body == target.body and now_s < asked.due_s:
            tally.resting += 1
        else:
            await self._ask(row, target, tally)

    def _subject(self, row: ScheduleRow, key: str) -> str:
        """Return the name of a question in the log."""
        return f"account {self._account.name}, {row.name} {key}".rstrip()

    def _asked_before(self, row: ScheduleRow, target: Target) -> _Asked | None:
        """Return when another poll asked: the sites poll, or one before a reload."""
        part, clock = self._account.parts[row.endpoint], self._tools.clock
        asked_at = part.asked_at(target.key)
        if target.body or asked_at is None or part.fresh(target.key, moment_of(clock)) is None:
            return None
        age_s = (clock.now() - asked_at).total_seconds()
        due_s = clock.monotonic() - age_s + row.interval_s - self._wanted_s / 2
        return _Asked(target.body, due_s)

    def _is_answered_elsewhere(self, row: ScheduleRow, target: Target) -> bool:
        """Return whether another account's answer is shown until the next cycle."""
        until = moment_of(self._tools.clock).after(self._wanted_s)
        parts = self._account.parts
        return row.is_shared and parts.is_answered_elsewhere(row.endpoint, target.key, until)

    async def _ask(self, row: ScheduleRow, target: Target, tally: Tally) -> None:
        """Send one request and keep the answer."""
        subject = self._subject(row, target.key)
        asked_at = self._tools.clock.now()
        try:
            answer = await self._account.source.fetch(row.endpoint, **target.body)
        except CloudError as error:
            if _is_of_the_login(error, row):
                raise
            self._backoff.failed(subject, error, tally, target.body)
            return
        tally.add(None)
        self._backoff.answered(subject)
        answer = self._guard.believed(f"{row.name} {target.key}", answer)
        life = Life(moment_of(self._tools.clock), self._validity_s(row))
        self._account.parts[row.endpoint].replace(target.key, answer, life, asked_at=asked_at)
        if row.name in CLOCK_ENDPOINTS:
            update_zones(self._account)
        # Half an interval early is nearer to the time than half an interval late.
        due_s = self._tools.clock.monotonic() + row.interval_s - self._wanted_s / 2
        self._asked[row.name, target.key] = _Asked(target.body, due_s)

    def _validity_s(self, row: ScheduleRow) -> float:
        return VALID_INTERVALS * max(row.interval_s, self.interval_s())


def _is_of_the_login(error: CloudError, row: ScheduleRow) -> bool:
    """Return whether the other questions would meet the same error."""
    is_this_alone = error.code == _FORBIDDEN and error.endpoint == row.endpoint.path
    return isinstance(error, AuthenticationError) and not is_this_alone
