"""The server's key pair, which decrypts the passwords of logins."""

from solix_exporter.cloud.crypto import (
    decrypt_password,
    new_private_key,
    public_key_hex,
    shared_secret,
)


class BadPublicKeyError(Exception):
    """A client's public key is not a point of the curve."""


class KeyPair:
    """A fresh pair; every simulated cloud has its own."""

    def __init__(self) -> None:
        self._key = new_private_key()
        self.public_hex = public_key_hex(self._key)

    def decrypted(self, encrypted: str, client_public_hex: str) -> str | None:
        """Return the password, None where the text cannot be decrypted.

        Raises BadPublicKeyError for a key that is none.
        """
        try:
            secret = shared_secret(self._key, client_public_hex)
        except ValueError as error:
            raise BadPublicKeyError from error
        try:
            return decrypt_password(encrypted, secret)
        except ValueError:
            return None
