"""`export` as its user runs it: folder, archive, several accounts, what is never overwritten."""

import json
import stat
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from solix_exporter.clock import SystemClock
from solix_exporter.sim import Fault, SimulatedCloud
from tests.cli.tool import environ_for, run_tool


@pytest.fixture
async def cloud() -> AsyncIterator[SimulatedCloud]:
    cloud = SimulatedCloud(SystemClock(), scenario="member", endpoint_limit=0)
    await cloud.start()
    yield cloud
    await cloud.stop()


def names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


async def test_a_folder_and_an_archive_are_made(cloud: SimulatedCloud, tmp_path: Path) -> None:
    folder = tmp_path / "home"
    environ = environ_for(cloud, tmp_path)
    done = await run_tool("export", str(folder), "--zip", environ=environ, cwd=tmp_path)
    assert done.code == 0, done.errors
    assert {"site_list.json", "bind_devices.json", "export.log"} <= names_in(folder)
    (archive,) = tmp_path.glob("home_*.zip")
    with zipfile.ZipFile(archive) as packed:
        assert {name.split("/")[0] for name in packed.namelist()} == {"home"}
        assert len(packed.namelist()) == len(names_in(folder))
    summary = json.loads((folder / "export_summary.json").read_text())
    assert [device["model"] for device in summary["devices"]] == [
        "A17C1", "A17X7", "A17X8", "A17X8",
    ]  # fmt: skip
    assert (summary["country"], summary["anonymous"]) == ("DE", True)
    assert sum(f"{cloud.site_ids[0]}" in path.read_text() for path in folder.iterdir()) == 0


async def test_the_folder_that_the_user_is_in_may_be_filled(
    cloud: SimulatedCloud, tmp_path: Path
) -> None:
    # A mounted volume is the same: it exists, is empty, and cannot be moved.
    here, environ = tmp_path / "here", environ_for(cloud, tmp_path)
    here.mkdir()
    first = here.stat().st_ino
    done = await run_tool("export", ".", "--zip", environ=environ, cwd=here)
    assert done.code == 0, done.errors
    assert {"site_list.json", "export_summary.json"} <= names_in(here)
    assert not [name for name in names_in(here) if name.startswith(".")]
    assert len(list(tmp_path.glob("here_*.zip"))) == 1
    (here / "scene_gone.json").write_text("{}")
    again = await run_tool(
        "export", ".", "--overwrite", "--no-randomize", environ=environ, cwd=here
    )
    assert again.code == 0, again.errors
    assert f"scene_{cloud.site_ids[0]}.json" in names_in(here)
    assert "scene_gone.json" not in names_in(here)
    assert (here.stat().st_ino, stat.S_IMODE(here.stat().st_mode)) == (first, 0o700)


@pytest.mark.parametrize(("more", "is_asked"), [((), False), (("--services=power",), True)])
async def test_a_chosen_service_is_asked_whatever_the_systems_are(
    *, more: tuple[str, ...], is_asked: bool, tmp_path: Path
) -> None:
    # The app's own statistics know nothing of a power panel, but who chose them wants to see that.
    cloud = SimulatedCloud(SystemClock(), "power-panel", endpoint_limit=0)
    await cloud.start()
    try:
        environ = environ_for(cloud, tmp_path)
        done = await run_tool("export", str(tmp_path / "panel"), *more, environ=environ)
    finally:
        await cloud.stop()
    assert done.code == 0, done.errors
    paths = {row.path for row in cloud.requests}
    assert ("power_service/v1/site/energy_analysis" in paths) is is_asked


async def test_what_is_refused_is_listed_and_no_failure(
    cloud: SimulatedCloud, tmp_path: Path
) -> None:
    refused = "power_service/v1/site/co2_ranking"
    cloud.faults.add(Fault(path=refused, kind="code", code=10003, msg="no such thing"))
    folder = tmp_path / "home"
    done = await run_tool("export", str(folder), environ=environ_for(cloud, tmp_path))
    assert done.code == 0
    assert "co2_ranking" in done.errors
    assert "no such thing" in done.errors
    summary = json.loads((folder / "export_summary.json").read_text())
    assert refused in {row["endpoint"] for row in summary["failed"]}
    assert "no such thing" in (folder / "export.log").read_text()


async def test_a_member_is_told_what_only_the_owner_may_ask(
    cloud: SimulatedCloud, tmp_path: Path
) -> None:
    member = cloud.accounts[1]
    environ = environ_for(cloud, tmp_path)
    environ |= {"ANKERUSER": member.email, "ANKERPASSWORD": member.password}
    folder = tmp_path / "shared"
    done = await run_tool("export", str(folder), environ=environ)
    assert done.code == 0
    assert "only the owner may ask" in done.errors
    summary = json.loads((folder / "export_summary.json").read_text())
    assert "site_detail" in {row["name"] for row in summary["not_asked"]}
    assert [system["owned"] for system in summary["systems"]] == [False]


async def test_an_earlier_export_is_replaced_only_when_that_is_asked(
    cloud: SimulatedCloud, tmp_path: Path
) -> None:
    folder, environ = tmp_path / "home", environ_for(cloud, tmp_path)
    arguments = ("export", str(folder), "--services=hes")
    assert (await run_tool(*arguments, environ=environ)).code == 0
    before = (folder / "export_summary.json").read_bytes()
    (folder / "note.txt").write_text("mine")
    again = await run_tool(*arguments, environ=environ)
    assert again.code == 2
    assert "--overwrite" in again.errors
    assert (folder / "export_summary.json").read_bytes() == before
    assert (folder / "note.txt").exists()
    replaced = await run_tool(*arguments, "--overwrite", environ=environ)
    assert replaced.code == 0
    assert not (folder / "note.txt").exists()
    assert names_in(tmp_path) == {"home", "state"}


async def test_a_folder_with_other_files_is_never_touched(
    cloud: SimulatedCloud, tmp_path: Path
) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    for more in ((), ("--overwrite",)):
        done = await run_tool(
            "export", str(tmp_path / "mine"), *more, environ=environ_for(cloud, tmp_path)
        )
        assert done.code == 2
    assert names_in(tmp_path / "mine") == {"letter.txt"}
    assert not cloud.requests


async def test_answers_as_they_came_are_for_the_owner_alone(
    cloud: SimulatedCloud, tmp_path: Path
) -> None:
    folder = tmp_path / "raw"
    done = await run_tool(
        "export", str(folder), "--no-randomize", environ=environ_for(cloud, tmp_path)
    )
    assert done.code == 0
    assert "do" in done.errors
    assert "private" in done.errors
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    scene = folder / f"scene_{cloud.site_ids[0]}.json"
    assert json.loads(scene.read_text())["data"]["home_info"]["home_name"] == "Home"


async def test_raw_answers_become_anonymous_later(cloud: SimulatedCloud, tmp_path: Path) -> None:
    environ = environ_for(cloud, tmp_path)
    raw, shared = tmp_path / "raw", tmp_path / "shared"
    await run_tool("export", str(raw), "--no-randomize", "--services=power", environ=environ)
    asked = len(cloud.requests)
    done = await run_tool("export", f"--replay={raw}", str(shared), environ={})
    assert done.code == 0, done.errors
    assert len(cloud.requests) == asked
    assert len(list(shared.glob("*.json"))) == len(list(raw.glob("*.json")))
    assert not any(cloud.site_ids[0] in path.read_text() for path in shared.iterdir())


async def test_several_accounts_get_a_folder_each(cloud: SimulatedCloud, tmp_path: Path) -> None:
    rows = [
        {"name": f"account{number}", "user": row.email, "password": row.password, "country": "DE"}
        for number, row in enumerate(cloud.accounts)
    ]
    config = tmp_path / "solix.yaml"
    config.write_text(json.dumps({"accounts": rows}))
    config.chmod(0o600)
    environ = environ_for(cloud, tmp_path)
    for name in ("ANKERUSER", "ANKERPASSWORD", "ANKERCOUNTRY"):
        del environ[name]
    folder = tmp_path / "both"
    done = await run_tool("export", f"--config.file={config}", str(folder), environ=environ)
    assert done.code == 0, done.errors
    assert names_in(folder) == {"account-1", "account-2"}
    systems = [
        json.loads((folder / name / "export_summary.json").read_text())["systems"][0]
        for name in ("account-1", "account-2")
    ]
    # Both see the same system, and so must those who replay them.
    assert systems[0]["site_id"] == systems[1]["site_id"]
    assert [system["owned"] for system in systems] == [True, False]
