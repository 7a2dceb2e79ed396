"""Compares with the caches that another client made of the same answers (`api_*.json`).

Every difference is deliberate and stands in `AGREED` with its reason.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from solix_exporter.cloud.decode import decode
from solix_exporter.cloud.endpoints.sites import SCENE_INFO, SITE_LIST
from solix_exporter.model.device import DeviceReadings
from solix_exporter.model.events import SilentObserver
from solix_exporter.model.site import SiteReadings

pytestmark = pytest.mark.usefixtures("captures")

Value = float | str | None


def _battery_w(now: DeviceReadings) -> Value:
    battery = now.battery
    if not battery or battery.charge_power_w is None or battery.discharge_power_w is None:
        return None
    return battery.charge_power_w - battery.discharge_power_w


def _channel(number: str) -> Callable[[DeviceReadings], Value]:
    return lambda now: next((pv.power_w for pv in now.pv_inputs if pv.name == number), None)


DEVICE_FIELDS: dict[str, Callable[[DeviceReadings], Value]] = {
    "battery_soc": lambda d: (
        round(d.battery.soc_ratio * 100) if d.battery and d.battery.soc_ratio is not None else None
    ),
    "battery_capacity": lambda d: d.battery.capacity_wh if d.battery else None,
    "battery_energy": lambda d: int(d.battery.stored_energy_wh or 0) if d.battery else None,
    "sub_package_num": lambda d: d.battery.expansion_packs if d.battery else None,
    "pei_heating_power": lambda d: d.battery.heating_power_w if d.battery else None,
    "grid_to_battery_power": lambda d: d.battery.grid_charge_power_w if d.battery else None,
    "charging_power": _battery_w,
    "charging_status_desc": lambda d: d.status.value if d.status else None,
    "input_power": lambda d: d.pv_power_w,
    "output_power": lambda d: d.output.power_w if d.output else None,
    "to_home_load": lambda d: d.output.home_power_w if d.output else None,
    "ac_power": lambda d: d.output.ac_socket_power_w if d.output else None,
    "other_input_power": lambda d: d.output.ac_input_power_w if d.output else None,
    "set_output_power": lambda d: d.output.preset_w if d.output else None,
    "solar_power_1": _channel("1"),
    "solar_power_2": _channel("2"),
    "solar_power_3": _channel("3"),
    "solar_power_4": _channel("4"),
    "grid_to_home_power": lambda d: d.meter.import_power_w if d.meter else None,
    "photovoltaic_to_grid_power": lambda d: d.meter.export_power_w if d.meter else None,
    "current_power": lambda d: d.plug.power_w if d.plug else None,
    "err_code": lambda d: d.error_code,
    "status_desc": lambda d: None if d.is_online is None else ("offline", "online")[d.is_online],
    "data_valid": lambda d: float(d.is_data_valid),
}

SITE_FIELDS: dict[str, Callable[[SiteReadings], Value]] = {
    "data_valid": lambda s: float(s.is_data_valid),
    "home_load_power": lambda s: s.home_load_power_w,
    "other_loads_power": lambda s: s.other_load_power_w,
    "solarbank_info.total_photovoltaic_power": lambda s: s.pv_power_w,
    "solarbank_info.total_output_power": lambda s: s.output_power_w,
    "solarbank_info.total_charging_power": lambda s: (
        None
        if s.battery_charge_power_w is None
        else s.battery_charge_power_w - (s.battery_discharge_power_w or 0)
    ),
    "solarbank_info.total_battery_power": lambda s: s.soc_ratio,
    "smart_plug_info.total_power": lambda s: s.plug_power_w,
    "grid_info.grid_to_home_power": lambda s: s.grid_import_power_w,
    "grid_info.photovoltaic_to_grid_power": lambda s: s.grid_export_power_w,
}

ZEROS = "zeros that nobody measured are left out, not shown"
NO_SUCH_DEVICE = "a family of values appears only where such a device exists"
NOT_TOLD = "that client wrote no data_valid yet"
STATUS = "the newest rules tell code 0 apart by the powers"
CASCADED = "that client took the cloud's totals, which leave the first generation out"
OTHER_POLL = "comes from a slower poll, not from the scene"
REPAIRED = "a home output of 0 beside a real output is repaired"
WHITELIST = "the model has no such input; the cloud fills the key for all"
PRESETS = "the newest rules share the preset of the system among banks of one model"

NOT_HELD = "with a preset of 0 W nothing is held back for the battery: it charges"
AGREED: dict[tuple[str, str, str], str] = {
    ("Mqtt_SB1_C1000", "A17C0", "set_output_power"): OTHER_POLL,
    ("Powerpanel_Tou", "site", "*"): NO_SUCH_DEVICE,
    ("Powerpanel_Tou", "A17B1", "battery_capacity"): OTHER_POLL,
    ("Powerpanel_Tou", "A17B1", "battery_energy"): OTHER_POLL,
    ("SB1_0Wswitch_PPSc1000_NoEnergy", "site", "data_valid"): NOT_TOLD,
    ("SB1_0Wswitch_PPSc1000_NoEnergy", "A17C0", "charging_status_desc"): NOT_HELD,
    ("SB1_Dual_NoEnergy", "site", "data_valid"): NOT_TOLD,
    ("SB1_NoEnergy", "site", "data_valid"): NOT_TOLD,
    ("SB2_AC_UseTime", "site", "*"): NO_SUCH_DEVICE,
    ("SB2_SB1_AI_Input_50", "site", "*"): CASCADED,
    ("SB2_SB1_AI_Input_50", "A17C1", "charging_power"): CASCADED,
    ("SB2_SB1_AI_Input_50", "A17C0", "charging_power"): CASCADED,
    ("SB2_SB1_AI_Input_50", "A17C1", "other_input_power"): WHITELIST,
    ("SB2_SB1_AI_Input_50", "A17C1", "set_output_power"): PRESETS,
    ("SB2_SB1_AI_Input_50", "A17C0", "set_output_power"): PRESETS,
    ("SB2_SM_AiMode_Schedule_invalid", "site", "data_valid"): NOT_TOLD,
    ("SB2_SM_AiMode_Schedule_invalid", "site", "*"): ZEROS,
    ("SB2_SM_AiMode_Schedule_invalid", "A17C1", "*"): ZEROS,
    ("SB2_SM_AiMode_Schedule_invalid", "A17X7", "*"): ZEROS,
    ("SB2_SM_ManMode_Schedule", "A17C1", "charging_status_desc"): STATUS,
    ("SB2_SM_NoPvEnergy_Invalid", "site", "data_valid"): NOT_TOLD,
    ("SB2_SM_NoPvEnergy_Invalid", "site", "*"): ZEROS,
    ("SB2_SM_NoPvEnergy_Invalid", "A17C1", "*"): ZEROS,
    ("SB2_SM_NoPvEnergy_Invalid", "A17X7", "*"): ZEROS,
    ("SB2_SP_SpMode_Schedule", "A17C1", "charging_status_desc"): STATUS,
    ("SB3_SB2AC_Shelly_Smart_Complete", "A17C2", "charging_status_desc"): STATUS,
    ("SB3_SM_Smart", "A17C5", "charging_status_desc"): STATUS,
    ("SB3_SM_Smart", "A17C5", "to_home_load"): REPAIRED,
}
"""Capture, model or "site", field ("*" = all that are left) -> why ours differs."""


def _theirs(value: object) -> Value:
    """Return their value as ours would be written."""
    if isinstance(value, bool):
        return float(value)
    if value in (None, "", [], {}):
        return None
    try:
        return float(str(value))
    except ValueError:
        return str(value)


def _member(record: dict[str, Any], path: str) -> object:
    for key in path.split("."):
        record = record.get(key) or {}
    return record


def _differences(folder: Path) -> Iterator[tuple[str, str, Value, Value]]:
    """Give model or "site", field, their value and ours."""
    sites = json.loads((folder / "api_sites.json").read_bytes())
    devices = json.loads((folder / "api_devices.json").read_bytes())
    for listing in decode(SITE_LIST, (folder / "site_list.json").read_bytes(), SilentObserver()):
        file = folder / f"scene_{listing.site_id}.json"
        scene = decode(SCENE_INFO, file.read_bytes(), SilentObserver())
        for field, read_site in SITE_FIELDS.items():
            theirs, ours = _theirs(_member(sites[listing.site_id], field)), read_site(scene.site)
            if theirs != ours:
                yield "site", field, theirs, ours
        for device in scene.devices:
            record = devices[device.sn]
            for field, read_device in DEVICE_FIELDS.items():
                now = device.readings
                theirs, ours = _theirs(record.get(field)), read_device(now) if now else None
                if field in record and theirs != ours:
                    yield device.product.part_number, field, theirs, ours


def _agreement(key: tuple[str, str, str]) -> tuple[str, str, str] | None:
    folder, subject, _ = key
    return next((known for known in (key, (folder, subject, "*")) if known in AGREED), None)


def test_every_difference_to_the_other_client_is_agreed(captures: Path) -> None:
    found = {
        (folder.name, subject, field): (theirs, ours)
        for folder in sorted(captures.iterdir())
        if (folder / "api_sites.json").exists() and list(folder.glob("scene_*.json"))
        for subject, field, theirs, ours in _differences(folder)
    }
    assert {key: values for key, values in found.items() if _agreement(key) is None} == {}
    assert {_agreement(key) for key in found} == set(AGREED)


def test_what_nobody_measured_is_absent_and_never_another_number(captures: Path) -> None:
    for folder in {key[0] for key, reason in AGREED.items() if reason in {ZEROS, NO_SUCH_DEVICE}}:
        for subject, field, _, ours in _differences(captures / folder):
            if AGREED.get((folder, subject, field)) is None:
                assert ours is None, (folder, subject, field)
