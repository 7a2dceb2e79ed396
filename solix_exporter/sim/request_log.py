"""What the simulated cloud remembers of each request."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class RequestRecord:
    """One request, as answered."""

    path: str
    """Without leading slash."""
    at: datetime
    """Aware, UTC, on the cloud's clock."""
    account: str
    """E-mail; empty where nobody is logged in."""
    status: int
    """HTTP status; 0 where no answer was sent."""
    code: int
    """Envelope code; the HTTP status where there is no envelope."""
