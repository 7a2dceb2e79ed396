"""What a web configuration file says: typed, checked, frozen."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from ssl import TLSVersion
from types import MappingProxyType


class ClientAuth(Enum):
    """Whether clients show a certificate; the value is the format's name."""

    NONE = "NoClientCert"
    VERIFY_IF_GIVEN = "VerifyClientCertIfGiven"
    REQUIRE_AND_VERIFY = "RequireAndVerifyClientCert"

    @property
    def verifies(self) -> bool:
        """Return whether a certificate must be signed by the client CA."""
        return self in {ClientAuth.VERIFY_IF_GIVEN, ClientAuth.REQUIRE_AND_VERIFY}

    @property
    def requires(self) -> bool:
        """Return whether a client without a certificate is turned away."""
        return self is ClientAuth.REQUIRE_AND_VERIFY


@dataclass(frozen=True, slots=True)
class Pem:
    """A certificate, a key or a list of authorities: a file, or the text itself."""

    file: Path | None = None
    text: str = field(default="", repr=False)

    @property
    def is_given(self) -> bool:
        """Return whether there is one."""
        return bool(self.file or self.text)


@dataclass(frozen=True, slots=True)
class TlsSettings:
    """The section `tls_server_config`."""

    cert: Pem
    key: Pem
    client_ca: Pem = Pem()
    client_auth: ClientAuth = ClientAuth.NONE
    client_allowed_sans: frozenset[str] = frozenset()
    """Empty is every name."""
    min_version: TLSVersion = TLSVersion.TLSv1_2
    max_version: TLSVersion = TLSVersion.TLSv1_3
    ciphers: tuple[str, ...] = ()
    """OpenSSL's names, for TLS 1.2; empty is OpenSSL's own choice."""
    prefers_server_ciphers: bool = True

    @property
    def files(self) -> tuple[Path, ...]:
        """Return the files that it is made of."""
        return tuple(pem.file for pem in (self.cert, self.key, self.client_ca) if pem.file)


@dataclass(frozen=True, slots=True)
class RateLimit:
    """The section `rate_limit`: a token bucket for all requests together."""

    interval_s: float
    """Time in which one token comes back."""
    burst: int
    """Tokens in the full bucket."""


@dataclass(frozen=True, slots=True)
class ToolkitSettings:
    """The whole file."""

    tls: TlsSettings | None = None
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    users: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    """Bcrypt hashes by user name; empty is no authentication."""
    rate_limit: RateLimit | None = None
