"""The image, built and run for real; only where asked for, because it makes a Debian first."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from solix_exporter import __version__
from tests.deploy.files import ROOT

WANTED = os.environ.get("SOLIX_TEST_IMAGE") == "1"
COMMAND = "apt-get install buildah debootstrap, then SOLIX_TEST_IMAGE=1 pytest tests/deploy"


@pytest.fixture
def folder() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="solix-image-"))
    yield path
    shutil.rmtree(path)


@pytest.mark.skipif(not WANTED, reason=f"builds an image: as root, {COMMAND}")
@pytest.mark.timeout(900)
def test_the_image_builds_twice_the_same_and_runs(folder: Path) -> None:
    assert os.geteuid() == 0
    assert shutil.which("buildah"), COMMAND
    assert shutil.which("debootstrap"), COMMAND
    done = subprocess.run(  # noqa: S603  our own script
        ["/bin/sh", str(ROOT / "tests/deploy/build_image.sh"), str(ROOT), str(folder)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.split("== two builds\n")[1].splitlines() == [
        "the same layers twice",
        "65532:65532 [CMD python3 /opt/solix/healthcheck.py]",
        "== run",
        f"solix-exporter {__version__}",
        "65532",
        "the state can be written",
        "healthy",
        "ended with 0",
    ]
