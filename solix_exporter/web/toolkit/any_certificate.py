"""TLS that asks for a client certificate without verifying it.

Python's `ssl` can only ask and verify; `RequestClientCert` and `RequireAnyClientCert` of the format
ask and take any. pyOpenSSL can. The two classes have the methods of `SSLContext` and `SSLObject`
that asyncio's TLS transport calls, so that the rest of the server knows no difference.
"""

import ssl
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from OpenSSL import SSL, crypto

from solix_exporter.web.toolkit.values import TlsSettings

T = TypeVar("T")

_CHUNK = 64 * 1024
_VERSIONS = {
    ssl.TLSVersion.TLSv1_2: SSL.TLS1_2_VERSION,
    ssl.TLSVersion.TLSv1_3: SSL.TLS1_3_VERSION,
}


def _accept(*_: object) -> bool:
    return True


class AnyCertificateContext:
    """Stands where asyncio expects an `ssl.SSLContext`."""

    def __init__(self, settings: TlsSettings, cert: Path, key: Path) -> None:
        """Take settings and files that an `SSLContext` has already found good."""
        context = SSL.Context(SSL.TLS_SERVER_METHOD)
        context.set_min_proto_version(_VERSIONS[settings.min_version])
        context.set_max_proto_version(_VERSIONS[settings.max_version])
        if settings.prefers_server_ciphers:
            context.set_options(SSL.OP_CIPHER_SERVER_PREFERENCE)
        if settings.ciphers:
            context.set_cipher_list(":".join(settings.ciphers).encode())
        context.use_certificate_chain_file(str(cert))
        context.use_privatekey_file(str(key))
        # A session that is resumed shows no certificate again.
        context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
        context.set_options(SSL.OP_NO_TICKET)
        required = SSL.VERIFY_FAIL_IF_NO_PEER_CERT if settings.client_auth.requires else 0
        context.set_verify(SSL.VERIFY_PEER | required, _accept)
        self._context = context

    def wrap_bio(
        self,
        incoming: ssl.MemoryBIO,
        outgoing: ssl.MemoryBIO,
        server_side: bool = True,  # noqa: FBT001, FBT002  the standard library's signature
        server_hostname: str | None = None,  # noqa: ARG002  the same
    ) -> "AnyCertificateObject":
        """Return one connection's end between two buffers of ciphertext."""
        connection = SSL.Connection(self._context, None)
        if server_side:
            connection.set_accept_state()
        return AnyCertificateObject(connection, incoming, outgoing)


class AnyCertificateObject:
    """Stands where asyncio expects an `ssl.SSLObject`; raises what that raises."""

    def __init__(
        self, connection: SSL.Connection, incoming: ssl.MemoryBIO, outgoing: ssl.MemoryBIO
    ) -> None:
        self._connection = connection
        self._incoming = incoming
        self._outgoing = outgoing

    def do_handshake(self) -> None:
        """Go on with the handshake."""
        self._run(self._connection.do_handshake)

    def read(self, size: int, buffer: memoryview | None = None) -> int | bytes:
        """Return decrypted bytes, or how many were put into the buffer."""
        if buffer is None:
            return self._run(lambda: self._connection.recv(size))
        return self._run(lambda: self._connection.recv_into(buffer, size))

    def write(self, content: bytes | memoryview) -> int:
        """Encrypt bytes; return how many were taken."""
        return self._run(lambda: self._connection.send(bytes(content[:_CHUNK])))

    def unwrap(self) -> None:
        """Say goodbye; the client's own goodbye is not waited for."""
        self._run(self._connection.shutdown)

    def getpeercert(self, binary_form: bool = False) -> bytes | dict[str, object] | None:  # noqa: FBT001, FBT002  the standard library's signature
        """Return the client's certificate; decoded it is empty, as it is not verified."""
        certificate = self._connection.get_peer_certificate()
        if certificate is None:
            return None
        return crypto.dump_certificate(crypto.FILETYPE_ASN1, certificate) if binary_form else {}

    def cipher(self) -> tuple[str | None, str | None, int | None]:
        """Return name, protocol and bits of the cipher in use."""
        connection = self._connection
        return (
            connection.get_cipher_name(),
            connection.get_cipher_version(),
            connection.get_cipher_bits(),
        )

    def compression(self) -> None:
        """Return None: nothing is compressed."""

    def _run(self, act: Callable[[], T]) -> T:
        """Do one thing with the ciphertext that has come, and hand out what it made."""
        if self._incoming.pending:
            self._connection.bio_write(self._incoming.read())
        try:
            return act()
        except SSL.WantReadError:
            if self._incoming.eof:
                raise ssl.SSLEOFError(ssl.SSL_ERROR_EOF, "the client went away") from None
            raise ssl.SSLWantReadError(ssl.SSL_ERROR_WANT_READ, "more is needed") from None
        except SSL.ZeroReturnError:
            raise ssl.SSLZeroReturnError(ssl.SSL_ERROR_ZERO_RETURN, "closed") from None
        except SSL.Error as error:
            raise ssl.SSLError(ssl.SSL_ERROR_SSL, str(error)) from error
        finally:
            self._hand_out()

    def _hand_out(self) -> None:
        while True:
            try:
                self._outgoing.write(self._connection.bio_read(_CHUNK))
            except SSL.WantReadError:
                return
