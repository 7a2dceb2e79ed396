"""What an examination found: findings in sections, as text, as JSON and as an exit code."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum


class Mark(Enum):
    """How a step ended; the value stands in the JSON."""

    OK = "ok"
    NOTE = "note"
    """Works, but there is something to know."""
    FAILED = "failed"
    SKIPPED = "skipped"
    """Was not tried, because a step before it failed."""


CONFIGURATION, STATE, LEDGER = "configuration", "state", "ledger"
DNS, CONNECTION, TIME = "dns", "connection", "clock"
LOGIN, SITES, DATA, OTHER_REGION = "login", "sites", "data", "other-region"
PLAN = "plan"
IDENTITY, REGISTERS = "identity", "registers"
MESSAGES = "messages"
INFLUX, INFLUX_SERVER = "influxdb", "influxdb-server"
EXIT_CODES: Mapping[str, int] = {
    CONFIGURATION: 2,
    STATE: 2,
    LEDGER: 2,
    DNS: 4,
    CONNECTION: 4,
    TIME: 4,
    LOGIN: 3,
    SITES: 5,
    DATA: 5,
    IDENTITY: 5,
    REGISTERS: 5,
    INFLUX: 2,
    INFLUX_SERVER: 4,
}
"""Step -> exit code where it failed; those of all commands, see `cli.exit_codes`."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One step, and what came of it."""

    step: str
    mark: Mark
    text: str
    """What is the case; never a secret."""
    advice: str = ""
    """What to do about it; empty where there is nothing to do."""


@dataclass(frozen=True, slots=True)
class Section:
    """What was found about one thing: the set-up as a whole, one account, or a database."""

    title: str
    findings: tuple[Finding, ...]
    account: str = ""
    """Name of the account, empty where it is about none."""


@dataclass(frozen=True, slots=True)
class Report:
    """The whole examination."""

    sections: tuple[Section, ...]

    def _failed(self) -> Iterator[Finding]:
        for section in self.sections:
            yield from (finding for finding in section.findings if finding.mark is Mark.FAILED)

    @property
    def exit_code(self) -> int:
        """Return 0 where nothing failed, else the code of what has to be mended first."""
        first = next(self._failed(), None)
        return EXIT_CODES.get(first.step, 1) if first else 0

    @property
    def summary(self) -> str:
        """Return one sentence on the whole."""
        failed = len(list(self._failed()))
        if failed:
            return f"{failed} step{'s' if failed > 1 else ''} failed."
        findings = [finding for section in self.sections for finding in section.findings]
        notes = sum(finding.mark is Mark.NOTE for finding in findings)
        if notes:
            return f"All is well, with {notes} note{'s' if notes > 1 else ''}."
        return "All is well."

    def to_json(self) -> dict[str, object]:
        """Return the report for scripts."""
        return {
            "ok": self.exit_code == 0,
            "exit_code": self.exit_code,
            "summary": self.summary,
            "findings": [
                {
                    "account": section.account or None,
                    "step": finding.step,
                    "mark": finding.mark.value,
                    "text": finding.text,
                    "advice": finding.advice or None,
                }
                for section in self.sections
                for finding in section.findings
            ],
        }


def has_failed(findings: Iterable[Finding]) -> bool:
    """Return whether a step failed."""
    return any(finding.mark is Mark.FAILED for finding in findings)


def skipped(steps: Iterable[str], reason: str) -> tuple[Finding, ...]:
    """Return the findings of steps that were not tried."""
    return tuple(Finding(step, Mark.SKIPPED, f"not tried: {reason}") for step in steps)
