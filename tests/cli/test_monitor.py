"""The monitor in a real terminal: what is on the screen, what keys do, what is left behind."""

import asyncio
import json
import re
import shlex
import shutil
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from solix_exporter.clock import SystemClock
from solix_exporter.sim import Fault, SimulatedCloud
from tests.cli.terminal import Terminal
from tests.cli.tool import environ_for, run_tool
from tests.conftest import program
from tests.exported import Exports

ROOT = Path(__file__).parents[2]


@pytest.fixture
async def cloud() -> AsyncIterator[SimulatedCloud]:
    """A cloud whose account has all kinds of systems, in real time."""
    cloud = SimulatedCloud(SystemClock(), scenario="all", endpoint_limit=0)
    await cloud.start()
    yield cloud
    await cloud.stop()


@pytest.fixture
async def terminal(tmp_path: Path) -> AsyncIterator[Terminal]:
    terminal = Terminal(program("tmux", "tmux"), tmp_path)
    await terminal.open()
    yield terminal
    await terminal.close()


async def start(
    terminal: Terminal, cloud: SimulatedCloud, tmp_path: Path, *more: str, **variables: str
) -> None:
    """Start the monitor as a user does."""
    script = tmp_path / "monitor.sh"
    variables = environ_for(cloud, tmp_path) | variables
    exports = [f"export {name}={shlex.quote(text)}" for name, text in variables.items()]
    words = [sys.executable, "-m", "solix_exporter", "monitor", *more]
    script.write_text("\n".join([f"cd {ROOT}", *exports, f"exec {shlex.join(words)}"]))
    await terminal.line(f"sh {script}; echo ended with $?")


async def assert_restored(terminal: Terminal, code: int) -> None:
    """Assert that the shell is back, on its own screen, with cursor and echo."""
    await terminal.sees(f"ended with {code}")
    assert await terminal.shown("alternate_on") == "0"
    assert await terminal.shown("cursor_flag") == "1"
    await terminal.line("stty -a")
    screen = await terminal.until(lambda screen: "icanon" in screen, "settings of the terminal")
    words = screen.replace(";", " ").split()
    assert {"icanon", "echo", "isig"} <= set(words)
    assert "Traceback" not in screen


async def test_it_shows_the_systems_and_follows_the_keys(
    terminal: Terminal, cloud: SimulatedCloud, tmp_path: Path
) -> None:
    await start(terminal, cloud, tmp_path)
    await terminal.sees("Balcony Bank")
    # As soon as the poll that is on its way has ended.
    screen = await terminal.sees("next in")
    lines = screen.rstrip("\n").split("\n")
    assert len(lines) == 24
    assert lines[0].startswith("Home (1/")
    assert "next in" in lines[0]
    assert lines[-1].startswith("q quit  r refresh")
    assert {"PV", "Home", "Grid", "Battery"} <= set(screen.split())
    assert any("W" in line and "%" in line for line in lines)

    await terminal.type("s")
    second = [site.spec.name for site in cloud._world.sites.values() if site.is_listed][1]
    await terminal.sees(f"{second} (2/")
    await terminal.type("S")
    await terminal.sees("Home (1/")

    await terminal.type("2")
    assert cloud.site_ids[0] in await terminal.sees("view (values)")
    first = (await terminal.screen()).splitlines()[3]
    await terminal.type("j", "Down", "Space")
    await terminal.until(lambda screen: screen.splitlines()[3] != first, "another first line")

    await terminal.type("3")
    assert "scene_info" in await terminal.sees("Left in this minute")
    asked = len(cloud.requests)
    await terminal.type("r")
    for _ in range(100):
        if len(cloud.requests) > asked + 5:
            break
        await asyncio.sleep(0.1)
    assert len(cloud.requests) > asked + 5

    await terminal.type("4")
    await terminal.sees("view (log)")
    await terminal.type("?")
    await terminal.sees("quit")
    await terminal.sees("What it does")
    await terminal.type("v")
    await terminal.sees("view (overview)")
    await terminal.type("q")
    await assert_restored(terminal, 0)


async def test_it_follows_the_size_of_its_window(
    terminal: Terminal, cloud: SimulatedCloud, tmp_path: Path
) -> None:
    await start(terminal, cloud, tmp_path)
    await terminal.sees("Balcony Bank")
    for columns, lines in ((132, 40), (60, 12), (20, 4), (80, 24)):
        await terminal.resize(columns, lines)
        await terminal.until(
            lambda screen, lines=lines: (  # type: ignore[misc]  # a default of a lambda
                len(rows := screen.rstrip("\n").split("\n")) == lines
                and rows[-1].startswith("q quit")
            ),
            f"the keys in line {lines}",
        )
    await terminal.sees("Balcony Bank")
    await terminal.type("Escape")
    await assert_restored(terminal, 0)


async def test_a_cloud_that_breaks_is_told_and_so_is_its_return(
    terminal: Terminal, cloud: SimulatedCloud, tmp_path: Path
) -> None:
    await start(terminal, cloud, tmp_path)
    await terminal.sees("Balcony Bank")
    cloud.faults.add(Fault(kind="status", status=500))
    await terminal.type("r")
    screen = await terminal.sees("HTTP 500")
    assert "Balcony Bank" in screen
    cloud.faults.clear()
    await terminal.type("r")
    await terminal.until(lambda screen: "HTTP 500" not in screen, "no trouble")
    await terminal.type("C-c")
    await assert_restored(terminal, 0)


async def test_ctrl_z_gives_the_terminal_back_and_fg_takes_it_again(
    terminal: Terminal, cloud: SimulatedCloud, tmp_path: Path
) -> None:
    await terminal.line("set -m")
    await start(terminal, cloud, tmp_path)
    await terminal.sees("Balcony Bank")
    await terminal.type("C-z")
    await terminal.until(lambda screen: "Balcony Bank" not in screen, "the shell")
    assert await terminal.shown("alternate_on") == "0"
    await terminal.line("fg")
    await terminal.sees("Balcony Bank")
    await terminal.type("q")
    await terminal.until(lambda screen: "Balcony Bank" not in screen, "the shell")
    assert await terminal.shown("alternate_on") == "0"


async def test_a_wrong_password_is_told_on_the_screen(
    terminal: Terminal, cloud: SimulatedCloud, tmp_path: Path
) -> None:
    await start(terminal, cloud, tmp_path, ANKERPASSWORD="wrong")
    await terminal.sees("login refused")
    await terminal.type("q")
    await assert_restored(terminal, 0)


async def test_keys_walk_the_replayed_folders(
    terminal: Terminal, cloud: SimulatedCloud, exports: Exports, tmp_path: Path
) -> None:
    folders = [f"--replay={exports.of(name).folder}" for name in ("sb1", "sb3")]
    await start(terminal, cloud, tmp_path, *folders)
    await terminal.sees("sb1 [1/2]")
    await terminal.type("n")
    await terminal.sees("sb3 [2/2]")
    await terminal.type("n")
    await terminal.sees("sb1 [1/2]")
    await terminal.type("p")
    await terminal.sees("sb3 [2/2]")
    await terminal.type("q")
    await assert_restored(terminal, 0)
    assert not cloud.requests


async def test_once_prints_all_systems_for_people(cloud: SimulatedCloud, tmp_path: Path) -> None:
    done = await run_tool("monitor", "--once", environ=environ_for(cloud, tmp_path))
    assert (done.code, done.errors) == (0, "")
    for name in ("Home", "Balcony Bank", "Ranch", "Villa"):
        assert name in done.output
    assert "\x1b" not in done.output


async def test_once_as_json_has_numbers_with_units_in_their_names(
    cloud: SimulatedCloud, tmp_path: Path
) -> None:
    done = await run_tool("monitor", "--once", "--json", environ=environ_for(cloud, tmp_path))
    assert done.code == 0, done.errors
    document = json.loads(done.output)
    site = next(row for row in document["sites"] if row["site_id"] == cloud.site_ids[0])
    truth = cloud.truth(cloud.site_ids[0])
    assert site["now"]["soc_ratio"] == pytest.approx(truth.soc_ratio, abs=0.02)
    assert site["access"] == "owner"
    (bank,) = [row for row in document["devices"] if row["name"] == "Balcony Bank"]
    assert bank["product"]["part_number"] == "A17C1"


async def test_once_shows_what_is_measured_beside_a_scene(exports: Exports, tmp_path: Path) -> None:
    # The MI80 has no scene: its status answer tells its power. The charger is in no system.
    mi80, bank, charger = (exports.of(name) for name in ("mi80", "sb1", "charger"))
    (status,) = mi80.answer("device_pv_status_*.json")["pvStatuses"]
    totals = mi80.answer("device_pv_total_statistics_*.json")
    (site,) = bank.answer("site_list.json")["site_list"]
    soc = bank.answer("scene_*.json")["solarbank_info"]["solarbank_list"][0]["battery_power"]
    folders = [f"--replay={exported.folder}" for exported in (mi80, bank, charger)]
    environ = {"SOLIX_STATE_DIR": str(tmp_path), "COLUMNS": "80"}
    done = await run_tool("monitor", "--once", *folders, environ=environ)
    assert done.code == 0, done.errors
    inverter, others = done.output.split(f"{site['site_name']}  solarbank", maxsplit=1)
    assert re.search(rf"PV +Home +Grid +Battery *\n +{status['power']} W +- +- +-", inverter)
    # The energy since the beginning, told once a view.
    assert totals["energyUnit"] == "MWh"
    energy = rf"lifetime energy +{totals['energy'] * 1000:.2f} kWh"
    assert len(re.findall(energy, inverter)) == 2
    assert charger.answer("bind_devices.json")["data"][0]["device_sn"] in others
    assert re.search(rf"Solarbank E1600 +online +battery soc {soc} %", others)


async def test_data_of_another_day_are_told_with_their_day(
    terminal: Terminal, cloud: SimulatedCloud, exports: Exports, tmp_path: Path
) -> None:
    folder = shutil.copytree(exports.of("sb1").folder, tmp_path / "sb1")
    (scene,) = folder.glob("scene_*.json")
    # Whatever day it is today, it is not this one.
    text = re.sub(r'"2026-06-20 \d\d:\d\d:\d\d"', '"2025-10-17 16:23:30"', scene.read_text())
    scene.write_text(text)
    await start(terminal, cloud, tmp_path, f"--replay={folder}")
    (site,) = json.loads((folder / "site_list.json").read_bytes())["data"]["site_list"]
    name = site["site_name"]
    first = (await terminal.sees("data 2025-10-17 16:23:30")).splitlines()[0]
    assert re.match(rf"{name}  solarbank  \S+ +\d\d:\d\d:\d\d  data", first)
    await terminal.sees("MI80 Microinverter")
    await terminal.resize(40, 10)
    # A narrow screen cuts the times, not the name.
    await terminal.until(lambda screen: screen.startswith(f"{name}  so"), "the name")
    await terminal.type("q")
    await assert_restored(terminal, 0)


async def test_json_is_that_of_the_web_face(exports: Exports, tmp_path: Path) -> None:
    environ = {"SOLIX_STATE_DIR": str(tmp_path), "PYTHONIOENCODING": "ascii"}
    exported = exports.of("mi80")
    (status,) = exported.answer("device_pv_status_*.json")["pvStatuses"]
    folder = f"--replay={exported.folder}"
    done = await run_tool("monitor", "--once", "--json", folder, environ=environ)
    assert (done.code, done.errors) == (0, "")
    document = json.loads(done.output)
    assert list(document) == ["time", "accounts", "sites", "devices", "vehicles"]
    assert document["sites"][0]["now"]["pv_power_w"] == status["power"]
    assert document["devices"][0]["now"]["inverter"] == {
        "power_w": status["power"],
        "limit_w": 800,
    }


async def test_json_without_once_prints_a_line_for_each_news(
    cloud: SimulatedCloud, tmp_path: Path
) -> None:
    done = await run_tool(
        "monitor", "--json", environ=environ_for(cloud, tmp_path), interrupt_after="\n"
    )
    assert done.code == 130
    assert json.loads(done.output.splitlines()[0])["sites"]
    assert "Traceback" not in done.errors


async def test_without_a_terminal_it_tells_what_to_add(
    cloud: SimulatedCloud, tmp_path: Path
) -> None:
    done = await run_tool("monitor", environ=environ_for(cloud, tmp_path))
    assert done.code == 2
    assert "--once" in done.errors
