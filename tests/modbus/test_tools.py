"""`check` and `modbus`: what a person is told about a device, and what is asked of it."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner

from solix_exporter.cli import commands
from solix_exporter.clock import SystemClock
from solix_exporter.config import Settings, load_settings
from solix_exporter.diagnosis import Mark, Report, examine
from solix_exporter.diagnosis.could_be_local import could_be_local
from solix_exporter.errors import ConfigError
from solix_exporter.modbus.client import RegisterClient
from solix_exporter.modbus.dump import anonymised, from_json, to_json
from solix_exporter.modbus.maps import MAPS
from solix_exporter.modbus.survey import Survey, survey
from solix_exporter.model.device import Device
from solix_exporter.model.products import product_of
from tests.modbus import scripted

DEVICES: dict[str, Callable[[], scripted.ScriptedDevice]] = {
    "A17E2": scripted.max_ac,
    "AE103": scripted.solarbank_4,
    "AE1X0": scripted.meter,
    "A17X8": scripted.plug,
    "A5103": scripted.x1,
    "A5191": scripted.ev_charger,
}


def settings_of(host: str, folder: Path) -> Settings:
    environ = {"SOLIX_MODBUS": host, "SOLIX_STATE_DIR": str(folder / "state")}
    return load_settings(file=None, environ=environ, flags={})


async def checked(device: scripted.ScriptedDevice, folder: Path) -> Report:
    return await examine(settings_of(f"127.0.0.1:{device.port}", folder), SystemClock())


def local_findings(report: Report) -> dict[str, tuple[Mark, str]]:
    (section,) = (one for one in report.sections if one.title.startswith("Local device"))
    return {finding.step: (finding.mark, finding.text) for finding in section.findings}


async def test_check_shows_who_answers_and_every_value(tmp_path: Path) -> None:
    async with scripted.running(scripted.max_ac()) as device:
        report = await checked(device, tmp_path)
    assert report.exit_code == 0
    found = local_findings(report)
    assert found["identity"] == (
        Mark.OK,
        "Solarbank Max AC (A17E2), serial number ANKDMWH0123456789, firmware 1.0.7.2",
    )
    lines = found["registers"][1].splitlines()
    told = {line.split()[1]: line.split(maxsplit=2) for line in lines if line}
    assert told["battery_power"] == ["10008+2", "battery_power", "1250 W"]
    assert told["soc"][2] == "87 %"
    assert told["temperature"][2] == "-3.5 C"
    assert told["control_mode"][2] == "3 third_party"
    assert "not shown: what it means is disputed" in told["ac_power"][2]
    assert "shown once the device has proven its scale" in told["home_energy"][2]
    assert {frame[7] for frame in device.frames} <= {3, 4}


async def test_check_says_what_was_not_tried_on_a_device(tmp_path: Path) -> None:
    async with scripted.running(scripted.x1()) as device:
        mark, text = local_findings(await checked(device, tmp_path))["identity"]
    assert mark is Mark.NOTE
    assert "after the document, not tried on a device" in text


async def test_check_of_a_closed_port(tmp_path: Path) -> None:
    device = scripted.max_ac()
    async with scripted.running(device):
        pass
    report = await checked(device, tmp_path)
    assert report.exit_code == 4
    found = local_findings(report)
    assert found["connection"][0] is Mark.FAILED
    assert "refuses the connection" in found["connection"][1]
    assert found["registers"][0] is Mark.SKIPPED


async def test_check_of_a_stranger(tmp_path: Path) -> None:
    device = scripted.ScriptedDevice()
    device.put(32768, *scripted.text("SUN2000", 5))
    async with scripted.running(device):
        report = await checked(device, tmp_path)
    assert report.exit_code == 5
    assert "'SUN2000'" in local_findings(report)["identity"][1]
    assert {address for _, address, _ in device.requests} == {32768, 10090, 20001}


async def test_check_of_an_unknown_name(tmp_path: Path) -> None:
    report = await examine(settings_of("no-such-host.invalid", tmp_path), SystemClock())
    assert report.exit_code == 4
    assert local_findings(report)["dns"][0] is Mark.FAILED


def device(part_number: str, sn: str) -> Device:
    return Device(sn, product_of(part_number), "home", name="Mine")


def test_a_device_that_could_be_local_is_named() -> None:
    capable = device("AE103", "SN1")
    told = list(could_be_local([capable, device("A17C1", "SN2")], []))
    assert [finding.text for finding in told] == ["Mine could be read here every 5 s"]
    assert list(could_be_local([capable], ["SN1"])) == []


def test_the_first_plug_has_no_local_interface() -> None:
    plugs = [device("A17X8", "APCQNA0123456789"), device("A17X8", "APCAB10123456789")]
    assert len(list(could_be_local(plugs, []))) == 1


# --- the command -------------------------------------------------------------------------------


@asynccontextmanager
async def surveyed(build: Callable[[], scripted.ScriptedDevice]) -> AsyncIterator[Survey]:
    async with scripted.running(build()) as scripted_device:
        client = RegisterClient("127.0.0.1", scripted_device.port, SystemClock())
        found = await survey(client)
        client.close()
        yield found


@pytest.mark.parametrize("part_number", DEVICES)
async def test_a_survey_reads_every_range_of_the_product(part_number: str) -> None:
    async with surveyed(DEVICES[part_number]) as found:
        pass
    assert found.part_number == part_number
    (row,) = (one for one in MAPS if part_number in one.part_numbers)
    assert [(one.function, one.address) for one in found.ranges] == [
        (block.function, block.address) for block in row.blocks
    ]
    assert all(value.value is not None for value in found.rows())


@pytest.mark.parametrize("part_number", DEVICES)
async def test_a_survey_is_the_same_after_a_journey_as_json(part_number: str) -> None:
    async with surveyed(DEVICES[part_number]) as found:
        pass
    again = from_json(json.loads(json.dumps(to_json(found))))
    assert again.identity == found.identity
    assert again.ranges == found.ranges
    assert to_json(again)["values"] == to_json(found)["values"]


@pytest.mark.parametrize("part_number", DEVICES)
async def test_no_serial_number_is_left_in_an_anonymous_survey(part_number: str) -> None:
    async with surveyed(DEVICES[part_number]) as found:
        pass
    assert found.identity is not None
    hidden = anonymised(found, lambda sn: "X" * len(sn))
    words = [word for one in hidden.ranges for word in one.words]
    for order in ("big", "little"):
        content = b"".join(word.to_bytes(2, order) for word in words)
        assert found.identity.sn.encode() not in content
    assert found.identity.sn not in json.dumps(to_json(hidden))
    assert len(words) == sum(len(one.words) for one in found.ranges)


@pytest.mark.parametrize(
    "content", [{}, {"part_number": "SUN2000"}, {"part_number": "AE103", "device_sn": 5}]
)
def test_what_no_device_of_the_table_said_is_not_read(content: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="not what a device"):
        from_json(content)


def test_ranges_that_cannot_be_understood_are_left_out() -> None:
    ranges = [
        {"function": 4, "address": 10000, "count": 2, "words": [1]},
        {"function": 4, "address": 10000, "count": 1, "words": [70_000]},
        {"function": 4, "address": 10000, "count": 1, "exception": 2},
        "nonsense",
    ]
    found = from_json({"part_number": "AE103", "device_sn": "SN1", "ranges": ranges})
    assert found.ranges == []


async def test_an_unknown_device_of_anker_gives_the_official_ranges_on_request() -> None:
    new = scripted.meter()
    new.put(32768, *scripted.text("AE1Z9", 5))
    async with scripted.running(new):
        client = RegisterClient("127.0.0.1", new.port, SystemClock())
        shy = await survey(client)
        found = await survey(client, reads_unknown=True)
        client.close()
    assert (shy.part_number, len(shy.ranges)) == ("AE1Z9", 3)
    assert found.identity is None
    assert {(4, 10620), (4, 10000)} <= {(one.function, one.address) for one in found.ranges}


def test_an_address_that_is_none_is_told() -> None:
    answer = CliRunner().invoke(commands, ["modbus", "http://a"])
    assert answer.exit_code == 2
    assert re.search("is not the\\s+address of a device", answer.output)


async def test_the_command_shows_table_words_and_json() -> None:
    async with scripted.running(scripted.plug()) as running:
        host = f"127.0.0.1:{running.port}"
        outputs = [
            await asyncio.to_thread(CliRunner().invoke, commands, ["modbus", host, *flags])
            for flags in ([], ["--raw"], ["--json", "--anonymous"])
        ]
    table, raw, as_json = (answer.output for answer in outputs)
    assert [answer.exit_code for answer in outputs] == [0, 0, 0]
    assert table.startswith("Smart Plug (A17X8), APCQNA0123456789\nregisters  field")
    assert "30030+1    plug_power    1234.5 W" in table
    # 12,345 is 0x3039.
    assert "  30030  3039 08fb 0219" in raw
    content = json.loads(as_json)
    assert content["values"]["plug_power"] == "1234.5 W"
    assert content["device_sn"][3:6] == "QNA"
    assert content["device_sn"] != "APCQNA0123456789"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--config.check"], "The settings are good. Accounts: none. Local devices: meter.lan.\n"),
        (["energy"], "There is no energy of these days.\n"),
    ],
)
def test_commands_do_without_an_account(arguments: list[str], told: str, tmp_path: Path) -> None:
    environ = {"SOLIX_MODBUS": "meter.lan", "SOLIX_STATE_DIR": str(tmp_path)}
    answer = CliRunner(env=environ).invoke(commands, arguments)
    assert (answer.exit_code, answer.output) == (0, told)


@pytest.mark.parametrize(
    "arguments", [["request", "site_list"], ["backfill", "--from", "2026-06-01"]]
)
def test_commands_that_ask_the_cloud_say_that_there_is_no_account(
    arguments: list[str], tmp_path: Path
) -> None:
    environ = {"SOLIX_MODBUS": "meter.lan", "SOLIX_STATE_DIR": str(tmp_path)}
    answer = CliRunner(env=environ).invoke(commands, arguments)
    assert isinstance(answer.exception, ConfigError)
    assert "there is no account" in str(answer.exception)
