"""Writes days of energy: as CSV, and as OpenMetrics text for Prometheus' own backfill."""

import csv
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import click

from solix_exporter.cli.energy_days import EnergyRow, SiteDays, columns_of, history_of
from solix_exporter.errors import ConfigError
from solix_exporter.metrics.history import history_lines
from solix_exporter.metrics.text_format import Labels
from solix_exporter.model.snapshot import Snapshot

STDOUT = Path("-")


def check_folders(*files: Path | None) -> None:
    """Check that files can be written, which happens only after hours maybe.

    Raises ConfigError.
    """
    for file in files:
        if file is None or file == STDOUT:
            continue
        if not file.parent.is_dir():
            raise ConfigError(f"{file} cannot be written: there is no folder {file.parent}")
        if not os.access(file.parent, os.W_OK):
            raise ConfigError(f"{file} cannot be written: no permission in {file.parent}")


def write_csv(file: Path, rows: Iterable[EnergyRow]) -> None:
    """Write the rows, one line a day and site. Raises OSError."""
    cells = [row.cells() for row in rows]

    def write(out: TextIO) -> None:
        table = csv.DictWriter(out, columns_of(cells), restval="", lineterminator="\n")
        table.writeheader()
        table.writerows(cells)

    _write(file, write)


def write_openmetrics(
    file: Path,
    rows: Sequence[EnergyRow],
    home: tuple[Sequence[SiteDays], Snapshot],
    labels: Labels,
) -> None:
    """Write the rows as the metrics of past days. Raises OSError."""
    history = list(history_of(rows, *home))

    def write(out: TextIO) -> None:
        out.writelines(history_lines(history, labels))

    _write(file, write)


def _write(file: Path, write: Callable[[TextIO], None]) -> None:
    with _opened(file) as out:
        write(out)


@contextmanager
def _opened(file: Path) -> Iterator[TextIO]:
    """Give a file that takes its name only when it is complete."""
    if file == STDOUT:
        yield sys.stdout
        return
    unfinished = file.with_name(f"{file.name}.new")
    try:
        with unfinished.open("w", encoding="utf-8", newline="") as out:
            yield out
        unfinished.replace(file)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


def parse_labels(
    _context: click.Context, _option: click.Parameter, values: tuple[str, ...]
) -> Labels:
    """Return NAME=VALUE options as labels; a click callback."""
    labels = []
    for value in values:
        name, equals, text = value.partition("=")
        if not equals or not re.fullmatch(r"[a-zA-Z_][a-zA-Z0-9_]*", name):
            raise click.BadParameter(f"{value!r} is not a label; write it like job=solix")
        labels.append((name, text))
    return tuple(labels)
