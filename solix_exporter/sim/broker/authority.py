"""The certificates of the broker and of its clients, made when it starts.

All of them name the keys that they are signed with and for: Python refuses other chains since 3.13.
"""

import ssl
import tempfile
from base64 import b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

HOST = "127.0.0.1"
_BEGIN = datetime(2020, 1, 1, tzinfo=UTC)
_END = datetime(2120, 1, 1, tzinfo=UTC)
_KEY_BITS = 2048


@dataclass(frozen=True, slots=True)
class ClientMaterial:
    """What one client needs to connect; texts are PEM."""

    certificate_id: str
    """The serial number of the certificate in decimal digits."""
    certificate_pem: str
    private_key_pem: str
    authority_pem: str
    pkcs12_base64: str


@cache
def _client_key() -> rsa.RSAPrivateKey:
    """Return the key of all clients of this process.

    Making one takes a tenth of a second, and it is the certificate that tells clients apart.
    """
    return rsa.generate_private_key(public_exponent=65537, key_size=_KEY_BITS)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def _key_pem(key: Key) -> str:
    """Return a key in the old armour, `BEGIN RSA PRIVATE KEY` for RSA, as the cloud does."""
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    ).decode()


class Authority:
    """Signs the certificates of one broker."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._subject = _name("Simulated Root CA")
        builder = self._builder(self._subject, self._key, x509.random_serial_number(), _END)
        self._certificate = (
            builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(is_authority=True), critical=True)
            .sign(self._key, hashes.SHA256())
        )
        self.pem = _pem(self._certificate).strip()
        """Without a line break at its end, as the cloud sends it."""

    def client(self, name: str, serial: int, until: datetime) -> ClientMaterial:
        """Return the material of a client with this common name; the serial tells it apart."""
        key = _client_key()
        certificate = self._leaf(name, key, serial, until, ExtendedKeyUsageOID.CLIENT_AUTH)
        bundle = pkcs12.serialize_key_and_certificates(
            name.encode(), key, certificate, [self._certificate], serialization.NoEncryption()
        )
        return ClientMaterial(
            certificate_id=str(serial),
            certificate_pem=_pem(certificate),
            private_key_pem=_key_pem(key),
            authority_pem=self.pem,
            pkcs12_base64=b64encode(bundle).decode(),
        )

    def server_context(self) -> ssl.SSLContext:
        """Return the TLS side of a server on loopback that asks for client certificates."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self._leaf(
            "localhost",
            key,
            x509.random_serial_number(),
            _END,
            ExtendedKeyUsageOID.SERVER_AUTH,
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(cadata=self.pem)
        # The only way to hand a key to OpenSSL is a file.
        with tempfile.TemporaryDirectory(prefix="solix-sim-") as folder:
            file = Path(folder) / "server.pem"
            file.touch(mode=0o600)
            file.write_text(_pem(certificate) + _key_pem(key), "ascii")
            context.load_cert_chain(file)
        return context

    def _leaf(
        self, name: str, key: Key, serial: int, until: datetime, purpose: x509.ObjectIdentifier
    ) -> x509.Certificate:
        builder = self._builder(_name(name), key, serial, until)
        if purpose == ExtendedKeyUsageOID.SERVER_AUTH:
            names = [
                x509.DNSName("localhost"),
                x509.IPAddress(ip_address(HOST)),
                x509.IPAddress(ip_address("::1")),
            ]
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        return (
            builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(is_authority=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
            .sign(self._key, hashes.SHA256())
        )

    def _builder(
        self, subject: x509.Name, key: Key, serial: int, until: datetime
    ) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._subject)
            .public_key(key.public_key())
            .serial_number(serial)
            .not_valid_before(min(_BEGIN, until))
            .not_valid_after(until)
            .add_extension(
                x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False
            )
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()),
                critical=False,
            )
        )


def _usage(*, is_authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=not is_authority,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=is_authority,
        crl_sign=is_authority,
        encipher_only=False,
        decipher_only=False,
    )
