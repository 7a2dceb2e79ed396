"""The certificate that lets an account in, and the TLS context made of it.

The key is on disk only while the TLS library reads it: it takes nothing but files.
"""

import contextlib
import os
import ssl
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509

from solix_exporter.errors import SolixError
from solix_exporter.model.broker import BrokerAccess

_FILE_PREFIX = "mqtt-"
_FILE_SUFFIX = ".pem"


class BadCredentials(SolixError):
    """The certificate, key or trust anchor cannot be used; the message says which."""


def expiry_of(access: BrokerAccess) -> datetime:
    """Return until when the certificate is valid.

    Raises BadCredentials.
    """
    try:
        certificate = x509.load_pem_x509_certificate(access.certificate_pem.encode())
    except ValueError as error:
        raise BadCredentials("the certificate from the cloud cannot be read") from error
    return certificate.not_valid_after_utc.astimezone(UTC)


def tls_context(access: BrokerAccess, folder: Path) -> ssl.SSLContext:
    """Return a context that trusts the anchor and shows the certificate; blocks for a moment.

    Raises BadCredentials, or OSError where the folder cannot be written.
    """
    try:
        context = ssl.create_default_context(cadata=access.root_ca_pem)
    except (ssl.SSLError, ValueError) as error:
        raise BadCredentials("the trust anchor from the cloud cannot be read") from error
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    # mkstemp creates the file for its owner only, before it holds the key.
    handle, name = tempfile.mkstemp(dir=folder, prefix=_FILE_PREFIX, suffix=_FILE_SUFFIX)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(f"{access.certificate_pem}\n{access.private_key_pem}\n")
        context.load_cert_chain(name)
    except ssl.SSLError as error:
        raise BadCredentials("certificate and key from the cloud do not fit") from error
    finally:
        Path(name).unlink(missing_ok=True)
    return context


def remove_leftovers(folder: Path) -> None:
    """Delete what a process that was killed left behind."""
    with contextlib.suppress(OSError):
        for path in folder.glob(f"{_FILE_PREFIX}*{_FILE_SUFFIX}"):
            path.unlink(missing_ok=True)
