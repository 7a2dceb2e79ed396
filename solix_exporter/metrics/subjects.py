"""Subjects of metrics, and the kinds of rows that the catalogue consists of.

A `Subject` picks its objects, with their labels, out of an account's slice of the snapshot. Its
methods make rows; mypy checks each row's function against the subject's type. None gives no
sample: not reported is not 0.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from functools import lru_cache
from typing import Any, Generic, TypeVar

from solix_exporter.metrics.text_format import NUMBER_TEXTS, Kind, Labels, labels_text
from solix_exporter.model.snapshot import AccountSlice

S = TypeVar("S")
P = TypeVar("P")
E = TypeVar("E", bound=Enum)

Value = float | None

CACHED = "Polled from the cloud and cached."
REPORTED = "Reported by the device and cached."

_OF_DEVICES = ("MQTT: ", "Modbus: ")

_MOST_LABELS = 1 << 14
"""Cached label texts; names hardly ever change."""


@lru_cache(_MOST_LABELS)
def _labelled(pairs: Labels) -> tuple[Labels, str]:
    """Return labels sorted by name, and their text."""
    return tuple(sorted(pairs)), labels_text(pairs)


@lru_cache(_MOST_LABELS)
def _with_one(labels: Labels, name: str, value: str) -> str:
    """Return the text of labels and one more."""
    return labels_text((*labels, (name, value)))


@lru_cache(_MOST_LABELS)
def _with_further(labels: Labels, names: tuple[str, ...], values: tuple[str, ...]) -> str:
    """Return the text of labels and several more."""
    return labels_text((*labels, *zip(names, values, strict=True)))


@lru_cache(_MOST_LABELS)
def _around(labels: Labels, label: str) -> tuple[str, str]:
    before = labels_text(pair for pair in labels if pair[0] < label)
    after = labels_text(pair for pair in labels if pair[0] > label)
    return (f"{before}," if before else ""), (f",{after}" if after else "")


@dataclass(slots=True)
class Chosen(Generic[S]):
    """One object of a subject with its labels; not frozen, which would be slower."""

    item: S
    labels: Labels
    """Sorted by name."""
    text: str
    """The labels as text; most rows add none of their own."""

    def around(self, label: str) -> tuple[str, str]:
        """Return the label texts before and after another label."""
        return _around(self.labels, label)


Write = Callable[[list[Chosen[S]]], str]
"""Returns the sample lines of all objects of a row; takes a list because it is hot."""

Get = Callable[[S], Value]
"""Returns the number of an object, None where it is not reported."""


@dataclass(frozen=True, slots=True)
class Metric(Generic[S]):
    """One row of the catalogue."""

    name: str
    kind: Kind
    help: str
    labels: tuple[str, ...]
    """Names of all labels."""
    subject: "Subject[S]"
    write: Write[S]
    get: Get[S] | None = None
    """Set where each object has one sample."""


class Subject(Generic[S]):
    """A kind of object that metrics describe, such as a site or a battery."""

    def __init__(
        self,
        labels: tuple[str, ...],
        pick: Callable[[AccountSlice], Iterable[tuple[Labels, S]]],
    ) -> None:
        """`pick` yields the objects of an account with their labels."""
        self.labels = labels
        self.parent: Subject[Any] | None = None
        """None for accounts, sites, devices and vehicles themselves."""
        self._pick = pick
        self._get: Callable[[Any], S | None] = lambda _: None

    def choose(self, account: AccountSlice) -> list[Chosen[S]]:
        """Return the objects in a slice."""
        if self.parent is not None:
            return self.children_of(self.parent.choose(account))
        return [Chosen(item, *_labelled(pairs)) for pairs, item in self._pick(account)]

    def children_of(self, parents: list[Chosen[Any]]) -> list[Chosen[S]]:
        """Return the children of these objects, with the same labels."""
        get, rows = self._get, []
        for row in parents:
            item = get(row.item)
            if item is not None:
                rows.append(Chosen(item, row.labels, row.text))
        return rows

    def child(self, get: Callable[[S], P | None]) -> "Subject[P]":
        """Return the subject that `get` finds in each object; None means that it has none."""
        subject: Subject[P] = Subject(self.labels, lambda _: ())
        subject.parent = self
        subject._get = get
        return subject

    def _row(
        self,
        name: str,
        text: str,
        write: Write[S],
        *,
        kind: Kind = "gauge",
        extra: tuple[str, ...] = (),
    ) -> Metric[S]:
        return Metric(name, kind, text, self.labels + extra, self, write)

    def _plain(self, name: str, text: str, get: Get[S], kind: Kind = "gauge") -> Metric[S]:
        return Metric(name, kind, text, self.labels, self, _plain(name, get), get)

    def gauge(self, name: str, text: str, source: str, value: Get[S]) -> Metric[S]:
        """Make a gauge with one sample per object; `source` is the cloud's own name for it."""
        return self._plain(name, _help(text, source), value)

    def counter(self, name: str, text: str, source: str, value: Get[S]) -> Metric[S]:
        """Make a counter with one sample per object."""
        return self._plain(name, _help(text, source), value, kind="counter")

    def flag(
        self, name: str, text: str, source: str, value: Callable[[S], bool | None]
    ) -> Metric[S]:
        """Make a gauge that is 0 or 1 per object."""
        return self._plain(name, _help(text, source), value)

    def timestamp(
        self, name: str, text: str, source: str, value: Callable[[S], datetime | None]
    ) -> Metric[S]:
        """Make a gauge with one time per object, as seconds since 1970."""

        def seconds(item: S) -> Value:
            at = value(item)
            return at.timestamp() if at else None

        return self._plain(name, _help(text, source), seconds)

    def info(
        self,
        name: str,
        text: str,
        extra: tuple[str, ...],
        values: Callable[[S], tuple[str, ...]],
    ) -> Metric[S]:
        """Make a gauge that is always 1 and has names as labels, to be joined by id."""

        def write(rows: list[Chosen[S]]) -> str:
            lines = []
            for row in rows:
                labels = _with_further(row.labels, extra, values(row.item))
                lines.append(f"{name}{{{labels}}} 1.0\n")
            return "".join(lines)

        return self._row(name, text, write, extra=extra)

    def states(
        self,
        name: str,
        text: str,
        source: str,
        states: tuple[str, type[E], Callable[[S], E | None]],
    ) -> Metric[S]:
        """Make a gauge that is 0 or 1 per state; `states` is label, enumeration and value."""
        label, enumeration, value = states
        blocks = {on: _state_block(name, label, enumeration, on) for on in enumeration}

        def write(rows: list[Chosen[S]]) -> str:
            lines = []
            for row in rows:
                now = value(row.item)
                if now is not None:
                    # All states are formatted at once, as they are the most frequent samples.
                    lines.append(blocks[now] % (row.around(label) * len(enumeration)))
            return "".join(lines)

        return self._row(name, _help(text, source), write, extra=(label,))

    def each(
        self,
        name: str,
        text: str,
        source: str,
        items: tuple[str, Callable[[S], Iterable[tuple[str, Value]]]],
        *,
        kind: Kind = "gauge",
    ) -> Metric[S]:
        """Make a metric with several samples per object; `items` is a label and its values."""
        label, values = items
        write = _each(name, label, values)
        return self._row(name, _help(text, source), write, kind=kind, extra=(label,))

    def each_of(
        self,
        name: str,
        text: str,
        source: str,
        items: tuple[tuple[str, ...], Callable[[S], Iterable[tuple[tuple[str, ...], Value]]]],
        *,
        kind: Kind = "gauge",
    ) -> Metric[S]:
        """Make a metric with several samples per object that differ by several labels."""
        labels, values = items
        write = _each_of(name, labels, values)
        return self._row(name, _help(text, source), write, kind=kind, extra=labels)


def _help(text: str, source: str) -> str:
    """Return the help; a source is a field of the cloud, or of what a device reports by itself."""
    if source.startswith(_OF_DEVICES):
        return f"{text} {source}. {REPORTED}"
    return f"{text} Cloud: {source}. {CACHED}" if source else text


def _state_block(metric: str, label: str, enumeration: type[Enum], on: Enum) -> str:
    """Return the lines of all states, with %s for the label texts before and after."""
    return "".join(
        f"{metric}{{%s{labels_text(((label, state.value),)).replace('%', '%%')}%s}}"
        f" {'1.0' if state is on else '0.0'}\n"
        for state in enumeration
    )


def _plain(name: str, get: Get[S]) -> Write[S]:
    def write(rows: list[Chosen[S]]) -> str:
        lines = []
        for row in rows:
            now = get(row.item)
            if now is not None:
                lines.append(f"{name}{{{row.text}}} {NUMBER_TEXTS[now]}\n")
        return "".join(lines)

    return write


def _each(name: str, label: str, items: Callable[[S], Iterable[tuple[str, Value]]]) -> Write[S]:
    def write(rows: list[Chosen[S]]) -> str:
        lines = []
        for row in rows:
            for key, now in items(row.item):
                if now is not None:
                    labels = _with_one(row.labels, label, key)
                    lines.append(f"{name}{{{labels}}} {NUMBER_TEXTS[now]}\n")
        return "".join(lines)

    return write


def _each_of(
    name: str,
    names: tuple[str, ...],
    items: Callable[[S], Iterable[tuple[tuple[str, ...], Value]]],
) -> Write[S]:
    def write(rows: list[Chosen[S]]) -> str:
        lines = []
        for row in rows:
            for values, now in items(row.item):
                if now is not None:
                    labels = _with_further(row.labels, names, values)
                    lines.append(f"{name}{{{labels}}} {NUMBER_TEXTS[now]}\n")
        return "".join(lines)

    return write


AnyMetric = Metric[Any]
