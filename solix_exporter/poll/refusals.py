"""THE memory of what the cloud refused: told once, and asked again with growing pauses.

A refusal is passing trouble for a question that was answered before, whatever the code says. Only
one that was never answered is taken for what this account may not ask, and is left alone for a day.
"""

from dataclasses import dataclass
from datetime import timedelta

from solix_exporter.cloud.refusals import MAYBE_FORBIDDEN
from solix_exporter.errors import CloudError, EmptyAnswer, RequestRejected
from solix_exporter.poll.jobs import PollTools, Tally

PAUSES_S = tuple(timedelta(minutes=minutes).total_seconds() for minutes in (5, 10, 20, 40, 60))
NEVER_ANSWERED_S = timedelta(days=1).total_seconds()


@dataclass(slots=True)
class _Known:
    """What became of one question so far."""

    has_answered: bool = False
    refused: int = 0
    """Refusals since the last answer."""
    error: CloudError | None = None
    question: object = None
    until_s: float = 0.0


class Refusals:
    """The questions of one poll, by subject, which is also how the log names them."""

    def __init__(self, tools: PollTools, turn_s: float) -> None:
        """Take how often the poll has a turn.

        A question may be asked half a turn early: that is nearer to its time than half a turn late.
        """
        self._clock = tools.clock
        self._outages = tools.outages
        self._early_s = turn_s / 2
        self._known: dict[str, _Known] = {}

    def held(self, subject: str, question: object = None) -> CloudError | None:
        """Return the refusal for which it is too early to ask again; another question never is."""
        known = self._known.get(subject)
        if known is None or known.question != question:
            return None
        return known.error if self._clock.monotonic() < known.until_s - self._early_s else None

    def is_held(self, subject: str, tally: Tally, question: object = None) -> bool:
        """Return whether it is too early to ask again, and count it."""
        error = self.held(subject, question)
        if error is not None and self.is_unavailable(subject):
            tally.unavailable += 1
        elif error is not None:
            tally.held.append(error)
        return error is not None

    def is_unavailable(self, subject: str) -> bool:
        """Return whether the question was refused, never answered, and the refusal is believed."""
        known = self._known.get(subject)
        if known is None or known.has_answered or known.error is None:
            return False
        # 401 and 403 may come from a trouble of the cloud's logins, and no data from any trouble.
        return isinstance(known.error, RequestRejected) and known.error.code not in MAYBE_FORBIDDEN

    def failed(
        self, subject: str, error: CloudError, tally: Tally | None = None, question: object = None
    ) -> None:
        """Note and count why there was no answer, tell what is new, hold back what was refused."""
        known = self._known.setdefault(subject, _Known())
        if isinstance(error, RequestRejected | EmptyAnswer):
            known.error, known.question = error, question
            pause_s = PAUSES_S[min(known.refused, len(PAUSES_S) - 1)]
            again = "with growing pauses of 5 to 60 minutes"
            if self.is_unavailable(subject):
                pause_s, again = NEVER_ANSWERED_S, "once a day"
            known.refused += 1
            known.until_s = self._clock.monotonic() + pause_s
            self._outages.begin(subject, f"{error}; asked again {again}")
        else:
            known.error = None
            self._outages.begin(subject, str(error))
        if tally is not None and self.is_unavailable(subject):
            tally.unavailable += 1
        elif tally is not None:
            tally.add(error)

    def answered(self, subject: str) -> None:
        """Note an answer, and tell that a trouble is over."""
        self._known[subject] = _Known(has_answered=True)
        self._outages.end(subject)

    def has_answered(self, subject: str) -> bool:
        """Return whether the question was ever answered."""
        known = self._known.get(subject)
        return known is not None and known.has_answered
