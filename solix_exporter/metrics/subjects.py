"""What a metric is about, and the shapes that a row of the catalogue can have.

A `Subject` picks its objects, with their labels, out of an account's slice of the snapshot. Its
methods make rows; mypy checks each row's function against the subject's type. None gives no
sample: not reported is not 0.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from functools import lru_cache
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
    return ",".join([f'{name}="{_escaped(value)}"' for name, value in sorted(labels)])


def _escaped(value: str) -> str:
    # Hardly a value needs it, and looking is cheaper than translating.
    if "\\" in value or '"' in value or "\n" in value:
        return value.translate(_ESCAPES)
    return value


_REMEMBERED = 1 << 16
"""Label texts that are kept: those of a large fleet, because names hardly ever change."""

_remembered_text = lru_cache(_REMEMBERED)(labels_text)


@lru_cache(_REMEMBERED)
def _around(labels: Labels, label: str) -> tuple[str, str]:
    before = labels_text(pair for pair in labels if pair[0] < label)
    after = labels_text(pair for pair in labels if pair[0] > label)
    return (f"{before}," if before else ""), (f",{after}" if after else "")


@dataclass(frozen=True, slots=True)
class Chosen(Generic[S]):
    """One object of a subject with its labels."""

    item: S
    labels: Labels
    """Sorted by name."""
    text: str
    """The labels as text, because most rows add none of their own."""

    def around(self, label: str) -> tuple[str, str]:
        """Return the label texts that stand before and after a further label."""
        return _around(self.labels, label)


Write = Callable[[list[Chosen[S]]], str]
"""Gives the sample lines of all objects of a row; hot, so it works on lists and not one by one."""


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


Known = dict["Subject[Any]", list[Chosen[Any]]]
"""What the subjects chose from one slice, so that parts need not look and label again."""


class Subject(Generic[S]):
    """A kind of thing that metrics are about."""

    def __init__(
        self,
        labels: tuple[str, ...],
        pick: Callable[[AccountSlice], Iterable[tuple[Labels, S]]],
    ) -> None:
        """Take the names of the labels, and what picks the objects with their label values."""
        self.labels = labels
        self._choose: Callable[[AccountSlice, Known], list[Chosen[S]]] = lambda part, _: [
            Chosen(item, tuple(sorted(pairs)), _remembered_text(pairs))
            for pairs, item in pick(part)
        ]

    def choose(self, part: AccountSlice, known: Known) -> list[Chosen[S]]:
        """Return the objects in a slice; `known` is kept while the slice is read."""
        rows = known.get(self)
        if rows is None:
            rows = known[self] = self._choose(part, known)
        return rows

    def part(self, get: Callable[[S], P | None]) -> "Subject[P]":
        """Return the subject of a part of this one, with its labels; None is passed over."""

        def choose(part: AccountSlice, known: Known) -> list[Chosen[P]]:
            found = ((get(row.item), row) for row in self.choose(part, known))
            return [Chosen(item, row.labels, row.text) for item, row in found if item is not None]

        subject: Subject[P] = Subject(self.labels, lambda _: ())
        subject._choose = choose
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

    def gauge(self, name: str, text: str, source: str, value: Callable[[S], Value]) -> Metric[S]:
        """Make a row of one sample an object; `source` is the cloud's own name for it."""
        return self._row(name, _help(text, source), _plain(name, value))

    def counter(self, name: str, text: str, source: str, value: Callable[[S], Value]) -> Metric[S]:
        """Make a row of one counter an object."""
        return self._row(name, _help(text, source), _plain(name, value), kind="counter")

    def flag(
        self, name: str, text: str, source: str, value: Callable[[S], bool | None]
    ) -> Metric[S]:
        """Make a row of one 0 or 1 an object."""
        return self._row(name, _help(text, source), _plain(name, value))

    def timestamp(
        self, name: str, text: str, source: str, value: Callable[[S], datetime | None]
    ) -> Metric[S]:
        """Make a row of one instant an object, as seconds since 1970."""

        def seconds(item: S) -> Value:
            at = value(item)
            return at.timestamp() if at else None

        return self._row(name, _help(text, source), _plain(name, seconds))

    def info(
        self,
        name: str,
        text: str,
        extra: tuple[str, ...],
        values: Callable[[S], tuple[str, ...]],
    ) -> Metric[S]:
        """Make a row that is always 1 and carries names as labels, to be joined by id."""

        def write(rows: list[Chosen[S]]) -> str:
            lines = []
            for row in rows:
                pairs = (*row.labels, *zip(extra, values(row.item), strict=True))
                lines.append(f"{name}{{{_remembered_text(pairs)}}} 1.0\n")
            return "".join(lines)

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
        blocks = {on: _state_block(name, label, enumeration, on) for on in enumeration}

        def write(rows: list[Chosen[S]]) -> str:
            lines = []
            for row in rows:
                now = value(row.item)
                if now is not None:
                    # One formatting for all states: there are more of them than of anything else.
                    lines.append(blocks[now] % (row.around(label) * len(enumeration)))
            return "".join(lines)

        return self._row(name, _help(text, source), write, extra=(label,))

    def each(
        self,
        name: str,
        text: str,
        source: str,
        items: tuple[str, Callable[[S], Iterable[tuple[str, Value]]]],
    ) -> Metric[S]:
        """Make a row of several samples an object; `items` is a label and what gives its values."""
        return self._row(name, _help(text, source), _each(name, *items), extra=(items[0],))

    def each_counter(
        self,
        name: str,
        text: str,
        source: str,
        items: tuple[str, Callable[[S], Iterable[tuple[str, Value]]]],
    ) -> Metric[S]:
        """Make a row of several counters an object."""
        row = _each(name, *items)
        return self._row(name, _help(text, source), row, kind="counter", extra=(items[0],))


def _help(text: str, source: str) -> str:
    return f"{text} Cloud: {source}. {CACHED}" if source else text


def _state_block(metric: str, label: str, enumeration: type[Enum], on: Enum) -> str:
    """Return the lines of all states, with places for the label texts before and after."""
    return "".join(
        f"{metric}{{%s{labels_text(((label, state.value),)).replace('%', '%%')}%s}}"
        f" {'1.0' if state is on else '0.0'}\n"
        for state in enumeration
    )


def _plain(name: str, value: Callable[[S], Value]) -> Write[S]:
    def write(rows: list[Chosen[S]]) -> str:
        lines = []
        for row in rows:
            now = value(row.item)
            if now is not None:
                lines.append(f"{name}{{{row.text}}} {number_text(now)}\n")
        return "".join(lines)

    return write


def _each(name: str, label: str, items: Callable[[S], Iterable[tuple[str, Value]]]) -> Write[S]:
    def write(rows: list[Chosen[S]]) -> str:
        lines = []
        for row in rows:
            before, after = row.around(label)
            for key, now in items(row.item):
                if now is not None:
                    own = _remembered_text(((label, key),))
                    lines.append(f"{name}{{{before}{own}{after}}} {number_text(now)}\n")
        return "".join(lines)

    return write


AnyMetric = Metric[Any]
