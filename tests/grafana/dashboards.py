"""Reads the committed dashboards as Grafana would: panels, targets, variables."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "grafana" / "dashboards"
FILES = tuple(sorted(FOLDER.glob("*.json")))

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Target:
    """One query of a panel."""

    board: str
    panel: str
    number: int
    content: Json

    @property
    def expr(self) -> str:
        return str(self.content.get("expr", ""))

    @property
    def name(self) -> str:
        return f"{self.board}/{self.panel}/{self.content['refId']}"


def load(file: Path) -> Json:
    content: Json = json.loads(file.read_text(encoding="utf-8"))
    return content


def panels(board: Json) -> list[Json]:
    return [panel for panel in board["panels"] if panel["type"] != "row"]


def targets(board: Json) -> Iterator[Target]:
    for panel in panels(board):
        for number, target in enumerate(panel.get("targets", [])):
            yield Target(board["uid"], panel["title"], number, target)


def promql_targets() -> list[Target]:
    return [
        target
        for file in FILES
        for target in targets(load(file))
        if target.content["datasource"]["type"] == "prometheus"
    ]


def flux_targets() -> list[Target]:
    return [
        target
        for file in FILES
        for target in targets(load(file))
        if target.content["datasource"]["type"] == "influxdb"
    ]


def filled(text: str, **values: str) -> str:
    """Return a query with its variables in place, the longest names first."""
    for name in sorted(values, key=len, reverse=True):
        text = text.replace(f"${{{name}:regex}}", values[name])
        text = text.replace(f"${{{name}}}", values[name]).replace(f"${name}", values[name])
    return text
