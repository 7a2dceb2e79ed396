"""Turns captured and hand-made answers into records, for tests of parsers."""

import json
from pathlib import Path

from solix_exporter.cloud.record import Record


def captured(folder: Path, name: str) -> Record:
    """Return the `data` of a captured answer, empty where it has none."""
    data = json.loads((folder / f"{name}.json").read_bytes()).get("data")
    return Record(data if isinstance(data, dict) else {})
