"""What the cloud said no to: told once, and not asked again for a day."""

import logging

from solix_exporter.clock import Clock
from solix_exporter.errors import RequestRejected
from solix_exporter.poll.details import REFUSED_S

_LOGGER = logging.getLogger(__name__)


class Refusals:
    """The questions that are held back, by subject."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._until_s: dict[str, float] = {}

    def hold(self, subject: str, error: RequestRejected) -> None:
        """Note a refusal and tell it."""
        _LOGGER.info("%s: not available to this account: %s", subject, error)
        self._until_s[subject] = self._clock.monotonic() + REFUSED_S

    def is_held(self, subject: str) -> bool:
        """Return whether it is too early to ask again."""
        return self._clock.monotonic() < self._until_s.get(subject, 0.0)
