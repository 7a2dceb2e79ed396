"""The two ways to add values of which some may be missing."""

from collections.abc import Iterable

_DECIMALS = 3


def sum_of_known(values: Iterable[float | None]) -> float | None:
    """Return the sum of the values that are known, None where none is."""
    known = [value for value in values if value is not None]
    return round(sum(known), _DECIMALS) if known else None


def sum_if_all_known(values: Iterable[float | None]) -> float | None:
    """Return the sum of the values, None where one is missing and where there are none."""
    given = list(values)
    return None if None in given else sum_of_known(given)
