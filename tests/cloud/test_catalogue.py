"""The table of read endpoints: whole, without writes, and with the names that captures have."""

import json
import re
from pathlib import Path

import pytest

from solix_exporter.cloud.endpoints import BY_NAME, ENDPOINTS, GENERAL, find
from solix_exporter.cloud.endpoints.endpoint import Capture, Endpoint, file_stem
from solix_exporter.cloud.replay import SUMMARY
from solix_exporter.cloud.writes import WRITES, why_refused
from tests.exported import Answers
from tests.sim.endpoints import ENDPOINTS as KNOWN

SITE = "c71f3d61-92de-d17f-dd6a-34c9ecbecedc"
SERIAL = "9JVB42LJK8J0P5RY"

NOT_ENDPOINTS = re.compile(
    r"api_|charging_report_device_data|ota_update|device_parm_9_|.*_modified"
)
"""Captures of other tools' caches, of writes, and of what is no longer served."""


def test_every_read_endpoint_of_the_reference_has_a_row() -> None:
    assert {row.path for row in GENERAL} == {row.path for row in KNOWN}
    methods = {row.path: row.method for row in KNOWN}
    assert {row.path: row.method for row in GENERAL} == methods
    assert len(BY_NAME) == len(ENDPOINTS)
    assert len(GENERAL) == len({row.path for row in GENERAL})


def test_a_variant_asks_its_general_row_with_other_values() -> None:
    for variant in ENDPOINTS:
        row = find(variant.path)
        assert row is not None
        assert (row.name, row.method, row.asker) == (variant.label, variant.method, variant.asker)
        assert set(variant.body) == set(row.body)


@pytest.mark.parametrize(
    "path",
    [
        "power_service/v1/site/set_site_device_param",
        "power_service/v1/site/update_site_price",
        "power_service/v1/app/set_auto_upgrade",
        "power_service/v1/app/device/set_device_home_load",
        "power_service/v1/app/compatible/set_power_cutoff",
        "power_service/v1/app/compatible/get_ota_update",
        "power_service/v1/app/vehicle/set_default",
        "charging_pv_svc/updateUserTieredElecPrice",
        "charging_pv_svc/set_aps_power",
        "mini_power/v1/app/setting/set_port_remark",
        "charging_energy_service/report_device_data",
        "charging_energy_service/ack_utility_rate_plan",
        "charging_energy_service/sync_config",
        "charging_hes_svc/report_device_data",
        "charging_hes_svc/user_close_alarm_up",
        "charging_hes_svc/quit_disaster",
        "charging_hes_third_party_service_svc/set_modbus_setting",
        "power_service/v1/read_message",
        "power_service/v1/app/share_site/invite_member",
        "app/devicerelation/un_relate_and_unbind_device",
        "app/devicerelation/up_alias_name",
        "app/push/anything_push",
        "passport/destroy_user",
        "passport/change_password",
        "openapi/oauth/key/exchange",
        "",
    ],
)
def test_no_row_can_be_made_for_what_writes(path: str) -> None:
    assert why_refused(path)
    with pytest.raises(ValueError, match="refused"):
        Endpoint("any", path)


@pytest.mark.parametrize(
    "path",
    [
        "power_service/v1/site/can_create_site",
        "power_service/v1/dynamic_price/check_adjust",
        "charging_pv_svc/getMiStatus",
        "charging_hes_svc/get_tou_price_plan_detail",
        "power_service/v2/device/energy_analysis",
    ],
)
def test_what_reads_is_not_refused(path: str) -> None:
    assert why_refused(path) is None


def test_no_write_is_in_the_table() -> None:
    assert not set(WRITES) & {row.path for row in GENERAL}


@pytest.mark.parametrize(
    ("name", "body", "file"),
    [
        ("site_list", {}, "site_list"),
        ("scene_info", {"site_id": SITE}, f"scene_{SITE}"),
        ("site_price", {"site_id": SITE, "accuracy": 5}, f"price_{SITE}"),
        ("site_device_param", {"site_id": SITE, "param_type": "6"}, f"device_parm_6_{SITE}"),
        (
            "energy_analysis",
            {
                "site_id": SITE,
                "device_sn": "",
                "type": "week",
                "device_type": "grid",
                "start_time": "2026-06-19",
                "end_time": "2026-06-20",
            },
            f"energy_grid_{SITE}",
        ),
        (
            "energy_analysis",
            {"site_id": SITE, "device_sn": "", "type": "day", "device_type": "grid"},
            f"energy_grid_today_{SITE}",
        ),
        (
            "energy_analysis",
            {
                "site_id": SITE,
                "device_sn": SERIAL,
                "type": "week",
                "device_type": "pps",
                "start_time": "2026-06-19",
                "end_time": "2026-06-20",
            },
            f"energy_pps_{SERIAL}_{SITE}",
        ),
        (
            "energy_analysis",
            {
                "site_id": SITE,
                "device_sn": "",
                "type": "week",
                "device_type": "grid",
                "start_time": "2026-06-20",
                "end_time": "2026-06-20",
            },
            f"energy_grid_day_{SITE}",
        ),
        ("upgrade_record", {"device_sn": SERIAL, "type": 1}, f"upgrade_record_1_{SERIAL}"),
        ("upgrade_record", {"site_id": SITE, "type": 2}, f"upgrade_record_2_{SITE}"),
        ("upgrade_record", {"type": 0}, "upgrade_record_0"),
        (
            "charging_energy",
            {"siteId": SITE, "sourceType": "hes", "dateType": "day"},
            f"charging_energy_hes_today_{SITE}",
        ),
        (
            "charging_device_info",
            {"siteId": SITE, "sns": [SERIAL]},
            f"charging_device_info_{SERIAL}",
        ),
        (
            "vehicle_model_years",
            {"brand_name": "Abarth", "model_name": "600e Scorpionissima"},
            "vehicle_model_years_Abarth_600e_Scorpionissima",
        ),
        ("pv_statistics", {"sn": SERIAL, "type": "day"}, f"device_pv_statistics_today_{SERIAL}"),
        ("scene_info", {}, None),
        ("charging_device_info", {"sns": []}, None),
        ("mqtt_info", {}, None),
    ],
)
def test_an_answer_has_the_name_that_other_tools_know(
    name: str, body: dict[str, object], file: str | None
) -> None:
    assert BY_NAME[name].capture_of(json.loads(json.dumps(body))) == file


def test_a_name_never_leads_out_of_its_folder() -> None:
    row = Capture("scene_{site_id}")
    assert row.of({"site_id": "../../etc/passwd"}) == "scene_.._.._etc_passwd"
    assert file_stem("a\x00b:c d") == "a_b_c_d"
    assert len(file_stem("a" * 400)) == 80


def test_every_file_of_answers_has_a_row(answers: Answers) -> None:
    fields = re.compile(r"\\\{[^}]*\\\}")
    patterns = [
        re.compile(fields.sub(".+", re.escape(capture.template)))
        for row in GENERAL
        for capture in row.all_captures
    ]
    old = re.compile(
        r"device_parm_[0-9a-f-]{36}|site_rules|get_upgrade_record_.*|\w+details_\w{16}\w?"
    )
    names = {path.stem for path in answers.folder.glob("*.json")} - {Path(SUMMARY).stem}
    strange = {
        name
        for name in names
        if not any(pattern.fullmatch(name) for pattern in (*patterns, old, NOT_ENDPOINTS))
        and not NOT_ENDPOINTS.match(name)
    }
    assert names
    assert strange == set()
