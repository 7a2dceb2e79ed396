"""Refused questions: logged once, and asked again after growing pauses.

A refusal is temporary if the question was answered before, whatever the code says. Otherwise the
account is assumed not to have the right to ask, and the question waits for a day.
"""

import logging
from dataclasses import dataclass
from datetime import timedelta

from solix_exporter.cloud.refusals import MAYBE_FORBIDDEN
from solix_exporter.errors import CloudError, EmptyAnswer, NotCaptured, RequestRejected
from solix_exporter.poll.jobs import PollTools, Tally

PAUSES_S = tuple(timedelta(minutes=minutes).total_seconds() for minutes in (5, 10, 20, 40, 60))
NEVER_ANSWERED_S = timedelta(days=1).total_seconds()


@dataclass(slots=True)
class _Known:
    """The history of one question."""

    has_answered: bool = False
    refused: int = 0
    """Refusals since the last answer."""
    error: CloudError | None = None
    question: object = None
    until_s: float = 0.0


class Backoff:
    """The refused questions of one poll, by the subject that the log shows."""

    def __init__(self, tools: PollTools, interval_s: float) -> None:
        """Start without refusals; `interval_s` is that of the poll.

        A question may be asked half an interval early rather than half an interval late.
        """
        self._clock = tools.clock
        self._outages = tools.outages
        self._early_s = interval_s / 2
        self._known: dict[str, _Known] = {}

    def held(self, subject: str, question: object = None) -> CloudError | None:
        """Return the refusal if it is too early to ask again; another question is never held."""
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
        """Return whether the refusal means that the account may not ask."""
        known = self._known.get(subject)
        if known is None or known.has_answered or known.error is None:
            return False
        # 401 and 403 may come from a problem with logins, and an empty answer from any problem.
        return isinstance(known.error, RequestRejected) and known.error.code not in MAYBE_FORBIDDEN

    def failed(
        self, subject: str, error: CloudError, tally: Tally | None = None, question: object = None
    ) -> None:
        """Count and log a failure; hold the question back if it was refused."""
        known = self._known.setdefault(subject, _Known())
        if isinstance(error, RequestRejected | EmptyAnswer):
            known.error, known.question = error, question
            pause_s = PAUSES_S[min(known.refused, len(PAUSES_S) - 1)]
            again = "with growing pauses of 5 to 60 minutes"
            if self.is_unavailable(subject):
                pause_s, again = NEVER_ANSWERED_S, "once a day"
            known.refused += 1
            known.until_s = self._clock.monotonic() + pause_s
            self._tell(subject, error, again)
        else:
            known.error = None
            self._outages.begin(subject, str(error))
        if tally is not None and self.is_unavailable(subject):
            tally.unavailable += 1
        elif tally is not None:
            tally.add(error)

    def _tell(self, subject: str, error: CloudError, again: str) -> None:
        if isinstance(error, NotCaptured):
            self._outages.begin(subject, str(error), logging.INFO)
        else:
            self._outages.begin(subject, f"{error}; asked again {again}")

    def answered(self, subject: str) -> None:
        """Note an answer; log that the problem is over."""
        self._known[subject] = _Known(has_answered=True)
        self._outages.end(subject)

    def has_answered(self, subject: str) -> bool:
        """Return whether the question was answered before."""
        known = self._known.get(subject)
        return known is not None and known.has_answered
