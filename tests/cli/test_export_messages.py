"""`export --mqtt` and what is made of it: messages without anything private, as live ones."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from solix_exporter.clock import SystemClock
from solix_exporter.sim import MqttFault, SimulatedCloud
from tests.cli.tool import environ_for, run_tool
from tests.sim.mqtt_client import fields, received


@pytest.fixture
async def cloud() -> AsyncIterator[SimulatedCloud]:
    cloud = SimulatedCloud(SystemClock(), scenario="sb1", endpoint_limit=0)
    await cloud.start()
    yield cloud
    await cloud.stop()


def lines_of(folder: Path) -> dict[str, list[str]]:
    return {file.name: file.read_text().splitlines() for file in folder.glob("mqtt_msg_*.ndjson")}


async def test_messages_are_listened_to_asked_for_and_made_anonymous(
    cloud: SimulatedCloud, tmp_path: Path
) -> None:
    (sn,) = cloud.mqtt.serials
    environ = environ_for(cloud, tmp_path) | {"SOLIX_MQTT__MODE": "realtime"}
    folder = tmp_path / "home"
    done = await run_tool("export", str(folder), "--mqtt", "5s", environ=environ, cwd=tmp_path)
    assert (done.code, "Messages of account" in done.errors) == (0, False), done.errors
    (replaced,) = json.loads((folder / "bind_devices.json").read_text())["data"]["data"][:1]
    files = lines_of(folder)
    name = f"mqtt_msg_{replaced['device_sn']}_0405.ndjson"
    assert name in files
    for line in files[name]:
        row = json.loads(line)
        message = received(row["topic"], line)
        assert list(row) == ["msg_time", "head", "payload", "topic"]
        # The length, the order and the checksum of the frame are right.
        assert fields(message.frame)[0xA2][1].decode() == replaced["device_sn"] == message.sn
        assert row["head"]["client_id"] == message.sn
        assert row["topic"].split("/")[3] == message.sn
    texts = "".join(line for lines in files.values() for line in lines)
    assert sn not in texts
    assert sn not in "".join(map(str, folder.iterdir()))
    summary = json.loads((folder / "export_summary.json").read_text())
    assert summary["message_files"] == len(files)
    shown = await run_tool(
        "monitor", "--once", "--json", "--replay", str(folder), environ={}, cwd=tmp_path
    )
    assert '"source":"mqtt"' in shown.output.replace('": "', '":"') or "mqtt" in shown.output


async def test_a_broker_that_refuses_is_told_of(cloud: SimulatedCloud, tmp_path: Path) -> None:
    cloud.mqtt.faults.add(MqttFault("mqtt_refuse"))
    folder = tmp_path / "home"
    environ = environ_for(cloud, tmp_path)
    done = await run_tool("export", str(folder), "--mqtt", "1s", environ=environ, cwd=tmp_path)
    assert done.code == 0
    assert "the broker lets this account listen to none of its devices" in done.errors
    assert "No messages came for account default" in done.errors
    assert lines_of(folder) == {}


@pytest.mark.parametrize("text", ["soon", "0s", "2h"])
async def test_a_duration_that_is_none_is_refused(
    cloud: SimulatedCloud, tmp_path: Path, text: str
) -> None:
    environ = environ_for(cloud, tmp_path)
    done = await run_tool("export", "--mqtt", text, environ=environ, cwd=tmp_path)
    assert done.code == 2
    assert "--mqtt" in done.errors


async def test_without_the_option_nobody_connects(cloud: SimulatedCloud, tmp_path: Path) -> None:
    environ = environ_for(cloud, tmp_path)
    await run_tool("export", str(tmp_path / "home"), environ=environ, cwd=tmp_path)
    assert cloud.mqtt.log == ()
