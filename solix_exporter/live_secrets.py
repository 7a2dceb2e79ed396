"""The secrets that this process was given or made: tokens, ids of users, keys of logins.

No message and no line of the log shows one of them, for as long as the process lives. Passwords are
not among them: people choose words, and a word would be missing from every message.
"""

import re
from urllib.parse import quote

_SHORTEST = 8
"""A shorter text may stand anywhere by accident."""
_MOST = 5000
"""Beyond so many, the oldest are long worthless."""
_HIDDEN = "***"

_known: dict[str, None] = {}


def keep_secret(*texts: str) -> None:
    """Have these texts hidden from now on, however their letters are written."""
    for text in texts:
        for spelling in {text.lower(), quote(text, safe="").lower()}:
            if len(spelling) >= _SHORTEST and spelling not in _known:
                _known[spelling] = None
    while len(_known) > _MOST:
        del _known[next(iter(_known))]


def without_secrets(text: str) -> str:
    """Return the text with each of them replaced by `***`."""
    small = text.lower()
    # A copy: the log may be written in another thread than that of the logins.
    found = [secret for secret in tuple(_known) if secret in small]
    for secret in sorted(found, key=len, reverse=True):
        text = re.sub(re.escape(secret), _HIDDEN, text, flags=re.IGNORECASE)
    return text
