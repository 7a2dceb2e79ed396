"""What can go wrong: transport and payload faults, switched on from a test or a demo."""

from dataclasses import dataclass
from enum import StrEnum

from solix_exporter.sim.wire_format import Json


class FaultKind(StrEnum):
    """How an answer is spoilt."""

    STATUS = "status"
    """HTTP `status` with `body` (HTML by default)."""
    CODE = "code"
    """HTTP 200 with envelope code `code` and `msg`."""
    HANG = "hang"
    """No answer until the client goes."""
    RESET = "reset"
    """The connection is cut."""
    SLOW = "slow"
    """The answer dribbles in, piece by piece, over `latency_s` (default 2 s)."""
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
    """The answer that was given first, again and again."""
    LATENCY = "latency"
    """A right answer, `latency_s` late."""
    LATE = "late"
    """Energy statistics of `lag_s` ago."""
    STALE_DAY = "stale_day"
    """For `lag_s` after midnight, today's statistics are still yesterday's."""
    LATE_MIDNIGHT = "late_midnight"
    """For `lag_s` after midnight, today's statistics go on from those of yesterday."""
    ABSURD_ENERGY = "absurd_energy"
    """Every statistic is 900 kWh higher."""
    BACKWARDS = "backwards"
    """Every other statistic is 0.01 lower than it was."""
    TIME_JUMP = "time_jump"
    """The answer is that of `lag_s` ago (negative: of the future), time stamps and all."""


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
    """One fault, and where it strikes."""

    path: str = "*"
    """Endpoint without leading slash; `*` = each, also at the end as in `power_service/*`."""
    kind: FaultKind | str = FaultKind.STATUS
    times: int | None = None
    """Requests after which it is gone; None = until `clear`."""
    status: int = 500
    code: int = 10000
    msg: str = "Failed to request."
    body: str | None = None
    key: str = ""
    """Dotted path, found anywhere in `data`; lists are looked through."""
    value: Json = None
    latency_s: float = 0.0
    """Wait before the answer, with every kind; on the cloud's clock where that runs."""
    lag_s: float = 600.0
    site_id: str = ""
    email: str = ""

    @property
    def is_temporal(self) -> bool:
        """Return whether it only bends time; such faults hold together with another one."""
        return self.kind in _TEMPORAL

    def hits(self, path: str, site_id: str, email: str) -> bool:
        """Return whether a request meets the fault."""
        if self.path.endswith("*"):
            is_path = path.startswith(self.path[:-1])
        else:
            is_path = path == self.path.lstrip("/")
        return is_path and self.site_id in {"", site_id} and self.email in {"", email}


class ActiveFault:
    """A fault that is switched on, with what it remembers."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self.taken = 0
        self.first_answers: dict[str, dict[str, Json]] = {}
        """What a frozen endpoint goes on saying, by request."""

    @property
    def is_spent(self) -> bool:
        """Return whether it has struck often enough."""
        return self.fault.times is not None and self.taken >= self.fault.times


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

    def take(
        self, path: str, site_id: str, email: str
    ) -> tuple[ActiveFault | None, tuple[ActiveFault, ...]]:
        """Return the fault that spoils a request and those that bend its time, and count them."""
        hits = [item for item in self._active if item.fault.hits(path, site_id, email)]
        spoiling = next((item for item in hits if not item.fault.is_temporal), None)
        bending = [item for item in hits if item.fault.is_temporal]
        for item in [*bending, *([spoiling] if spoiling else [])]:
            item.taken += 1
        self._active = [item for item in self._active if not item.is_spent]
        return spoiling, tuple(bending)
