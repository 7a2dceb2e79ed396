"""Pseudonyms of private texts: of the same length, and always the same for a text."""

import hashlib
import re
import string
from collections.abc import Iterator

from solix_exporter.redact.keys import Kind

_SEPARATORS = re.compile(r"[^0-9A-Za-z]")
_HEX = re.compile(r"[0-9a-f]+")
_PRODUCT_CODES = {16: range(3, 6), 17: range(3, 7)}
"""Position of the product code in a serial number, by its length."""


def core_of(text: str) -> str:
    """Return what all spellings of an identifier share: no separators, small letters."""
    return _SEPARATORS.sub("", text).lower() or text


def pseudonym(key: bytes, text: str, kind: Kind) -> str:
    """Return the pseudonym of `text` under a secret `key`.

    A serial number keeps the code of its product; no other character stays what it was.
    """
    core = core_of(text)
    stream = iter(hashlib.shake_256(key + core.encode("utf-8", "replace")).digest(len(text)))
    if kind is not Kind.SHAPED:
        return "".join(string.ascii_letters[byte % 52] for byte in stream)
    letters = "abcdef" if _HEX.fullmatch(core) else string.ascii_lowercase
    kept = _PRODUCT_CODES.get(len(text), range(0)) if text.isalnum() and text.isascii() else ()
    return "".join(
        character if place in kept else _other(character, stream, letters)
        for place, character in enumerate(text)
    )


def _other(character: str, stream: Iterator[int], letters: str) -> str:
    """Return another character of the same sort: a digit, or a letter of the same case."""
    if not character.isalnum():
        return character
    byte = next(stream)
    choices = string.digits if character.isdigit() else letters
    choices = choices.replace(character.lower(), "")
    chosen = choices[byte % len(choices)]
    return chosen.upper() if character.isupper() else chosen
