import subprocess
import sys
from pathlib import Path

import pytest

from solix_exporter import __version__
from tests.children import bare_environ

ROOT = Path(__file__).parents[2]
ACCOUNT = {"ANKERUSER": "me@example.org", "ANKERPASSWORD": "s3cret-Pa55", "ANKERCOUNTRY": "de"}
HEAVY = ("aiohttp", "pydantic", "yaml", "cryptography", "prometheus_client", "apscheduler")


def solix_exporter(
    *arguments: str, environ: dict[str, str] | None = None, python: tuple[str, ...] = ()
) -> subprocess.CompletedProcess[str]:
    """Run the program as a user does, in an environment that says nothing else."""
    return subprocess.run(  # noqa: S603  our own program
        [sys.executable, *python, "-m", "solix_exporter", *arguments],
        cwd=ROOT,
        env=bare_environ() | (environ or {}),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_version_answers_without_loading_the_exporter() -> None:
    done = solix_exporter("--version", python=("-X", "importtime"))
    assert done.stdout == f"solix-exporter {__version__}\n"
    loaded = {line.rpartition("|")[2].strip().split(".")[0] for line in done.stderr.splitlines()}
    assert "click" in loaded
    assert loaded.isdisjoint(HEAVY)


def test_good_settings_pass_the_check(tmp_path: Path) -> None:
    file = tmp_path / "solix.yaml"
    file.write_text("accounts: [{name: home, user: a@b, password: x, country: DE}]\n")
    file.chmod(0o600)
    done = solix_exporter("serve", f"--config.file={file}", "--config.check", environ=ACCOUNT)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "The settings are good. Accounts: home, default.\n"


def test_a_bad_web_configuration_does_not_pass_the_check(tmp_path: Path) -> None:
    file = tmp_path / "web.yml"
    file.write_text("http_server_config: {http2: true}\n")
    done = solix_exporter(f"--web.config.file={file}", "--config.check", environ=ACCOUNT)
    assert done.returncode == 2
    assert f"{file}: http_server_config.http2: must be false or left out" in done.stderr


@pytest.mark.parametrize(
    ("variable", "value", "told"),
    [
        ("SOLIX_POLL__DISABLE", "foo", "poll.disable (SOLIX_POLL__DISABLE): 'foo' is unknown"),
        ("SOLIX_CLOUD__PUBLIC_KEY", "04" + 128 * "0", "cloud.public_key"),
    ],
)
def test_what_shows_when_the_parts_are_put_together_does_not_pass_the_check(
    variable: str, value: str, told: str
) -> None:
    done = solix_exporter("--config.check", environ=ACCOUNT | {variable: value})
    assert (done.returncode, done.stdout) == (2, "")
    assert told in done.stderr


def test_a_former_name_of_what_is_not_asked_passes_with_a_warning() -> None:
    done = solix_exporter("--config.check", environ=ACCOUNT | {"SOLIX_POLL__DISABLE": "wifi"})
    assert done.returncode == 0
    assert "'wifi' is now called 'wifi_list'" in done.stderr


def test_flags_without_a_command_are_those_of_serve() -> None:
    done = solix_exporter("--config.check", "--log.level=debug", environ=ACCOUNT)
    assert done.stdout == "The settings are good. Accounts: default.\n"


def test_a_replay_needs_no_account(tmp_path: Path) -> None:
    done = solix_exporter(f"--replay={tmp_path}", "--config.check")
    assert (done.returncode, done.stderr) == (0, "")


def test_bad_settings_end_with_2_and_all_problems_and_no_traceback() -> None:
    environ = ACCOUNT | {"ANKERCOUNTRY": "", "SOLIX_POLL__SITES": "soon", "SOLIX_SPEED": "1"}
    done = solix_exporter("serve", "--web.listen-address=nonsense", environ=environ)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.splitlines()[0] == "solix-exporter: the configuration has 4 problems:"
    for place in (
        "environment variable ANKERCOUNTRY: is missing",
        "environment variable SOLIX_POLL__SITES: 'soon' is not a duration",
        "environment variable SOLIX_SPEED: is unknown",
        "--web.listen-address[0]: 'nonsense' is not an address",
    ):
        assert place in done.stderr
    assert "Traceback" not in done.stderr
    assert "s3cret-Pa55" not in done.stderr


def test_without_any_settings_it_tells_where_the_account_goes() -> None:
    done = solix_exporter()
    assert done.returncode == 2
    assert "set ANKERUSER, ANKERPASSWORD and ANKERCOUNTRY" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("sevre",),
        ("serve", "--no-such-flag"),
        ("serve", "extra"),
        ("--replay=/no/such/folder",),
        ("--config.file=/no/such/file",),
    ],
)
def test_a_wrong_command_line_ends_with_2(arguments: tuple[str, ...]) -> None:
    done = solix_exporter(*arguments, environ=ACCOUNT)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert done.stderr


def test_a_password_in_a_file_that_all_may_read_is_logged_once(tmp_path: Path) -> None:
    file = tmp_path / "solix.yaml"
    file.write_text("accounts: [{name: home, user: a@b.de, password: hunter22, country: DE}]\n")
    file.chmod(0o644)
    done = solix_exporter(f"--config.file={file}", "--config.check", "--log.format=json")
    assert done.returncode == 0
    assert done.stderr.count("every user can read it") == 1
    assert "hunter22" not in done.stderr
