"""Durations as people write them in configuration files: 60s, 5m, 1h30m, 300ms."""

import math
import re

_UNITS_S = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|[smhd])")
_WHOLE = re.compile(rf"(?:{_PART.pattern})+")


def parse_duration(value: object) -> float:
    """Return the seconds that `value` stands for; a bare number is seconds.

    Raises ValueError with a sentence for the user.
    """
    seconds = _seconds(value)
    if seconds is None or not math.isfinite(seconds):
        raise ValueError(f"{value!r} is not a duration; write it like 60s, 5m or 1h30m")
    return seconds


def _seconds(value: object) -> float | None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    text = value.strip() if isinstance(value, str) else ""
    if _WHOLE.fullmatch(text):
        return sum(float(number) * _UNITS_S[unit] for number, unit in _PART.findall(text))
    return float(text) if re.fullmatch(r"\d+(?:\.\d+)?", text) else None


def format_duration(seconds: float) -> str:
    """Return `seconds` the way a user would write it: 5400 is 1h30m."""
    if seconds < 1:
        return f"{seconds * 1000:g}ms" if seconds else "0s"
    parts = []
    for unit in ("d", "h", "m"):
        count, seconds = divmod(seconds, _UNITS_S[unit])
        parts.append(f"{count:g}{unit}" if count else "")
    parts.append(f"{seconds:g}s" if seconds else "")
    return "".join(parts)
