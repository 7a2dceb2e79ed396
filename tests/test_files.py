"""Files that an operator names: regular ones of a sensible size, however they are mounted."""

import os
import socket
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from solix_exporter.cli import commands
from solix_exporter.cloud.breaker import LoginBreaker
from solix_exporter.cloud.endpoints import find
from solix_exporter.cloud.replay import Replay
from solix_exporter.cloud.tokens import TokenFile
from solix_exporter.config import load_settings
from solix_exporter.errors import ConfigError, UnexpectedPayload
from solix_exporter.files import LARGEST_FILE_BYTES, read_file
from solix_exporter.model.events import SilentObserver
from solix_exporter.net import LARGEST_ANSWER_BYTES
from solix_exporter.web import Security
from tests.web.certificates import Authority

ENVIRON = {"ANKERUSER": "me@example.org", "ANKERPASSWORD": "a secret", "ANKERCOUNTRY": "DE"}


def pipe(folder: Path) -> Path:
    os.mkfifo(folder / "odd")
    return folder / "odd"


def device(folder: Path) -> Path:
    (folder / "odd").symlink_to("/dev/zero")
    return folder / "odd"


def listener(folder: Path) -> Path:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(folder / "odd"))
    return folder / "odd"


def huge(folder: Path) -> Path:
    """Give a file that says much and takes no disk."""
    with (folder / "odd").open("wb") as file:
        file.truncate(LARGEST_FILE_BYTES + 1)
    return folder / "odd"


ODD: list[tuple[Callable[[Path], Path], str]] = [
    (pipe, "it is a pipe, not a regular file"),
    (device, "it is a device, not a regular file"),
    (listener, "it is a socket, not a regular file"),
    (huge, "it is larger than 1 MiB"),
]

odd_files = pytest.mark.parametrize(("make", "sentence"), ODD, ids=[row[0].__name__ for row in ODD])


@odd_files
def test_what_is_no_small_regular_file_is_refused_with_a_sentence(
    make: Callable[[Path], Path], sentence: str, tmp_path: Path
) -> None:
    with pytest.raises(OSError, match=sentence):
        read_file(make(tmp_path))


def test_a_file_of_the_largest_size_is_read(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"x" * LARGEST_FILE_BYTES)
    assert len(read_file(file)) == LARGEST_FILE_BYTES


def test_the_null_device_is_an_empty_file() -> None:
    assert read_file(Path(os.devnull)) == b""


def test_a_folder_is_called_one(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError, match="Is a directory"):
        read_file(tmp_path)


@odd_files
@pytest.mark.parametrize("place", ["config", "password_file", "token_file", "ca_file", "variable"])
def test_settings_come_from_regular_files_only(
    place: str, make: Callable[[Path], Path], sentence: str, tmp_path: Path
) -> None:
    odd = make(tmp_path)
    influxdb = f"influxdb: {{url: 'http://127.0.0.1', {place}: {odd}}}"
    account = f"accounts: [{{user: me@example.org, country: DE, password_file: {odd}}}]"
    file, environ = tmp_path / "solix.yaml", ENVIRON
    file.write_text(account if place == "password_file" else influxdb)
    if place == "config":
        file = odd
    if place == "variable":
        file.write_text("{}")
        environ = {"ANKERPASSWORD_FILE": str(odd), **ENVIRON}
        del environ["ANKERPASSWORD"]
    with pytest.raises(ConfigError, match=sentence):
        load_settings(file=file, environ=environ, flags={})


@odd_files
@pytest.mark.parametrize("place", ["web", "cert_file", "key_file", "client_ca_file"])
def test_the_web_configuration_comes_from_regular_files_only(
    place: str, make: Callable[[Path], Path], sentence: str, tmp_path: Path
) -> None:
    odd = make(tmp_path)
    if place == "web":
        with pytest.raises(ConfigError, match=sentence):
            Security(odd)
        return
    ca = Authority(tmp_path, "ca")
    pair = ca.sign("server", "localhost")
    files = {"cert_file": pair.cert, "key_file": pair.key, "client_ca_file": ca.file, place: odd}
    lines = [f"  {key}: {path}\n" for key, path in files.items()]
    web = tmp_path / "web.yml"
    kind = "  client_auth_type: RequireAndVerifyClientCert\n"
    web.write_text("".join(["tls_server_config:\n", *lines, kind]))
    with pytest.raises(ConfigError, match=sentence):
        Security(web)


@odd_files
def test_a_web_configuration_that_turned_odd_leaves_what_was_in_force(
    make: Callable[[Path], Path], sentence: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    web = tmp_path / "web.yml"
    web.write_text("http_server_config: {headers: {X-Frame-Options: deny}}")
    security = Security(web)
    web.unlink()
    make(tmp_path).rename(web)
    security.refresh()
    assert security.headers == {"X-Frame-Options": "deny"}
    assert sentence in caplog.text


@pytest.mark.parametrize("kind", ["pipe", "device", "huge"])
async def test_a_replayed_answer_is_a_small_regular_file(kind: str, tmp_path: Path) -> None:
    file = tmp_path / "site_list.json"
    if kind == "pipe":
        os.mkfifo(file)
    elif kind == "device":
        file.symlink_to("/dev/zero")
    else:
        with file.open("wb") as sparse:
            sparse.truncate(LARGEST_ANSWER_BYTES + 1)
    row = find("site_list")
    assert row is not None
    with pytest.raises(UnexpectedPayload, match=r"not a regular file|larger than 4 MiB") as caught:
        await Replay(tmp_path, SilentObserver()).ask(row, {})
    assert caught.value.outcome == "malformed"


@odd_files
def test_an_odd_file_of_an_account_is_no_state(
    make: Callable[[Path], Path], sentence: str, tmp_path: Path
) -> None:
    odd = make(tmp_path)
    assert sentence
    assert TokenFile(odd).current() is None
    assert LoginBreaker(odd).blocked_until(datetime(2026, 6, 20, tzinfo=UTC)) is None


def test_secrets_as_docker_kubernetes_and_systemd_mount_them_are_read(tmp_path: Path) -> None:
    """A Secret's file is a link to a link into a folder of the day; a credential is mode 0400."""
    day = tmp_path / "..2026_06_20"
    day.mkdir()
    (day / "password").write_text("a secret\n")
    (day / "password").chmod(0o400)
    (tmp_path / "..data").symlink_to(day.name)
    (tmp_path / "password").symlink_to("..data/password")
    environ = {**ENVIRON, "ANKERPASSWORD_FILE": str(tmp_path / "password")}
    del environ["ANKERPASSWORD"]
    settings = load_settings(file=None, environ=environ, flags={})
    assert settings.accounts[0].password.get_secret_value() == "a secret"


def test_the_command_line_says_it_in_one_sentence(tmp_path: Path) -> None:
    done = CliRunner(env=ENVIRON).invoke(
        commands, ["serve", "--config.check", f"--web.config.file={pipe(tmp_path)}"]
    )
    assert isinstance(done.exception, ConfigError)
    assert "it is a pipe, not a regular file" in str(done.exception)
