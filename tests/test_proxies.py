"""The proxies that the environment names: which are used for what, and by whom."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from solix_exporter.app.exporter import Exporter
from solix_exporter.clock import ManualClock, SystemClock
from solix_exporter.cloud.transport import Transport
from solix_exporter.config import InfluxSettings, Settings
from solix_exporter.diagnosis import examine
from solix_exporter.diagnosis.influx import examine_influx
from solix_exporter.diagnosis.network import examine_network
from solix_exporter.diagnosis.report import Mark
from solix_exporter.errors import TransientError
from solix_exporter.net import PROXY_VARIABLES, proxy_for, proxy_passwords
from solix_exporter.sim import SimulatedCloud
from tests.certificates import self_signed, server_context
from tests.connect_proxy import ConnectProxy
from tests.influx.influx_server import BUCKET, ORG, TOKEN, InfluxServer

HTTPS = {"HTTPS_PROXY": "http://proxy:3128"}
CLOUD = "https://ankerpower-api-eu.anker.com"


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*PROXY_VARIABLES, "no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("url", "environ", "used"),
    [
        (CLOUD, {}, None),
        (CLOUD, HTTPS, "proxy port 3128"),
        (CLOUD, {"https_proxy": "http://small:1", "HTTPS_PROXY": "http://big:2"}, "small port 1"),
        (CLOUD, {"HTTPS_PROXY": "proxy:3128"}, "proxy port 3128"),
        (CLOUD, {"HTTPS_PROXY": "http://proxy"}, "proxy port 80"),
        (CLOUD, {"HTTPS_PROXY": ""}, None),
        (CLOUD, {"HTTP_PROXY": "http://proxy:3128"}, None),
        (CLOUD, {"HTTPS_PROXY": "socks5://proxy:1080"}, None),
        (CLOUD, {"HTTPS_PROXY": "http://proxy:port"}, None),
        ("http://influxdb:8086", {"HTTP_PROXY": "http://proxy:3128"}, "proxy port 3128"),
        ("http://influxdb:8086", HTTPS, None),
        ("https://localhost:1", HTTPS, None),
        ("https://a.localhost:1", HTTPS, None),
        ("https://127.8.8.8:1", HTTPS, None),
        ("https://[::1]:1", HTTPS, None),
    ],
)
def test_the_environment_names_a_proxy(url: str, environ: dict[str, str], used: str | None) -> None:
    proxy = proxy_for(url, environ)
    assert (proxy.place if proxy else None) == used


@pytest.mark.parametrize(
    ("excepted", "is_straight"),
    [
        ("*", True),
        ("anker.com", True),
        (".anker.com", True),
        ("*.anker.com", True),
        ("ANKER.com", True),
        ("example.org, anker.com", True),
        ("example.org anker.com", True),
        ("anker.com:443", True),
        ("anker.com:8443", False),
        ("ker.com", False),
        ("api-eu.anker.com.example", False),
        ("", False),
    ],
)
def test_no_proxy_excepts_names_and_all_below_them(excepted: str, *, is_straight: bool) -> None:
    for name in ("NO_PROXY", "no_proxy"):
        assert (proxy_for(CLOUD, HTTPS | {name: excepted}) is None) is is_straight


@pytest.mark.parametrize(
    ("excepted", "is_straight"),
    [("10.1.2.3", True), ("10.0.0.0/8", True), ("10.2.0.0/16", False), ("10.1.2.33", False)],
)
def test_no_proxy_excepts_addresses_and_nets(excepted: str, *, is_straight: bool) -> None:
    environ = HTTPS | {"NO_PROXY": excepted}
    assert (proxy_for("https://10.1.2.3:8086", environ) is None) is is_straight


def test_a_proxy_does_not_show_its_password() -> None:
    proxy = proxy_for(CLOUD, {"HTTPS_PROXY": "http://me:hunt%3Aer2@proxy:3128"})
    assert proxy is not None
    # "me:hunt:er2" in base64.
    assert proxy.authorization == "Basic bWU6aHVudDplcjI="
    assert "hunt" not in f"{proxy} {proxy.place}"


def test_the_passwords_of_proxies_are_known_to_the_log() -> None:
    environ = {
        "https_proxy": "http://me:pa55@proxy:3128",
        "HTTP_PROXY": "http://me:w0rd@proxy",
        "HTTPS_PROXY": "http://proxy:3128",
    }
    assert proxy_passwords(environ) == ["pa55", "w0rd"]


@pytest.mark.parametrize("login", ["", "me:pa55"])
async def test_the_cloud_is_polled_through_a_proxy(
    clock: ManualClock,
    sim: SimulatedCloud,
    settings_for: Callable[..., Settings],
    monkeypatch: pytest.MonkeyPatch,
    login: str,
) -> None:
    port = int(sim.url.rpartition(":")[2])
    async with ConnectProxy(port, login) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        settings = settings_for(sim, cloud={"url": "http://cloud.invalid"})
        exporter = Exporter(settings, clock)
        async with exporter.connected():
            await exporter.jobs[0].run()
            assert [site.name for site in exporter.snapshot().sites] == ["Home"]
    assert proxy.asked[0] == "POST http://cloud.invalid/passport/login HTTP/1.1"


async def test_what_is_on_this_machine_is_asked_straight(
    clock: ManualClock,
    sim: SimulatedCloud,
    settings_for: Callable[..., Settings],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with ConnectProxy(1) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        exporter = Exporter(settings_for(sim), clock)
        async with exporter.connected():
            await exporter.jobs[0].run()
            assert exporter.snapshot().sites
    assert proxy.asked == []


async def test_tls_goes_through_the_proxy_to_the_server_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = self_signed(tmp_path, until=datetime.now(UTC) + timedelta(days=9))
    server = InfluxServer()
    await server.start(tls=server_context(file))
    transport = Transport()
    try:
        async with ConnectProxy(server.port) as proxy:
            monkeypatch.setenv("HTTPS_PROXY", proxy.url)
            with pytest.raises(TransientError) as caught:
                await transport.send("POST", "https://cloud.invalid/x", {}, {})
    finally:
        await transport.close()
        await server.stop()
    assert proxy.asked == ["CONNECT cloud.invalid:443 HTTP/1.1"]
    # It saw the certificate of the server at the end of the tunnel, which nobody vouches for.
    assert caught.value.outcome == "tls"


async def test_a_proxy_that_refuses_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    transport = Transport()
    async with ConnectProxy(1, login="me:pa55") as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url.replace("pa55", "wr0ng"))
        with pytest.raises(TransientError, match=r"^the proxy refuses: HTTP 407") as caught:
            await transport.send("POST", "https://cloud.invalid/x", {}, {})
    await transport.close()
    assert "wr0ng" not in str(caught.value)
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    transport = Transport()
    with pytest.raises(TransientError, match=r"^no connection to the proxy: "):
        await transport.send("POST", "https://cloud.invalid/x", {}, {})
    await transport.close()


async def test_influxdb_is_written_through_a_proxy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    until = datetime.now(UTC) + timedelta(days=9)
    file = self_signed(tmp_path, until=until, host="influxdb.invalid")
    server = InfluxServer()
    await server.start(tls=server_context(file))
    settings = InfluxSettings.model_validate(
        {"url": "https://influxdb.invalid", "org": ORG, "bucket": BUCKET, "token": TOKEN}
        | {"ca_file": file}
    )
    try:
        async with ConnectProxy(server.port) as proxy:
            monkeypatch.setenv("HTTPS_PROXY", proxy.url)
            found = await examine_influx(settings)
    finally:
        await server.stop()
    assert found.mark is Mark.OK
    assert proxy.asked == ["CONNECT influxdb.invalid:443 HTTP/1.1"]
    away = await examine_influx(settings)
    assert away.step == "influxdb-server"
    assert ": the proxy 127.0.0.1 cannot be reached (Connection refused)" in away.text
    assert away.advice == "Check HTTPS_PROXY or HTTP_PROXY, or name the server in NO_PROXY."


# --- the doctor -----------------------------------------------------------------------------


async def test_the_doctor_goes_through_the_proxy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    until = datetime.now(UTC) + timedelta(days=9)
    file = self_signed(tmp_path, until=until, host="cloud.invalid")
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    server = InfluxServer()
    await server.start(tls=server_context(file))
    try:
        async with ConnectProxy(server.port, login="me:pa55") as proxy:
            environ = {"HTTPS_PROXY": proxy.url}
            found = await examine_network("https://cloud.invalid", SystemClock(), 5.0, environ)
            place = f"127.0.0.1 port {proxy.url.rpartition(':')[2]}"
            wrong = {"HTTPS_PROXY": proxy.url.replace("pa55", "wr0ng")}
            refused = await examine_network("https://cloud.invalid", SystemClock(), 5.0, wrong)
    finally:
        await server.stop()
    assert [finding.mark for finding in found] == [Mark.OK] * 3, found
    assert found[0].text == "the proxy 127.0.0.1 is 127.0.0.1"
    assert found[1].text == (
        f"connected to port 443 through the proxy {place} by TLS, certificate valid until"
        f" {until:%Y-%m-%d}"
    )
    assert refused[1].text == (
        f"the proxy {place} does not let us through to cloud.invalid port 443: HTTP/1.1 407 Proxy"
        " Authentication Required"
    )
    assert "http://user:password@host:port" in refused[1].advice
    gone = await examine_network("https://cloud.invalid", SystemClock(), 5.0, environ)
    assert gone[1].text == f"no connection to the proxy {place}: Connection refused"
    assert gone[1].advice == "Check HTTPS_PROXY and HTTP_PROXY, or name the server in NO_PROXY."


async def test_the_doctor_examines_a_whole_set_up_behind_a_proxy(
    settings_for: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    cloud = SimulatedCloud(SystemClock(), scenario="home", endpoint_limit=0)
    await cloud.start()
    try:
        async with ConnectProxy(int(cloud.url.rpartition(":")[2])) as proxy:
            monkeypatch.setenv("http_proxy", proxy.url)
            settings = settings_for(cloud, cloud={"url": "http://cloud.invalid"})
            report = await examine(settings, SystemClock())
    finally:
        await cloud.stop()
    assert report.exit_code == 0
    assert proxy.asked[0] == "HEAD http://cloud.invalid:80/ HTTP/1.1"
