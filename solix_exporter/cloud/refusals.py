"""The questions that the cloud refuses whatever the token is.

A token that is no longer good and a question that the account may never ask get the same answer,
401 or 403. Only a login tells them apart, and each login ends the session of whoever else uses the
account: once is enough for a question.
"""

import json
from collections.abc import Mapping

from solix_exporter.cloud.endpoints.endpoint import Json

MAYBE_FORBIDDEN = frozenset({401, 403})
"""The token is no longer good, or the account may not ask this at all."""

HELD_S = 3600.0
"""How long a question that was refused with a fresh token is not worth another login."""


class Refusals:
    """Remembers questions by path and body; times are seconds of a monotonic clock."""

    def __init__(self) -> None:
        self._until_s: dict[str, float] = {}

    def note(self, path: str, body: Mapping[str, Json], now_s: float) -> None:
        """Remember a question that was refused with a token that had just been fetched."""
        # What held long ago goes here, so that questions about a day do not pile up.
        self._until_s = {key: until for key, until in self._until_s.items() if until > now_s}
        self._until_s[_key(path, body)] = now_s + HELD_S

    def holds(self, path: str, body: Mapping[str, Json], now_s: float) -> bool:
        """Return whether a login for this question would be in vain."""
        return self._until_s.get(_key(path, body), now_s) > now_s

    def forget(self, path: str, body: Mapping[str, Json]) -> None:
        """Take back what was noted: the question was answered."""
        if self._until_s:
            self._until_s.pop(_key(path, body), None)


def _key(path: str, body: Mapping[str, Json]) -> str:
    return f"{path} {json.dumps(dict(body), sort_keys=True)}"
