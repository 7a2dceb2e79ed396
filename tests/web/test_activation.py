"""Sockets that systemd hands over."""

import os
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from solix_exporter.errors import ConfigError
from solix_exporter.web import inherited_sockets

ROOT = Path(__file__).parents[2]
LAUNCHER = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.environ.update(LISTEN_FDS="1", LISTEN_PID=str(os.getpid()))
os.execv(sys.executable, [sys.executable, "-m", "solix_exporter", "serve", *sys.argv[2:]])
"""
"""What systemd does between fork and exec."""


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"LISTEN_FDS": "1"},
        {"LISTEN_FDS": "1", "LISTEN_PID": "1"},
        {"LISTEN_FDS": "0", "LISTEN_PID": str(os.getpid())},
        {"LISTEN_FDS": "x", "LISTEN_PID": str(os.getpid())},
    ],
)
def test_without_a_socket_unit_it_says_so(environ: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match="systemd has handed over no socket"):
        inherited_sockets(environ)


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as opened:
        yield opened


def test_it_serves_on_the_socket_of_a_unit(listening: socket.socket, tmp_path: Path) -> None:
    (tmp_path / "answers").mkdir()
    (tmp_path / "answers" / "site_list.json").write_text("{}")
    command = [
        sys.executable, "-c", LAUNCHER, str(listening.fileno()), "--web.systemd-socket",
        f"--replay={tmp_path / 'answers'}", f"--state-dir={tmp_path}", "--log.level=info",
    ]  # fmt: skip
    with subprocess.Popen(  # noqa: S603  our own program
        command,
        cwd=ROOT,
        pass_fds=[listening.fileno()],
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            url = f"http://127.0.0.1:{listening.getsockname()[1]}"
            # The connection waits in the socket until the exporter is there.
            with urllib.request.urlopen(f"{url}/-/healthy", timeout=60) as answer:  # noqa: S310  our own server
                assert answer.read() == b"Healthy.\n"
        finally:
            process.terminate()
            _, errors = process.communicate(timeout=60)
        assert f"serving metrics on {url}/metrics" in errors


def test_a_file_in_the_place_of_a_socket_is_refused(tmp_path: Path) -> None:
    launcher = LAUNCHER.replace("os.dup2", "sys.argv[1] = os.open(sys.argv[1], os.O_RDWR); os.dup2")
    (tmp_path / "file").write_text("")
    (tmp_path / "site_list.json").write_text("{}")
    done = subprocess.run(  # noqa: S603  our own program
        [sys.executable, "-c", launcher, tmp_path / "file", "--web.systemd-socket",
         f"--replay={tmp_path}", f"--state-dir={tmp_path}"],
        cwd=ROOT, capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "file descriptor 3 is no socket" in done.stderr
