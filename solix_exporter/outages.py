"""Logs a problem once when it begins and once when it ends, not at every poll in between."""

import logging

_LOGGER = logging.getLogger(__name__)

_MOST_CAUSES = 5
"""Causes of one problem logged as warnings; an unsteady cloud names ever new ones."""


class Outages:
    """The current problems, by key."""

    def __init__(self) -> None:
        self._going_on: dict[str, set[str]] = {}
        """The causes already logged, by problem."""

    def begin(self, key: str, message: str, level: int = logging.WARNING) -> None:
        """Log a new problem or cause at `level`, repeats at DEBUG."""
        logged = self._going_on.setdefault(key, set())
        is_new = message not in logged and len(logged) < _MOST_CAUSES
        _LOGGER.log(level if is_new else logging.DEBUG, "%s: %s", key, message)
        if is_new:
            logged.add(message)

    def end(self, key: str) -> None:
        """Log the end of a problem, if there was one."""
        if self._going_on.pop(key, None) is not None:
            _LOGGER.info("%s: back to normal", key)

    def forget(self, key: str) -> None:
        """Forget a problem, and those whose keys go on after a comma, without logging."""
        keys = [known for known in self._going_on if known == key or known.startswith(f"{key}, ")]
        for known in keys:
            del self._going_on[known]
