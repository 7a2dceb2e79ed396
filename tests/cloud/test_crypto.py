import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from solix_exporter.cloud import crypto

KEY = ec.derive_private_key(
    int("0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20", 16), ec.SECP256R1()
)
SECRET = bytes.fromhex("4fc9e56ae2e21a62b2f9663378e57b21ec8601a603ed6cb36be3c9263cafdad0")


def test_the_public_key_is_written_as_an_uncompressed_point() -> None:
    assert crypto.public_key_hex(KEY) == (
        "04515c3d6eb9e396b904d3feca7f54fdcd0cc1e997bf375dca515ad0a6c3b4035f"
        "4536be3a50f318fbf9a5475902a221502bef0d57e08c53b2cc0a56f17d9f9354"
    )


def test_the_shared_secret_is_the_bare_x_coordinate() -> None:
    assert crypto.shared_secret(KEY, crypto.CLOUD_PUBLIC_KEY) == SECRET


@pytest.mark.parametrize(
    ("password", "encrypted"),
    [
        ("secret", "/GIVpve36bA6pgefeiJ9LA=="),
        ("Pässwörd-1234567", "NF7Tq1SD6Hit7C6nRsQnrRZjExbQRaa0gF8loxEsdxs="),
    ],
)
def test_a_password_is_encrypted_as_the_cloud_expects(password: str, encrypted: str) -> None:
    assert crypto.encrypt_password(password, SECRET) == encrypted
    assert crypto.decrypt_password(encrypted, SECRET) == password


def test_two_parties_agree_on_a_secret() -> None:
    one, other = crypto.new_private_key(), crypto.new_private_key()
    assert crypto.shared_secret(one, crypto.public_key_hex(other)) == crypto.shared_secret(
        other, crypto.public_key_hex(one)
    )


def test_a_point_that_is_not_on_the_curve_is_refused() -> None:
    with pytest.raises(ValueError, match=r"[Ii]nvalid"):
        crypto.shared_secret(KEY, "04" + "11" * 64)


def test_gtoken_is_the_digest_of_the_user_id() -> None:
    user_id = "1541fc0a3db5a23e3c4ee27c6ed0616444e1ab8c"
    assert crypto.gtoken(user_id) == "515ca0a86cfc796b775d173e23734930"
