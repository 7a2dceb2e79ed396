"""Makes the TLS context that a handshake uses; knows no network."""

import ssl
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509

from solix_exporter.errors import ConfigError
from solix_exporter.files import read_file
from solix_exporter.web.toolkit.values import ClientAuth, Pem, TlsSettings

_VERIFY_MODES = {
    ClientAuth.NONE: ssl.CERT_NONE,
    ClientAuth.VERIFY_IF_GIVEN: ssl.CERT_OPTIONAL,
    ClientAuth.REQUIRE_AND_VERIFY: ssl.CERT_REQUIRED,
}


@dataclass(frozen=True, slots=True)
class Tls:
    """What a handshake needs, and whom it lets in."""

    context: ssl.SSLContext
    allowed_sans: frozenset[str] = frozenset()
    """Empty is every name."""

    def admits(self, certificate: bytes | None) -> bool:
        """Return whether a client with this certificate (DER) may speak; the handshake is done."""
        if not self.allowed_sans:
            return True
        return certificate is not None and not self.allowed_sans.isdisjoint(_sans(certificate))


def build_tls(settings: TlsSettings) -> Tls:
    """Return the context for new connections.

    Raises ConfigError naming the key whose file cannot be used.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = settings.min_version
    context.maximum_version = settings.max_version
    if not settings.prefers_server_ciphers:
        context.options &= ~ssl.OP_CIPHER_SERVER_PREFERENCE
    if settings.ciphers:
        _set_ciphers(context, settings.ciphers)
    with _as_file(settings.cert, "cert") as cert, _as_file(settings.key, "key") as key:
        _load_certificate(context, cert, key)
    if settings.client_auth.verifies:
        _load_authorities(context, settings.client_ca)
    context.verify_mode = _VERIFY_MODES[settings.client_auth]
    return Tls(context, settings.client_allowed_sans)


def _set_ciphers(context: ssl.SSLContext, ciphers: tuple[str, ...]) -> None:
    try:
        context.set_ciphers(":".join(ciphers))
    except ssl.SSLError:
        raise ConfigError(
            "tls_server_config.cipher_suites: this machine's OpenSSL has none of them"
        ) from None


def _load_certificate(context: ssl.SSLContext, cert: Path, key: Path) -> None:
    try:
        # Without a password OpenSSL would ask for one on the terminal.
        context.load_cert_chain(cert, key, password=_no_password)
    except ssl.SSLError as error:
        if error.reason == "KEY_VALUES_MISMATCH":
            raise ConfigError(
                "tls_server_config.key_file: it is not the key of the certificate"
            ) from None
        raise ConfigError(
            "tls_server_config: certificate or key is not PEM, or the key is locked by a password"
        ) from None


def _no_password() -> str:
    return ""


def _load_authorities(context: ssl.SSLContext, client_ca: Pem) -> None:
    with _as_file(client_ca, "client_ca") as file:
        try:
            context.load_verify_locations(file)
        except ssl.SSLError:
            raise ConfigError(
                "tls_server_config.client_ca_file: it holds no certificate in PEM"
            ) from None


@contextmanager
def _as_file(pem: Pem, name: str) -> Iterator[Path]:
    """Yield a file with the PEM; OpenSSL reads certificates from files only."""
    with ExitStack() as stack:
        file = pem.file
        if file is None:
            file = stack.enter_context(_written(pem.text, name))
        try:
            # OpenSSL reads it itself, and would wait for a pipe.
            read_file(file)
        except OSError as error:
            raise ConfigError(
                f"tls_server_config.{name}_file: {file} cannot be read ({error.strerror})"
            ) from error
        yield file


@contextmanager
def _written(text: str, name: str) -> Iterator[Path]:
    """Yield a temporary file with the text, readable by this user only."""
    try:
        folder = tempfile.TemporaryDirectory(prefix="solix-tls-")
    except OSError as error:
        raise ConfigError(
            f"tls_server_config.{name}: needs a folder for a moment, and none can be written"
            f" ({error.strerror}); name one in TMPDIR, or give {name}_file instead"
        ) from error
    with folder as place:
        file = Path(place) / name
        file.write_text(text)
        yield file


def _sans(certificate: bytes) -> set[str]:
    """Return the names in a certificate: DNS names, addresses, e-mail addresses and URIs."""
    try:
        extensions = x509.load_der_x509_certificate(certificate).extensions
        names = extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (
        ValueError,
        x509.ExtensionNotFound,
        x509.DuplicateExtension,
        x509.UnsupportedGeneralNameType,
    ):
        return set()
    kinds = (x509.DNSName, x509.RFC822Name, x509.UniformResourceIdentifier, x509.IPAddress)
    return {str(name.value) for name in names if isinstance(name, kinds)}
