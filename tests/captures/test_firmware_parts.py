"""Firmware of the parts of devices, from captured answers about updates."""

import json
from pathlib import Path

import pytest

from solix_exporter.cloud.parse.firmware import parse_updates
from solix_exporter.cloud.record import Record
from solix_exporter.model.firmware import FirmwarePart
from tests.captures.test_details import metrics_at, value
from tests.records import captured

PARTS = [
    ("SB1_DischargePrio", "9J7O", "controller", "2.0.9", ""),
    ("SB1_DischargePrio", "9J7O", "radio", "0.0.9.8", ""),
    ("SB2_AC_UseTime", "UG20", "pack", "0.2.2.9", ""),
    ("Powerpanel_Tou", "9DNB", "controller", "2.6.5", ""),
    ("Powerpanel_Tou", "9DNB", "A1790_A17B2", "0.3.0", ""),
    # All three wait for an update; the bank itself has 1.0.0.18.
    ("SB3_SM_Smart", "200Z", "controller", "", "1.0.0.24"),
    ("SB3_SM_Smart", "200Z", "radio", "", "0.2.0.5"),
    ("SB3_SM_Smart", "200Z", "pack", "", "0.3.2.6"),
]


@pytest.mark.parametrize(("folder", "sn", "part", "firmware", "new"), PARTS)
async def test_the_firmware_of_a_part(
    captures: Path, folder: str, sn: str, part: str, firmware: str, new: str
) -> None:
    metrics = await metrics_at(captures / folder, "2025-07-18 13:23")
    versions = (f'firmware="{firmware}"', f'new_firmware="{new}"')
    labels = (f'device_sn="{sn}', f'part="{part}"', *versions)
    assert value(metrics, "solix_device_part_info", *labels) == 1


def test_what_waits_is_the_version_that_the_part_names(captures: Path) -> None:
    record = captured(captures / "SB3_SM_Smart", "ota_batch")
    (bank,) = (found for sn, found in parse_updates(record).items() if sn.startswith("200Z"))
    assert (bank.version, bank.newest_version) == ("1.0.0.18", "1.0.0.24")


def test_two_parts_of_a_kind_are_two_series() -> None:
    children = [
        {"device_type": "A1_mcu_low", "rom_version_name": "v1", "needUpdate": False},
        {"device_type": "A1_mcu_high", "rom_version_name": "v2", "needUpdate": False},
        {"device_type": "A1_mcu_high", "rom_version_name": "v3", "needUpdate": False},
        {"device_type": "A1_esp32", "rom_version_name": "v5", "needUpdate": True,
         "sub_current_version": "v4"},
        {"device_type": "", "rom_version_name": "v6", "needUpdate": False},
    ]  # fmt: skip
    entry = {"device_sn": "A", "children": json.loads(json.dumps(children))}
    firmware = parse_updates(Record({"update_infos": [entry]}))["A"]
    assert firmware.parts == (
        FirmwarePart("controller", "1"),
        FirmwarePart("A1_mcu_high", "2"),
        FirmwarePart("radio", "4", "5"),
    )
