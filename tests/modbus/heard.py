"""An observer of local devices that keeps what it is told."""

from collections import Counter
from dataclasses import dataclass, field

from solix_exporter.model.events import LocalPollDone


@dataclass
class Heard:
    """Keeps what it is told; a `LocalObserver`."""

    connects: list[str] = field(default_factory=list)
    identities: list[tuple[str, str, str]] = field(default_factory=list)
    exceptions: Counter[int] = field(default_factory=Counter)
    polls: list[LocalPollDone] = field(default_factory=list)
    rejected: Counter[str] = field(default_factory=Counter)
    interval_s: float = 0.0

    def connect_done(self, target: str, outcome: str) -> None:
        self.connects.append(outcome)

    def device_identified(self, target: str, sn: str, part_number: str, firmware: str) -> None:
        self.identities.append((sn, part_number, firmware))

    def exception_answered(self, target: str, code: int) -> None:
        self.exceptions[code] += 1

    def local_poll_done(self, poll: LocalPollDone) -> None:
        self.polls.append(poll)

    def local_interval_changed(self, target: str, interval_s: float) -> None:
        self.interval_s = interval_s

    def reading_rejected(self, reason: str) -> None:
        self.rejected[reason] += 1
