"""Says once when a trouble begins and once when it ends, not at every poll in between."""

import logging

_LOGGER = logging.getLogger(__name__)


class Outages:
    """The troubles that are going on, by key."""

    def __init__(self) -> None:
        self._going_on: dict[str, str] = {}

    def begin(self, key: str, message: str) -> None:
        """Warn about a trouble that is new or has another cause; whisper about one that goes on."""
        level = logging.DEBUG if self._going_on.get(key) == message else logging.WARNING
        _LOGGER.log(level, "%s: %s", key, message)
        self._going_on[key] = message

    def end(self, key: str) -> None:
        """Tell that a trouble is over, if there was one."""
        if self._going_on.pop(key, None) is not None:
            _LOGGER.info("%s: back to normal", key)
