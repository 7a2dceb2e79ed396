"""Renders the sample lines of each account's slice of the snapshot.

This is the hot path of a scrape. Lines are made subject by subject, so that an object is looked up
and labelled once for all of its rows, and then put at the index of their row in the catalogue.
"""

from typing import Any

from solix_exporter.metrics.catalogue import CATALOGUE
from solix_exporter.metrics.subjects import Chosen, Subject
from solix_exporter.metrics.text_format import NUMBER_TEXTS
from solix_exporter.model.snapshot import AccountSlice, Snapshot

Lines = tuple[str, ...]
"""The sample lines per row of the catalogue, empty where there are no samples."""


class SliceLines:
    """The lines of all slices, cached per slice."""

    def __init__(self) -> None:
        self._kept: dict[int, tuple[AccountSlice, Lines]] = {}

    def of(self, snapshot: Snapshot) -> list[Lines]:
        """Return the lines of each slice; the same slice object is not rendered again."""
        kept = {}
        for account in snapshot.slices:
            known = self._kept.get(id(account))
            if known is None or known[0] is not account:
                known = (account, lines_of(account))
            kept[id(account)] = known
        self._kept = kept
        return [lines for _, lines in kept.values()]


def lines_of(account: AccountSlice) -> Lines:
    """Return the lines of one slice."""
    lines = [""] * len(CATALOGUE)
    for root in _ROOTS:
        rows = root.subject.choose(account)
        if rows:
            root.write(rows, lines)
    return tuple(lines)


class _SubjectRows:
    """A subject with its rows and children; rows of an absent subject cost nothing."""

    def __init__(self, subject: Subject[Any], all_subjects: list[Subject[Any]]) -> None:
        self.subject = subject
        rows = [(index, row) for index, row in enumerate(CATALOGUE) if row.subject is subject]
        self._rows = tuple((index, row.write) for index, row in rows)
        self._plain = tuple((index, row.name, row.get) for index, row in rows if row.get)
        self._others = tuple((index, row.write) for index, row in rows if not row.get)
        children = [child for child in all_subjects if child.parent is subject]
        self._children = tuple(_SubjectRows(child, all_subjects) for child in children)

    def write(self, rows: list[Chosen[Any]], lines: list[str]) -> None:
        """Put the lines of some objects and their children at the index of their rows."""
        if len(rows) == 1:
            self._write_one(rows, lines)
        else:
            for index, write in self._rows:
                lines[index] = write(rows)
        for child in self._children:
            chosen = child.subject.children_of(rows)
            if chosen:
                child.write(chosen, lines)

    def _write_one(self, rows: list[Chosen[Any]], lines: list[str]) -> None:
        """Write the lines of a single object, the usual case, without a call per row."""
        item, labels = rows[0].item, rows[0].text
        for index, name, get in self._plain:
            now = get(item)
            if now is not None:
                lines[index] = f"{name}{{{labels}}} {NUMBER_TEXTS[now]}\n"
        for index, write in self._others:
            lines[index] = write(rows)


def _subjects() -> list[Subject[Any]]:
    """Return all subjects of the catalogue and their parents."""
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
