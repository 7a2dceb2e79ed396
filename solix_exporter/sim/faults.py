"""Transport and payload faults that tests and demos switch on."""

from dataclasses import dataclass
from enum import StrEnum

from solix_exporter.sim.wire_format import Json


class FaultKind(StrEnum):
    """The effect of a fault on an answer."""

    STATUS = "status"
    """HTTP `status` with `body` (HTML by default)."""
    CODE = "code"
    """HTTP 200 with envelope code `code` and `msg`."""
    HANG = "hang"
    """No answer until the client disconnects."""
    LOST = "lost"
    """The cloud does what it is asked, and the answer is lost."""
    REDIRECT = "redirect"
    """HTTP 302 to `body` (by default a captive portal), as a network does before its login."""
    RESET = "reset"
    """The connection is cut."""
    SLOW = "slow"
    """The answer is sent in small pieces over `latency_s` (default 2 s)."""
    TRUNCATED = "truncated"
    """Half of the JSON."""
    NOT_JSON = "not_json"
    """HTML in HTTP 200."""
    WRONG_TYPE = "wrong_type"
    """`value` (default an object) at `key`."""
    NULL = "null"
    """null at `key`; in place of `data` without a key."""
    MISSING = "missing"
    """No `key`; no `data` without a key."""
    ZEROS = "zeros"
    """`is_display_data` false and every number zero."""
    FROZEN = "frozen"
    """The first answer, repeated."""
    LATENCY = "latency"
    """A correct answer, delayed by `latency_s`."""
    LATE = "late"
    """Energy statistics of `lag_s` ago."""
    STALE_DAY = "stale_day"
    """For `lag_s` after midnight, today's statistics are still yesterday's."""
    LATE_MIDNIGHT = "late_midnight"
    """For `lag_s` after midnight, today's statistics continue those of yesterday."""
    ABSURD_ENERGY = "absurd_energy"
    """Every statistic is 900 kWh higher."""
    BACKWARDS = "backwards"
    """Every other statistic is 0.01 lower than it was."""
    TIME_JUMP = "time_jump"
    """The answer of `lag_s` ago (negative: of the future), including its time stamps."""


_TEMPORAL = frozenset(
    {
        FaultKind.LATE,
        FaultKind.STALE_DAY,
        FaultKind.LATE_MIDNIGHT,
        FaultKind.ABSURD_ENERGY,
        FaultKind.BACKWARDS,
        FaultKind.TIME_JUMP,
    }
)


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault and the requests that it affects."""

    path: str = "*"
    """Endpoint without leading slash; `*` matches all, also at the end as in `power_service/*`."""
    kind: FaultKind | str = FaultKind.STATUS
    times: int | None = None
    """Number of affected requests; None = until `clear`."""
    status: int = 500
    code: int = 10000
    msg: str = "Failed to request."
    body: str | None = None
    key: str = ""
    """Dotted path, found anywhere in `data`, also in lists."""
    value: Json = None
    latency_s: float = 0.0
    """Delay of the answer with every kind; on the cloud's clock if that one runs."""
    lag_s: float = 600.0
    site_id: str = ""
    email: str = ""

    @property
    def is_temporal(self) -> bool:
        """Return whether it only shifts time or figures, and so combines with another fault."""
        return self.kind in _TEMPORAL

    def affects(self, path: str, site_id: str, email: str) -> bool:
        """Return whether the fault affects a request."""
        if self.path.endswith("*"):
            is_path = path.startswith(self.path[:-1])
        else:
            is_path = path == self.path.lstrip("/")
        return is_path and self.site_id in {"", site_id} and self.email in {"", email}


class ActiveFault:
    """A fault that is switched on, with its state."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self.hit_count = 0
        self.first_answers: dict[str, dict[str, Json]] = {}
        """The repeated answers of a frozen endpoint, by request."""

    @property
    def is_used_up(self) -> bool:
        """Return whether it has affected as many requests as it should."""
        return self.fault.times is not None and self.hit_count >= self.fault.times


class Faults:
    """The faults that are switched on, oldest first."""

    def __init__(self) -> None:
        self._active: list[ActiveFault] = []

    def add(self, fault: Fault) -> None:
        """Switch a fault on.

        Raises ValueError for an unknown kind.
        """
        FaultKind(fault.kind)
        self._active.append(ActiveFault(fault))

    def clear(self) -> None:
        """Switch all faults off."""
        self._active.clear()

    def match(
        self, path: str, site_id: str, email: str
    ) -> tuple[ActiveFault | None, tuple[ActiveFault, ...]]:
        """Return the fault that damages the answer and those that only shift it; count them all."""
        hits = [item for item in self._active if item.fault.affects(path, site_id, email)]
        damaging = next((item for item in hits if not item.fault.is_temporal), None)
        shifting = [item for item in hits if item.fault.is_temporal]
        for item in [*shifting, *([damaging] if damaging else [])]:
            item.hit_count += 1
        self._active = [item for item in self._active if not item.is_used_up]
        return damaging, tuple(shifting)
