"""Exports with some of their answers changed by hand, for what no capture and no scenario has."""

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.exported import Answers, Exported

Change = Callable[[Any], None]
"""Changes the `data` of an answer in place."""


def edited(exported: Exported, place: Path, changes: Mapping[str, Change]) -> Answers:
    """Return a copy of the export, with each change applied to the files that its pattern names."""
    folder = place / exported.scenario
    shutil.copytree(exported.folder, folder)
    for pattern, change in changes.items():
        files = sorted(folder.glob(pattern))
        assert files, pattern
        for file in files:
            envelope = json.loads(file.read_bytes())
            change(envelope["data"])
            file.write_text(json.dumps(envelope))
    return replace(exported.answers, folder=folder)


def setting(**fields: object) -> Change:
    """Return the change that sets fields of an answer."""

    def change(data: Any) -> None:  # noqa: ANN401  JSON
        data.update(fields)

    return change
