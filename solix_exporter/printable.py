"""Makes the texts of others fit to be shown: a terminal obeys what stands in a name."""

import re

_ODD = "\\x7f-\\x9f\\u061c\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069\\ud800-\\udfff"
"""DEL, C1 (escape sequences to some terminals), other lines and directions, halves of characters,
which nothing can encode."""
_COMMANDS = re.compile(f"[\\x00-\\x1f{_ODD}]+")
_UNESCAPED = re.compile(f"[{_ODD}]")
"""What JSON lets stand as it is."""
_LOST = "\N{REPLACEMENT CHARACTER}"


def printable(text: str) -> str:
    """Return the text on one line, without what steers a terminal or turns the order of letters."""
    if text.isprintable():
        return text
    return _COMMANDS.sub(lambda found: " " if found.group().isspace() else _LOST, text)


def escaped(json_text: str) -> str:
    """Return JSON that says the same, with such characters escaped."""
    if json_text.isprintable():
        return json_text
    return _UNESCAPED.sub(lambda found: f"\\u{ord(found.group()):04x}", json_text)
