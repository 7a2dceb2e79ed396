"""What somebody may have meant who wrote a name that is unknown."""

from collections.abc import Iterable


def closest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that is most like this one, None where all are far from it."""
    import difflib  # noqa: PLC0415 - few processes ever meet a name that is unknown

    return next(iter(difflib.get_close_matches(name, known, n=1)), None)
