"""What one source of settings says: values, and for each the place where the user finds it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import cast

KeyPath = tuple[str, ...]
"""Where a value sits: `("poll", "sites")`, `("accounts", "default", "user")`."""

Tree = dict[str, object]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that the user must put right: where, and what."""

    place: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.place}: {self.sentence}"


@dataclass(slots=True)
class Layer:
    """One source: a tree of values, their places, and what was found wrong while reading."""

    values: Tree = field(default_factory=dict)
    places: dict[KeyPath, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def put(self, path: KeyPath, value: object, place: str) -> None:
        """Store `value` under `path`, with its place."""
        leaf: object = value
        for key in reversed(path):
            leaf = {key: leaf}
        self.values = merge_trees(self.values, cast("Tree", leaf))
        self.places[path] = place

    def complain(self, place: str, sentence: str) -> None:
        """Note a problem."""
        self.problems.append(Problem(place, sentence))

    def place_of(self, path: KeyPath) -> str:
        """Return the place of `path`, or of the nearest thing above it and the rest of the way."""
        for length in range(len(path), 0, -1):
            place = self.places.get(path[:length])
            if place is not None:
                return place + spell_path(path[length:])
        return f"configuration, {spell_path(path).removeprefix('.')}"


def spell_path(path: KeyPath) -> str:
    """Return `path` as it is written after another path: `.poll.sites`, `[0].user`."""
    return "".join(f"[{key}]" if key.isdecimal() else f".{key}" for key in path)


def merge(layers: Sequence[Layer]) -> Layer:
    """Return all layers as one; a later layer wins over an earlier one."""
    merged = Layer()
    for layer in layers:
        merged.values = merge_trees(merged.values, layer.values)
        merged.places = _places_above(merged.places, layer.places)
        merged.problems.extend(layer.problems)
        merged.warnings.extend(layer.warnings)
    return merged


def _places_above(below: dict[KeyPath, str], above: dict[KeyPath, str]) -> dict[KeyPath, str]:
    """Return both; what is inside of something that is replaced has no place of its own."""
    kept = {
        path: place
        for path, place in below.items()
        if not any(path[:length] in above for length in range(1, len(path)))
    }
    return {**kept, **above}


def merge_trees(below: Tree, above: Tree) -> Tree:
    """Return both trees as one; where both have a value, the one of `above` wins."""
    merged = dict(below)
    for key, value in above.items():
        old = merged.get(key)
        are_trees = isinstance(old, dict) and isinstance(value, dict)
        merged[key] = merge_trees(cast("Tree", old), cast("Tree", value)) if are_trees else value
    return merged
