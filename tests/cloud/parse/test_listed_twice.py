"""What an answer lists twice is there once: no sum counts it again."""

import copy
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from solix_exporter.cloud.endpoints import ENDPOINTS
from solix_exporter.cloud.endpoints.endpoint import Endpoint
from solix_exporter.cloud.endpoints.sites import SCENE_INFO
from solix_exporter.cloud.parse.bound_devices import parse_bound_devices
from solix_exporter.cloud.parse.home_system_status import parse_hes_status, parse_hes_structure
from solix_exporter.cloud.parse.vehicles import parse_vehicles
from solix_exporter.cloud.record import Record

_IDS = ("device_sn", "sn", "site_id", "vehicle_id", "evChargerSn", "time")
"""What names an entry of a list; `time` names the day, hour or slot of a trend."""


def doubled(value: object) -> object:
    """Return an answer in which every entry that has a name stands twice in its list."""
    if isinstance(value, dict):
        return {key: doubled(part) for key, part in value.items()}
    if not isinstance(value, list):
        return value
    found = []
    for entry in value:
        found.append(doubled(entry))
        if isinstance(entry, dict) and any(entry.get(key) for key in _IDS):
            found.append(copy.deepcopy(found[-1]))
    return found


def parsed(endpoint: Endpoint[Any], data: dict[str, object]) -> tuple[object, tuple[str, ...]]:
    record = Record(data)
    assert endpoint.parse is not None
    return endpoint.parse(record), record.unread()


def captured(folder: Path) -> Iterator[tuple[str, Endpoint[Any], dict[str, object]]]:
    for endpoint in ENDPOINTS:
        name = endpoint.capture_of(endpoint.body) if endpoint.parse else None
        # What a placeholder became in the name is any id here.
        pattern = re.sub(r"_(_[a-z]+)+_|Nordpool_GER", "_*", name) if name else ""
        for file in sorted(folder.glob(f"{pattern}.json")) if name else ():
            data = orjson.loads(file.read_bytes()).get("data")
            if isinstance(data, dict) and data:
                yield file.name, endpoint, data


def test_no_captured_answer_means_more_when_its_entries_are_listed_twice(captures: Path) -> None:
    compared = 0
    for folder in sorted(path for path in captures.iterdir() if path.is_dir()):
        for name, endpoint, data in captured(folder):
            if "_today_" in name:
                continue  # a course of the day, whose slots may have a name twice in autumn
            twice = doubled(data)
            assert isinstance(twice, dict)
            try:
                once = parsed(endpoint, data)
            except Exception as error:  # noqa: BLE001  what is refused once is refused twice
                with pytest.raises(type(error)):
                    parsed(endpoint, twice)
                continue
            assert parsed(endpoint, twice) == once, f"{folder.name}/{name}"
            compared += 1
    assert compared > 100


BANK = {"device_sn": "B", "device_pn": "A17C1", "status": "1", "battery_power": "50"} | {
    "photovoltaic_power": "400", "output_power": "100", "sub_package_num": 1,
    "set_load_power": "", "bat_charge_power": "300",
}  # fmt: skip
F3000 = {"device_sn": "F", "device_pn": "A1782", "battery_power": "50", "charging_power": "200"} | {
    "sub_package_num": 0
}
SCENES: dict[str, dict[str, object]] = {
    "bank": {
        "solarbank_info": {
            "solarbank_list": [BANK],
            "total_charging_power": "300",
            "total_photovoltaic_power": "400",
            "total_output_power": "100",
        },
        "retain_load": "100W",
    },
    "F3000": {"solarbank_pps_info": {"pps_list": [F3000]}},
    "others": {
        "grid_info": {
            "grid_to_home_power": "120",
            "grid_list": [{"device_sn": "M", "device_pn": "A17X7"}],
        },
        "smart_plug_info": {
            "total_power": "40",
            "smartplug_list": [{"device_sn": "P", "device_pn": "A17X8", "current_power": "40"}],
        },
        "solar_list": [{"device_sn": "I", "device_pn": "A5143", "generate_power": "300"}],
        "pps_info": {"pps_list": [{"device_sn": "C", "device_pn": "A1761"}]},
        "powerpanel_list": [{"device_sn": "PP", "device_pn": "A17B1"}],
        "combiner_box_info": {"combiner_box_list": [{"device_sn": "D", "device_pn": "AE100"}]},
        "charging_pile_info": {"charging_pile_list": [{"device_sn": "E", "power": "7000"}]},
    },
}


@pytest.mark.parametrize("name", SCENES)
def test_a_device_that_a_scene_lists_twice_is_one_device(name: str) -> None:
    scene = SCENES[name]
    twice = doubled(scene)
    assert isinstance(twice, dict)
    assert twice != scene
    assert parsed(SCENE_INFO, twice) == parsed(SCENE_INFO, scene)


def test_a_module_of_an_x1_is_one_module_whoever_lists_it() -> None:
    pack = {"sn": "PACK", "pn": "A5220", "type": "pack"}
    main = {"sn": "MAIN", "pn": "A5103", "subDevInfo": [pack, pack, {"sn": "TWO", "pn": "A5103"}]}
    second = {"sn": "TWO", "pn": "A5103", "subDevInfo": [pack]}
    structure = parse_hes_structure(Record({"results": [main, main, second]}))
    assert [part.sn for part in structure.parts] == ["MAIN", "PACK", "TWO"]
    assert [part.sn for part in structure.controllers()] == ["MAIN", "TWO"]
    assert structure.module_count() == 1


def test_a_charger_and_a_vehicle_are_one_each() -> None:
    box = {"evChargerSn": "BOX", "evChargerStatus": 2}
    status = parse_hes_status(Record({"mainSn": "MAIN", "evChargerInfos": [box, box]}))
    assert [sn for sn, _ in status.ev_chargers] == ["BOX"]
    car = {"vehicle_id": "CAR", "battery_capacity": 50}
    (vehicle,) = parse_vehicles(Record({"vehicle_list": [car, car]}))
    assert vehicle.vehicle_id == "CAR"


@pytest.mark.parametrize("kinds", [(1, 2), (2, 1)])
def test_a_device_that_is_own_and_shared_is_own(kinds: tuple[int, int]) -> None:
    entries = [{"device_sn": "A", "ms_device_type": kind} for kind in kinds]
    (device,) = parse_bound_devices(Record({"data": entries})).values()
    assert device.is_owned


def test_the_first_of_two_entries_counts_and_the_other_is_no_news() -> None:
    entries = [{"sn": "A", "n": 1}, {"sn": "A", "n": 2, "new": 1}, {"sn": "", "n": 3}]
    record = Record({"list": entries})
    (entry,) = record.unique("list", "sn")
    assert entry.integer("n") == 1
    assert "list[].new" not in record.unread()
