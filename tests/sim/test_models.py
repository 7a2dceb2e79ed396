"""The simulated answers of a model hold what the captures of the same model hold.

`test_shapes` compares all systems together, so that a wrong type of one model passes there.
"""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.sim.conftest import StartCloud
from tests.sim.endpoints import ENDPOINTS, requests
from tests.sim.test_raw_client import what_is_known
from tests.sim.test_shapes import (
    NO_ENDPOINT,
    collect,
    is_agreed,
    missing_keys,
    prefix_of,
)

Shape = dict[str, set[str]]

SCENARIO_OF = {
    "MI80_Standalone": "mi80",
    "Mqtt_SB1_C1000": "sb1",
    "Powerpanel_Tou": "power-panel",
    "SB1_DischargePrio": "sb1",
    "SB1_Dual_NoEnergy": "sb1-dual",
    "SB1_NoEnergy": "sb1",
    "SB2_AC_UseTime": "sb2-ac",
    "SB2_SB1_AI_Input_50": "cascade",
    "SB2_SM_AiMode_Schedule_invalid": "home",
    "SB2_SM_ManMode_Schedule": "home",
    "SB2_SM_NoPvEnergy_Invalid": "home",
    "SB2_SP_SpMode_Schedule": "sb2-plugs",
    "SB3_SM_Smart": "sb3",
}
"""Captured folder and the scenario of the same model."""

AGREED = {
    r"Mqtt_SB1_C1000 .*:\.car_model_list\[\]\.(ac_max_power|battery_capacity)": "another car",
    r"Powerpanel_Tou .*:\.car_model_list\[\]\.battery_capacity": "another car",
    r"Powerpanel_Tou device_parm_12:.*\.fixed_price\.price": "no price was set, here one is",
    r"Powerpanel_Tou price:\.price": "no price was set, here one is",
    r"Powerpanel_Tou \w+:\.(update_infos\[\]\.children|upgrade_record_list)\[\]": "other firmware",
    r"(Mqtt_SB1_C1000|SB1_DischargePrio) ota_batch:.*children is .*null": "ours has an inverter",
    r"SB1_DischargePrio (bind_devices|wifi_list):.*\.rssi": "later captures tell it",
    r"SB1_DischargePrio energy_home_usage:\.battery_discharging_total": "later captures tell it",
    r"(SB1_DischargePrio|SB2_AC_UseTime) energy_\w+:\.\w+_pre": "no sun on the captured day",
    r"\w+ list_third_platforms:\.data\[\]": "no platforms since 2025",
    r"SB[12]_(Dual_|SM_)?\w+ homepage:\.(site_list\[\]\.device_type|solarbank)_list": "until 2024",
    r"SB2_\w+ wifi_list:.*\.wifi_signal is \['empty', 'number": "empty for meters and plugs",
    r"SB2_SB1_AI_Input_50 (device_fittings:\.data|user_devices:\.solar_list)": "has an inverter",
    r"SB2_SM_\w+ device_(load|parm_4):": "an unused schedule of the first generation, until 2024",
    r"SB2_S[MP]_\w+ energy_solar_production_pv\d:.*_total .*'empty'": "later captures tell it",
    r"SB2_SP_SpMode_Schedule device_parm_4: is missing": "refused to most (reference, code 10004)",
    r"SB2_SP_SpMode_Schedule hes_energy_": "answered to other families until 2025",
    r"SB3_SM_Smart device_parm_(6|12):.*(use_time|manual_backup)": "plans that the owner made",
    r"SB3_SM_Smart price:\.use_time": "plans that the owner made",
    r"SB3_SM_Smart (device_pv_\w+:|user_devices:\.solar_list)": "has an inverter",
    r"SB3_SM_Smart scene:.*heating_power": "empty in 2025, a number in 2026",
}
"""Accepted differences (pattern of `folder prefix:path`), and why."""


def kind_of(value: Any) -> str:  # noqa: ANN401  JSON
    """Return the JSON type, of a text also how it writes a number."""
    if not isinstance(value, str):
        return "null" if value is None else type(value).__name__
    if re.fullmatch(r"-?\d+(\.\d+)?", value):
        return f"number with {len(value.partition('.')[2])} decimals"
    return "text" if value else "empty"


@cache
def captured(folder: Path) -> dict[str, Shape]:
    shapes: dict[str, Shape] = {}
    for path in sorted(folder.glob("*.json")):
        prefix = prefix_of(path)
        if prefix in NO_ENDPOINT:
            continue
        envelope = json.loads(path.read_text())
        if envelope.get("code") == 0:
            collect(shapes.setdefault(prefix, {}), envelope.get("data"), kind=kind_of)
    return shapes


async def simulated(start_cloud: StartCloud, scenario: str) -> dict[str, Shape]:
    _, client = await start_cloud(scenario=scenario)
    known = await what_is_known(client)
    shapes: dict[str, Shape] = {}
    for endpoint in ENDPOINTS:
        if not endpoint.prefix:
            continue
        for body in requests(endpoint, known):
            answer = await client.send(endpoint.path, body, method=endpoint.method)
            if answer.status == 200 and answer.code == 0:
                collect(shapes.setdefault(endpoint.prefix, {}), answer.data, kind=kind_of)
    return shapes


def is_other(ours: set[str], real: set[str]) -> bool:
    """Return whether some of our kinds were never captured.

    A value captured only as null has no known type, and any text may be empty.
    """
    texts = {"text", "empty"}
    if real == {"null"}:
        return False
    return not ours <= (real | texts if "text" in real else real) and not (
        real == {"empty"} and ours <= texts
    )


def differences(folder: Path, ours: dict[str, Shape]) -> set[str]:
    found: set[str] = set()
    for prefix, real in captured(folder).items():
        shape = ours.get(prefix, {})
        found |= {f"{folder.name} {prefix}:{path} is missing" for path in missing_keys(real, shape)}
        found |= {
            f"{folder.name} {prefix}:{path} is {sorted(kinds)}, captured {sorted(real[path])}"
            for path, kinds in shape.items()
            if path in real and is_other(kinds, real[path])
        }
    return found


@pytest.mark.parametrize("folder", SCENARIO_OF)
async def test_a_model_answers_as_captured(
    start_cloud: StartCloud, captures: Path, folder: str
) -> None:
    found = differences(captures / folder, await simulated(start_cloud, SCENARIO_OF[folder]))
    assert {line for line in found if not is_agreed(line, AGREED)} == set()
    own = {rule for rule in AGREED if rule.startswith(f"{folder} ")}
    assert {rule for rule in own if not any(is_agreed(line, {rule: ""}) for line in found)} == set()
