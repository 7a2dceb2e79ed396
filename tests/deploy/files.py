"""Reads the files of `deploy/` for the tests that hold them together."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
DASHBOARDS = ROOT / "grafana" / "dashboards"
PORT = 7654
"""The exporter's port, S-O-L-I on a phone's keys."""


def load(path: str) -> Any:  # noqa: ANN401  YAML
    """Return the one document of a YAML file below the project."""
    return yaml.safe_load((ROOT / path).read_text("utf-8"))


def variables(text: str) -> set[str]:
    """Return the names of all variables of the exporter that a text sets."""
    return set(re.findall(r"\b((?:SOLIX_|ANKER)[A-Z_]+)\b", text))


def dashboards() -> Iterator[Path]:
    """Give the committed dashboards."""
    yield from sorted(DASHBOARDS.glob("*.json"))
