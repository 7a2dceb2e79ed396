"""The simulated answers have the keys and JSON types of the real ones, capture by capture."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.sim.conftest import StartCloud
from tests.sim.endpoints import ENDPOINTS, requests
from tests.sim.test_raw_client import what_is_known

Shape = dict[str, set[str]]

ID = r"(?:[0-9a-f]{8}-[0-9a-f-]{27}|[A-Z0-9]{12,17})"
SERIAL = re.compile(r"^(?=.*\d)[A-Z0-9]{12,17}$")
MODEL = re.compile(r"^A[0-9A-Z]{4}P?$|^A17X7US$|^SHEM\w*$|^SHPPS$|^ECOIR$")

NO_ENDPOINT = {
    "api_account": "a cache of another client",
    "api_devices": "a cache of another client",
    "api_sites": "a cache of another client",
    "charging_report_device_data_0": "a write",
    "charging_report_device_data_1": "a write",
    "ota_update": "may confirm an update: refused like a write",
    "device_parm_9": "no longer served since July 2025",
}
"""Captures that the simulated cloud has no answer for, and why."""

SAME_AS = {
    "device_parm": "device_parm_4",
    "device_pv_price_modified": "device_pv_price",
    "hes_system_profit_year": "hes_system_profit_month",
    "dynamic_price_details_DE_Nordpool_GER": "dynamic_price_details",
    "dynamic_price_providers_A17C5": "dynamic_price_providers",
}
"""Other names of the same request."""

LEFT_OUT = {
    "homepage:.site_list[].device_type_list[]": "filled until 2024, always empty since",
    "homepage:.solarbank_list[]": "filled until 2024, always empty since",
    "list_third_platforms:.data[]": "no platforms since 2025",
}
"""Keys (prefix, colon, path) that only captures have, and why."""

ADDED = {
    r"energy_\w+:\.(statistics\[\]|grid_exported_total|third_party_pv_to_\w+|tab_switch"
    r"|(charging_pile_)?device_energy_info)$": "captured in 2026 for other kinds of statistics",
    r"energy_home_usage_today:\.smart_plug_info\.smartplug_list\[\]$": "captured for ranges",
    r".*smartplug_list\[\]\.(auto_switch|priority|running_time)$": "described since June 2025",
    r"bind_devices:\.data\[\]\.hes_data\.\w+$": "described, no X1 was captured",
    r"device_parm_1[68]:\.param_data\|json$": "described, captured only for other systems",
    r"get_upgrade_record:.*\.(upgrade_record_type|child_upgrade_records\[\])$": "by device",
    r"hes_system_running_info:\.(evChargerInfos|pcsSns)\[\]$": "described, no X1 was captured",
    r"power_limit:\.(ac_input_power_unit|legal_limit|power_limit_option)$": "described, 2025-09",
    r"power_limit:\.(ae100_info\..*|device_info\[\]\.ac_input_limit)$": "described, 2025-09",
    r"\w+:.*charging_pile_list\[\]$": "described, no wall box was captured",
    r"scene:.*solarbank_list\[\]\.pv_power\.\w+$": "described for multisystems, 2025-09",
    r"scene:.*solarbank_list\[\]\.feature_switch\.multi_pv$": "captured for the whole site",
    r"\w+:\.solarbank_list\[\]\.pv_name$": "described, 2025-09",
    r"(scene|site_detail):\.solar_list\[\]$": "described from a capture of February 2024",
    r"site_rules:.*\.is_group$": "captured in the newer file of the same list",
    r"user_vehicles:\.vehicle_list\[\]$": "described, all captured accounts have no car",
}
"""Keys that only the simulated cloud has (patterns), and why."""

TYPES = {
    r"energy_solar_production_(pv[234]|microinverter):$": "null for old banks as captured for pv1",
}
"""Different types (patterns), and why."""


def kind_of(value: Any) -> str:  # noqa: ANN401  JSON
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int | float):
        return "number"
    return {"str": "str", "list": "list", "dict": "object"}[type(value).__name__]


def collect(
    shape: Shape,
    value: Any,  # noqa: ANN401  JSON
    path: str = "",
    kind: Callable[[Any], str] = kind_of,
) -> Shape:
    shape.setdefault(path, set()).add(kind(value))
    if isinstance(value, dict):
        for key, below in value.items():
            name = "<sn>" if SERIAL.match(key) else "<pn>" if MODEL.match(key) else key
            collect(shape, below, f"{path}.{name}", kind)
    elif isinstance(value, list):
        for item in value:
            collect(shape, item, f"{path}[]", kind)
    elif isinstance(value, str) and value[:1] == "{":
        collect(shape, json.loads(value), f"{path}|json", kind)
    return shape


def prefix_of(path: Path) -> str:
    stem = re.sub(rf"_{ID}$", "", path.stem)
    stem = re.sub(r"^vehicle_(brand_models|model_years|year_attributes)_.*", r"vehicle_\1", stem)
    return SAME_AS.get(stem, stem)


def captured_shapes(captures: Path) -> dict[str, Shape]:
    shapes: dict[str, Shape] = {}
    for path in sorted(captures.glob("*/*.json")):
        prefix = prefix_of(path)
        envelope = json.loads(path.read_text())
        if prefix in NO_ENDPOINT or envelope.get("code") != 0:
            continue
        collect(shapes.setdefault(prefix, {}), envelope.get("data"))
    return shapes


async def simulated_shapes(start_cloud: StartCloud) -> dict[str, Shape]:
    _, client = await start_cloud(scenario="all")
    known = await what_is_known(client)
    shapes: dict[str, Shape] = {}
    for endpoint in ENDPOINTS:
        if not endpoint.prefix:
            continue
        for body in requests(endpoint, known):
            envelope = (await client.send(endpoint.path, body, method=endpoint.method)).envelope
            if envelope["code"] == 0:
                collect(shapes.setdefault(endpoint.prefix, {}), envelope["data"])
    return shapes


def missing_keys(real: Shape, simulated: Shape) -> set[str]:
    """Return the keys that only the captures have, without those below a missing one."""
    gone = set(real) - set(simulated)
    return {path for path in gone if not any(path != up and path.startswith(up) for up in gone)}


def is_blank(kinds: set[str]) -> bool:
    """Return whether all values of a key are null, so that its type is unknown."""
    return kinds <= {"null"}


async def test_every_captured_answer_is_simulated_with_its_keys_and_types(
    start_cloud: StartCloud, captures: Path
) -> None:
    captured = captured_shapes(captures)
    simulated = await simulated_shapes(start_cloud)
    assert set(captured) <= set(simulated), "an endpoint is missing"
    left_out, added, types = set(), set(), {}
    for prefix, real in captured.items():
        ours = simulated[prefix]
        left_out |= {f"{prefix}:{path}" for path in missing_keys(real, ours)}
        added |= {f"{prefix}:{path}" for path in missing_keys(ours, real)}
        for path, kinds in ours.items():
            if path in real and not kinds <= real[path] and not is_blank(real[path]):
                types[f"{prefix}:{path}"] = (kinds, real[path])
    assert {key: kinds for key, kinds in types.items() if not is_agreed(key, TYPES)} == {}
    assert left_out == set(LEFT_OUT)
    assert {key for key in added if not is_agreed(key, ADDED)} == set()
    assert {rule for rule in ADDED if not any(re.match(rule, key) for key in added)} == set()


def is_agreed(key: str, rules: dict[str, str]) -> bool:
    return any(re.match(rule, key) for rule in rules)


async def test_every_scene_has_the_keys_of_the_newest_capture(
    start_cloud: StartCloud, captures: Path
) -> None:
    newest = json.loads(next(captures.glob("Powerpanel_Tou/scene_*.json")).read_text())["data"]
    _, client = await start_cloud(scenario="all")
    known = await what_is_known(client)
    for site_id in known.sites:
        scene = await client.ask("power_service/v1/site/get_scen_info", site_id=site_id)
        assert set(scene) == set(newest)
        assert set(scene["solarbank_info"]) == set(newest["solarbank_info"])
