"""Reads a mapping of a YAML file strictly: each key by its type, no unknown keys."""

from collections.abc import Mapping
from typing import TypeVar

import yaml

from solix_exporter.text import closest

T = TypeVar("T")

_KINDS = {str: "a text", int: "a whole number", bool: "true or false", list: "a list"}


class Problems:
    """All mistakes in a file."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def add(self, place: str, sentence: str) -> None:
        """Note a problem; the sentence never repeats a value that could be a secret."""
        self.lines.append(f"{place}: {sentence}")


class Section:
    """One mapping of the file."""

    def __init__(self, place: str, values: object, problems: Problems) -> None:
        self.place = place
        self._problems = problems
        self._values: dict[str, object] = {}
        self._known: list[str] = []
        self.is_given = values is not None
        """Whether the file has it, be it empty."""
        if isinstance(values, Mapping):
            self._values = {str(key): value for key, value in values.items()}
        elif values is not None:
            problems.add(place, "must hold keys and values")

    def has(self, key: str) -> bool:
        """Return whether the key has a value."""
        return self._values.get(key) is not None

    def complain(self, key: str, sentence: str) -> None:
        """Note a problem of one key."""
        self._problems.add(self.where(key), sentence)

    def where(self, key: str) -> str:
        """Return how a problem names the key."""
        return ".".join(part for part in (self.place, key) if part)

    def read(self, key: str, kind: type[T], default: T) -> T:
        """Return the value of a key; the default where it is missing or of another type."""
        value = self.raw(key)
        if value is None:
            return default
        # YAML's true is a whole number to Python.
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            self.complain(key, f"must be {_KINDS[kind]}")
            return default
        return value

    def text(self, key: str) -> str:
        """Return a text, empty where there is none."""
        return self.read(key, str, "")

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts."""
        values = self.read(key, list, [])
        if all(isinstance(value, str) for value in values):
            return tuple(values)
        self.complain(key, "must be a list of texts")
        return ()

    def raw(self, key: str) -> object:
        """Return a value as it is, None where there is none.

        A key with nothing behind it is a problem: its owner believes that it asks for something.
        """
        if key not in self._known:
            self._known.append(key)
            if key in self._values and self._values[key] is None:
                self.complain(key, "has no value; fill it in or leave the key out")
        return self._values.get(key)

    def section(self, key: str) -> "Section":
        """Return the mapping under a key, an empty one where there is none."""
        return Section(self.where(key), self.raw(key), self._problems)

    def items(self) -> dict[str, object]:
        """Return everything; for mappings whose keys the user chooses."""
        self._known.extend(self._values)
        return self._values

    def end(self) -> None:
        """Complain about the keys that were not asked for."""
        for key in self._values:
            if key not in self._known:
                close = closest(key, self._known)
                hint = f"did you mean {close}?" if close else f"known: {', '.join(self._known)}"
                self.complain(key, f"is unknown; {hint}")


class _UniqueKeys(yaml.SafeLoader):
    """Refuses duplicate keys, of which YAML would silently use the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[object, object]:  # noqa: FBT001, FBT002  the library's signature
        seen: set[object] = set()
        for key_node, _ in self._pairs(node):
            if not isinstance(key_node, yaml.ScalarNode):
                raise yaml.MarkedYAMLError(problem_mark=key_node.start_mark)
            if key_node.value in seen:
                raise yaml.MarkedYAMLError(
                    problem="a key stands twice", problem_mark=key_node.start_mark
                )
            seen.add(key_node.value)
        return super().construct_mapping(node, deep)

    @staticmethod
    def _pairs(node: yaml.MappingNode) -> list[tuple[yaml.Node, yaml.Node]]:
        # A tag such as `!!map` can precede a node of another type.
        if not isinstance(node, yaml.MappingNode):
            raise yaml.MarkedYAMLError(problem_mark=node.start_mark)
        pairs: list[tuple[yaml.Node, yaml.Node]] = node.value
        return pairs


def parse_yaml(text: str) -> object:
    """Return what the text says.

    Raises ValueError with a place and a sentence; PyYAML's own message quotes the line, which may
    hold a key.
    """
    try:
        return yaml.load(text, Loader=_UniqueKeys)  # noqa: S506  a SafeLoader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f"line {mark.line + 1}: " if mark else ""
        twice = error.problem == "a key stands twice"
        raise ValueError(f"{where}{error.problem if twice else 'it is not valid YAML'}") from None
    except (yaml.YAMLError, RecursionError):
        raise ValueError("it is not valid YAML") from None
