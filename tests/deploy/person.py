"""Somebody with a clean home who knows nothing of this checkout: for tests of first steps."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import REQUIRE_SERVERS, program
from tests.deploy.files import ROOT

_NOBODY = 65534
_ONE_RUN = (3, 11)
_PYTHON = "/usr/bin/python3"
_KEPT = ("LANG", "PIP_", "SSL_CERT", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http", "no_proxy")
"""How this machine reaches package indexes; everything else stays behind."""


@dataclass(frozen=True, slots=True)
class Person:
    """An unprivileged user with a folder of their own."""

    home: Path
    uid: int

    @property
    def environ(self) -> dict[str, str]:
        """Return what the user's shell starts with."""
        kept = {key: value for key, value in os.environ.items() if key.startswith(_KEPT)}
        return kept | {"HOME": str(self.home), "PATH": "/usr/local/bin:/usr/bin:/bin"}

    def run(
        self, script: str, cwd: Path, environ: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run a shell script to its end, which fails with its first failing line."""
        return subprocess.run(  # noqa: S603  the project's own commands
            ["/bin/sh", "-e", "-c", script],
            cwd=cwd, env=self.environ | dict(environ or {}), user=self._user, group=self._user,
            extra_groups=self._groups, capture_output=True, text=True, timeout=110, check=False,
        )  # fmt: skip

    @contextmanager
    def running(
        self, script: str, cwd: Path, environ: Mapping[str, str] | None = None
    ) -> Iterator["subprocess.Popen[str]"]:
        """Run a shell script that goes on until the end of the block, then end all it started."""
        with subprocess.Popen(  # noqa: S603  the project's own commands
            ["/bin/sh", "-e", "-c", script],
            cwd=cwd, env=self.environ | dict(environ or {}), user=self._user, group=self._user,
            extra_groups=self._groups, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            start_new_session=True,
        ) as process:  # fmt: skip
            try:
                yield process
            finally:
                os.killpg(process.pid, signal.SIGTERM)

    @property
    def _user(self) -> int | None:
        return self.uid if os.geteuid() == 0 else None

    @property
    def _groups(self) -> list[int] | None:
        return [] if os.geteuid() == 0 else None


def make_person(home: Path) -> Person:
    """Return a user who owns `home`: nobody where the tests run as root, else who runs them."""
    if os.geteuid() != 0:
        return Person(home, os.geteuid())
    os.chown(home, _NOBODY, _NOBODY)
    return Person(home, _NOBODY)


def check_python() -> None:
    """Skip where the system's Python cannot make environments, fail where it must.

    Whatever runs the tests, the steps use the system's Python: one run of them is enough.
    """
    if sys.version_info[:2] != _ONE_RUN:
        pytest.skip("first steps are tested once, under Python 3.11")
    script = "import ensurepip, venv, sys; assert sys.version_info >= (3, 11)"
    done = shutil.which(_PYTHON) and subprocess.run(  # noqa: S603  Debian's python
        [_PYTHON, "-c", script], capture_output=True, check=False
    )
    if not done or done.returncode != 0:
        message = f"{_PYTHON} makes no environments: apt-get install python3 python3-venv"
        if REQUIRE_SERVERS:
            pytest.fail(message)
        pytest.skip(message)


def clone(target: Path, person: Person) -> Path:
    """Copy what a clone of this tree as it stands would have; return the folder."""
    listed = subprocess.run(  # noqa: S603  git on our own tree
        [
            program("git", "git"), "-c", f"safe.directory={ROOT}", "ls-files", "-z", "--cached",
            "--others", "--exclude-standard",
        ],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)
    if os.geteuid() == 0:
        for path in (target, *target.rglob("*")):
            os.chown(path, person.uid, person.uid)
    return target
