"""A fresh clone in a clean folder, as an unprivileged user: README and Dockerfile as written."""

import asyncio
import re
import shlex
import shutil
import socket
import tempfile
import time
import urllib.request
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from solix_exporter import __version__
from solix_exporter.clock import SystemClock
from solix_exporter.sim import SimulatedCloud
from tests.deploy.dockerfile import Instruction, read_dockerfile
from tests.deploy.files import PORT, ROOT
from tests.deploy.person import Person, check_python, clone, make_person

# Compiling what is used once takes longer than it saves. The image's own steps compile.
SKIP_COMPILING = {"PIP_NO_COMPILE": "1"}
README = (ROOT / "README.md").read_text("utf-8")


@pytest.fixture(scope="module")
def person() -> Iterator[Person]:
    check_python()
    # pytest's own folders are closed to other users.
    folder = Path(tempfile.mkdtemp(prefix="solix-first-steps-"))
    try:
        yield make_person(folder)
    finally:
        shutil.rmtree(folder)


@pytest.fixture(scope="module")
def tree(person: Person) -> Path:
    target = person.home / "solix"
    target.mkdir()
    return clone(target, person)


@pytest.fixture
async def cloud() -> AsyncIterator[SimulatedCloud]:
    running = SimulatedCloud(SystemClock(), endpoint_limit=0)
    await running.start()
    yield running
    await running.stop()


def section(title: str) -> str:
    (text,) = re.findall(rf"^## {title}\n(.*?)(?=^## )", README, re.MULTILINE | re.DOTALL)
    return str(text)


def blocks(text: str) -> list[str]:
    """Return the shell blocks of a text: what is indented, and what follows a `$`."""
    unfenced = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    indented = re.findall(r"(?:^    \S.*\n)+", unfenced, re.MULTILINE)
    typed = re.findall(r"(?:^\$ .*\n)+", text, re.MULTILINE)
    return [re.sub(r"^(?:    |\$ )", "", block, flags=re.MULTILINE) for block in indented + typed]


def wait_for_port() -> None:
    """Skip where another program has the port that the README names."""
    for _ in range(50):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", PORT)):
                return
        time.sleep(0.2)
    pytest.skip(f"another program listens on port {PORT}")


def page(path: str, within_s: float, text: str = "") -> str:
    """Return a page as soon as it holds a text."""
    url, found = f"http://localhost:{PORT}{path}", ""
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(url, timeout=60) as answer:
                found = answer.read().decode()
        except OSError:
            found = ""
        if found and text in found:
            return found
        time.sleep(0.2)
    raise AssertionError(f"{url} never held {text!r}: {found[:500]}")


def test_the_readme_has_the_blocks_that_are_tested_here() -> None:
    assert [block.split("\n")[0] for block in blocks(section("Try it"))] == [
        "make demo",
        f"curl -s localhost:{PORT}/metrics | grep power_watts",
    ]
    starts = [block.split("\n")[0] for block in blocks(section("Run it"))]
    assert starts == ["python3 -m venv venv", "solix-exporter check"]


def test_try_it(person: Person, tree: Path) -> None:
    wait_for_port()
    demo, look = blocks(section("Try it"))
    with person.running(demo, tree, SKIP_COMPILING) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("A simulated home is on"):
                break
        page("/metrics", 5, "solix_site_home_load_power_watts{")
        shown = person.run(look, tree)
    assert shown.returncode == 0
    assert "\nsolix_site_pv_power_watts{" in shown.stdout


async def test_run_it(person: Person, tree: Path, cloud: SimulatedCloud) -> None:
    wait_for_port()
    install, check = blocks(section("Run it"))
    *steps, start = install.splitlines()
    done = person.run("\n".join(steps), tree, SKIP_COMPILING)
    assert done.returncode == 0, done.stdout + done.stderr
    there = {
        "SOLIX_CLOUD__URL": cloud.url,
        "SOLIX_CLOUD__PUBLIC_KEY": cloud.public_key,
        "SOLIX_STATE_DIR": str(person.home / "state"),
    }
    with person.running(start, tree, there):
        # The account of the example is nobody's, which ends in a sentence and not in an exit.
        await asyncio.to_thread(page, "/", 20, "No login is tried before")
    account = {
        "ANKERUSER": cloud.accounts[0].email,
        "ANKERPASSWORD": cloud.accounts[0].password,
        "ANKERCOUNTRY": cloud.accounts[0].country,
        "PATH": f"{tree}/venv/bin:/usr/bin:/bin",
    }
    done = await asyncio.to_thread(person.run, check, tree, there | account)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith("All is well.\n")


# --- the image --------------------------------------------------------------------------------

STAGES = read_dockerfile(ROOT / "Dockerfile")
_, BUILD, FINAL = STAGES


def of(word: str, stage: list[Instruction]) -> list[Instruction]:
    return [instruction for instruction in stage if instruction.word == word]


def test_the_context_holds_what_is_copied_and_little_else() -> None:
    ignore = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    assert "*" in ignore
    kept = {line.removeprefix("!") for line in ignore if line.startswith("!")}
    copied = {
        source
        for instruction in of("COPY", BUILD) + of("COPY", FINAL)
        if not instruction.rest.startswith("--from")
        for source in shlex.split(instruction.rest)[:-1]
    }
    assert copied == kept
    assert all((ROOT / source).exists() for source in copied)


def test_the_image_is_unprivileged_and_labelled() -> None:
    assert [instruction.rest for instruction in of("USER", FINAL)] == ["65532:65532"]
    (labels,) = of("LABEL", FINAL)
    for label in ("title", "description", "licenses", "version", "revision"):
        assert f"org.opencontainers.image.{label}=" in labels.rest
    (check,) = of("HEALTHCHECK", FINAL)
    assert check.items == ["python3", "/opt/solix/healthcheck.py"]


class Image:
    """The steps of the Dockerfile, done in a folder."""

    def __init__(self, person: Person, tree: Path) -> None:
        self.root = person.home / "image"
        self._path = f"{self.root}/base/bin"
        self._person = person
        self._tree = tree
        done = person.run(f"mkdir {self.root} && python3 -m venv {self.root}/base", tree)
        assert done.returncode == 0, done.stderr

    def here(self, text: str) -> str:
        """Return a text with the image's paths below the folder."""
        text = text.replace("-o 65532 -g 65532 ", "")
        return re.sub(r"(?<![\w.])/(opt/solix|src|var/lib)\b", rf"{self.root}/\1", text)

    def do(self, stage: list[Instruction]) -> None:
        workdir = str(self.root)
        for instruction in stage:
            if instruction.word == "WORKDIR":
                workdir = self.here(instruction.rest)
                self.run(f"mkdir -p {workdir}", str(self.root))
            elif instruction.word == "RUN":
                self.run(self.here(instruction.rest), workdir)
            elif instruction.word == "ENV":
                (path,) = re.findall(r"PATH=([^ :]+):", instruction.rest)
                self._path = f"{self.here(path)}:{self._path}"
            elif instruction.word == "COPY":
                self.copy(instruction.rest, workdir)

    def copy(self, rest: str, workdir: str) -> None:
        *sources, target = shlex.split(rest)
        if sources[0].startswith("--from"):
            # An environment holds its own path, so it has to stay where it was made.
            assert sources[1:] == [target]
            return
        into = Path(workdir, self.here(target))
        for source in sources:
            place = into / source if target.endswith("/") else into
            self.run(f"mkdir -p {place.parent} && cp -r {self._tree / source} {place}", workdir)

    def run(self, script: str, workdir: str) -> str:
        environ = {"PATH": f"{self._path}:/usr/bin:/bin"}
        done = self._person.run(script, Path(workdir), environ)
        assert done.returncode == 0, f"{script}\n{done.stdout}\n{done.stderr}"
        return done.stdout


def test_the_steps_of_the_dockerfile_make_an_exporter_that_runs(person: Person, tree: Path) -> None:
    image = Image(person, tree)
    image.do(BUILD)
    image.do(FINAL)
    root = str(image.root)
    image.run(f"chmod -R a-w {root}/opt", root)
    (entry,), (command,) = of("ENTRYPOINT", FINAL), of("CMD", FINAL)
    program = shlex.join(entry.items)
    assert image.run(f"{program} --version", root) == f"solix-exporter {__version__}\n"
    account = "ANKERUSER=a@b ANKERPASSWORD=x ANKERCOUNTRY=DE"
    checked = f"{account} {program} {shlex.join(command.items)} --config.check"
    assert image.run(checked, root) == "The settings are good. Accounts: default.\n"
    (check,) = of("HEALTHCHECK", FINAL)
    probe = image.here(shlex.join(check.items))
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"127.0.0.1:{free.getsockname()[1]}"
    alive = image.run(
        f"{program} demo --web.listen-address={address} > demo.log 2>&1 & demo=$!\n"
        f"for _ in $(seq 50); do grep -q simulated demo.log && break; sleep 0.1; done\n"
        f"SOLIX_WEB__LISTEN_ADDRESS={address} {probe} && echo alive\n"
        "kill $demo; wait $demo || true",
        root,
    )
    assert alive == "alive\n"
    assert_compiled_by_hash(image.root / "opt" / "solix")


def assert_compiled_by_hash(folder: Path) -> None:
    """Two builds of one source give the same bytes: no date stands in a compiled file."""
    compiled = list(folder.rglob("*.pyc"))
    assert len(compiled) > 500
    assert {file.read_bytes()[4:8] for file in compiled} == {b"\x01\0\0\0"}
