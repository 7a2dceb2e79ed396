"""Random numbers that depend only on a seed and an index, in any order."""

from functools import lru_cache
from random import Random

_MASK = (1 << 64) - 1
_STEP_A = 0x9E3779B97F4A7C15
_STEP_B = 0xBF58476D1CE4E5B9
_STEP_C = 0x94D049BB133111EB


def mixed(seed: int, index: int) -> int:
    """Return 64 well mixed bits of `seed` and `index` (the SplitMix64 finaliser)."""
    bits = (seed * _STEP_A + index * _STEP_C + _STEP_B) & _MASK
    bits = ((bits ^ (bits >> 30)) * _STEP_B) & _MASK
    bits = ((bits ^ (bits >> 27)) * _STEP_C) & _MASK
    return bits ^ (bits >> 31)


def uniform(seed: int, index: int) -> float:
    """Return a number in [0, 1), always the same for the same arguments."""
    return mixed(seed, index) / 2.0**64


def series(seed: int, index: int, count: int) -> list[float]:
    """Return `count` numbers in [0, 1), always the same for the same arguments."""
    draw = Random(mixed(seed, index)).random
    return [draw() for _ in range(count)]


@lru_cache(maxsize=20_000)
def derived(seed: int, name: str) -> int:
    """Return another seed: one stream of numbers per `name`."""
    result = seed
    for code in name.encode():
        result = mixed(result, code)
    return result
