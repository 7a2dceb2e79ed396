"""Names that owners gave: rooms, networks, PV inputs. Pseudonyms stand for networks in captures."""

from pathlib import Path

import pytest

from tests.captures.test_details import metrics_at, value
from tests.exported import Exports
from tests.replay.edited import edited, setting
from tests.replay.replayed import replay
from tests.scraping import Scrape

PLACES = [
    # Both plugs have a room and no signal in percent; the bank has a network and no room.
    ("SB2_SP_SpMode_Schedule", "IU47", "Garage", "wifi-network-1"),
    ("SB2_SP_SpMode_Schedule", "MU1J", "Dining Room", "wifi-network-1"),
    ("SB2_SP_SpMode_Schedule", "81QC", "", "wifi-network-1"),
    # Banks in two networks; the older list knows a device by its place in it.
    ("SB3_SB2AC_Shelly_Smart_Complete", "DRVA", "", "wifi-network-1"),
    ("SB3_SB2AC_Shelly_Smart_Complete", "2HUE", "", "wifi-network-2"),
    ("SB2_SM_ManMode_Schedule", "MUOD", "Dining Room", "wifi-network-1"),
    # Stand-alone, and the parts of a power panel: from the list of bound devices.
    ("Mqtt_SB1_C1000", "4EJY", "", "wifi-network-1"),
    ("Powerpanel_Tou", "QVZB", "", "wifi-network-2"),
]


@pytest.mark.parametrize(("folder", "sn", "room", "ssid"), PLACES)
async def test_where_a_device_is(
    captures: Path, folder: str, sn: str, room: str, ssid: str
) -> None:
    metrics = await metrics_at(captures / folder, "2025-07-18 13:23")
    labels = (f'device_sn="{sn}', f'room="{room}"', f'ssid="{ssid}"')
    assert value(metrics, "solix_device_details_info", *labels) == 1


async def test_inputs_that_are_not_reported_one_by_one_have_no_names(captures: Path) -> None:
    metrics = await metrics_at(captures / "Mqtt_SB1_C1000", "2025-07-18 13:23")
    # The cloud sends "PV1".."PV4" for this E1600, too.
    assert [name for name in metrics if name.startswith("solix_pv_input_info")] == []


def named(data: dict[str, object]) -> None:
    info = data["solarbank_info"]
    assert isinstance(info, dict)
    (bank,) = info["solarbank_list"]
    bank["pv_name"] = {
        "micro_inverter_name": "Shed",
        "pv1_name": "South",
        "pv2_name": "",
        "pv3_name": 'West "3"',
    }


async def test_owners_names_of_inputs_are_labels_of_an_info(
    exports: Exports, tmp_path: Path
) -> None:
    # Made by hand: the one capture with names has an E1600.
    answers = edited(exports.of("home"), tmp_path, {"scene_*.json": named})
    found = Scrape(await replay(answers))
    names = [
        (dict(labels)["input"], dict(labels)["name"])
        for name, labels in found.samples
        if name == "solix_pv_input_info"
    ]
    # An empty name is none, and the model has no micro inverter.
    assert names == [("1", "South"), ("3", 'West "3"')]
    # Never on a series with values.
    assert all("South" not in line for line in found.text.splitlines() if "_watt" in line)


async def test_an_error_text_stands_as_long_as_the_cloud_sends_it(
    exports: Exports, tmp_path: Path
) -> None:
    # Made by hand: captures hold empty ones.
    changes = {"scene_*.json": setting(err_msg="Meter offline")}
    found = Scrape(await replay(edited(exports.of("home"), tmp_path, changes)))
    assert found.one("solix_site_error_info", error_text="Meter offline") == 1
    calm = Scrape(await replay(exports.of("home").answers))
    assert calm.all("solix_site_error_info") == []
