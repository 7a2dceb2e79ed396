"""Whether meters and power docks work."""

from pathlib import Path
from typing import Any

import pytest

from tests.captures.test_details import metrics_at, value
from tests.exported import Exports
from tests.replay.edited import edited
from tests.replay.replayed import replay
from tests.scraping import Scrape


@pytest.mark.parametrize(
    ("folder", "sn"),
    [("SB2_AC_UseTime", "XWZN"), ("SB3_SM_Smart", "UC5I"), ("SB2_SM_ManMode_Schedule", "2MY0")],
)
async def test_captured_meters_work(captures: Path, folder: str, sn: str) -> None:
    metrics = await metrics_at(captures / folder, "2025-01-20 12:00")
    sn_label = f'device_sn="{sn}'
    assert value(metrics, "solix_meter_status", sn_label, 'status="ok"') == 1
    assert value(metrics, "solix_meter_status", sn_label, 'status="unknown"') == 0


def in_trouble(data: Any) -> None:  # noqa: ANN401  JSON
    """Made by hand: no capture holds another code than 0, nor a filled list of docks."""
    if data["grid_info"]:
        data["grid_info"]["grid_status"] = 2
    box = {"device_sn": "DOCK1", "device_pn": "AE100", "device_name": "Dock", "status": "1"}
    data["combiner_box_info"] = {
        "combiner_box_list": [
            box | {"dock_status": 0},
            box | {"device_sn": "DOCK2", "dock_status": 1},
            box | {"device_sn": "DOCK3"},
        ]
    }


async def test_codes_that_nobody_knows_are_a_state(exports: Exports, tmp_path: Path) -> None:
    answers = edited(exports.of("home"), tmp_path, {"scene_*.json": in_trouble})
    found = Scrape(await replay(answers))
    assert found.states("solix_meter_status", "status") == ["unknown"]
    assert found.states("solix_dock_status", "status", device_sn="DOCK1") == ["ok"]
    assert found.states("solix_dock_status", "status", device_sn="DOCK2") == ["unknown"]
    assert found.all("solix_dock_status", device_sn="DOCK3") == []
