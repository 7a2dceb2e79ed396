"""Which parts of the cloud's answers are private, and what replaces them.

Logs and exports walk the same table. A pseudonym has the length of what it replaces, and the same
value gets the same pseudonym wherever it stands, so that answers still fit together.
"""

import functools
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field

from solix_exporter.redact.keys import KEYS, Kind, kind_of
from solix_exporter.redact.known import Found, Known
from solix_exporter.redact.pseudonym import pseudonym
from solix_exporter.redact.walk import Copy
from solix_exporter.text import without_secrets

__all__ = ["KEYS", "Copy", "Found", "Kind", "Known", "Redactor", "kind_of", "quoted", "redact"]

_LOOKED_AT = 4096
"""Characters of a text of which the first ones are quoted."""
_LONGEST_QUOTE = 200


@dataclass(frozen=True, slots=True)
class Redactor:
    """Replaces what is private; with the same `key`, always by the same pseudonyms."""

    key: bytes = field(repr=False, default_factory=lambda: secrets.token_bytes(16))

    def redact(self, value: object) -> object:
        """Return a copy of `value` without private data.

        What stands under a private key once is replaced in all other texts and keys of `value`
        too.
        """
        return Copy(self.knowing([value])).of(value)

    def knowing(self, values: Iterable[object]) -> Known:
        """Return what finds the private texts of all `values`, for a `Copy` of each."""
        found = Found()
        for value in values:
            found.gather(value)
        return Known(self.key, found)

    def pseudonym(self, text: str, kind: Kind) -> str:
        """Return the pseudonym of `text`; all spellings of a MAC address have the same."""
        return pseudonym(self.key, text, kind)


@functools.cache
def _of_this_process() -> Redactor:
    return Redactor()


def redact(value: object) -> object:
    """Return a copy of `value` fit for a log; pseudonyms stay the same until the program ends."""
    return _of_this_process().redact(value)


def quoted(text: str, most: int = _LONGEST_QUOTE) -> str:
    """Return the start of a foreign text, on one line and safe for logs and messages."""
    # Cut off last: a secret that was cut before is found no more.
    line = " ".join(without_secrets(text).split())[:_LOOKED_AT]
    return _of_this_process().knowing([line]).in_text(line)[:most].rstrip()
