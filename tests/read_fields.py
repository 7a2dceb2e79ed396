"""Finds out which fields of answers a parser reads, and which of them make a difference."""

import json
from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from typing import Any

from solix_exporter.cloud.endpoints.endpoint import AnyEndpoint, Capture, is_placeholder
from solix_exporter.cloud.record import Record
from solix_exporter.errors import SolixError

OTHERS: tuple[object, ...] = (
    7, 1, 0, 2, 3, 41.5, "7", "1", "0", "2", "41.5", "x", "", True, False, None,
    "2026-01-02", "2026-01-02 03:04:05", "2026-05-06 07:08:09", "07:30", 1767322800, 1767409200,
    "wh", "mwh", "kw", "g", "t", "smart", "use_time", "dynamic", "A17Y0", "A17C5", "pack", "Single",
)  # fmt: skip
"""Values of which at least one makes a difference in a field that counts."""

_ENOUGH = 3
"""Entries of a list that are looked at."""

Place = tuple[dict[str, Any], str]
"""An object and the key of a field in it."""


class _Noted(dict[str, Any]):
    """An object that notes which of its fields are asked for."""

    def __init__(self, content: dict[str, Any], path: str, read: dict[str, list[Place]]) -> None:
        super().__init__(content)
        self._path, self._read = path, read

    def get(self, key: str, default: Any = None) -> Any:  # noqa: ANN401  JSON
        value = super().get(key, default)
        if value is not None and not isinstance(value, dict | list):
            places = self._read.setdefault(self._path + key, [])
            if len(places) < _ENOUGH and not any(known is self for known, _ in places):
                places.append((self, key))
        return value


class ReadFields:
    """The fields that the parser of an endpoint was seen to read."""

    def __init__(self, endpoint: AnyEndpoint) -> None:
        self._endpoint = endpoint
        self.counting: set[str] = set()
        """Paths of fields whose change the parser's result shows."""
        self.idle: set[str] = set()
        """Paths of those whose change it does not show."""

    def look_at(self, data: object) -> None:
        """Change every field of an answer that is not known to count, one at a time."""
        read: dict[str, list[Place]] = {}
        whole = _noted(data if isinstance(data, dict) else {"data": data}, "", read)
        before = self._parsed(whole)
        open_paths = {path: places for path, places in read.items() if path not in self.counting}
        for path, places in open_paths.items():
            is_noticed = any(self._is_noticed(whole, before, (place,)) for place in places)
            (self.counting if is_noticed else self.idle).add(path)
        self._look_at_pairs(whole, before, open_paths)
        self.idle -= self.counting

    def _look_at_pairs(self, whole: Any, before: Any, read: dict[str, list[Place]]) -> None:  # noqa: ANN401
        """Change what stands in one object together: a window counts with both its ends."""
        by_object: dict[int, list[tuple[str, Place]]] = {}
        for path in read.keys() - self.counting:
            for place in read[path]:
                by_object.setdefault(id(place[0]), []).append((path, place))
        for group in by_object.values():
            places = tuple(place for _, place in group)
            if len(group) > 1 and self._is_noticed(whole, before, places):
                self.counting.update(path for path, _ in group)

    def _is_noticed(self, whole: Any, before: Any, places: tuple[Place, ...]) -> bool:  # noqa: ANN401
        own = [place[key] for place, key in places]
        try:
            for other in OTHERS:
                for place, key in places:
                    place[key] = other
                if self._parsed(whole) != before:
                    return True
        finally:
            for (place, key), value in zip(places, own, strict=True):
                place[key] = value
        return False

    def _parsed(self, whole: dict[str, Any]) -> object:
        assert self._endpoint.parse
        try:
            return self._endpoint.parse(Record(whole))
        except SolixError as error:
            return repr(error)


def _noted(value: Any, path: str, read: dict[str, list[Place]]) -> Any:  # noqa: ANN401  JSON
    if isinstance(value, str) and value[:1] == "{":
        value = json.loads(value)
    if isinstance(value, dict):
        inner = {key: _noted(item, f"{path}{key}.", read) for key, item in value.items()}
        return _Noted(inner, path, read)
    if isinstance(value, list):
        return [_noted(item, f"{path.removesuffix('.')}[].", read) for item in value]
    return value


def answers_to(endpoint: AnyEndpoint, folder: Path) -> Iterator[object]:
    """Give the `data` of the answers to an endpoint in a folder."""
    for capture in endpoint.all_captures:
        if all(endpoint.body.get(key) == value for key, value in capture.when.items()):
            for file in sorted(folder.glob(f"{_pattern(endpoint, capture)}.json")):
                envelope = json.loads(file.read_bytes())
                if not envelope.get("code"):
                    yield envelope.get("data")


def _pattern(endpoint: AnyEndpoint, capture: Capture) -> str:
    """Return the names of files of an endpoint, `*` for what is no constant of its body."""
    text = ""
    for literal, place, _, _ in Formatter().parse(capture.template):
        value = endpoint.body.get(place or "")
        is_known = isinstance(value, str) and value and not is_placeholder(value)
        text += literal + ("" if place is None else str(value) if is_known else "*")
    return text
