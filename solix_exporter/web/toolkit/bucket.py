"""A token bucket: so many requests at once, then one in each interval."""

from collections.abc import Callable

from solix_exporter.web.toolkit.values import RateLimit


class Bucket:
    """Counts requests; starts full."""

    def __init__(self, limit: RateLimit, monotonic_s: Callable[[], float]) -> None:
        self._limit = limit
        self._monotonic_s = monotonic_s
        self._tokens = float(limit.burst)
        self._at_s = monotonic_s()

    def take(self) -> bool:
        """Return whether a request may be answered, and count it where it may."""
        now_s = self._monotonic_s()
        gained = (now_s - self._at_s) / self._limit.interval_s
        self._at_s = now_s
        self._tokens = min(float(self._limit.burst), self._tokens + gained)
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True
