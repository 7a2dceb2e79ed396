"""An account and the state of its login."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class UnreadMessages:
    """Whether messages wait in the app, by kind; None where not reported."""

    any_kind: bool | None = None
    system: bool | None = None
    device: bool | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """One account of the configuration; the name is the label, the e-mail address stays out."""

    name: str
    country: str
    """Upper-case country code, as configured."""
    server: str
    """Base URL of the cloud in use."""
    is_up: bool = False
    """True while the last sites poll succeeded."""
    token_expires_at: datetime | None = None
    login_blocked_until: datetime | None = None
    """None while the login breaker is closed."""
    messages: UnreadMessages | None = None
