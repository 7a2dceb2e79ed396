"""The whole exporter over HTTP: built from settings, opened, scraped, closed."""

import asyncio
import contextlib
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import bcrypt
import pytest

from solix_exporter.app.assembly import LEDGER_FILE
from solix_exporter.app.exporter import Exporter
from solix_exporter.clock import ManualClock, SystemClock
from solix_exporter.config import Settings
from solix_exporter.errors import ConfigError
from solix_exporter.ledger import Ledger
from solix_exporter.model.energy import Flow
from solix_exporter.sim import Fault, FaultKind, SimulatedCloud
from tests.children import bare_environ
from tests.conftest import StartExporter
from tests.exported import Exports
from tests.influx.influx_server import BUCKET, ORG, TOKEN, InfluxServer
from tests.influx.keeping import keep
from tests.scraping import get, scrape_text, wait_for_metrics, wait_until_ready
from tests.web.certificates import Authority

SettingsFor = Callable[..., Settings]


async def test_a_living_home_is_served_over_http(
    living: SimulatedCloud, settings_for: SettingsFor
) -> None:
    async with Exporter(settings_for(living), SystemClock()) as exporter:
        (url,) = exporter.web.urls
        await wait_until_ready(url)
        status, text = await get(f"{url}/metrics")
        assert status == 200
        assert 'solix_up{account="default"} 1.0' in text
        assert "solix_site_home_load_power_watts" in text
        assert (await get(f"{url}/-/healthy"))[0] == 200
        status, page = await get(f"{url}/")
        assert status == 200
        assert "default" in page
        assert living.accounts[0].email not in page + text
        assert living.accounts[0].password not in page + text


async def test_a_cloud_that_is_away_leaves_the_exporter_up_but_not_ready(
    living: SimulatedCloud, settings_for: SettingsFor
) -> None:
    settings = settings_for(living, cloud={"url": "http://127.0.0.1:9"})
    async with Exporter(settings, SystemClock()) as exporter:
        (url,) = exporter.web.urls
        failed = 'solix_polls_total{account="default",outcome="error",poll="sites"} 1.0'
        await wait_for_metrics(url, failed, 'solix_up{account="default"} 0.0')
        assert (await get(f"{url}/-/ready"))[0] == 503
        assert (await get(f"{url}/-/healthy"))[0] == 200


async def test_a_first_poll_that_is_on_its_way_does_not_make_it_ready(
    living: SimulatedCloud, settings_for: SettingsFor
) -> None:
    living.faults.add(Fault("power_service/v1/site/get_scen_info", FaultKind.HANG))
    async with Exporter(settings_for(living), SystemClock()) as exporter:
        (url,) = exporter.web.urls
        # The list has come, its sites have not.
        await wait_for_metrics(url, "solix_site_info{")
        assert (await get(f"{url}/-/ready"))[0] == 503


async def test_a_wrong_password_leaves_the_exporter_up(
    living: SimulatedCloud, settings_for: SettingsFor
) -> None:
    settings = settings_for(living, account={"password": "wrong"})
    async with Exporter(settings, SystemClock()) as exporter:
        (url,) = exporter.web.urls
        await wait_for_metrics(
            url,
            'solix_up{account="default"} 0.0',
            'solix_logins_total{account="default",outcome="rejected"} 1.0',
        )
        page = (await get(f"{url}/"))[1]
        assert "No login is tried before" in page


def test_a_public_key_off_the_curve_is_told_before_anything_starts(
    living: SimulatedCloud, settings_for: SettingsFor, clock: ManualClock
) -> None:
    with pytest.raises(ConfigError, match=r"cloud\.public_key"):
        Exporter(settings_for(living, cloud={"public_key": "04" + "11" * 64}), clock)


def test_a_state_dir_that_cannot_be_written_is_told_before_anything_starts(
    living: SimulatedCloud, settings_for: SettingsFor, clock: ManualClock, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="state_dir"):
        Exporter(settings_for(living, state_dir=tmp_path / "file" / "state"), clock)


@pytest.mark.parametrize("make", [lambda path: path / "nowhere", lambda path: path])
def test_a_replay_without_answers_is_told(
    make: Callable[[Path], Path], clock: ManualClock, tmp_path: Path
) -> None:
    settings = Settings.model_validate({"state_dir": tmp_path})
    with pytest.raises(ConfigError, match="--replay"):
        Exporter(settings, clock, [make(tmp_path)])


async def test_several_folders_are_replayed_side_by_side(
    exports: Exports, clock: ManualClock, tmp_path: Path
) -> None:
    settings = Settings.model_validate({"state_dir": tmp_path})
    folders = [exports.of(name).folder for name in ("sb3", "mi80", "mi80")]
    exporter = Exporter(settings, clock, folders)
    for job in exporter.jobs:
        await job.run()
    accounts = [account.name for account in exporter.snapshot().accounts]
    assert accounts == ["sb3", "mi80", "mi80-2"]
    # The third folder shows the same site as the second: one set of series.
    assert [(site.account, site.site_type.value) for site in exporter.snapshot().sites] == [
        ("sb3", "solarbank"),
        ("mi80", "virtual"),
    ]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def replaying(exports: Exports, tmp_path: Path) -> "subprocess.Popen[str]":
    command = [
        sys.executable, "-m", "solix_exporter", "serve", "--web.listen-address=127.0.0.1:0",
        f"--replay={exports.of('sb3').folder}", f"--state-dir={tmp_path}",
    ]  # fmt: skip
    return subprocess.Popen(  # noqa: S603 - our own program
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_signal_ends_it_with_0_and_without_a_traceback(
    replaying: "subprocess.Popen[str]", number: signal.Signals
) -> None:
    assert replaying.stderr
    line = replaying.stderr.readline()
    while "http://" not in line:
        line = replaying.stderr.readline()
    replaying.send_signal(signal.SIGHUP)
    time.sleep(0.2)
    assert replaying.poll() is None
    replaying.send_signal(number)
    _, errors = replaying.communicate(timeout=60)
    assert replaying.returncode == 0
    assert "Traceback" not in errors


_WITHOUT_NAME_SERVER = """
import socket, sys, time
from solix_exporter.cli import main

known = socket.getaddrinfo

def getaddrinfo(host, *rest, **wishes):
    if host == "127.0.0.1":
        return known(host, *rest, **wishes)
    print("asked for a name", file=sys.stderr, flush=True)
    time.sleep(600)

socket.getaddrinfo = getaddrinfo
sys.exit(main())
"""
"""The program on a host whose name server is away: a look-up takes minutes."""


def test_a_name_that_is_still_looked_up_does_not_hold_up_the_end(tmp_path: Path) -> None:
    account = {"ANKERUSER": "a@example.org", "ANKERPASSWORD": "secret", "ANKERCOUNTRY": "DE"}
    serving = subprocess.Popen(  # noqa: S603 - our own program
        [
            sys.executable, "-c", _WITHOUT_NAME_SERVER, "serve",
            "--web.listen-address=127.0.0.1:0", f"--state-dir={tmp_path}",
        ],
        env=os.environ | account, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert serving.stderr
    while "asked for a name" not in serving.stderr.readline():
        pass
    serving.send_signal(signal.SIGTERM)
    try:
        _, errors = serving.communicate(timeout=60)
    finally:
        serving.kill()
    assert serving.returncode == 0
    assert "Traceback" not in errors


def scrape_config(port: int, **job: object) -> str:
    target = {"job_name": "solix", "static_configs": [{"targets": [f"127.0.0.1:{port}"]}], **job}
    return json.dumps({"global": {"scrape_interval": "1s"}, "scrape_configs": [target]})


def query(port: int, expression: str) -> list[dict[str, object]]:
    url = f"http://127.0.0.1:{port}/api/v1/query?query={expression}"
    with urllib.request.urlopen(url, timeout=60) as answer:
        result: list[dict[str, object]] = json.load(answer)["data"]["result"]
        return result


@contextlib.asynccontextmanager
async def prometheus_at(program: str, folder: Path, config: str) -> AsyncIterator[int]:
    """Run a Prometheus; give its port."""
    file = folder / "prometheus.yml"
    file.write_text(config)
    port = free_port()
    server = await asyncio.create_subprocess_exec(
        program,
        f"--config.file={file}",
        f"--storage.tsdb.path={folder / 'tsdb'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--log.level=error",
        env=bare_environ(GOMAXPROCS="1"),
    )
    try:
        yield port
    finally:
        server.terminate()
        await server.wait()


async def test_a_real_prometheus_scrapes_it(
    living: SimulatedCloud, settings_for: SettingsFor, prometheus: str, tmp_path: Path
) -> None:
    async with Exporter(settings_for(living), SystemClock()) as exporter:
        config = scrape_config(exporter.web.addresses[0].port)
        async with prometheus_at(prometheus, tmp_path, config) as port:
            await _wait_for_series(port, "solix_site_home_load_power_watts")
            (up,) = await asyncio.to_thread(query, port, "up")
            assert up["value"][1] == "1"  # type: ignore[index]  # JSON of Prometheus
            (ours,) = await asyncio.to_thread(query, port, "solix_up")
            assert ours["value"][1] == "1"  # type: ignore[index]  # JSON of Prometheus


async def test_a_real_prometheus_scrapes_it_over_tls_with_a_password(
    living: SimulatedCloud, settings_for: SettingsFor, prometheus: str, tmp_path: Path
) -> None:
    ca = Authority(tmp_path, "ca")
    server, client = ca.sign("server", "localhost"), ca.sign("prometheus")
    hashed = bcrypt.hashpw(b"wonderland", bcrypt.gensalt(10)).decode()
    tls = {
        "cert_file": server.cert.name,
        "key_file": server.key.name,
        "client_auth_type": "RequireAndVerifyClientCert",
        "client_ca_file": ca.file.name,
    }
    web_file = tmp_path / "web.yml"
    web_file.write_text(
        json.dumps({"tls_server_config": tls, "basic_auth_users": {"alice": hashed}})
    )
    settings = settings_for(
        living, web={"listen_address": ["127.0.0.1:0"], "config_file": str(web_file)}
    )
    async with Exporter(settings, SystemClock()) as exporter:
        config = scrape_config(
            exporter.web.addresses[0].port,
            scheme="https",
            basic_auth={"username": "alice", "password": "wonderland"},
            tls_config={
                "ca_file": str(ca.file),
                "cert_file": str(client.cert),
                "key_file": str(client.key),
            },
        )
        async with prometheus_at(prometheus, tmp_path, config) as port:
            await _wait_for_series(port, "solix_site_home_load_power_watts")
            (up,) = await asyncio.to_thread(query, port, "up")
            assert up["value"][1] == "1"  # type: ignore[index]  # JSON of Prometheus


async def _wait_for_series(port: int, name: str) -> None:
    for _ in range(150):
        try:
            if await asyncio.to_thread(query, port, name):
                return
        except OSError:
            logging.getLogger(__name__).debug("Prometheus is not there yet")
        await asyncio.sleep(0.1)
    raise AssertionError(f"{name} never reached Prometheus")


async def test_a_wrong_influxdb_token_leaves_the_metrics_alone(
    living: SimulatedCloud, settings_for: SettingsFor
) -> None:
    influx = InfluxServer()
    await influx.start()
    target = {"url": influx.url, "org": ORG, "bucket": BUCKET, "token": "wrong"}
    settings = settings_for(living, influxdb=target)
    with closing(Ledger(settings.state_dir / LEDGER_FILE)) as ledger:
        keep(ledger, date(2026, 6, 10), {("", Flow.PV): 100.0})
    try:
        async with Exporter(settings, SystemClock()) as exporter:
            (url,) = exporter.web.urls
            await wait_until_ready(url)
            await wait_for_metrics(
                url,
                'solix_up{account="default"} 1.0',
                "solix_influxdb_write_errors_total 1.0",
                "solix_influxdb_points_written_total 0.0",
                "solix_influxdb_last_success_timestamp_seconds 0.0",
            )
        # Mended, and started again.
        mended = settings_for(living, influxdb=target | {"token": TOKEN})
        async with Exporter(mended, SystemClock()):
            for _ in range(100):
                if influx.points:
                    break
                await asyncio.sleep(0.05)
        assert {"pv_wh": 100.0} in influx.points.values()
    finally:
        await influx.stop()


def test_without_influxdb_there_are_no_metrics_of_it(
    living: SimulatedCloud, make_exporter: StartExporter
) -> None:
    text = scrape_text(make_exporter(living))
    assert "solix_polls_total" in text
    assert "solix_influxdb" not in text


async def test_readings_of_each_poll_reach_influxdb_with_names_and_days(
    sim: SimulatedCloud, make_exporter: StartExporter, clock: ManualClock
) -> None:
    influx = InfluxServer()
    await influx.start()
    target = {"url": influx.url, "org": ORG, "bucket": BUCKET, "token": TOKEN,
              "write": ["daily", "live"], "tags": {"town": "Kiel"}}  # fmt: skip
    exporter = make_exporter(sim, influxdb=target)
    assert exporter.influx is not None
    exporter.influx.open()
    try:
        for job in exporter.jobs:
            assert await job.run()
        assert await exporter.influx.deliver()
    finally:
        await influx.stop()
    (site,) = exporter.snapshot().sites
    assert site.scene is not None
    tags = (("account", "default"), ("site_id", site.site_id), ("town", "Kiel"))
    names = {name for name, _, _ in influx.points}
    assert names == {f"solix_{name}" for name in
                     ("energy_day", "site", "device", "site_info", "device_info")}  # fmt: skip
    assert site.data_at is not None
    live = influx.points["solix_site", tags, int(site.data_at.timestamp())]
    assert live["home_load_power_w"] == site.scene.home_load_power_w
    # 2026-06-20 in Berlin began at 22:00 UTC the day before.
    midnight = int(datetime(2026, 6, 19, 22, tzinfo=UTC).timestamp())
    assert influx.points["solix_site_info", tags, midnight]["name"] == site.name
    assert site.energy is not None
    assert site.energy.today is not None
    day = influx.points["solix_energy_day", tags, midnight]
    assert day["home_wh"] == site.energy.today.flows[Flow.HOME]


async def test_replayed_answers_are_not_written_to_influxdb(
    exports: Exports, clock: ManualClock, tmp_path: Path
) -> None:
    settings = Settings.model_validate(
        {"state_dir": tmp_path, "influxdb": {"url": "http://127.0.0.1:9"}}
    )
    assert Exporter(settings, clock, [exports.of("sb3").folder]).influx is None
