import asyncio
import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from click.testing import CliRunner

from solix_exporter.cli import commands
from solix_exporter.sim import ModbusFaultKind, scenario_names
from tests.sim.modbus.raw_reader import ModbusExceptionError, connected
from tests.sim.raw_client import RawClient

ROOT = Path(__file__).parents[2]
SCENE = "power_service/v1/site/get_scen_info"


@contextmanager
def simulating(*arguments: str) -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, "-m", "solix_exporter", "simulate", *arguments]
    with subprocess.Popen(  # noqa: S603 - our own program
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def first_line(process: "subprocess.Popen[str]") -> str:
    assert process.stdout
    return process.stdout.readline()


async def scene_codes(told: dict[str, Any], count: int) -> list[int]:
    """Log in as any client would and ask for the first site's scene, several times."""
    account = told["accounts"][0]
    async with aiohttp.ClientSession() as http:
        client = RawClient(http, told["url"], told["public_key"])
        client.country = account["country"]
        assert (await client.log_in(account["email"], account["password"])).code == 0
        sites = await client.ask("power_service/v1/site/get_site_list")
        body = {"site_id": sites["site_list"][0]["site_id"]}
        return [(await client.send(SCENE, body)).status for _ in range(count)]


def test_one_line_of_json_is_all_that_a_client_needs() -> None:
    with simulating("--json") as process:
        told = json.loads(first_line(process))
        assert set(told) == {"url", "public_key", "accounts", "mqtt", "modbus"}
        assert set(told["accounts"][0]) == {"email", "password", "country"}
        assert told["url"].startswith("http://127.0.0.1:")
        assert asyncio.run(scene_codes(told, 2)) == [200, 200]
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
        assert (process.returncode, errors) == (0, "")


async def part_numbers(told: dict[str, Any]) -> list[str]:
    """Ask each device for its part number, as any client would."""
    found = []
    for device in told["modbus"]:
        assert device["host"] == "127.0.0.1"
        async with connected(device["port"]) as reader:
            words = await reader.words(32768, 5)
        found.append(b"".join(word.to_bytes(2, "big") for word in words).rstrip(b"\0").decode())
    return found


DEVICES = {"max-ac": ["A17E2", "AE1X0", "A17X8"], "local": ["AE103", "AE1X0", "A17X8"]}


@pytest.mark.parametrize("scenario", DEVICES)
def test_devices_at_home_are_named_with_host_and_port(scenario: str) -> None:
    with simulating("--json", f"--scenario={scenario}") as process:
        told = json.loads(first_line(process))
        assert ("url" in told) is (scenario == "max-ac")
        assert [device["part_number"] for device in told["modbus"]] == DEVICES[scenario]
        assert len({device["sn"] for device in told["modbus"]}) == 3
        assert asyncio.run(part_numbers(told)) == DEVICES[scenario]
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
        assert (process.returncode, errors) == (0, "")


def test_the_devices_of_the_cloud_are_those_at_home() -> None:
    async def serials(told: dict[str, Any]) -> set[str]:
        account = told["accounts"][0]
        async with aiohttp.ClientSession() as http:
            client = RawClient(http, told["url"], told["public_key"])
            await client.log_in(account["email"], account["password"])
            bound = await client.ask("power_service/v1/app/get_relate_and_bind_devices")
        return {device["device_sn"] for device in bound["data"]}

    with simulating("--json", "--scenario=max-ac", "--seed=3") as process:
        told = json.loads(first_line(process))
        assert asyncio.run(serials(told)) == {device["sn"] for device in told["modbus"]}


def test_people_get_the_addresses_of_the_devices() -> None:
    with simulating("--scenario=local") as process:
        assert process.stdout
        lines = [process.stdout.readline().split() for _ in range(4)]
        assert [line[0] for line in lines] == ["Modbus", "Modbus", "Modbus", "Ctrl-C"]
        assert lines[0][3] == "AE103"


def test_a_devices_faults_are_set_from_the_command_line() -> None:
    with simulating(
        "--json", "--scenario=local", "--fault=modbus_busy:5@AE103*1", "--fault=modbus_soc:120"
    ) as process:
        told = json.loads(first_line(process))

        async def read() -> list[int]:
            async with connected(told["modbus"][0]["port"]) as reader:
                with pytest.raises(ModbusExceptionError, match="5"):
                    await reader.words(10014, 1)
                return await reader.words(10014, 1)

        assert asyncio.run(read()) == [120]


def test_people_get_address_key_and_credentials() -> None:
    with simulating("--scenario=member", "--speed=60") as process:
        assert process.stdout
        lines = [process.stdout.readline().split() for _ in range(6)]
        assert [line[0] for line in lines] == [
            "address:",
            "public",
            "mqtt:",
            "account:",
            "account:",
            "Ctrl-C",
        ]
        assert len(lines[1][2]) == 130


def test_the_limit_and_faults_are_set_from_the_command_line() -> None:
    with simulating("--json", "--limit=4", f"--fault=status:502@{SCENE}*2") as process:
        told = json.loads(first_line(process))
        assert asyncio.run(scene_codes(told, 6)) == [502, 502, 200, 200, 429, 429]


def test_a_fleet_has_many_accounts() -> None:
    with simulating("--json", "--fleet=50", "--seed=7") as process:
        told = json.loads(first_line(process))
        assert len({account["email"] for account in told["accounts"]}) == 50


WRONG_WORDS = [
    ("--scenario=sb9", "sb2-ac"),
    ("--fault=?", "time_jump"),
    ("--fault=status:many", "no number"),
    ("--fault=zeros:5", "takes no value"),
    ("--fault=modbus_what", "modbus_wrong_transaction"),
    ("--fault=modbus_busy", "none with Modbus TCP"),
    ("--fault=?", "mqtt_take_over"),
    ("--fault=mqtt_clock:slow", "no number"),
    ("--fault=mqtt_mute:5", "takes no value"),
]


WRONG_FOR_DEVICES = [
    ("--scenario=max-ac --fault=modbus_busy@AE103", "A17E2"),
    ("--scenario=max-ac --fault=modbus_busy:often", "no number"),
    ("--scenario=max-ac --fault=modbus_mute:3", "takes no value"),
    ("--scenario=max-ac --fault=modbus_refuse*3", "takes no *TIMES"),
    ("--scenario=local --fault=status:502", "a fault of the cloud"),
]


@pytest.mark.parametrize(
    ("command", "argument", "words"),
    [
        *((command, *row) for command in ("simulate", "demo") for row in WRONG_WORDS),
        ("simulate", "--port=70000", "65535"),
        ("demo", "--speed=0", "3600"),
        *((command, *row) for command in ("simulate", "demo") for row in WRONG_FOR_DEVICES),
    ],
)
def test_a_wrong_word_is_answered_with_the_right_ones(
    command: str, argument: str, words: str
) -> None:
    answer = CliRunner().invoke(commands, [command, *argument.split()])
    assert answer.exit_code == 2
    assert words in answer.output


@pytest.mark.parametrize("command", ["simulate", "demo"])
def test_the_scenarios_are_listed(command: str) -> None:
    answer = CliRunner().invoke(commands, [command, "--scenario", "?"])
    assert answer.exit_code == 0
    lines = answer.output.splitlines()
    assert [line.split()[0] for line in lines] == list(scenario_names())
    assert "sb2-ac       Solarbank 2 AC with a use-time tariff" in lines


def test_the_readme_names_every_fault_of_a_device() -> None:
    rows = (ROOT / "README.md").read_text().splitlines()
    named = {
        name
        for row in rows
        if row.startswith("| `modbus_")
        for name in re.findall(r"`(modbus_[a-z_]+)", row.split("|")[1])
    }
    assert named == {kind.value for kind in ModbusFaultKind}
