import asyncio
import json
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
from solix_exporter.sim import scenario_names
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
        assert set(told) == {"url", "public_key", "accounts", "mqtt"}
        assert set(told["accounts"][0]) == {"email", "password", "country"}
        assert told["url"].startswith("http://127.0.0.1:")
        assert asyncio.run(scene_codes(told, 2)) == [200, 200]
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
        assert (process.returncode, errors) == (0, "")


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
    ("--fault=?", "mqtt_take_over"),
    ("--fault=mqtt_clock:slow", "no number"),
    ("--fault=mqtt_mute:5", "takes no value"),
]


@pytest.mark.parametrize(
    ("command", "argument", "words"),
    [
        *((command, *row) for command in ("simulate", "demo") for row in WRONG_WORDS),
        ("simulate", "--port=70000", "65535"),
        ("demo", "--speed=0", "3600"),
    ],
)
def test_a_wrong_word_is_answered_with_the_right_ones(
    command: str, argument: str, words: str
) -> None:
    answer = CliRunner().invoke(commands, [command, argument])
    assert answer.exit_code == 2
    assert words in answer.output


@pytest.mark.parametrize("command", ["simulate", "demo"])
def test_the_scenarios_are_listed(command: str) -> None:
    answer = CliRunner().invoke(commands, [command, "--scenario", "?"])
    assert answer.exit_code == 0
    lines = answer.output.splitlines()
    assert [line.split()[0] for line in lines] == list(scenario_names())
    assert "sb2-ac       Solarbank 2 AC with a use-time tariff" in lines
