"""Reads one day of one site: asks its statistics, joins the answers, derives what follows."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from solix_exporter.cloud.source import Source
from solix_exporter.errors import (
    AuthenticationError,
    CloudError,
    EmptyAnswer,
    RequestRejected,
)
from solix_exporter.ledger.rows import FlowKey
from solix_exporter.model.balance import complete
from solix_exporter.model.energy import NO_FLOWS, EnergyAnswer, EnergyDay, Flow, FlowTotals
from solix_exporter.model.site import SiteType
from solix_exporter.poll.backoff import Backoff
from solix_exporter.poll.energy.checks import IMPLAUSIBLE, REPEATED, limit_wh
from solix_exporter.poll.energy.kinds import EnergyQuery, SystemProfile, untracked
from solix_exporter.poll.energy.rises import KnownDay, RiseGuard, Verdict
from solix_exporter.poll.jobs import PollTools

Known = Callable[[str, EnergyQuery, date], EnergyDay | None]
"""Returns a site's day if it is known without a request, else None."""

_TELLS_EXPORTS_APART = frozenset({SiteType.POWERPANEL, SiteType.HES})


@dataclass(frozen=True, slots=True)
class DayReading:
    """The answers about a day."""

    totals: Mapping[FlowKey, float]
    is_complete: bool
    """False if an answer is missing or doubtful, which the next try may correct."""
    error: CloudError | None = None
    """Set if there was no answer at all."""


@dataclass(slots=True)
class _Answers:
    """The answers while they come in; the first one that knows a flow counts."""

    flows: dict[Flow, float] = field(default_factory=dict)
    devices: dict[FlowKey, float] = field(default_factory=dict)
    errors: list[CloudError] = field(default_factory=list)
    answered: int = 0
    awaited: int = 0
    """Answers that are missing and that the next try may bring."""
    is_yesterdays: bool = False
    """Whether one of them was not believed because it is yesterday's."""

    def add(self, query: EnergyQuery, found: EnergyDay) -> None:
        if query.owner_sn:
            self._add_device(query.owner_sn, query.own(found))
        else:
            self.flows = {**found.flows, **self.flows}
        for sn, flows in found.devices.items():
            self._add_device(sn, flows)

    def miss(self, error: CloudError, *, may_come: bool) -> None:
        self.errors.append(error)
        self.awaited += may_come

    def _add_device(self, sn: str, flows: FlowTotals) -> None:
        self.devices |= {(sn, flow): wh for flow, wh in flows.items()}


def _nothing_known(_site_id: str, _query: EnergyQuery, _day: date) -> None:
    return None


class DayReader:
    """Reads days through one account's source."""

    def __init__(
        self,
        source: Source,
        tools: PollTools,
        *,
        known: Known = _nothing_known,
        backoff: Backoff | None = None,
        is_captured: bool = False,
    ) -> None:
        """Take where answers come from; `is_captured` where they are of some past day.

        With `backoff`, refused questions are held back, and awaited if they were answered before;
        without, a refusal is an answer: the cloud has nothing about the day.
        A folder of captured answers holds a range that ends with the day of the capture. That day
        stands for the one that is asked for.
        """
        self._source = source
        self._tools = tools
        self._known = known
        self._backoff = backoff
        self._is_captured = is_captured
        self._rises = RiseGuard()

    async def read(
        self,
        profile: SystemProfile,
        queries: Iterable[EnergyQuery],
        day: date,
        before: KnownDay | None = None,
    ) -> DayReading:
        """Return the energy of a day.

        `before` is what was known of it; without, no rise is too steep.
        Raises AuthenticationError; other failures leave out what they concern.
        """
        answers = _Answers()
        for query in queries:
            found = await self._ask(profile.site_id, query, day, answers)
            if found is None:
                continue
            own = query.own(found)
            if before and self._rises.is_yesterdays(profile, query.owner_sn, own, before):
                self._tools.observer.reading_rejected(REPEATED)
                answers.is_yesterdays = True
                continue
            answers.add(query, found)
        return self._reading(profile, answers, before)

    async def read_range(
        self, profile: SystemProfile, queries: Iterable[EnergyQuery], days: Sequence[date]
    ) -> dict[date, DayReading]:
        """Return the daily values of up to a year of days, without what only totals show.

        One request a statistic, however many days. Raises AuthenticationError.
        """
        found = {day: _Answers() for day in days}
        for query in queries:
            answer = await self._fetch(profile.site_id, query, (days[0], days[-1]), _Answers())
            for place, value in enumerate(answer.days if answer else ()):
                is_whole = answer is not None and len(answer.days) == len(days)
                day = value.day or (days[place] if is_whole else None)
                if day in found:
                    found[day].add(query, value)
        return {day: self._reading(profile, answers) for day, answers in found.items()}

    async def _ask(
        self, site_id: str, query: EnergyQuery, day: date, answers: _Answers
    ) -> EnergyDay | None:
        known = self._known(site_id, query, day)
        if known is not None:
            self._note(_subject(site_id, query))
            answers.answered += 1
            return known
        answer = await self._fetch(site_id, query, (day, day), answers)
        return self._pick(answer, day) if answer else None

    def _note(self, subject: str) -> None:
        if self._backoff is not None:
            self._backoff.answered(subject)
        else:
            self._tools.outages.end(subject)

    def _miss(self, subject: str, error: CloudError, answers: _Answers) -> None:
        backoff, is_refusal = self._backoff, isinstance(error, RequestRejected | EmptyAnswer)
        if backoff is not None:
            backoff.failed(subject, error)
        else:
            self._tools.outages.begin(subject, str(error))
        has_answered = backoff is not None and backoff.has_answered(subject)
        answers.miss(error, may_come=has_answered or not is_refusal)

    async def _fetch(
        self, site_id: str, query: EnergyQuery, days: tuple[date, date], answers: _Answers
    ) -> EnergyAnswer | None:
        subject, backoff = _subject(site_id, query), self._backoff
        if backoff is not None and (held := backoff.held(subject)):
            answers.miss(held, may_come=backoff.has_answered(subject))
            return None
        try:
            answer = await self._source.fetch(query.endpoint, **query.body(site_id, *days))
            self._require(answer, days)
        except AuthenticationError:
            raise
        except CloudError as error:
            self._miss(subject, error, answers)
            return None
        self._note(subject)
        answers.answered += 1
        return answer

    def _require(self, answer: EnergyAnswer, days: tuple[date, date]) -> None:
        """Raise EmptyAnswer if the answer about a single day lacks it."""
        if days[0] == days[1] and self._pick(answer, days[0]) is None:
            raise EmptyAnswer("the answer lacks the day that was asked for")

    def _pick(self, answer: EnergyAnswer, day: date) -> EnergyDay | None:
        """Return the day that was asked for.

        Without dates only the number of days is known; with one too many it is not known which is
        which.
        """
        if self._is_captured:
            return answer.days[-1] if answer.days else None
        dated = [found for found in answer.days if found.day == day]
        undated = [found for found in answer.days if found.day is None]
        if dated:
            return dated[0]
        return undated[0] if len(undated) == 1 else None

    def _reading(
        self, profile: SystemProfile, answers: _Answers, before: KnownDay | None = None
    ) -> DayReading:
        reported: dict[FlowKey, float] = {("", flow): wh for flow, wh in answers.flows.items()}
        reported |= answers.devices
        verdicts = {key: self._judge(profile, key, wh, before) for key, wh in reported.items()}
        believed = dict(_believed(reported, verdicts, before))
        totals = {key: wh for key, wh in believed.items() if key[0]}
        # Nothing follows from what cannot be true, and nothing takes its place.
        for flow, wh in self._complete(profile, device_flows(believed)[""]).items():
            if flow in answers.flows and ("", flow) not in believed:
                continue
            totals["", flow] = wh
        is_doubtful = answers.is_yesterdays or Verdict.WAITS in verdicts.values()
        return DayReading(
            totals,
            is_complete=not answers.awaited and not is_doubtful,
            error=answers.errors[0] if answers.errors and not answers.answered else None,
        )

    def _complete(self, profile: SystemProfile, flows: FlowTotals) -> FlowTotals:
        """Return a site's flows and those derived from them, without meaningless zeros."""
        missing = untracked(profile)
        derived = complete(flows, tells_exports_apart=profile.site_type in _TELLS_EXPORTS_APART)
        return {flow: wh for flow, wh in derived.items() if wh or flow not in missing}

    def _judge(
        self, profile: SystemProfile, key: FlowKey, wh: float, before: KnownDay | None
    ) -> Verdict:
        if before is not None:
            verdict = self._rises.judge(profile, key, wh, before)
        else:
            is_possible = wh <= limit_wh(profile, *key)
            verdict = Verdict.BELIEVED if is_possible else Verdict.IMPOSSIBLE
        if verdict is not Verdict.BELIEVED:
            self._tools.observer.reading_rejected(IMPLAUSIBLE)
        return verdict


def _believed(
    reported: Mapping[FlowKey, float], verdicts: Mapping[FlowKey, Verdict], before: KnownDay | None
) -> Iterator[tuple[FlowKey, float]]:
    """Give the totals that count: the reported ones, else the former ones."""
    known = before.totals if before else {}
    for key, wh in reported.items():
        if verdicts[key] is Verdict.BELIEVED:
            yield key, wh
        elif key in known:
            yield key, known[key]


def _subject(site_id: str, query: EnergyQuery) -> str:
    body = query.endpoint.body
    kind = body.get("device_type") or body.get("sourceType") or "production"
    of_device = f" {query.device_sn}" if query.device_sn else ""
    return f"site {site_id}, energy of {kind}{of_device}"


def device_flows(totals: Mapping[FlowKey, float]) -> dict[str, dict[Flow, float]]:
    """Return the flows by serial number; those of the site are under the empty one."""
    found: dict[str, dict[Flow, float]] = {"": dict(NO_FLOWS)}
    for (sn, flow), wh in totals.items():
        found.setdefault(sn, {})[flow] = wh
    return found
