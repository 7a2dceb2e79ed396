"""What may be repeated of an answer in a message or the log.

Nothing that is private; and of a login's answer only its words about a refusal.
"""

import json
import re

import orjson

from solix_exporter.cloud.endpoints import LOGIN_PATH
from solix_exporter.redact import quoted, redact
from solix_exporter.text import without_secrets

_SENTENCES = ("msg", "error_msg", "message")
"""Keys under which the body of a failed answer says why."""
_LONGEST_BODY = 65536
"""Bytes of a body that are looked at."""

_LONGEST_LOGGED_BODY = 256 * 1024
_LONGEST_LOGGED = 16 * 1024
"""Characters of one answer in the log."""

_LOGIN_WORDS = frozenset(
    re.findall(
        r"\w+",
        "a account again after and are attempt attempts been captcha code email error exceeded"
        " expired failed for frequent frequently from has have hour hours in incorrect invalid is"
        " it key later limit locked login mail many minute minutes network not of often on or"
        " parameter password please public request requests required retry server service system"
        " temporarily the times to too tried try unavailable user username verification was wrong"
        " you your",
    )
)
"""A login's answer may hold the token, or echo who logs in: it is repeated where it consists of
these words and one small number alone."""
_BESIDE_DIGITS = r"[a-z .,:;!?'(){}-]*"
_LOGIN_SENTENCE = re.compile(
    rf"{_BESIDE_DIGITS}(?:\d{{1,3}}(?!\d){_BESIDE_DIGITS})?", re.IGNORECASE
)
_PAUSE = re.compile(r"\d{1,4}\s*(?:hour|minute)s?", re.IGNORECASE)


def told(path: str, text: str) -> str:
    """Return what an answer's own sentence says, fit for a message; `path` is what was asked."""
    if path != LOGIN_PATH:
        return quoted(text)
    words = re.findall(r"[a-z]+", text.lower())
    if _LOGIN_SENTENCE.fullmatch(text) and _LOGIN_WORDS.issuperset(words):
        return text
    pause = _PAUSE.search(text)
    return f"try again in {pause[0]}" if pause else ""


def told_by(path: str, body: bytes) -> str:
    """Return what the body of a failed answer says: its own sentence, else its start.

    What stands beside the sentence, as `trace_id` does, would make each answer another trouble.
    """
    try:
        content = orjson.loads(body)
    except orjson.JSONDecodeError:
        content = None
    said = [content.get(key) for key in _SENTENCES] if isinstance(content, dict) else []
    sentence = next((text for text in said if isinstance(text, str) and text), None)
    return start_of(path, body) if sentence is None else told(path, sentence)


def start_of(path: str, body: bytes) -> str:
    """Return how a body begins, fit for a message."""
    return told(path, body[:_LONGEST_BODY].decode("utf-8", "replace"))


def whole(path: str, body: bytes) -> str:
    """Return an answer for the log at level debug: with pseudonyms, and of a bounded length."""
    if path == LOGIN_PATH:
        return "(what a login answers is never shown)"
    if len(body) > _LONGEST_LOGGED_BODY:
        return f"({len(body)} bytes, which are too many to show)"
    try:
        text = json.dumps(redact(orjson.loads(body)), ensure_ascii=False, separators=(",", ":"))
    except orjson.JSONDecodeError:
        return start_of(path, body)
    except RecursionError:
        return "(nested too deeply to be shown)"
    text = without_secrets(text)
    more = len(text) - _LONGEST_LOGGED
    return f"{text[:_LONGEST_LOGGED]}... ({more} more characters)" if more > 0 else text
