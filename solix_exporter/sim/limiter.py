"""The rate limit per client address and endpoint."""

from collections import deque

WINDOW_S = 60.0
REFUSAL = '{"error_msg":"Request too soon. Your actions have been recorded."}'


class RateLimiter:
    """A sliding window per endpoint and client address; refused requests do not count."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._seen: dict[tuple[str, str], deque[float]] = {}

    def allows(self, path: str, address: str, now_s: float) -> bool:
        """Return whether a request is allowed, and count it if so; 0 means no limit."""
        if self._limit <= 0:
            return True
        seen = self._seen.setdefault((path, address), deque())
        while seen and seen[0] <= now_s - WINDOW_S:
            seen.popleft()
        if len(seen) >= self._limit:
            return False
        seen.append(now_s)
        return True
