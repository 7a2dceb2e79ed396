"""Writes the dashboards' JSON: `python -m grafana.generator [FOLDER]`."""

import sys
from pathlib import Path

from grafana.generator.battery import BATTERY
from grafana.generator.board import to_json
from grafana.generator.energy import ENERGY
from grafana.generator.energy_influxdb import ENERGY_INFLUXDB
from grafana.generator.exporter import EXPORTER
from grafana.generator.fleet import FLEET
from grafana.generator.live import LIVE
from grafana.generator.money import MONEY

BOARDS = (LIVE, ENERGY, MONEY, BATTERY, FLEET, EXPORTER, ENERGY_INFLUXDB)
FOLDER = Path(__file__).parents[1] / "dashboards"


def main(folder: Path = FOLDER) -> None:
    """Write every board's file."""
    for board in BOARDS:
        file = folder / f"{board.slug}.json"
        file.write_text(to_json(board), encoding="utf-8")
        sys.stdout.write(f"wrote {file.name}\n")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
