"""A mosquitto with client certificates, and what its log says; certificates made anew each time."""

import asyncio
import re
import socket
import ssl
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import aiomqtt
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from solix_exporter.model.broker import BrokerAccess

_BEGIN = datetime(2020, 1, 1, tzinfo=UTC)
_FAR = datetime(2090, 1, 1, tzinfo=UTC)
_CONFIG = """
listener {port} 127.0.0.1
cafile {folder}/ca.pem
certfile {folder}/server.pem
keyfile {folder}/server.key
require_certificate true
use_identity_as_username true
user root
log_dest stderr
log_type all
"""

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


class Authority:
    """A certificate authority; its certificates name their keys, which new Pythons want."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self.pem = ""
        self.pem = self._signed("authority", self._key.public_key(), _FAR, is_authority=True)

    def server(self, folder: Path) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        (folder / "ca.pem").write_text(self.pem)
        (folder / "server.pem").write_text(self._signed("server", key.public_key(), _FAR))
        (folder / "server.key").write_text(private_pem(key))

    def access(self, port: int, until: datetime = _FAR) -> BrokerAccess:
        """Return what the cloud would hand out for an account."""
        key = rsa.generate_private_key(65537, 2048)
        return BrokerAccess(
            host="localhost",
            port=port,
            user_id="0123456789abcdef0123456789abcdef01234567",
            app_name="anker_power",
            thing_name="0123456789abcdef0123456789abcdef01234567-anker_power",
            certificate_id="12345678901234567890123456789012345678",
            certificate_pem=self._signed("account", key.public_key(), until),
            private_key_pem=private_pem(key),
            root_ca_pem=self.pem,
        )

    def _signed(
        self,
        name: str,
        key: ec.EllipticCurvePublicKey | rsa.RSAPublicKey,
        until: datetime,
        *,
        is_authority: bool = False,
    ) -> str:
        own = self._key.public_key()
        names = [x509.IPAddress(IPv4Address("127.0.0.1")), x509.DNSName("localhost")]
        certificate = (
            x509.CertificateBuilder()
            .subject_name(_name(name))
            .issuer_name(_name("authority"))
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(_BEGIN)
            .not_valid_after(until)
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .add_extension(x509.BasicConstraints(is_authority, None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(own), critical=False)
        )
        if is_authority:
            certificate = certificate.add_extension(_SIGNS, critical=True)
        signed = certificate.sign(self._key, hashes.SHA256())
        return signed.public_bytes(serialization.Encoding.PEM).decode()


_SIGNS = x509.KeyUsage(
    digital_signature=True,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=True,
    crl_sign=True,
    encipher_only=False,
    decipher_only=False,
)


def _name(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def private_pem(key: Key) -> str:
    """Return the key in the armour that the cloud uses."""
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    ).decode()


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@dataclass
class Mosquitto:
    """The broker; its log has a line per packet."""

    program: str
    folder: Path
    authority: Authority = field(default_factory=Authority)
    port: int = field(default_factory=free_port)
    log: list[str] = field(default_factory=list)
    _process: asyncio.subprocess.Process | None = None
    _reader: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self.authority.server(self.folder)
        config = self.folder / "mosquitto.conf"
        config.write_text(_CONFIG.format(port=self.port, folder=self.folder))
        self._process = await asyncio.create_subprocess_exec(
            self.program,
            "-c",
            str(config),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        self._reader = asyncio.create_task(self._read(self._process))
        await self.wait_for("running")

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        async for line in process.stdout:
            self.log.append(line.decode().rstrip())

    async def stop(self) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
        if self._process is not None:
            await self._process.wait()
        if self._reader is not None:
            await self._reader

    async def wait_for(self, pattern: str, count: int = 1) -> list[str]:
        """Return the lines that match, once there are so many."""
        async with asyncio.timeout(20):
            while len(found := self.lines(pattern)) < count:
                assert self._process is None or self._process.returncode is None, self.log
                await asyncio.sleep(0.02)
        return found

    def lines(self, pattern: str) -> list[str]:
        return [line for line in self.log if re.search(pattern, line)]

    def packets(self) -> set[str]:
        """Return the kinds of packets that clients sent."""
        kinds = (re.search(r"Received (\w+) from", line) for line in self.log)
        return {found.group(1) for found in kinds if found}

    def client(self) -> aiomqtt.Client:
        """Return a client of the test's own, such as a device."""
        access = self.authority.access(self.port)
        context = ssl.create_default_context(cadata=access.root_ca_pem)
        file = self.folder / "device.pem"
        file.write_text(access.certificate_pem + access.private_key_pem)
        context.load_cert_chain(file)
        return aiomqtt.Client("localhost", self.port, tls_context=context, identifier="device")


def soon(days: float) -> datetime:
    return datetime.now(UTC) + timedelta(days=days)
