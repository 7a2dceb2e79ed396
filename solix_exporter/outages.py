"""Says once when a trouble begins and once when it ends, not at every poll in between."""

import logging

_LOGGER = logging.getLogger(__name__)

_MOST_CAUSES = 5
"""Causes of one trouble that are warned of; a cloud that falters names ever new ones."""


class Outages:
    """The troubles that are going on, by key."""

    def __init__(self) -> None:
        self._going_on: dict[str, set[str]] = {}
        """The causes that were told of each trouble."""

    def begin(self, key: str, message: str) -> None:
        """Warn about a trouble that is new or has a new cause; whisper about one that goes on."""
        told = self._going_on.setdefault(key, set())
        is_new = message not in told and len(told) < _MOST_CAUSES
        _LOGGER.log(logging.WARNING if is_new else logging.DEBUG, "%s: %s", key, message)
        if is_new:
            told.add(message)

    def end(self, key: str) -> None:
        """Tell that a trouble is over, if there was one."""
        if self._going_on.pop(key, None) is not None:
            _LOGGER.info("%s: back to normal", key)

    def forget(self, key: str) -> None:
        """Forget a trouble and its parts, whose keys go on after a comma; nobody is told."""
        parts = [known for known in self._going_on if known == key or known.startswith(f"{key}, ")]
        for known in parts:
            del self._going_on[known]
