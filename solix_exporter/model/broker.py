"""The message broker that the cloud names for an account, and how to be let in; no I/O."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class BrokerAccess:
    """The broker and the account's certificate; the secrets are never shown."""

    host: str
    """Empty where the cloud names no broker for the account."""
    port: int
    user_id: str = field(repr=False)
    app_name: str = ""
    """Second part of all topics."""
    thing_name: str = field(default="", repr=False)
    """Beginning of the client id."""
    certificate_id: str = field(default="", repr=False)
    certificate_pem: str = field(default="", repr=False)
    private_key_pem: str = field(default="", repr=False)
    root_ca_pem: str = field(default="", repr=False)
    """Whom the broker's own certificate has to be from."""
