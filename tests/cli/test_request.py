"""`request` against the simulated cloud: what is asked, what is refused, how it ends."""

import base64
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from solix_exporter.cli import commands
from solix_exporter.clock import SystemClock
from solix_exporter.sim import Fault, SimulatedCloud
from tests.cli.tool import environ_for, run_tool
from tests.exported import Exports

SCENE = "power_service/v1/site/get_scen_info"


@pytest.fixture
async def cloud() -> AsyncIterator[SimulatedCloud]:
    cloud = SimulatedCloud(SystemClock(), scenario="home", endpoint_limit=0)
    await cloud.start()
    yield cloud
    await cloud.stop()


def paths(cloud: SimulatedCloud) -> list[str]:
    """Return what was asked beside logins."""
    return [row.path for row in cloud.requests if row.path != "passport/login"]


@pytest.mark.parametrize("name", ["scene_info", SCENE, f"/{SCENE}"])
async def test_an_endpoint_is_asked_by_name_and_by_path(
    name: str, cloud: SimulatedCloud, tmp_path: Path
) -> None:
    body = json.dumps({"site_id": cloud.site_ids[0]})
    done = await run_tool("request", name, body, environ=environ_for(cloud, tmp_path))
    assert (done.code, done.errors) == (0, "")
    answer = json.loads(done.output)
    assert answer["code"] == 0
    assert answer["data"]["home_info"]["home_name"] == "Home"
    assert paths(cloud) == [SCENE]


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
async def test_an_output_of_any_alphabet_gets_the_whole_answer(
    encoding: str, tmp_path: Path
) -> None:
    sites = [{"site_id": "s1", "site_name": "Haus Łódź \N{HOUSE BUILDING}"}]
    envelope = {"code": 0, "msg": "success!", "data": {"site_list": sites}}
    (tmp_path / "site_list.json").write_text(json.dumps(envelope))
    environ = {"PYTHONIOENCODING": encoding, "SOLIX_STATE_DIR": str(tmp_path / "state")}
    done = await run_tool("request", f"--replay={tmp_path}", "site_list", environ=environ)
    assert (done.code, done.errors) == (0, "")
    assert json.loads(done.output)["data"]["site_list"] == sites


async def test_the_login_is_shared_with_the_next_call(
    cloud: SimulatedCloud, tmp_path: Path
) -> None:
    for _ in range(2):
        done = await run_tool("request", "site_list", environ=environ_for(cloud, tmp_path))
        assert done.code == 0
    assert [row.path for row in cloud.requests].count("passport/login") == 1


async def test_an_anonymous_answer_holds_no_serial_number(
    cloud: SimulatedCloud, tmp_path: Path
) -> None:
    environ = environ_for(cloud, tmp_path)
    plain = await run_tool("request", "bind_devices", environ=environ)
    hidden = await run_tool("request", "--anonymous", "bind_devices", environ=environ)
    serials = [row["device_sn"] for row in json.loads(plain.output)["data"]["data"]]
    assert len(serials) == 4
    assert [serial for serial in serials if serial in hidden.output] == []
    assert "Balcony Bank" not in hidden.output
    models = [row["product_code"] for row in json.loads(hidden.output)["data"]["data"]]
    assert models == ["A17C1", "A17X7", "A17X8", "A17X8"]


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("power_service/v1/site/set_site_device_param", "sets schedules"),
        ("charging_pv_svc/set_aps_power", "sets an inverter's limit"),
        ("charging_energy_service/report_device_data", "start or stop reporting"),
        ("power_service/v1/app/compatible/get_ota_update", "may confirm an update"),
        ("power_service/v1/app/delete_everything", '"delete"'),
        ("charging_pv_svc/updateSomething", '"update"'),
        ("passport/logout", '"logout"'),
    ],
)
@pytest.mark.parametrize("more", [(), ("--unlisted",)])
async def test_what_writes_is_refused_with_the_reason(
    path: str, reason: str, more: tuple[str, ...], cloud: SimulatedCloud, tmp_path: Path
) -> None:
    answer = CliRunner().invoke(
        commands, ["request", *more, path], env=environ_for(cloud, tmp_path)
    )
    assert answer.exit_code == 2
    assert reason in answer.output
    assert not cloud.requests


@pytest.mark.parametrize(
    "path",
    [
        # What comes out of these is a path that writes.
        "power_service/v1/site/upd%61te_site",
        "power_service/v1/site/update_site?x/get_site",
        "power_service/v1/site/update_site#/get_site",
        "power_service/v1/site/update_site;/get_site",
        "power_service/v1/get_x/../site/./get_y",
        "power_service//v1/get_x",
        "power_service/v1/get_x\nupdate",
        "http://elsewhere.example/get_x",
    ],
)
async def test_a_path_that_hides_another_is_refused(
    path: str, cloud: SimulatedCloud, tmp_path: Path
) -> None:
    done = await run_tool("request", "--unlisted", path, environ=environ_for(cloud, tmp_path))
    assert done.code == 2
    assert "refused" in done.errors
    assert not cloud.requests


async def test_a_path_that_is_not_listed_wants_to_be_meant(
    cloud: SimulatedCloud, tmp_path: Path
) -> None:
    path, environ = "power_service/v1/site/get_addable_site_list", environ_for(cloud, tmp_path)
    refused = await run_tool("request", path, environ=environ)
    assert refused.code == 2
    assert "--unlisted" in refused.errors
    assert not cloud.requests
    asked = await run_tool("request", "--unlisted", path, environ=environ)
    assert asked.code == 5
    assert "404" in asked.errors
    assert paths(cloud) == [path]


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        ((), "--list"),
        (("no_such_name",), "--list"),
        (("scene_info",), '{"site_id": "<site_id>"}'),
        (("scene_info", "{"), "not JSON"),
        (("scene_info", "[1]"), "must be a JSON object"),
        (("--method=PUT", "site_list"), "PUT"),
    ],
)
async def test_a_wrong_question_is_explained_without_asking(
    arguments: tuple[str, ...], hint: str, cloud: SimulatedCloud, tmp_path: Path
) -> None:
    answer = CliRunner().invoke(commands, ["request", *arguments], env=environ_for(cloud, tmp_path))
    assert answer.exit_code == 2
    assert hint in answer.output
    assert not cloud.requests


async def test_the_list_needs_no_account_and_tells_bodies_and_askers() -> None:
    done = await run_tool("request", "--list", environ={})
    assert done.code == 0
    lines = done.output.splitlines()
    scene = next(row for row, line in enumerate(lines) if line.startswith("scene_info "))
    assert SCENE in lines[scene]
    assert "owner, member" in lines[scene]
    assert lines[scene + 1].strip() == '{"site_id": "<site_id>"}'
    assert sum(not line.startswith(" ") for line in lines) == 1 + 108


async def test_an_exported_answer_is_asked_like_a_live_one(
    exports: Exports, cloud: SimulatedCloud
) -> None:
    folder = exports.of("sb3").folder
    site_list = await run_tool("request", f"--replay={folder}", "site_list", environ={})
    site_id = json.loads(site_list.output)["data"]["site_list"][0]["site_id"]
    body = json.dumps({"site_id": site_id, "param_type": "4"})
    for name, content in (("scene_info", f'{{"site_id": "{site_id}"}}'), ("site_list", "{}")):
        done = await run_tool("request", f"--replay={folder}", name, content, environ={})
        assert done.code == 0, done.errors
    missing = await run_tool("request", f"--replay={folder}", "site_device_param", body, environ={})
    assert missing.code == 5
    assert not cloud.requests


async def test_what_the_cloud_refuses_ends_with_5(cloud: SimulatedCloud, tmp_path: Path) -> None:
    body = '{"site_id": "00000000-0000-0000-0000-000000000000"}'
    done = await run_tool("request", "scene_info", body, environ=environ_for(cloud, tmp_path))
    assert done.code == 5
    assert "Traceback" not in done.errors


async def test_an_answer_that_is_no_json_ends_with_6(cloud: SimulatedCloud, tmp_path: Path) -> None:
    cloud.faults.add(Fault(path="power_service/*", kind="not_json"))
    done = await run_tool("request", "site_list", environ=environ_for(cloud, tmp_path))
    assert done.code == 6


async def test_completion_knows_the_endpoints() -> None:
    done = await run_tool(
        environ={
            "_SOLIX_EXPORTER_COMPLETE": "bash_complete",
            "COMP_WORDS": "solix-exporter request scene",
            "COMP_CWORD": "2",
        }
    )
    assert done.output.split() == ["plain,scene_info"]


async def test_completion_knows_the_commands() -> None:
    done = await run_tool(
        environ={
            "_SOLIX_EXPORTER_COMPLETE": "bash_complete",
            "COMP_WORDS": "solix-exporter mon",
            "COMP_CWORD": "1",
        }
    )
    assert done.output.split() == ["plain,monitor"]


async def test_the_key_of_the_mqtt_account_is_no_part_of_an_anonymous_answer(
    cloud: SimulatedCloud, tmp_path: Path
) -> None:
    user_id = cloud._world.accounts[cloud.accounts[0].email].user_id
    bundle = base64.b64encode(bytes(range(256)) * 8).decode()
    data = {
        "user_id": user_id,
        "thing_name": f"{user_id}-anker_power",
        "endpoint_addr": "mqtt.example.com",
        "pkcs12": bundle,
    }
    path = "app/devicemanage/get_user_mqtt_info"
    envelope = json.dumps({"code": 0, "msg": "success!", "data": data})
    cloud.faults.add(Fault(path=path, kind="not_json", body=envelope))
    environ = environ_for(cloud, tmp_path)
    done = await run_tool("request", "--anonymous", "mqtt_info", environ=environ)
    answer = json.loads(done.output)["data"]
    assert [
        start for start in range(0, len(bundle), 12) if bundle[start:][:12] in done.output
    ] == []
    assert user_id not in done.output
    assert answer["thing_name"] == f"{answer['user_id']}-anker_power"
    assert answer["endpoint_addr"] == "mqtt.example.com"
