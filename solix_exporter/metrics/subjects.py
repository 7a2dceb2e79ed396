"""What a metric is about, and the shapes that a row of the catalogue can have.

A `Subject` picks its objects, with their labels, out of an account's slice of the snapshot. Its
methods make rows; mypy checks each row's function against the subject's type. None gives no
sample: not reported is not 0.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, Generic, Literal, TypeVar

from prometheus_client.utils import floatToGoString

from solix_exporter.model.snapshot import AccountSlice

S = TypeVar("S")
P = TypeVar("P")
E = TypeVar("E", bound=Enum)

Labels = tuple[tuple[str, str], ...]
Kind = Literal["gauge", "counter"]
Value = float | None

CACHED = "Polled from the cloud and cached."
_ESCAPES = str.maketrans({"\\": r"\\", "\n": r"\n", '"': r"\""})
_LONGEST_PLAIN = 6
"""Digits before the point up to which the usual libraries write a number plainly."""


def number_text(value: float) -> str:
    """Return a sample's value, byte for byte as the Prometheus library writes it."""
    text = repr(float(value))
    return text if 0 < text.find(".") <= _LONGEST_PLAIN else floatToGoString(value)


def labels_text(labels: Iterable[tuple[str, str]]) -> str:
    """Return labels sorted by name, as they stand between the braces."""
    return ",".join(f'{name}="{value.translate(_ESCAPES)}"' for name, value in sorted(labels))


@dataclass(frozen=True, slots=True)
class Chosen(Generic[S]):
    """One object of a subject with its labels."""

    item: S
    labels: Labels
    text: str
    """The labels as text, because most rows add none of their own."""


@dataclass(frozen=True, slots=True)
class Metric(Generic[S]):
    """One row of the catalogue."""

    name: str
    kind: Kind
    help: str
    labels: tuple[str, ...]
    """Names of all labels."""
    subject: "Subject[S]"
    write: Callable[[str, Chosen[S]], Iterator[str]]
    """Gives the sample lines of one object."""

    def lines(self, chosen: Iterable[Chosen[S]]) -> str:
        """Return the sample lines of all objects."""
        return "".join(line for row in chosen for line in self.write(self.name, row))


class Subject(Generic[S]):
    """A kind of thing that metrics are about."""

    def __init__(
        self,
        labels: tuple[str, ...],
        pick: Callable[[AccountSlice], Iterable[tuple[Labels, S]]],
    ) -> None:
        """Take the names of the labels, and what picks the objects with their label values."""
        self.labels = labels
        self._pick = pick

    def choose(self, part: AccountSlice) -> list[Chosen[S]]:
        """Return the objects in a slice."""
        return [Chosen(item, labels, labels_text(labels)) for labels, item in self._pick(part)]

    def part(self, get: Callable[[S], P | None]) -> "Subject[P]":
        """Return the subject of a part of this one, with its labels; None is passed over."""

        def pick(part: AccountSlice) -> Iterator[tuple[Labels, P]]:
            for labels, item in self._pick(part):
                found = get(item)
                if found is not None:
                    yield labels, found

        return Subject(self.labels, pick)

    def _row(
        self,
        name: str,
        text: str,
        write: Callable[[str, Chosen[S]], Iterator[str]],
        *,
        kind: Kind = "gauge",
        extra: tuple[str, ...] = (),
    ) -> Metric[S]:
        return Metric(name, kind, text, self.labels + extra, self, write)

    def gauge(self, name: str, text: str, source: str, value: Callable[[S], Value]) -> Metric[S]:
        """Make a row of one sample an object; `source` is the cloud's own name for it."""
        return self._row(name, _help(text, source), _plain(value))

    def counter(self, name: str, text: str, source: str, value: Callable[[S], Value]) -> Metric[S]:
        """Make a row of one counter an object."""
        return self._row(name, _help(text, source), _plain(value), kind="counter")

    def flag(
        self, name: str, text: str, source: str, value: Callable[[S], bool | None]
    ) -> Metric[S]:
        """Make a row of one 0 or 1 an object."""
        return self._row(name, _help(text, source), _plain(value))

    def timestamp(
        self, name: str, text: str, source: str, value: Callable[[S], datetime | None]
    ) -> Metric[S]:
        """Make a row of one instant an object, as seconds since 1970."""

        def seconds(item: S) -> Value:
            at = value(item)
            return at.timestamp() if at else None

        return self._row(name, _help(text, source), _plain(seconds))

    def info(
        self,
        name: str,
        text: str,
        extra: tuple[str, ...],
        values: Callable[[S], tuple[str, ...]],
    ) -> Metric[S]:
        """Make a row that is always 1 and carries names as labels, to be joined by id."""

        def write(metric: str, row: Chosen[S]) -> Iterator[str]:
            pairs = zip(extra, values(row.item), strict=True)
            yield f"{metric}{{{labels_text((*row.labels, *pairs))}}} 1.0\n"

        return self._row(name, text, write, extra=extra)

    def states(
        self,
        name: str,
        text: str,
        source: str,
        states: tuple[str, type[E], Callable[[S], E | None]],
    ) -> Metric[S]:
        """Make a row of one 0 or 1 a known state; `states` is label, enumeration and value."""
        label, enumeration, value = states

        def write(metric: str, row: Chosen[S]) -> Iterator[str]:
            now = value(row.item)
            if now is None:
                return
            for state in enumeration:
                text = labels_text((*row.labels, (label, state.value)))
                yield f"{metric}{{{text}}} {'1.0' if state is now else '0.0'}\n"

        return self._row(name, _help(text, source), write, extra=(label,))

    def each(
        self,
        name: str,
        text: str,
        source: str,
        items: tuple[str, Callable[[S], Iterable[tuple[str, Value]]]],
    ) -> Metric[S]:
        """Make a row of several samples an object; `items` is a label and what gives its values."""
        return self._row(name, _help(text, source), _each(*items), extra=(items[0],))

    def each_counter(
        self,
        name: str,
        text: str,
        source: str,
        items: tuple[str, Callable[[S], Iterable[tuple[str, Value]]]],
    ) -> Metric[S]:
        """Make a row of several counters an object."""
        row = _each(*items)
        return self._row(name, _help(text, source), row, kind="counter", extra=(items[0],))


def _help(text: str, source: str) -> str:
    return f"{text} Cloud: {source}. {CACHED}" if source else text


def _plain(value: Callable[[S], Value]) -> Callable[[str, Chosen[S]], Iterator[str]]:
    def write(metric: str, row: Chosen[S]) -> Iterator[str]:
        now = value(row.item)
        if now is not None:
            yield f"{metric}{{{row.text}}} {number_text(now)}\n"

    return write


def _each(
    label: str, items: Callable[[S], Iterable[tuple[str, Value]]]
) -> Callable[[str, Chosen[S]], Iterator[str]]:
    def write(metric: str, row: Chosen[S]) -> Iterator[str]:
        for name, now in items(row.item):
            if now is not None:
                text = labels_text((*row.labels, (label, name)))
                yield f"{metric}{{{text}}} {number_text(now)}\n"

    return write


AnyMetric = Metric[Any]
