"""The sample lines of one account's slice: where a changed snapshot becomes text.

Hot: a fleet has hundreds of thousands of samples. Lines are made subject by subject, because an
object is looked up and labelled once for all of its rows, and put in the places of their rows in
the catalogue.
"""

from typing import Any

from solix_exporter.metrics.catalogue import CATALOGUE
from solix_exporter.metrics.subjects import Chosen, Subject
from solix_exporter.metrics.text_format import NUMBER_TEXTS
from solix_exporter.model.snapshot import AccountSlice, Snapshot

Lines = tuple[str, ...]
"""The sample lines of each row of the catalogue, empty where there are none."""


class SliceLines:
    """The lines of all slices, kept while a slice stays the same."""

    def __init__(self) -> None:
        self._kept: dict[int, tuple[AccountSlice, Lines]] = {}

    def of(self, snapshot: Snapshot) -> list[Lines]:
        """Return the lines of each slice; a slice that is the same object keeps its own."""
        kept = {}
        for part in snapshot.slices:
            known = self._kept.get(id(part))
            kept[id(part)] = known if known and known[0] is part else (part, lines_of(part))
        self._kept = kept
        return [lines for _, lines in kept.values()]


def lines_of(part: AccountSlice) -> Lines:
    """Return the lines of one slice."""
    lines = [""] * len(CATALOGUE)
    for root in _ROOTS:
        rows = root.subject.choose(part)
        if rows:
            root.write(rows, lines)
    return tuple(lines)


class _SubjectRows:
    """A subject with its rows and parts; those of an absent subject cost nothing."""

    def __init__(self, subject: Subject[Any], all_subjects: list[Subject[Any]]) -> None:
        self.subject = subject
        rows = [(place, row) for place, row in enumerate(CATALOGUE) if row.subject is subject]
        self._rows = tuple((place, row.write) for place, row in rows)
        self._plain = tuple((place, row.name, row.get) for place, row in rows if row.get)
        self._others = tuple((place, row.write) for place, row in rows if not row.get)
        parts = [part for part in all_subjects if part.parent is subject]
        self._parts = tuple(_SubjectRows(part, all_subjects) for part in parts)

    def write(self, rows: list[Chosen[Any]], lines: list[str]) -> None:
        """Put the lines of some objects, and of their parts, in their places."""
        if len(rows) == 1:
            self._write_one(rows, lines)
        else:
            for place, write in self._rows:
                lines[place] = write(rows)
        for part in self._parts:
            chosen = part.subject.children_of(rows)
            if chosen:
                part.write(chosen, lines)

    def _write_one(self, rows: list[Chosen[Any]], lines: list[str]) -> None:
        """Write the lines of a single object, as most are: no call and no list for each."""
        item, labels = rows[0].item, rows[0].text
        for place, name, get in self._plain:
            now = get(item)
            if now is not None:
                lines[place] = f"{name}{{{labels}}} {NUMBER_TEXTS[now]}\n"
        for place, write in self._others:
            lines[place] = write(rows)


def _subjects() -> list[Subject[Any]]:
    """Return all subjects of the catalogue and the wholes that they are parts of."""
    found: dict[Subject[Any], None] = {}
    for row in CATALOGUE:
        subject: Subject[Any] | None = row.subject
        while subject is not None:
            found[subject] = None
            subject = subject.parent
    return list(found)


def _roots(subjects: list[Subject[Any]]) -> tuple[_SubjectRows, ...]:
    return tuple(_SubjectRows(root, subjects) for root in subjects if root.parent is None)


_ROOTS = _roots(_subjects())
