"""One pattern for many texts, quick however many they are."""

import re
from collections.abc import Iterable


def pattern_of(
    texts: Iterable[str], flags: re.RegexFlag = re.NOFLAG, around: str = ""
) -> re.Pattern[str] | None:
    """Return a pattern that finds any of the texts, the longest first; None without texts.

    `around` is what must not stand next to one of them.
    """
    folded = {text.lower() if flags & re.IGNORECASE else text for text in texts}
    if not folded:
        return None
    tree = _tree(sorted(folded))
    bounded = rf"(?<!{around})(?:{tree})(?!{around})" if around else tree
    return re.compile(bounded, flags)


def _tree(texts: list[str]) -> str:
    """Return alternatives that share their beginnings, so that few characters decide."""
    branches = []
    start = 0
    while start < len(texts):
        end = start
        while end < len(texts) and texts[end][:1] == texts[start][:1]:
            end += 1
        branches.append(_branch(texts[start:end]))
        start = end
    return branches[0] if len(branches) == 1 else f"(?:{'|'.join(branches)})"


def _branch(texts: list[str]) -> str:
    """Return the pattern of sorted texts that begin alike."""
    first, last = texts[0], texts[-1]
    shared = next(
        (place for place, pair in enumerate(zip(first, last, strict=False)) if pair[0] != pair[1]),
        len(first),
    )
    rests = [text[shared:] for text in texts]
    prefix = re.escape(first[:shared])
    if rests == [""]:
        return prefix
    if rests[0] == "":
        return f"{prefix}(?:{_tree(rests[1:])})?"
    return f"{prefix}{_tree(rests)}"
