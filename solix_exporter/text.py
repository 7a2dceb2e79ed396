"""Text for people: names that cannot steer a terminal, hidden secrets, similar words, durations."""

import math
import re
from collections.abc import Iterable
from urllib.parse import quote

# --- text from elsewhere ---------------------------------------------------------------------

_ODD = "\\x7f-\\x9f\\u061c\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069\\ud800-\\udfff"
"""DEL, C1 (escape sequences to some terminals), line separators and directions, lone surrogates."""
_CONTROL = re.compile(f"[\\x00-\\x1f{_ODD}]+")
_UNESCAPED = re.compile(f"[{_ODD}]")
"""What JSON leaves as it is."""
_LOST = "\N{REPLACEMENT CHARACTER}"


def printable(text: str) -> str:
    """Return the text on one line, without characters that control a terminal or its direction."""
    if text.isprintable():
        return text
    return _CONTROL.sub(lambda found: " " if found.group().isspace() else _LOST, text)


def escaped(json_text: str) -> str:
    """Return equal JSON with such characters escaped."""
    if json_text.isprintable():
        return json_text
    return _UNESCAPED.sub(lambda found: f"\\u{ord(found.group()):04x}", json_text)


# --- secrets ---------------------------------------------------------------------------------

_SHORTEST = 8
"""A shorter text may occur anywhere by accident."""
_MOST = 5000
"""Beyond this number the oldest have long expired."""
_HIDDEN = "***"

_secrets: dict[str, None] = {}
"""Tokens, user ids and login keys of this process, oldest first. Passwords are not among them:
people choose words, and a word would be missing from every message."""


def keep_secret(*texts: str) -> None:
    """Hide these texts in messages and in the log from now on, in upper and lower case."""
    for text in texts:
        for spelling in {text.lower(), quote(text, safe="").lower()}:
            if len(spelling) >= _SHORTEST and spelling not in _secrets:
                _secrets[spelling] = None
    while len(_secrets) > _MOST:
        del _secrets[next(iter(_secrets))]


def without_secrets(text: str) -> str:
    """Return the text with each kept secret replaced by `***`."""
    small = text.lower()
    # A copy: the log may be written in another thread than that of the logins.
    found = [secret for secret in tuple(_secrets) if secret in small]
    for secret in sorted(found, key=len, reverse=True):
        text = re.sub(re.escape(secret), _HIDDEN, text, flags=re.IGNORECASE)
    return text


# --- similar words ---------------------------------------------------------------------------


def closest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that is most like this one, None if there is none."""
    import difflib  # noqa: PLC0415 - only unknown names need it

    return next(iter(difflib.get_close_matches(name, known, n=1)), None)


# --- durations, as in configuration files: 60s, 5m, 1h30m, 300ms -----------------------------

_UNITS_S = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|[smhd])")
_WHOLE = re.compile(rf"(?:{_PART.pattern})+")


def parse_duration(value: object) -> float:
    """Return the seconds of a duration; a bare number is seconds.

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
