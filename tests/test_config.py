import os
from pathlib import Path

import pytest
import yaml

from solix_exporter.config import (
    AccountSettings,
    CloudSettings,
    PollSettings,
    WebSettings,
    load_settings,
    masked_yaml,
)
from solix_exporter.config.load import default_state_dir
from solix_exporter.errors import ConfigError
from solix_exporter.text import format_duration, parse_duration

ACCOUNT = {"ANKERUSER": "me@example.org", "ANKERPASSWORD": "s3cret-Pa55", "ANKERCOUNTRY": "de"}
KEY = "04" + "ab" * 64
BOMB = "a: &a [x]\n" + "".join(
    f"{name}: &{name} [{','.join(9 * ['*' + before])}]\n"
    for before, name in zip("abcdefg", "bcdefgh", strict=True)
)
"""Nine lists of nine lists of ...: 600 bytes that stand for five million values."""
FILE = """\
accounts:
  - name: home
    user: home@example.org
    password: 0123
    country: NO
  - name: parents
    user: parents@example.org
    password_file: parents.secret
    country: US
    url: https://example.org/
cloud:
  timeout: 30s
  request_gap: 500ms
poll:
  sites: 1m30s
  disable: [device_details]
web:
  listen_address: ["127.0.0.1:9000", "[::1]:9000"]
log: {level: warn}
timezone: Europe/Berlin
sites:
  5f1c-9:
    timezone: America/New_York
"""


@pytest.fixture
def config_file(tmp_path: Path) -> Path:
    (tmp_path / "parents.secret").write_bytes(b" tail and head \n\n")
    return write(tmp_path, FILE)


def write(folder: Path, text: str) -> Path:
    file = folder / "solix.yaml"
    file.write_text(text)
    file.chmod(0o600)
    return file


def complaint(
    text: str | None = None,
    *,
    folder: Path | None = None,
    environ: dict[str, str] | None = None,
    flags: dict[str, object] | None = None,
) -> str:
    file = write(folder, text) if folder is not None and text is not None else None
    environ = ACCOUNT if environ is None else environ
    with pytest.raises(ConfigError) as caught:
        load_settings(file=file, environ=environ, flags=flags or {})
    return str(caught.value)


def test_three_variables_are_a_whole_configuration() -> None:
    settings = load_settings(file=None, environ=ACCOUNT, flags={})
    account = settings.accounts[0]
    assert (account.name, account.user, account.country) == ("default", "me@example.org", "DE")
    assert account.password.get_secret_value() == "s3cret-Pa55"
    assert settings.cloud.timeout_s == 10
    assert settings.poll.sites_interval_s == 60
    assert settings.web.listen_addresses == (":7654",)


def test_the_file_says_everything(config_file: Path) -> None:
    settings = load_settings(file=config_file, environ={}, flags={})
    home, parents = settings.accounts
    assert (home.name, home.country, home.url) == ("home", "NO", None)
    assert home.password.get_secret_value() == "0123"
    assert parents.password.get_secret_value() == " tail and head \n"
    assert parents.url == "https://example.org"
    assert (settings.cloud.timeout_s, settings.cloud.request_gap_s) == (30, 0.5)
    assert settings.poll == PollSettings(sites_interval_s=90, disable=("device_details",))
    assert settings.web.listen_addresses == ("127.0.0.1:9000", "[::1]:9000")
    assert settings.log.level == "warning"
    assert settings.timezone == "Europe/Berlin"
    assert settings.sites["5f1c-9"].timezone == "America/New_York"
    assert settings.warnings == ()


def test_the_environment_wins_over_the_file_and_a_flag_over_both(config_file: Path) -> None:
    settings = load_settings(
        file=config_file,
        environ={"SOLIX_CLOUD__TIMEOUT": "20s", "SOLIX_LOG__LEVEL": "error"},
        flags={"log.level": "debug", "log.format": None, "web.listen_address": ()},
    )
    assert settings.cloud.timeout_s == 20
    assert settings.cloud.request_gap_s == 0.5
    assert (settings.log.level, settings.log.format) == ("debug", "logfmt")
    assert settings.web.listen_addresses == ("127.0.0.1:9000", "[::1]:9000")


def test_every_setting_has_its_variable() -> None:
    environ = {
        "SOLIX_CLOUD__URL": "http://127.0.0.1:8080",
        "SOLIX_CLOUD__PUBLIC_KEY": KEY.upper(),
        "SOLIX_CLOUD__ENDPOINT_LIMIT": "0",
        "SOLIX_CLOUD__HEADROOM": "3",
        "SOLIX_CLOUD__REQUEST_GAP": "0",
        "SOLIX_POLL__SITES": "5m",
        "SOLIX_POLL__DISABLE": "a, b",
        "SOLIX_WEB__LISTEN_ADDRESS": ":1, 2",
        "SOLIX_WEB__TELEMETRY_PATH": "/m",
        "SOLIX_LOG__FORMAT": "json",
        "SOLIX_STATE_DIR": "/var/lib/solix",
        "SOLIX_TIMEZONE": "UTC",
    }
    settings = load_settings(file=None, environ=ACCOUNT | environ, flags={})
    assert settings.cloud == CloudSettings(
        url="http://127.0.0.1:8080",
        public_key=KEY,
        endpoint_limit=0,
        headroom=3,
        request_gap_s=0,
    )
    assert settings.poll == PollSettings(sites_interval_s=300, disable=("a", "b"))
    assert settings.web.listen_addresses == (":1", "2")
    assert settings.web.telemetry_path == "/m"
    assert settings.log.format == "json"
    assert settings.state_dir == Path("/var/lib/solix")
    assert settings.timezone == "UTC"


def test_the_environment_adds_its_account_to_those_of_the_file(config_file: Path) -> None:
    settings = load_settings(file=config_file, environ=ACCOUNT, flags={})
    assert [account.name for account in settings.accounts] == ["home", "parents", "default"]


def test_the_environment_completes_the_account_without_a_name(tmp_path: Path) -> None:
    file = write(tmp_path, "accounts:\n  - user: me@example.org\n    country: DE\n")
    settings = load_settings(file=file, environ={"ANKERPASSWORD": "from outside"}, flags={})
    assert len(settings.accounts) == 1
    assert settings.accounts[0].user == "me@example.org"
    assert settings.accounts[0].password.get_secret_value() == "from outside"


@pytest.mark.parametrize(
    ("content", "password"),
    [
        (b"plain", "plain"),
        (b"unix\n", "unix"),
        (b"windows\r\n", "windows"),
        (b"two\n\n", "two\n"),
        (b" sp ace\t\n", " sp ace\t"),
        ("grün".encode(), "grün"),
    ],
)
def test_a_secret_file_is_taken_as_it_is(tmp_path: Path, content: bytes, password: str) -> None:
    (tmp_path / "secret").write_bytes(content)
    environ = ACCOUNT | {"ANKERPASSWORD": "", "ANKERPASSWORD_FILE": str(tmp_path / "secret")}
    settings = load_settings(file=None, environ=environ, flags={})
    assert settings.accounts[0].password.get_secret_value() == password


def test_user_and_country_may_come_from_files_too(tmp_path: Path) -> None:
    (tmp_path / "user").write_text("me@example.org\n")
    (tmp_path / "country").write_text("at\n")
    environ = {
        "ANKERUSER_FILE": str(tmp_path / "user"),
        "ANKERCOUNTRY_FILE": str(tmp_path / "country"),
        "ANKERPASSWORD": "x",
    }
    account = load_settings(file=None, environ=environ, flags={}).accounts[0]
    assert (account.user, account.country) == ("me@example.org", "AT")


def test_all_problems_are_listed_at_once_with_their_places(tmp_path: Path) -> None:
    text = """\
accounts:
  - name: home
    user: home@example.org
    pasword: hunter2
    country: Germany
  - name: home
  - name: beach
    user: beach@example.org
    password_file: nowhere
    country: DE
poll:
  sites: soon
webb: {}
"""
    message = complaint(
        text,
        folder=tmp_path,
        environ={"SOLIX_CLOUD__URLL": "x", "ANKERUSER": "me@example.org", "ANKERCOUNTRY": "DE"},
        flags={"log.level": "loud"},
    )
    lines_of = f"{tmp_path / 'solix.yaml'} line"
    first, *lines = message.splitlines()
    assert first == "the configuration has 10 problems:"
    assert sorted(line.split(": ")[0] for line in lines) == [
        "  - --log.level",
        f"  - {lines_of} 12, poll.sites",
        f"  - {lines_of} 13, webb",
        f"  - {lines_of} 2, accounts[0].password",
        f"  - {lines_of} 4, accounts[0].pasword",
        f"  - {lines_of} 5, accounts[0].country",
        f"  - {lines_of} 6, accounts[1]",
        f"  - {lines_of} 9, accounts[2].password_file",
        "  - environment variable ANKERPASSWORD",
        "  - environment variable SOLIX_CLOUD__URLL",
    ]
    assert "hunter2" not in message


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("poll: {sites: 29s}", "line 1, poll.sites: must be between 30s and 1h, not 29s"),
        ("poll: {sites: -5s}", "line 1, poll.sites: '-5s' is not a duration"),
        (
            "poll: 60s",
            "line 1, poll: must hold the keys sites, device_details, site_details, energy",
        ),
        (
            "poll: {sites_interval_s: 60}",
            "sites_interval_s: is unknown; did you mean site_details?",
        ),
        ("poll:\n  sites: [60s]", "line 2, poll.sites: ['60s'] is not a duration"),
        ("poll: {disable: {a: b}}", "poll.disable: must be a list"),
        ("cloud: {timeout: 61s}", "cloud.timeout: must be between 5s and 1m, not 1m1s"),
        ("cloud: {endpoint_limit: -1}", "cloud.endpoint_limit: must be at least 0"),
        ("cloud: {endpoint_limit: ten}", "cloud.endpoint_limit: must be a whole number"),
        ("cloud: {endpoint_limit: 2}", "cloud.headroom: must be less than endpoint_limit"),
        ("cloud: {headroom: 10}", "cloud.headroom: must be less than endpoint_limit, which is 10"),
        ("cloud: {url: ftp://example.org}", "cloud.url: must be an address such as https://"),
        ("cloud: {url: 'https://host:port'}", "cloud.url: must be an address such as https://"),
        ("cloud: {url: [a]}", "cloud.url: must be a single value"),
        ("cloud: {public_key: 04ab}", "cloud.public_key: must be an uncompressed P-256 point"),
        ("web: {listen_address: []}", "web.listen_address: must not be empty"),
        ("web: {listen_address: [':99999']}", "web.listen_address[0]: ':99999' is not an address"),
        ("web: {listen_address: 'host'}", "web.listen_address[0]: 'host' is not an address"),
        ("web: {telemetry_path: metrics}", "web.telemetry_path: 'metrics' is not a path"),
        ("web: {telemetry_path: /config}", "web.telemetry_path: /config is taken"),
        ("web: {external_url: solix.example}", "web.external_url: must be an address such as"),
        ("web: {external_url: 'http://a/{b}'}", "web.external_url: has a path that is not made"),
        ("web: {external_url: 'http://a//evil'}", "web.external_url: has a path that is not made"),
        ("web: {external_url: 'http://a/b//c'}", "web.external_url: has a path that is not made"),
        ("web: {telemetry_path: //evil}", "web.telemetry_path: '//evil' is not a path"),
        ("web: {route_prefix: 'a b'}", "web.route_prefix: 'a b' is not a path; write it like"),
        ("web: {systemd_socket: sometimes}", "web.systemd_socket: "),
        ("web: {telemetry_path: /-/ready}", "web.telemetry_path: /-/ready is taken"),
        ("log: {format: text}", "log.format: must be 'logfmt' or 'json'"),
        ("timezone: Europe/Berlinn", "timezone: 'Europe/Berlinn' is not a known time zone; did"),
        ("timezone: ../etc", "timezone: '../etc' is not a known time zone"),
        ("sites: home", "line 1, sites: must hold one key for each site id"),
        ("sites: {a: home}", "line 1, sites.a: must hold the keys timezone"),
        ("sites: {a: {tz: UTC}}", "line 1, sites.a.tz: is unknown; known here: timezone"),
        ("accounts: me", "line 1, accounts: must be a list"),
        ("accounts: [{pasword: x}]", "accounts[0].pasword: is unknown; did you mean password?"),
        ("accounts: [{name: a}]", "accounts[0].country: is missing; give two letters"),
        (
            "accounts: [{name: a, country: Spain}]",
            "must be two letters such as DE or US; they select",
        ),
        ("accounts: [{password_file: gone}]", "gone: No such file or directory; check the path"),
        ("accounts: [{name: a}, {name: a}]", "accounts[1]: a second account is called 'a'"),
        ("poll: {sites: soon}", "poll.sites: 'soon' is not a duration; write it like 60s, 5m or"),
        ("webb: {}", "line 1, webb: is unknown; did you mean web?"),
        ("accounts: [me]", "line 1, accounts[0]: must have the keys name, user"),
        ("accounts: [{name: [me]}]", "line 1, accounts[0].name: must be one word, such as home"),
        ("accounts: [{name: My Home}]", "accounts[0].name: must be a short name"),
        ("poll:\n  sites: 60s\n  sites: 90s", "line 3, poll.sites: is given twice"),
        ("poll: {}\npoll: {}", "line 2, poll: is given twice; remove one"),
        ("- poll", "must hold keys and values"),
        ("poll: {sites: 60s", "line 2, column 1: is not valid YAML"),
        ("a: &a [*a]", "is nested too deeply"),
        ("[" * 5000, "is nested too deeply"),
        (BOMB, "repeats too much by aliases"),
        ("warnings: []", "line 1, warnings: is unknown"),
    ],
)
def test_a_bad_file_is_told_by_line(tmp_path: Path, text: str, expected: str) -> None:
    assert expected in complaint(text + "\n", folder=tmp_path)


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, "set ANKERUSER, ANKERPASSWORD and ANKERCOUNTRY"),
        ({"ANKERUSER": "me@example.org"}, "variable ANKERPASSWORD: is missing"),
        ({"ANKERPASSWORD": "p\udce9"}, "variable ANKERPASSWORD: is not UTF-8 text"),
        ({"ANKERUSER": "\udce9@example.org"}, "variable ANKERUSER: is not UTF-8 text"),
        ({"ANKERUSER": "me@example.org"}, "variable ANKERCOUNTRY: is missing; give two letters"),
        (ACCOUNT | {"ANKERUSER": "me"}, "variable ANKERUSER: must be the e-mail address"),
        (ACCOUNT | {"ANKERUSER_FILE": "/x"}, "ANKERUSER_FILE: is set although ANKERUSER is set"),
        (
            {**ACCOUNT, "ANKERPASSWORD": "", "ANKERPASSWORD_FILE": "/nowhere"},
            "ANKERPASSWORD_FILE: cannot read /nowhere: No such file or directory",
        ),
        (
            {**ACCOUNT, "ANKERPASSWORD": "", "ANKERPASSWORD_FILE": "/dev/null"},
            "ANKERPASSWORD_FILE: /dev/null is empty",
        ),
        (ACCOUNT | {"SOLIX_CLOUD__URLL": "x"}, "did you mean SOLIX_CLOUD__URL?"),
        (ACCOUNT | {"SOLIX_POLL__SITES": "1"}, "variable SOLIX_POLL__SITES: must be between 30s"),
        (ACCOUNT | {"SOLIX_ACCOUNTS__0__USER": "a"}, "listed in the configuration file"),
        (ACCOUNT | {"SOLIX_FROG": "1"}, "variable SOLIX_FROG: is unknown; remove it"),
        (ACCOUNT | {"SOLIX_URL": "1"}, "SOLIX_URL: is unknown; did you mean SOLIX_CLOUD__URL?"),
    ],
)
def test_a_bad_environment_is_told_by_variable(environ: dict[str, str], expected: str) -> None:
    assert expected in complaint(environ=environ)


def test_an_unreadable_file_is_one_problem(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load_settings(file=tmp_path / "none.yaml", environ={}, flags={})
    assert str(caught.value) == (
        "the configuration has 1 problem:\n"
        f"  - {tmp_path / 'none.yaml'}: cannot be read: No such file or directory"
    )


@pytest.mark.parametrize(
    "content",
    [
        "accounts:\n  - password: *hunter2\n",
        "accounts:\n  - password: hunter2: x\n",
        'accounts:\n  - password: "hunter2\n',
        "accounts:\n  - hunter2: x\n    password: [hunter2, hunter2]\n    user: hunter2\n",
        "accounts:\n  - password: hunter2\n    password_file: x\n",
        "accounts: [{user: hunter2, password: hunter2, country: hunter2, url: hunter2}]",
        "cloud: {url: 'https://me:hunter2@example.org'}",
        "influxdb: {url: 'https://me:hunter2@example.org'}",
        "password: hunter2\x00",
    ],
)
def test_no_problem_shows_a_password(tmp_path: Path, content: str) -> None:
    message = complaint(content, folder=tmp_path).replace("hunter2: is unknown", "")
    assert "hunter2" not in message


def test_settings_print_neither_password_nor_user(config_file: Path) -> None:
    text = repr(load_settings(file=config_file, environ=ACCOUNT, flags={}))
    assert "s3cret-Pa55" not in text
    assert "example.org'" not in text.replace("url='https://example.org'", "")


def test_the_cause_of_a_config_error_holds_no_values() -> None:
    with pytest.raises(ConfigError) as caught:
        load_settings(file=None, environ=ACCOUNT | {"SOLIX_LOG__LEVEL": "loud"}, flags={})
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


def test_a_file_with_passwords_that_all_may_read_is_a_warning(config_file: Path) -> None:
    config_file.chmod(0o644)
    settings = load_settings(file=config_file, environ={}, flags={})
    assert settings.warnings == (
        f"{config_file} holds a password and every user can read it; run chmod o-r on it",
    )


def test_a_file_without_passwords_may_be_read_by_all(tmp_path: Path) -> None:
    file = write(tmp_path, "poll: {sites: 60s}\n")
    file.chmod(0o644)
    assert load_settings(file=file, environ=ACCOUNT, flags={}).warnings == ()


@pytest.mark.parametrize(
    "text", ["", "# nothing yet\n", "accounts: []\npoll:\ncloud: {url: null}\n"]
)
def test_empty_keys_say_nothing(tmp_path: Path, text: str) -> None:
    settings = load_settings(file=write(tmp_path, text), environ=ACCOUNT, flags={})
    assert settings.poll == PollSettings()
    assert settings.cloud == CloudSettings()


@pytest.mark.parametrize("text", ["", "accounts: []\n"])
def test_a_file_without_accounts_is_not_enough(tmp_path: Path, text: str) -> None:
    assert "accounts: there is none" in complaint(text, folder=tmp_path, environ={})


def test_replay_and_demo_need_no_account() -> None:
    assert load_settings(file=None, environ={}, flags={}, needs_account=False).accounts == ()


def test_the_test_suites_own_variable_is_no_setting() -> None:
    load_settings(file=None, environ=ACCOUNT | {"SOLIX_REQUIRE_SERVERS": "1"}, flags={})


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"STATE_DIRECTORY": "/var/lib/solix:/var/lib/b", "HOME": "/h"}, "/var/lib/solix"),
        ({"XDG_STATE_HOME": "/x", "HOME": "/h"}, "/x/solix-exporter"),
        ({"XDG_STATE_HOME": "relative", "HOME": "/h"}, "/h/.local/state/solix-exporter"),
        ({"HOME": "/h"}, "/h/.local/state/solix-exporter"),
        ({}, "~/.local/state/solix-exporter"),
    ],
)
def test_state_lives_where_the_platform_keeps_it(environ: dict[str, str], expected: str) -> None:
    assert default_state_dir(environ) == expected


def test_the_home_directory_is_resolved() -> None:
    environ = ACCOUNT | {"SOLIX_STATE_DIR": "~/solix"}
    settings = load_settings(file=None, environ=environ, flags={})
    assert settings.state_dir == Path(os.path.expanduser("~/solix"))  # noqa: PTH111  # the reference, not the code under test


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("60s", 60),
        ("5m", 300),
        ("1h30m", 5400),
        ("300ms", 0.3),
        ("1.5s", 1.5),
        ("1d", 86400),
        ("90", 90),
        (12, 12),
        (0.3, 0.3),
    ],
)
def test_durations_read_as_people_write_them(text: object, seconds: float) -> None:
    assert parse_duration(text) == pytest.approx(seconds)


@pytest.mark.parametrize(
    "text", ["", "s", "5 m", "5x", "-5s", "1e3", "inf", True, None, float("nan")]
)
def test_anything_else_is_no_duration(text: object) -> None:
    with pytest.raises(ValueError, match="is not a duration"):
        parse_duration(text)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0s"), (0.3, "300ms"), (60, "1m"), (61.5, "1m1.5s"), (5400, "1h30m"), (90000, "1d1h")],
)
def test_durations_are_shown_as_people_write_them(seconds: float, text: str) -> None:
    assert format_duration(seconds) == text


def test_settings_can_be_made_by_attribute_name() -> None:
    account = AccountSettings.model_validate(
        {"user": "a@b", "password": "p", "country": "us"}, strict=False
    )
    assert account.country == "US"
    assert CloudSettings(timeout_s=5).timeout_s == 5


@pytest.mark.parametrize(
    ("web", "prefix", "external"),
    [
        ({}, "", ""),
        ({"external_url": "https://a.example/solix/"}, "/solix", "/solix"),
        ({"external_url": "https://a.example/solix", "route_prefix": "/"}, "", "/solix"),
        ({"route_prefix": "solix/"}, "/solix", "/solix"),
        ({"external_url": "https://a.example", "route_prefix": "/x"}, "/x", ""),
    ],
)
def test_paths_follow_the_external_url(web: dict[str, str], prefix: str, external: str) -> None:
    settings = WebSettings.model_validate(web)
    assert (settings.prefix, settings.external_prefix) == (prefix, external)


def test_a_web_configuration_is_looked_for_beside_the_file_that_names_it(tmp_path: Path) -> None:
    file = write(tmp_path, "web: {config_file: web.yml}")
    settings = load_settings(file=file, environ=ACCOUNT, flags={})
    assert settings.web.config_file == tmp_path / "web.yml"
    flags = {"web.config_file": "here.yml"}
    settings = load_settings(file=file, environ=ACCOUNT, flags=flags)
    assert settings.web.config_file == Path("here.yml")


def test_settings_can_be_shown_without_their_secrets(config_file: Path) -> None:
    text = masked_yaml(load_settings(file=config_file, environ=ACCOUNT, flags={}))
    for secret in ("0123", "home@", "parents@", "me@", "s3cret", "tail and head"):
        assert secret not in text
    shown = yaml.safe_load(text)
    assert [account["name"] for account in shown["accounts"]] == ["home", "parents", "default"]
    assert {account["password"] for account in shown["accounts"]} == {"***"}
    assert shown["cloud"]["timeout"] == "30s"
    assert shown["poll"]["sites"] == "1m30s"
    assert shown["sites"]["5f1c-9"]["timezone"] == "America/New_York"


def test_what_is_shown_can_be_read_again(config_file: Path, tmp_path: Path) -> None:
    settings = load_settings(file=config_file, environ={}, flags={})
    text = masked_yaml(settings).replace("user: '***'", "user: a@b.de")
    again = load_settings(file=write(tmp_path, text), environ={}, flags={})
    assert again.model_dump(exclude={"accounts"}) == settings.model_dump(exclude={"accounts"})


def test_the_capacity_of_a_device_is_read_from_the_file(tmp_path: Path) -> None:
    file = tmp_path / "solix.yaml"
    file.write_text("devices:\n  SN1:\n    capacity_wh: 3600\n")
    settings = load_settings(file=file, environ={}, flags={}, needs_account=False)
    assert settings.devices["SN1"].capacity_wh == 3600.0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("devices: home", "devices: must hold one key for each serial number"),
        ("devices: {SN1: {capacity_wh: much}}", "devices.SN1.capacity_wh: must be a number"),
        ("devices: {SN1: {capacity_wh: 0}}", "devices.SN1.capacity_wh: must be more than 0"),
        ("devices: {SN1: {capacity_wh: .inf}}", "devices.SN1.capacity_wh: must be a"),
        ("devices: {SN1: {size: 1}}", "devices.SN1.size: is unknown"),
    ],
)
def test_a_bad_device_is_told_by_line(tmp_path: Path, text: str, expected: str) -> None:
    assert expected in complaint(text + "\n", folder=tmp_path)


# --- influxdb -------------------------------------------------------------------------------------

INFLUX = """\
influxdb:
  url: https://influx.example.org:8086/
  org: home
  bucket: energy
  token_file: influx.token
  write: [daily, live]
  open_days: "false"
  tags: {town: Kiel}
  measurement_prefix: anker_
  timeout: 30s
  verify_ssl: no
  ca_file: ca.pem
  live_spool: 2 MB
"""


def test_influxdb_is_off_unless_it_is_configured() -> None:
    assert load_settings(file=None, environ=ACCOUNT, flags={}).influxdb is None


def test_the_file_says_everything_about_influxdb(tmp_path: Path) -> None:
    (tmp_path / "influx.token").write_text("t0ken\n")
    (tmp_path / "ca.pem").write_text("")
    influx = load_settings(file=write(tmp_path, INFLUX), environ=ACCOUNT, flags={}).influxdb
    assert influx is not None
    assert influx.token.get_secret_value() == "t0ken"
    assert "t0ken" not in repr(influx)
    assert (influx.url, influx.org, influx.bucket) == (
        "https://influx.example.org:8086", "home", "energy",
    )  # fmt: skip
    assert (influx.write, influx.open_days) == (("daily", "live"), False)
    assert (influx.tags, influx.measurement_prefix) == ({"town": "Kiel"}, "anker_")
    assert (influx.timeout_s, influx.verify_ssl) == (30, False)
    assert influx.ca_file == tmp_path / "ca.pem"
    assert influx.live_spool_bytes == 2_000_000


def test_the_environment_says_everything_about_influxdb(tmp_path: Path) -> None:
    secret = tmp_path / "token"
    secret.write_text("user:pass word\n")
    environ = ACCOUNT | {
        "SOLIX_INFLUXDB__URL": "http://localhost:8086",
        "SOLIX_INFLUXDB__BUCKET": "db/rp",
        "SOLIX_INFLUXDB__TOKEN_FILE": str(secret),
        "SOLIX_INFLUXDB__WRITE": "live",
        "SOLIX_INFLUXDB__TAGS": "town=Kiel, tier=1",
    }
    influx = load_settings(file=None, environ=environ, flags={}).influxdb
    assert influx is not None
    assert influx.token.get_secret_value() == "user:pass word"
    assert (influx.org, influx.bucket, influx.write) == ("-", "db/rp", ("live",))
    assert influx.open_days is None
    assert influx.tags == {"town": "Kiel", "tier": "1"}


def test_a_token_that_everybody_can_read_is_told(tmp_path: Path) -> None:
    file = write(tmp_path, "influxdb: {url: 'http://x', token: open}\n")
    file.chmod(0o644)
    (warning,) = load_settings(file=file, environ=ACCOUNT, flags={}).warnings
    assert "holds a token and every user can read it" in warning


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("{org: home}", "url: is missing; give the address of the server"),
        ("{url: 'localhost:8086'}", "must be an address"),
        ("{url: 'http://x', tokn: x}", "did you mean token?"),
        ("{url: 'http://x', tokenfile: x}", "did you mean token_file?"),
        ("{url: 'http://x', token: x, token_file: y}", "has both token and token_file"),
        ("{url: 'http://x', token_file: nowhere}", "cannot read"),
        ('{url: "http://x", token: "a\\nb"}', "holds a line break"),
        ("{url: 'http://x', write: [weekly]}", "'weekly' is not one of daily, live"),
        ("{url: 'http://x', write: ','}", "must not be empty"),
        ("{url: 'http://x', open_days: sometimes}", "must be true or false"),
        ("{url: 'http://x', tags: {site_id: x}}", "is a name that the points use themselves"),
        ("{url: 'http://x', tags: {pv_wh: x}}", "is a name that the points use themselves"),
        ("{url: 'http://x', tags: {a b: x}}", "is not a tag"),
        ("{url: 'http://x', tags: [a]}", "must hold names and values"),
        ("{url: 'http://x', measurement_prefix: '#'}", "a letter first"),
        ("{url: 'http://x', timeout: 0}", "must be between 1s and 5m"),
        ("{url: 'http://x', ca_file: nowhere}", "cannot be read"),
        ("{url: 'http://x', live_spool: 10}", "must be at least 1MB"),
        ("{url: 'http://x', live_spool: plenty}", "is not a size; write it like 50MB"),
        ("localhost", "must hold the keys url, org, bucket"),
    ],
)
def test_a_bad_influxdb_section_is_told_in_a_sentence(
    tmp_path: Path, lines: str, said: str
) -> None:
    assert said in complaint(f"influxdb: {lines}\n", folder=tmp_path)


def test_the_two_ways_to_give_a_token_exclude_each_other(tmp_path: Path) -> None:
    environ = ACCOUNT | {
        "SOLIX_INFLUXDB__URL": "http://x",
        "SOLIX_INFLUXDB__TOKEN": "one",
        "SOLIX_INFLUXDB__TOKEN_FILE": str(tmp_path / "other"),
    }
    assert "unset one" in complaint(environ=environ)


def test_every_kind_of_secret_is_masked_when_settings_are_shown(tmp_path: Path) -> None:
    influx = "influxdb: {url: 'http://127.0.0.1:8086', token: s3cret-token}"
    text = masked_yaml(load_settings(file=write(tmp_path, influx), environ=ACCOUNT, flags={}))
    assert "s3cret" not in text
    assert yaml.safe_load(text)["influxdb"]["token"] == "***"
