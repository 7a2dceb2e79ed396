"""The units, by systemd's own tools."""

import re
import subprocess
from pathlib import Path

import pytest

from solix_exporter.cli.exit_codes import exit_code_of
from solix_exporter.errors import ConfigError
from tests.conftest import program
from tests.deploy.files import DEPLOY, PORT

UNITS = DEPLOY / "systemd"
EXECUTABLE = "/opt/solix-exporter/bin/solix-exporter"


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """The units in a folder, with a program that exists."""
    service = (UNITS / "solix-exporter.service").read_text("utf-8")
    (tmp_path / "solix-exporter.service").write_text(service.replace(EXECUTABLE, "/bin/true"))
    socket = (UNITS / "solix-exporter.socket").read_text("utf-8")
    (tmp_path / "solix-exporter.socket").write_text(socket)
    drop_ins = tmp_path / "solix-exporter.service.d"
    drop_ins.mkdir()
    (drop_ins / "socket.conf").write_text((UNITS / "socket.conf").read_text("utf-8"))
    return tmp_path


def analyze(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    tool = program("systemd-analyze", "systemd")
    return subprocess.run(  # noqa: S603  systemd's own tool
        [tool, *arguments], cwd=folder, capture_output=True, text=True, check=False, timeout=60
    )


@pytest.mark.parametrize("unit", ["solix-exporter.service", "solix-exporter.socket"])
def test_systemd_understands_every_line(units: Path, unit: str) -> None:
    done = analyze("verify", "--man=no", f"./{unit}", folder=units)
    complaints = [line for line in done.stderr.splitlines() if "solix" in line]
    assert complaints == []
    assert done.returncode == 0, done.stderr


def test_a_mistake_in_a_unit_would_be_found(units: Path) -> None:
    file = units / "solix-exporter.service"
    file.write_text(file.read_text().replace("PrivateTmp=", "PrivatTmp="))
    done = analyze("verify", "--man=no", f"./{file.name}", folder=units)
    assert "PrivatTmp" in done.stderr


def test_little_of_the_system_is_exposed(units: Path) -> None:
    done = analyze("security", "--offline=true", "./solix-exporter.service", folder=units)
    exposure = re.search(r"Overall exposure level for \S+: ([\d.]+)", done.stdout)
    assert exposure is not None, done.stdout + done.stderr
    assert float(exposure[1]) < 2.0


def test_paths_and_names_agree_with_the_steps_of_the_readme() -> None:
    service = (UNITS / "solix-exporter.service").read_text("utf-8")
    steps = (DEPLOY / "README.md").read_text("utf-8")
    (command,) = re.findall(r"^ExecStart=(\S+) serve$", service, re.MULTILINE)
    assert command == EXECUTABLE
    assert f"python3 -m venv {Path(command).parents[1]}\n" in steps
    (password,) = re.findall(r"^LoadCredential=ankerpassword:(\S+)$", service, re.MULTILINE)
    assert f"> {password}\n" in steps
    assert "ANKERPASSWORD_FILE=%d/ankerpassword" in service
    (environment,) = re.findall(r"^EnvironmentFile=-(\S+)$", service, re.MULTILINE)
    assert f"> {environment}\n" in steps
    for unit in re.findall(r"deploy/systemd/([\w.-]+)", steps):
        assert (UNITS / unit).is_file()


def test_the_socket_is_on_the_exporters_port() -> None:
    socket = (UNITS / "solix-exporter.socket").read_text("utf-8")
    assert re.findall(r"^ListenStream=(.*)$", socket, re.MULTILINE) == [str(PORT)]
    drop_in = (UNITS / "socket.conf").read_text("utf-8")
    assert "Requires=solix-exporter.socket" in drop_in


def test_a_mistake_in_the_settings_ends_the_restarts() -> None:
    service = (UNITS / "solix-exporter.service").read_text("utf-8")
    code = exit_code_of(ConfigError("a mistake"))
    assert f"RestartPreventExitStatus={code}\n" in service
