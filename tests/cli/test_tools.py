"""What all commands do when the account, the network or the user is against them."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from solix_exporter.clock import SystemClock
from solix_exporter.sim import Fault, SimulatedCloud
from tests.cli.tool import Done, environ_for, run_tool

TOOLS = (
    ("request", "site_list"),
    ("export", "made-by-export"),
    ("monitor", "--once"),
    ("monitor", "--once", "--json"),
)


@pytest.fixture
async def cloud() -> AsyncIterator[SimulatedCloud]:
    cloud = SimulatedCloud(SystemClock(), scenario="home", endpoint_limit=0)
    await cloud.start()
    yield cloud
    await cloud.stop()


def assert_ended(done: Done, code: int, folder: Path) -> None:
    assert done.code == code, done.errors
    assert done.output == ""
    assert "Traceback" not in done.errors
    assert done.errors.strip()
    assert not (folder / "made-by-export").exists()
    assert [path.name for path in folder.iterdir()] in ([], ["state"])


@pytest.mark.parametrize("tool", TOOLS)
async def test_a_wrong_password_ends_with_3_and_is_not_tried_again(
    tool: tuple[str, ...], cloud: SimulatedCloud, tmp_path: Path
) -> None:
    environ = environ_for(cloud, tmp_path) | {"ANKERPASSWORD": "wrong-password"}
    for _ in range(2):
        done = await run_tool(*tool, environ=environ, cwd=tmp_path)
        assert_ended(done, 3, tmp_path)
        assert "wrong-password" not in done.errors
    assert [row.path for row in cloud.requests] == ["passport/login"]


@pytest.mark.parametrize("tool", TOOLS)
async def test_no_network_ends_with_4(
    tool: tuple[str, ...], cloud: SimulatedCloud, tmp_path: Path
) -> None:
    environ = environ_for(cloud, tmp_path) | {"SOLIX_CLOUD__URL": "http://127.0.0.1:9"}
    done = await run_tool(*tool, environ=environ, cwd=tmp_path)
    assert_ended(done, 4, tmp_path)
    assert "no connection" in done.errors


@pytest.mark.parametrize("tool", TOOLS)
async def test_no_account_ends_with_2(tool: tuple[str, ...], tmp_path: Path) -> None:
    done = await run_tool(*tool, environ={"SOLIX_STATE_DIR": str(tmp_path)}, cwd=tmp_path)
    assert_ended(done, 2, tmp_path)
    assert "ANKERUSER" in done.errors


@pytest.mark.parametrize("tool", TOOLS)
async def test_another_account_than_the_configured_ends_with_2(
    tool: tuple[str, ...], cloud: SimulatedCloud, tmp_path: Path
) -> None:
    environ = environ_for(cloud, tmp_path)
    done = await run_tool(*tool, "--account=other", environ=environ, cwd=tmp_path)
    assert_ended(done, 2, tmp_path)
    assert "known: default" in done.errors


@pytest.mark.parametrize("tool", TOOLS)
async def test_ctrl_c_in_the_middle_ends_with_130(
    tool: tuple[str, ...], cloud: SimulatedCloud, tmp_path: Path
) -> None:
    cloud.faults.add(Fault(path="power_service/*", kind="hang"))
    done = await run_tool(
        *tool,
        environ=environ_for(cloud, tmp_path),
        cwd=tmp_path,
        interrupt_when=lambda: any("site" in row.path for row in cloud.requests),
    )
    assert done.code == 130, done.errors
    assert done.output == ""
    assert "Traceback" not in done.errors
    assert [path.name for path in tmp_path.iterdir()] == ["state"]
