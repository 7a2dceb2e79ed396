"""The doctor as a user meets it: broken set-ups, and the text that they are told."""

import asyncio
import json
import re
import sqlite3
import sys
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import click
import pytest

from solix_exporter.cli.check import render
from solix_exporter.clock import ManualClock, SystemClock
from solix_exporter.config import Settings
from solix_exporter.diagnosis import Report, examine
from solix_exporter.ledger import Presence
from solix_exporter.sim import Fault, FaultKind, SimulatedCloud
from tests.children import bare_environ
from tests.influx.influx_server import BUCKET, ORG, TOKEN, InfluxServer

ROOT = Path(__file__).parents[2]
LOGIN = "passport/login"
SITE_LIST = "power_service/v1/site/get_site_list"
SCENE = "power_service/v1/site/get_scen_info"
BOUND = "power_service/v1/app/get_relate_and_bind_devices"

SettingsFor = Callable[..., Settings]


@pytest.fixture
async def cloud() -> AsyncIterator[SimulatedCloud]:
    """A simulated cloud that lives in the present, as its answers' header Date does."""
    running = SimulatedCloud(SystemClock(), scenario="home", endpoint_limit=0)
    await running.start()
    yield running
    await running.stop()


def _other_database() -> bytes:
    """Return a SQLite file that somebody else made."""
    with sqlite3.connect(":memory:") as connection:
        connection.execute("CREATE TABLE other (x)")
    content = connection.serialize()
    connection.close()
    return content


async def diagnose(settings: Settings, *, other_region: bool = False) -> Report:
    return await examine(settings, SystemClock(), other_region=other_region)


def printed(report: Report, cloud: SimulatedCloud, width: int = 100) -> str:
    """Return what is printed, with what differs from run to run replaced."""
    text = click.unstyle(render(report, width)).replace(cloud.url.rpartition(":")[2], "PORT")
    text = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d", "TIME", text)
    return re.sub(r"/\S*/state\b", "STATE", text)


async def test_a_good_set_up_is_ticked_off(
    cloud: SimulatedCloud, settings_for: SettingsFor
) -> None:
    report = await diagnose(settings_for(cloud))
    text = printed(report, cloud, width=400)
    assert text.startswith(
        """\
Settings
  ✓ configuration: 1 account: default
  ✓ state: state directory STATE can be written
  ✓ ledger: there is no ledger yet; it begins with the first poll

Account default, DE
  ✓ dns: 127.0.0.1 is 127.0.0.1
  ✓ connection: connected to port PORT, without encryption
  ✓ clock: this machine's clock agrees with the server's
  ✓ login: logged in, until TIME UTC
  ✓ sites: 1 site: Home (owner)
  ✓ data: Home: time zone Europe/Berlin, the country's; newest data """
    )
    assert (
        "  ✓ data: Balcony Bank, Solarbank 2 E1600 Pro: battery, PV power, single PV inputs,"
        " output, whether it is online\n"
    ) in text
    assert "  ✓ data: Meter, Smart Meter: grid import and export, whether it is online\n" in text
    assert "  ✓ data: Fridge, Smart Plug: plug power, whether it is online\n" in text
    assert re.search(r"✓ plan: 127\.0\.0\.1:PORT: .*scene_info 1\.0/min", text)
    assert "of 8 each" in text
    assert text.endswith("\nAll is well.")
    assert report.exit_code == 0


async def test_it_logs_in_once_and_not_again(
    cloud: SimulatedCloud, settings_for: SettingsFor
) -> None:
    settings = settings_for(cloud)
    await diagnose(settings)
    text = printed(await diagnose(settings), cloud)
    assert "✓ login: the login of before is still good, until TIME UTC" in text
    assert sum(request.path == LOGIN for request in cloud.requests) == 1


@pytest.mark.parametrize(
    "fault",
    [
        # A clock that is days ahead, and a cloud that does not know what it says.
        Fault(LOGIN, FaultKind.WRONG_TYPE, key="token_expires_at", value=1_500_000_000),
        Fault(SCENE, FaultKind.STATUS, status=403),
        Fault(SITE_LIST, FaultKind.STATUS, status=401),
        Fault("power_service/*", FaultKind.STATUS, status=401),
        Fault("power_service/*", FaultKind.CODE, code=26084),
        Fault("*", FaultKind.STATUS, status=500),
        Fault("*", FaultKind.REDIRECT),
    ],
    ids=lambda fault: f"{fault.path}-{fault.kind}-{fault.status}",
)
@pytest.mark.parametrize("other_region", [False, True])
async def test_it_logs_in_at_most_once_whatever_the_cloud_says(
    cloud: SimulatedCloud,
    settings_for: SettingsFor,
    fault: Fault,
    other_region: bool,  # noqa: FBT001
) -> None:
    cloud.faults.add(fault)
    # A clock that runs on while the budget is waited for, beyond the pause of the breaker.
    clock = ManualClock(SystemClock().now())
    settings = settings_for(cloud, cloud={"endpoint_limit": 1, "headroom": 0})
    await examine(settings, clock, other_region=other_region)
    assert sum(request.path == LOGIN for request in cloud.requests) == 1


async def test_a_wrong_password_is_tried_once_and_explained(
    cloud: SimulatedCloud, settings_for: SettingsFor
) -> None:
    settings = settings_for(cloud, account={"password": "wrong"})
    report = await diagnose(settings)
    assert (
        """\
  ✗ login: login refused, wrong e-mail address or password: The email or password is incorrect.; the
    next try is at TIME UTC (code 26108)
    Log in with them in the Anker app to be sure. Correct ANKERUSER and ANKERPASSWORD, or the
    account in the file, and reload or restart: a corrected password is tried at once. A wrong
    cloud.public_key looks the same. Leave cloud.public_key out for the Anker cloud; for another
    server, copy that server's key.
  - sites: not tried: there is no login
  - data: not tried: there is no login

1 step failed."""
    ) in printed(report, cloud)
    assert report.exit_code == 3
    again = await diagnose(settings)
    assert (
        """\
  ✗ login: no login before TIME UTC: wrong e-mail address or password: The email or
    password is incorrect.
    Log in with them in the Anker app to be sure. Correct ANKERUSER and ANKERPASSWORD, or the
    account in the file, and reload or restart: a corrected password is tried at once. A wrong
"""
    ) in printed(again, cloud)
    assert sum(request.path == LOGIN for request in cloud.requests) == 1


REFUSALS = [
    (
        100053,
        "Try again in 5 hours",
        "too many logins, the account is locked: Try again in 5 hours",
        "Wait, for every further login makes it longer, and stop other programs that log in",
    ),
    (
        100032,
        "",
        "the cloud asks for a captcha",
        "Log in once with the app from this network, and solve the captcha there if it asks. Then",
    ),
    (
        26052,
        "",
        "a verification code is required",
        "Switch two-factor login off for this account, or make an account without it and share",
    ),
    (
        26070,
        "",
        "the public key was not accepted",
        "Leave cloud.public_key out for the Anker cloud; for another server, copy that server's",
    ),
]


@pytest.mark.parametrize(("code", "message", "told", "advice"), REFUSALS)
async def test_each_refusal_of_a_login_has_its_advice(
    cloud: SimulatedCloud,
    settings_for: SettingsFor,
    code: int,
    message: str,
    told: str,
    advice: str,
) -> None:
    cloud.faults.add(Fault(LOGIN, FaultKind.CODE, code=code, msg=message))
    report = await diagnose(settings_for(cloud))
    text = printed(report, cloud)
    assert f"  ✗ login: login refused, {told}" in text
    assert f"\n    {advice}" in text
    assert report.exit_code == 3
    # The next one, which sends no login, says the same.
    again = printed(await diagnose(settings_for(cloud)), cloud)
    assert "  ✗ login: no login before TIME UTC: " in again
    assert f"\n    {advice}" in again
    assert "at once" not in again


async def test_too_many_requests_at_the_login_are_no_refusal(
    cloud: SimulatedCloud, settings_for: SettingsFor
) -> None:
    cloud.faults.add(Fault(LOGIN, FaultKind.STATUS, status=429, body="{}"))
    text = printed(await diagnose(settings_for(cloud)), cloud)
    assert "✗ login: too many requests for this endpoint: {} (code 429)" in text
    assert "stop other programs that ask the" in text


NO_SITES = """\
  ✗ sites: the login works, but there are no sites
    The three usual reasons:
    1. The country is wrong: it decides which of Anker's two clouds is asked, both accept the login,
    and the wrong one knows no system; --other-region looks there.
    2. The system was shared with this account, but the invitation has not been accepted yet in the
    app.
    3. The system belongs to another account, say of somebody else in the household: use that one,
    or have it share the system.
"""


async def test_a_wrong_country_shows_no_sites_and_three_reasons(
    cloud: SimulatedCloud, settings_for: SettingsFor
) -> None:
    report = await diagnose(settings_for(cloud, account={"country": "US"}))
    assert NO_SITES in printed(report, cloud)
    assert report.exit_code == 5
    assert sum(request.path == LOGIN for request in cloud.requests) == 1


async def test_the_other_region_is_looked_at_when_asked(
    cloud: SimulatedCloud, settings_for: SettingsFor
) -> None:
    settings = settings_for(cloud, account={"country": "US"})
    first = await diagnose(settings, other_region=True)
    assert "- other-region: not tried: this check has just logged in" in printed(first, cloud)
    assert sum(request.path == LOGIN for request in cloud.requests) == 1
    text = printed(await diagnose(settings, other_region=True), cloud)
    assert NO_SITES in text
    assert (
        """\
  ! other-region: the cloud of DE shows Home
    Set the account's country to the one that was chosen when it was made in the app; for a country
    that belongs there against expectation, set its `url` to https://ankerpower-api-eu.anker.com.
"""
    ) in text
    assert sum(request.path == LOGIN for request in cloud.requests) == 2


async def test_devices_without_a_system_are_told(
    cloud: SimulatedCloud, settings_for: SettingsFor
) -> None:
    cloud.faults.add(Fault(SITE_LIST, FaultKind.WRONG_TYPE, key="site_list", value=[]))
    report = await diagnose(settings_for(cloud))
    assert (
        """\
  ! sites: no sites, but devices that stand alone
    A solarbank shows its values only as a part of a system; build one with it in the app.
"""
    ) in printed(report, cloud)
    assert report.exit_code == 0


async def test_an_invitation_that_was_not_accepted_is_among_the_reasons(
    cloud: SimulatedCloud, settings_for: SettingsFor
) -> None:
    # What the invited sees until then: no system and no device.
    cloud.faults.add(Fault(SITE_LIST, FaultKind.WRONG_TYPE, key="site_list", value=[]))
    cloud.faults.add(Fault(BOUND, FaultKind.WRONG_TYPE, key="data", value=[]))
    await diagnose(settings_for(cloud))
    text = printed(await diagnose(settings_for(cloud), other_region=True), cloud)
    assert NO_SITES in text
    assert "  ✓ other-region: the cloud of US shows no sites\n" in text


async def test_a_member_is_told_what_stays_hidden(settings_for: SettingsFor) -> None:
    cloud = SimulatedCloud(SystemClock(), scenario="member", endpoint_limit=0)
    await cloud.start()
    try:
        member = cloud.accounts[1]
        account = {"user": member.email, "password": member.password}
        report = await diagnose(settings_for(cloud, account=account))
    finally:
        await cloud.stop()
    text = printed(report, cloud)
    assert (
        """\
  ! sites: 1 site: Home (member)
    A member sees live values and energy; settings, limits, schedules, prices, firmware and Wi-Fi
    are shown to the owner alone.
"""
    ) in text
    assert report.exit_code == 0


async def test_a_zone_in_which_the_data_lie_in_the_future_is_wrong(
    cloud: SimulatedCloud, settings_for: SettingsFor
) -> None:
    report = await diagnose(settings_for(cloud, timezone="America/New_York"))
    text = printed(report, cloud)
    assert "  ! data: Home: time zone America/New_York, as configured; its devices' clock" in text
    assert "which is in the future there\n    The zone is wrong: set `timezone` under" in text


async def test_a_zone_in_which_the_data_are_hours_old_may_be_wrong(
    cloud: SimulatedCloud, settings_for: SettingsFor
) -> None:
    text = printed(await diagnose(settings_for(cloud, timezone="Asia/Tokyo")), cloud)
    # Berlin's wall clock, read in Tokyo, is 7 hours old in summer and 8 in winter.
    assert re.search(r"! data: Home: time zone Asia/Tokyo, as configured; newest data [78] h", text)
    assert "The devices are offline, or the zone is wrong: set `timezone` under" in text


async def test_a_site_whose_scene_fails_is_told(
    cloud: SimulatedCloud, settings_for: SettingsFor
) -> None:
    cloud.faults.add(Fault(SCENE, FaultKind.NOT_JSON))
    report = await diagnose(settings_for(cloud))
    text = printed(report, cloud)
    assert "✓ sites: 1 site: Home (owner)" in text
    assert "✗ data: the sites poll failed: power_service/v1/site/get_scen_info:" in text
    assert "Look for a newer version of the exporter." in text
    assert report.exit_code == 5


async def test_a_cloud_in_trouble_is_not_the_users_fault(
    cloud: SimulatedCloud, settings_for: SettingsFor
) -> None:
    cloud.faults.add(Fault(SITE_LIST, FaultKind.STATUS, status=500, body="<html>oops</html>"))
    text = printed(await diagnose(settings_for(cloud)), cloud)
    assert "✗ sites: the list of sites failed: the server answered HTTP 500: <html>oops" in text
    assert "Nothing to do, it is asked again" in text


async def test_a_clock_that_is_wrong_is_told(
    cloud: SimulatedCloud, settings_for: SettingsFor
) -> None:
    late = ManualClock(SystemClock().now() - timedelta(minutes=42))
    report = await examine(settings_for(cloud), late)
    assert (
        """\
  ✗ clock: this machine's clock is 42 minutes behind the server's
    Set it right and keep it so, for example with `timedatectl set-ntp true`.
  ✓ login: logged in"""
    ) in printed(report, cloud)
    assert report.exit_code == 4


async def test_a_state_directory_that_cannot_be_written_forbids_the_login(
    cloud: SimulatedCloud, settings_for: SettingsFor, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    report = await diagnose(settings_for(cloud, state_dir=tmp_path / "file" / "state"))
    assert (
        """\
  ✗ state: state_dir (SOLIX_STATE_DIR): STATE cannot be written (Not a directory); the login is\
 kept there. Make it writable, or name another folder
"""
    ) in printed(report, cloud, width=400)
    assert "- login: not tried: the settings have to be right first" in printed(report, cloud)
    assert report.exit_code == 2
    assert not any(request.path == LOGIN for request in cloud.requests)


async def test_a_ledger_is_counted_and_nothing_is_added(
    cloud: SimulatedCloud, settings_for: SettingsFor
) -> None:
    settings = settings_for(cloud)
    await diagnose(settings)
    text = printed(await diagnose(settings), cloud)
    assert "  ✓ ledger: the ledger is healthy and holds 0 days of sites\n" in text


async def test_it_asks_within_the_budget_of_a_running_exporter(
    cloud: SimulatedCloud, settings_for: SettingsFor
) -> None:
    settings = settings_for(cloud, cloud={"endpoint_limit": 2, "headroom": 0})
    now = SystemClock().now()
    await examine(settings, ManualClock(now))
    running = Presence(settings.state_dir / "ledger.sqlite3")
    assert running.hold()
    beside = ManualClock(now)
    report = await examine(settings, beside)
    running.release()
    # The list of sites was asked for twice, so that its window of two is full.
    assert beside.monotonic() >= 60
    text = printed(report, cloud, width=400)
    assert "days of sites; an exporter is running on it\n" in text
    # The plan is that of the running one.
    assert re.search(r"✓ plan: .* of 2 each\n", text)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"no database at all, but long enough" * 40, "cannot be read: file is not a database"),
        (_other_database(), "is not a ledger of this program"),
    ],
)
async def test_a_ledger_that_cannot_be_used_is_told_and_left_where_it_is(
    cloud: SimulatedCloud, settings_for: SettingsFor, content: bytes, told: str
) -> None:
    settings = settings_for(cloud)
    settings.state_dir.mkdir()
    file = settings.state_dir / "ledger.sqlite3"
    file.write_bytes(content)
    report = await diagnose(settings)
    text = printed(report, cloud, width=400)
    assert f"/ledger.sqlite3 {told}\n    Put a copy of yours in its place." in text
    assert report.exit_code == 2
    assert file.read_bytes() == content
    assert [path.name for path in settings.state_dir.iterdir()] == ["ledger.sqlite3"]


async def test_a_key_off_the_curve_is_told(
    cloud: SimulatedCloud, settings_for: SettingsFor
) -> None:
    report = await diagnose(settings_for(cloud, cloud={"public_key": "04" + "11" * 64}))
    text = printed(report, cloud)
    assert "✗ configuration: cloud.public_key (SOLIX_CLOUD__PUBLIC_KEY): it is not a point" in text
    assert report.exit_code == 2


# --- InfluxDB -------------------------------------------------------------------------------


def with_influx(url: str, **keys: str) -> dict[str, dict[str, str]]:
    return {"influxdb": {"url": url, "org": ORG, "bucket": BUCKET, "token": TOKEN} | keys}


def about_influx(report: Report, cloud: SimulatedCloud, url: str) -> str:
    """Return what is printed last, with the address of the server replaced."""
    text = printed(report, cloud, width=400).replace(url, "http://influxdb:8086")
    return text[text.index("\nInfluxDB\n") + 1 :]


async def test_an_influxdb_that_can_be_written_is_ticked_off(
    cloud: SimulatedCloud, settings_for: SettingsFor, influx: InfluxServer
) -> None:
    report = await diagnose(settings_for(cloud, **with_influx(influx.url)))
    assert about_influx(report, cloud, influx.url) == (
        """\
InfluxDB
  ✓ influxdb: http://influxdb:8086: solix can be written

All is well."""
    )
    assert influx.points == {}


async def test_a_check_queues_no_readings_for_influxdb(
    cloud: SimulatedCloud, settings_for: SettingsFor, influx: InfluxServer, tmp_path: Path
) -> None:
    settings = settings_for(cloud, **with_influx(influx.url, write="daily,live"))
    await diagnose(settings)
    assert list(tmp_path.rglob("*.lines")) == []


async def test_a_wrong_token_of_influxdb_is_explained(
    cloud: SimulatedCloud, settings_for: SettingsFor, influx: InfluxServer
) -> None:
    report = await diagnose(settings_for(cloud, **with_influx(influx.url, token="an-old-one")))
    assert about_influx(report, cloud, influx.url) == (
        """\
InfluxDB
  ✗ influxdb: http://influxdb:8086: the token is wrong, or may not write to this bucket\
 (HTTP 401, unauthorized access)
    Check influxdb.token; of InfluxDB 1.8 it is user:password.

1 step failed."""
    )
    assert report.exit_code == 2


async def test_a_bucket_of_influxdb_that_is_not_there_is_explained(
    cloud: SimulatedCloud, settings_for: SettingsFor, influx: InfluxServer
) -> None:
    report = await diagnose(settings_for(cloud, **with_influx(influx.url, bucket="energy")))
    assert about_influx(report, cloud, influx.url) == (
        """\
InfluxDB
  ✗ influxdb: http://influxdb:8086: there is no such bucket, organization or path\
 (HTTP 404, bucket "energy" not found)
    Check influxdb.bucket, org and url.

1 step failed."""
    )
    assert report.exit_code == 2


async def test_an_influxdb_that_is_away_is_explained(
    cloud: SimulatedCloud, settings_for: SettingsFor, influx: InfluxServer
) -> None:
    url = influx.url
    await influx.stop()
    report = await diagnose(settings_for(cloud, **with_influx(url)))
    assert about_influx(report, cloud, url) == (
        """\
InfluxDB
  ✗ influxdb-server: http://influxdb:8086: it cannot be reached (Connection refused)
    Check influxdb.url, that the server runs, and any firewall between.

1 step failed."""
    )
    assert report.exit_code == 4


async def test_the_login_comes_first_where_influxdb_fails_too(
    cloud: SimulatedCloud, settings_for: SettingsFor, influx: InfluxServer
) -> None:
    wrong = settings_for(
        cloud, account={"password": "wrong"}, **with_influx(influx.url, token="wrong")
    )
    report = await diagnose(wrong)
    assert report.summary == "2 steps failed."
    assert report.exit_code == 3


# --- the command ----------------------------------------------------------------------------


async def run(*arguments: str, **environ: str) -> tuple[int, str, str]:
    """Run `solix-exporter check` in an environment that says nothing else."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "solix_exporter", "check", *arguments,
        cwd=ROOT,
        env=bare_environ(**environ),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


def environ_of(cloud: SimulatedCloud, state_dir: Path) -> dict[str, str]:
    account = cloud.accounts[0]
    return {
        "ANKERUSER": account.email,
        "ANKERPASSWORD": account.password,
        "ANKERCOUNTRY": account.country,
        "SOLIX_CLOUD__URL": cloud.url,
        "SOLIX_CLOUD__PUBLIC_KEY": cloud.public_key,
        "SOLIX_STATE_DIR": str(state_dir),
    }


async def test_the_command_prints_and_says_nothing_else(
    cloud: SimulatedCloud, tmp_path: Path
) -> None:
    code, out, err = await run(**environ_of(cloud, tmp_path))
    assert (code, err) == (0, "")
    assert "  ✓ sites: 1 site: Home (owner)\n" in out
    assert out.endswith("All is well.\n")


async def test_json_is_for_scripts_and_holds_no_secret(
    cloud: SimulatedCloud, tmp_path: Path
) -> None:
    environ = environ_of(cloud, tmp_path) | {"ANKERPASSWORD": "s3cret-Pa55"}
    code, out, err = await run("--json", **environ)
    report: dict[str, Any] = json.loads(out)
    assert (code, err) == (3, "")
    assert report["ok"] is False
    assert report["exit_code"] == 3
    (failed,) = (row for row in report["findings"] if row["mark"] == "failed")
    assert (failed["account"], failed["step"]) == ("default", "login")
    assert "s3cret-Pa55" not in out
    assert environ["ANKERUSER"] not in out


async def test_json_tells_of_influxdb_and_not_its_token(
    cloud: SimulatedCloud, influx: InfluxServer, tmp_path: Path
) -> None:
    token = tmp_path / "token"
    token.write_text("s3cret-t0ken\n")
    environ = environ_of(cloud, tmp_path / "state") | {
        "SOLIX_INFLUXDB__URL": influx.url,
        "SOLIX_INFLUXDB__TOKEN_FILE": str(token),
    }
    code, out, err = await run("--json", **environ)
    assert (code, err) == (2, "")
    row = json.loads(out)["findings"][-1]
    assert (row["account"], row["step"], row["mark"]) == (None, "influxdb", "failed")
    assert row["advice"] == "Check influxdb.token; of InfluxDB 1.8 it is user:password."
    assert "s3cret-t0ken" not in out


async def test_all_problems_of_the_settings_are_listed_at_once(tmp_path: Path) -> None:
    code, out, err = await run(
        ANKERUSER="me", ANKERPASSWORD_FILE=str(tmp_path / "none"), SOLIX_POLL__SITES="1s"
    )
    assert (code, err) == (2, "")
    assert out.startswith("Settings\n  ✗ configuration: the configuration has 4 problems:\n")
    for place in (
        "environment variable ANKERUSER: must be the e-mail address",
        "environment variable ANKERPASSWORD_FILE: cannot read",
        "environment variable ANKERCOUNTRY: is missing",
        "environment variable SOLIX_POLL__SITES: must be between 30s and 1h",
    ):
        assert place in " ".join(out.split())


async def test_no_settings_at_all_tell_where_the_account_goes() -> None:
    code, out, _ = await run()
    assert code == 2
    assert "set ANKERUSER, ANKERPASSWORD and ANKERCOUNTRY in the environment" in " ".join(
        out.split()
    )


async def test_a_terminal_without_ticks_gets_plain_ones(tmp_path: Path) -> None:
    _, out, err = await run(PYTHONIOENCODING="ascii")
    assert err == ""
    assert "  x configuration:" in out
