"""The login's key agreement and password encryption; knows bytes and keys, nothing of HTTP.

Both ends use it: the client to encrypt, the simulated cloud to decrypt. It is pinned by
known-answer vectors in the tests, so that a mistake cannot hide by being made on both sides.
"""

import base64
import hashlib

from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

CLOUD_PUBLIC_KEY = (
    "04c5c00c4f8d1197cc7c3167c52bf7acb054d722f0ef08dcd7e0883236e0d72a38"
    "68d9750cb47fa4619248f3d83f0f662671dadc6e2d31c2f41db0161651c7c076"
)
"""Uncompressed P-256 point, hex; the same for both regions."""

_BLOCK_BITS = 128
_IV_BYTES = 16


def new_private_key() -> ec.EllipticCurvePrivateKey:
    """Return a fresh P-256 key."""
    return ec.generate_private_key(ec.SECP256R1())


def public_key_hex(key: ec.EllipticCurvePrivateKey) -> str:
    """Return the public half as the cloud writes it: `04` X Y, 130 lower-case hex characters."""
    # The library would write it, too, but what it loads for that takes a megabyte.
    point = key.public_key().public_numbers()
    return f"04{point.x:064x}{point.y:064x}"


def shared_secret(key: ec.EllipticCurvePrivateKey, peer_hex: str) -> bytes:
    """Return the 32-byte X coordinate of the agreed point; the cloud derives nothing from it.

    Raises ValueError when `peer_hex` is not a point of the curve.
    """
    peer = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), bytes.fromhex(peer_hex))
    return key.exchange(ec.ECDH(), peer)


def _cipher(secret: bytes) -> Cipher[modes.CBC]:
    return Cipher(algorithms.AES(secret), modes.CBC(secret[:_IV_BYTES]))


def encrypt_password(password: str, secret: bytes) -> str:
    """Return the password as Base64 of AES-256-CBC under the shared secret (PKCS#7)."""
    padder = padding.PKCS7(_BLOCK_BITS).padder()
    padded = padder.update(password.encode()) + padder.finalize()
    encryptor = _cipher(secret).encryptor()
    return base64.b64encode(encryptor.update(padded) + encryptor.finalize()).decode()


def decrypt_password(encrypted: str, secret: bytes) -> str:
    """Return the password of `encrypt_password`.

    Raises ValueError when the text is not such a password under this secret.
    """
    decryptor = _cipher(secret).decryptor()
    padded = decryptor.update(base64.b64decode(encrypted, validate=True)) + decryptor.finalize()
    unpadder = padding.PKCS7(_BLOCK_BITS).unpadder()
    return (unpadder.update(padded) + unpadder.finalize()).decode()


def gtoken(user_id: str) -> str:
    """Return the `gtoken` header: lower-case hex MD5 of the login's user id."""
    return hashlib.md5(user_id.encode(), usedforsecurity=False).hexdigest()
