import shutil
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.conftest import REQUIRE_SERVERS
from tests.deploy.files import ROOT

_OFFLINE = "No matching distribution found for setuptools"


def test_a_wheel_holds_every_file_of_the_package(tmp_path: Path) -> None:
    source = tmp_path / "source"
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "solix_exporter", source / "solix_exporter", ignore=ignored)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy2(ROOT / name, source / name)
    done = subprocess.run(  # noqa: S603  pip of this environment
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", tmp_path, source],
        capture_output=True,
        text=True,
        check=False,
    )
    if _OFFLINE in done.stderr and not REQUIRE_SERVERS:
        pytest.skip("builds a wheel: a package index must be reachable")
    assert done.returncode == 0, done.stderr
    (wheel,) = tmp_path.glob("*.whl")
    files = {path.relative_to(ROOT) for path in (ROOT / "solix_exporter").rglob("*")}
    wanted = {str(path) for path in files if path.suffix and "__pycache__" not in path.parts}
    assert wanted <= set(ZipFile(wheel).namelist())
