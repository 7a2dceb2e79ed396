"""The log of requests, for tests."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class RequestRecord:
    """One answered request."""

    path: str
    """Without leading slash."""
    at: datetime
    """Aware, UTC, on the cloud's clock."""
    account: str
    """E-mail; empty without a login."""
    status: int
    """HTTP status; 0 if no answer was sent."""
    code: int
    """Envelope code; the HTTP status without an envelope."""
