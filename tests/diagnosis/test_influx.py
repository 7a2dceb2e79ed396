"""Whether InfluxDB can be written to: servers of each kind, and everything that can be wrong."""

import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from solix_exporter.config import InfluxSettings
from solix_exporter.diagnosis.influx import examine_influx
from solix_exporter.diagnosis.report import INFLUX, INFLUX_SERVER, Finding, Mark
from tests.certificates import self_signed, server_context
from tests.influx.influx_server import BUCKET, HANGS, HANGS_UP, ORG, TOKEN, Fault, InfluxServer
from tests.influx.victoria import Victoria

NO_SUCH = "there is no such bucket, organization or path"
UNSAID = (
    "Whether it takes points shows with the first one: watch solix_influxdb_write_errors_total and"
    " the log."
)


def settings(url: str, **keys: Any) -> InfluxSettings:  # noqa: ANN401 - of any key
    known = {"url": url, "org": ORG, "bucket": BUCKET, "token": TOKEN}
    return InfluxSettings.model_validate(known | keys)


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.mark.parametrize("takes_nothing", [False, True], ids=["2.x", "1.8 and 3.x"])
async def test_a_server_that_would_take_points_is_well_and_gets_none(
    influx: InfluxServer,
    *,
    takes_nothing: bool,
) -> None:
    influx.takes_nothing = takes_nothing
    found = await examine_influx(settings(influx.url))
    assert found == Finding(INFLUX, Mark.OK, f"{influx.url}: solix can be written")
    assert (influx.empty_writes, influx.points, influx.requests) == (1, {}, [])


async def test_a_victoria_metrics_is_well_and_gets_nothing(victoria: Victoria) -> None:
    found = await examine_influx(settings(victoria.url))
    assert found == Finding(INFLUX, Mark.OK, f"{victoria.url}: solix can be written")
    assert await victoria.samples() == {}


async def test_a_victoria_metrics_under_a_wrong_path_is_told(victoria: Victoria) -> None:
    found = await examine_influx(settings(f"{victoria.url}/nowhere"))
    assert (found.step, found.mark) == (INFLUX, Mark.FAILED)
    assert "this is no InfluxDB write API (HTTP 400, " in found.text
    assert found.advice == "Check influxdb.url; its path counts too."


@pytest.mark.parametrize(
    ("keys", "text", "advice"),
    [
        (
            {"token": "wrong"},
            "the token is wrong, or may not write to this bucket (HTTP 401, unauthorized access)",
            "Check influxdb.token; of InfluxDB 1.8 it is user:password.",
        ),
        (
            {"bucket": "nowhere"},
            f'{NO_SUCH} (HTTP 404, bucket "nowhere" not found)',
            "Check influxdb.bucket, org and url.",
        ),
        (
            {"org": "nobody"},
            f'{NO_SUCH} (HTTP 404, organization name "nobody" not found)',
            "Check influxdb.bucket, org and url.",
        ),
    ],
)
async def test_what_the_settings_have_wrong_is_told(
    influx: InfluxServer, keys: dict[str, str], text: str, advice: str
) -> None:
    found = await examine_influx(settings(influx.url, **keys))
    assert found == Finding(INFLUX, Mark.FAILED, f"{influx.url}: {text}", advice)
    assert influx.empty_writes == 0


AWAY, WRONG = (INFLUX_SERVER, Mark.FAILED), (INFLUX, Mark.FAILED)
ANSWERS = [
    (
        Fault(403, '{"code":"forbidden","message":"insufficient permissions for write"}'),
        WRONG,
        "the token may not write to this bucket (HTTP 403, insufficient permissions for write)",
        "Give it the permission, or name another in influxdb.token.",
    ),
    (
        # As InfluxDB 1.8 says it.
        Fault(404, '{"error":"database not found: \\"solix\\""}'),
        WRONG,
        f'{NO_SUCH} (HTTP 404, database not found: "solix")',
        "Check influxdb.bucket, org and url.",
    ),
    (
        Fault(429, "", {"Retry-After": "90"}),
        AWAY,
        "it takes no more for now (HTTP 429)",
        "Wait, or raise its limit.",
    ),
    (
        Fault(503, "starting"),
        AWAY,
        "it has a trouble of its own (HTTP 503, starting)",
        "Look into its log.",
    ),
    (
        Fault(HANGS),
        AWAY,
        "no answer within 1 s",
        "Check influxdb.url; a firewall may swallow the connection.",
    ),
    (
        Fault(HANGS_UP),
        AWAY,
        "it cannot be reached (Server disconnected)",
        "Check influxdb.url, that the server runs, and any firewall between.",
    ),
    (
        Fault(302, "", {"Location": "https://elsewhere/login"}),
        WRONG,
        "it redirects to https://elsewhere/login",
        "Put that into influxdb.url.",
    ),
    (
        Fault(200, "<html>welcome</html>"),
        WRONG,
        "this is no InfluxDB write API",
        "Check influxdb.url; its path counts too.",
    ),
    (
        Fault(405, "no"),
        WRONG,
        "HTTP 405, no",
        "Check influxdb.url.",
    ),
    (
        Fault(413, "too large"),
        WRONG,
        "HTTP 413, too large",
        "Look at the server, or at what stands before it: it takes no body of this size.",
    ),
    (
        Fault(400, "what?"),
        (INFLUX, Mark.NOTE),
        "it answers, and does not say whether solix can be written (HTTP 400, what?)",
        UNSAID,
    ),
]


@pytest.mark.parametrize(("fault", "outcome", "text", "advice"), ANSWERS)
async def test_each_answer_is_told_with_what_to_do(
    influx: InfluxServer, fault: Fault, outcome: tuple[str, Mark], text: str, advice: str
) -> None:
    # A connection that breaks is tried once more by the library before it is told.
    influx.faults = [fault] * 2
    found = await examine_influx(settings(influx.url, timeout="1s"))
    step, mark = outcome
    assert found == Finding(step, mark, f"{influx.url}: {text}", advice)
    assert influx.points == {}


async def test_a_port_where_nobody_listens_is_told() -> None:
    url = f"http://127.0.0.1:{closed_port()}"
    found = await examine_influx(settings(url))
    assert (found.step, found.mark) == AWAY
    assert found.text == f"{url}: it cannot be reached (Connection refused)"


async def test_a_name_that_does_not_exist_is_told() -> None:
    found = await examine_influx(settings("http://nowhere.invalid:8086"))
    assert (found.step, found.mark) == AWAY
    assert ": its name nowhere.invalid cannot be looked up (" in found.text
    assert found.advice.startswith("Check influxdb.url, and that this machine's DNS server")


async def test_certificates_that_nobody_vouches_for_and_old_ones_are_told_apart(
    tmp_path: Path,
) -> None:
    now = datetime.now(UTC)
    for days, reason in ((30, "self-signed certificate"), (-1, "certificate has expired")):
        file = self_signed(tmp_path, until=now + timedelta(days=days))
        server = InfluxServer()
        await server.start(tls=server_context(file))
        try:
            # The old one is known, and so only its age is wrong.
            keys = {"ca_file": file} if days < 0 else {}
            found = await examine_influx(settings(server.url, **keys))
        finally:
            await server.stop()
        assert (found.step, found.mark) == WRONG
        assert found.text == f"{server.url}: its certificate is not trusted ({reason})"
        assert found.advice.startswith("Name its CA in influxdb.ca_file, or have the certificate")


async def test_a_server_without_tls_behind_https_is_told(influx: InfluxServer) -> None:
    found = await examine_influx(settings(influx.url.replace("http:", "https:")))
    assert (found.step, found.mark) == WRONG
    assert ": no secure connection (" in found.text
    assert found.advice == "Check influxdb.url; the server may speak plain http there."
