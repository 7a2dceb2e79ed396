"""What becomes of the points, whatever the server says: a strict InfluxDB 2 and its failures."""

import logging
import ssl
from datetime import UTC, date, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from solix_exporter.clock import ManualClock
from solix_exporter.influx import Naming
from solix_exporter.influx.sink import CALM_S
from solix_exporter.ledger import DayRecord, Ledger
from solix_exporter.model.energy import Flow
from solix_exporter.model.site import Access, Site, SiteType
from solix_exporter.model.snapshot import AccountSlice, Snapshot
from tests.influx.conftest import MakeSink
from tests.influx.influx_server import HANGS, HANGS_UP, TOKEN, Fault, InfluxServer
from tests.influx.keeping import READ_AT, SITE, Heard, keep, midnight

DAY = date(2026, 6, 10)
ONE = timedelta(days=1)
PV, HOME = ("", Flow.PV), ("", Flow.HOME)


def stamp(day: date) -> int:
    return int(midnight(day).timestamp())


def pv_by_time(influx: InfluxServer) -> dict[int, object]:
    return {
        time: fields["pv_wh"]
        for (measurement, _, time), fields in influx.points.items()
        if measurement == "solix_energy_day"
    }


def fill(ledger: Ledger, days: int) -> dict[int, object]:
    """Keep so many days and return what the server should hold: 100 Wh, 101 Wh ..."""
    for number in range(days):
        keep(ledger, DAY - number * ONE, {PV: 100.0 + number})
    return {stamp(DAY - number * ONE): 100.0 + number for number in range(days)}


async def test_a_day_is_overwritten_as_it_grows_and_written_only_when_it_changed(
    influx: InfluxServer, ledger: Ledger, make_sink: MakeSink, heard: Heard, clock: ManualClock
) -> None:
    sink = make_sink()
    keep(ledger, DAY, {PV: 100.0, HOME: 50.0, ("P1", Flow.PLUG): 7.0})
    assert await sink.deliver()
    tags = (("account", "home"), ("site_id", SITE))
    plug_tags = (("account", "home"), ("device_sn", "P1"), ("site_id", SITE))
    expected = {
        # 20614 days after 1970 is 2026-06-10.
        ("solix_energy_day", tags, 20614 * 86400): {
            "pv_wh": 100.0, "home_wh": 50.0,
        },
        ("solix_energy_day", plug_tags, 20614 * 86400): {"plug_wh": 7.0},
    }  # fmt: skip
    assert influx.points == expected
    assert (heard.written, heard.written_at, heard.pending) == (2, clock.now(), [0])
    assert await sink.deliver()
    assert len(influx.requests) == 1
    keep(ledger, DAY, {PV: 120.0, HOME: 60.0})
    assert await sink.deliver()
    assert influx.points["solix_energy_day", tags, 20614 * 86400]["pv_wh"] == 120.0
    assert len(influx.points) == 2
    assert len(influx.requests) == 2


async def test_a_second_start_writes_nothing_and_another_bucket_everything(
    influx: InfluxServer, ledger: Ledger, make_sink: MakeSink
) -> None:
    expected = fill(ledger, 3)
    assert await make_sink().deliver()
    assert await make_sink().deliver()
    assert len(influx.requests) == 1
    assert await make_sink(options={"naming": Naming("other_")}).deliver()
    assert len(influx.requests) == 2
    assert pv_by_time(influx) == expected


@pytest.mark.parametrize(
    "fault",
    [
        Fault(429), Fault(500), Fault(502), Fault(503, "busy"), Fault(HANGS), Fault(HANGS_UP),
    ],
    ids=lambda fault: f"status {fault.status}",
)  # fmt: skip
async def test_what_passes_is_tried_again_after_a_pause_that_grows(
    influx: InfluxServer, ledger: Ledger, make_sink: MakeSink, heard: Heard, fault: Fault
) -> None:
    sink = make_sink(timeout_s=1.0 if fault.status == HANGS else 60.0)
    expected = fill(ledger, 2)
    influx.faults = [fault, fault, fault]
    pauses = []
    for _ in range(3):
        assert not await sink.deliver()
        pauses.append(sink.pause_s())
    assert pauses == [5, 10, 20]
    assert (heard.errors, heard.pending) == (3, [2, 2, 2])
    assert await sink.deliver()
    assert sink.pause_s() == CALM_S
    assert pv_by_time(influx) == expected
    assert heard.pending[-1] == 0


async def test_the_pause_never_grows_beyond_five_minutes(
    influx: InfluxServer, ledger: Ledger, make_sink: MakeSink
) -> None:
    fill(ledger, 1)
    sink = make_sink()
    influx.faults = [Fault(503)] * 2000
    for _ in range(1500):
        await sink.deliver()
    assert sink.pause_s() == 300


@pytest.mark.parametrize(
    ("headers", "pause_s"),
    [
        ({"Retry-After": "90"}, 90),
        ({"retry-after": "2"}, 5),
        ({"Retry-After": "999999"}, 3600),
        ({"Retry-After": "-4"}, 5),
        ({"Retry-After": "soon"}, 5),
        (
            {"Retry-After": "Sat, 20 Jun 2026 11:10:00 GMT",
             "Date": "Sat, 20 Jun 2026 11:00:00 GMT"},
            600,
        ),
    ],
)  # fmt: skip
async def test_the_server_says_how_long_to_wait(
    influx: InfluxServer,
    ledger: Ledger,
    make_sink: MakeSink,
    headers: dict[str, str],
    pause_s: float,
) -> None:
    fill(ledger, 1)
    sink = make_sink()
    influx.faults = [Fault(429, "", headers)]
    await sink.deliver()
    assert sink.pause_s() == pause_s
    await sink.deliver()
    assert sink.pause_s() == CALM_S


async def test_an_outage_of_days_loses_nothing_and_is_told_once(
    influx: InfluxServer,
    ledger: Ledger,
    make_sink: MakeSink,
    heard: Heard,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, logger="solix_exporter")
    sink, port = make_sink(), influx.port
    await influx.stop()
    expected = {}
    for number in range(1200):
        keep(ledger, DAY - number * ONE, {PV: 100.0 + number})
        expected[stamp(DAY - number * ONE)] = 100.0 + number
        if number % 100 == 0:
            assert not await sink.deliver()
    await influx.start(port)
    assert await sink.deliver()
    assert pv_by_time(influx) == expected
    # In batches: 500, 500 and 200.
    assert [len(lines) for lines in influx.requests] == [500, 500, 200]
    assert heard.pending[-1] == 0
    told = [
        (record.levelname, record.getMessage())
        for record in caplog.records
        if "InfluxDB" in record.getMessage()
    ]
    assert [level for level, _ in told] == ["WARNING", "INFO"]
    assert "cannot be reached" in told[0][1]


async def test_a_server_that_died_gets_the_last_days_again(
    influx: InfluxServer, ledger: Ledger, make_sink: MakeSink, clock: ManualClock
) -> None:
    # The clock stands at noon of June 20th.
    today = date(2026, 6, 20)
    for number in range(10):
        keep(ledger, today - number * ONE, {PV: 100.0 + number})
    sink, port = make_sink(), influx.port
    assert await sink.deliver()
    await influx.stop()
    # It comes back as it was some seconds before.
    influx.points.clear()
    clock.advance(7 * 86400)
    keep(ledger, today + 7 * ONE, {PV: 1.0})
    assert not await sink.deliver()
    await influx.start(port)
    assert await sink.deliver()
    again = {stamp(today - number * ONE): 100.0 + number for number in range(3)}
    assert pv_by_time(influx).items() >= again.items()
    assert pv_by_time(influx)[stamp(today + 7 * ONE)] == 1.0


async def test_a_server_that_gets_complete_days_alone_gets_the_names_with_the_last(
    influx: InfluxServer, ledger: Ledger, make_sink: MakeSink
) -> None:
    # The clock stands at noon of June 20th, when the day before has just been closed.
    for day in (date(2026, 6, 18), date(2026, 6, 19)):
        ledger.record(DayRecord(SITE, day, {PV: 100.0}, READ_AT, closed=True))
    ledger.outbox.place(SITE, "home", midnight)
    site = Site(SITE, "home", "Lake", SiteType.SOLARBANK, Access.OWNER, "UTC")
    snapshot = Snapshot((AccountSlice(None, (site,)),))
    assert await make_sink(lambda: snapshot, {"open_days": False}).deliver()
    tags, last = (("account", "home"), ("site_id", SITE)), stamp(date(2026, 6, 19))
    named = {point for point in influx.points if point[0] == "solix_site_info"}
    assert named == {("solix_site_info", tags, last)}


async def test_a_proxy_whose_server_is_away_does_not_decide_what_the_server_is(
    influx: InfluxServer, ledger: Ledger, make_sink: MakeSink, heard: Heard
) -> None:
    keep(ledger, DAY, {PV: 100.0})
    # Behind the proxy is a VictoriaMetrics, which gets no day that still changes.
    influx.pings = [Fault(502), Fault(204, headers={"X-Server-Hostname": "metrics"})]
    sink = make_sink()
    assert not await sink.deliver()
    assert await sink.deliver()
    assert influx.points == {}
    assert heard.errors == 1


async def test_an_answer_whose_rows_are_none_is_repeated_all_the_same(
    influx: InfluxServer, ledger: Ledger, make_sink: MakeSink, caplog: pytest.LogCaptureFixture
) -> None:
    keep(ledger, DAY, {PV: 100.0})
    influx.faults = [Fault(400, '{"error": "no write today", "data": [1, null]}')]
    assert not await make_sink().deliver()
    (record,) = caplog.records
    assert "no write today" in record.getMessage()
    assert record.exc_info is None


@pytest.mark.parametrize("bad", [[3], [0], [0, 1, 498, 499], list(range(7, 40))])
async def test_a_malformed_point_is_found_set_aside_and_told_once(
    influx: InfluxServer,
    ledger: Ledger,
    make_sink: MakeSink,
    heard: Heard,
    caplog: pytest.LogCaptureFixture,
    bad: list[int],
) -> None:
    sink = make_sink()
    expected = fill(ledger, 500)
    stamps = [stamp(DAY - number * ONE) for number in bad]
    influx.malformed = lambda line: int(line.split(" ")[-1]) in stamps
    assert await sink.deliver()
    assert pv_by_time(influx) == {at: wh for at, wh in expected.items() if at not in stamps}
    assert (heard.rejected, heard.pending) == (len(bad), [0])
    (record,) = caplog.records
    assert f"refuses {len(bad)} point" in record.getMessage()
    assert "unable to parse" in record.getMessage()
    # Its day changes, it is refused again, and nobody is told again.
    keep(ledger, DAY - bad[0] * ONE, {PV: 1.0})
    assert await sink.deliver()
    assert heard.rejected == len(bad) + 1
    assert len(caplog.records) == 1


async def test_a_bad_point_is_found_also_where_the_server_does_not_say_that_it_is_one(
    influx: InfluxServer, ledger: Ledger, make_sink: MakeSink, heard: Heard
) -> None:
    expected = fill(ledger, 5)
    bad = stamp(DAY - 2 * ONE)
    influx.malformed, influx.complaint = (lambda line: line.endswith(str(bad))), "bad request"
    assert await make_sink().deliver()
    assert pv_by_time(influx) == {at: wh for at, wh in expected.items() if at != bad}
    assert heard.rejected == 1


async def test_a_type_conflict_costs_the_points_of_that_measurement_only(
    influx: InfluxServer, ledger: Ledger, make_sink: MakeSink, heard: Heard
) -> None:
    influx.has_field("solix_energy_day", "home_wh", str)
    keep(ledger, DAY, {PV: 1.0})
    keep(ledger, DAY - ONE, {PV: 2.0, HOME: 3.0})
    keep(ledger, DAY - 2 * ONE, {PV: 4.0})
    assert await make_sink().deliver()
    assert pv_by_time(influx) == {stamp(DAY): 1.0, stamp(DAY - 2 * ONE): 4.0}
    assert heard.rejected == 1


async def test_a_past_beyond_the_retention_is_set_aside_with_one_request_a_batch(
    influx: InfluxServer, ledger: Ledger, make_sink: MakeSink, heard: Heard
) -> None:
    influx.keeps_from = stamp(DAY - ONE)
    sink = make_sink()
    for number in range(2, 400):
        keep(ledger, DAY - number * ONE, {PV: 1.0})
    assert await sink.deliver()
    assert (len(influx.requests), heard.rejected) == (1, 398)
    keep(ledger, DAY, {PV: 5.0})
    assert await sink.deliver()
    assert pv_by_time(influx) == {stamp(DAY): 5.0}


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ({"token": "wrong"}, "the token is wrong, or may not write to this bucket"),
        ({"token": ""}, "check influxdb.token"),
        ({"bucket": "nowhere"}, 'bucket "nowhere" not found'),
        ({"org": "nobody"}, 'organization name "nobody" not found'),
    ],
)
async def test_what_the_user_has_to_mend_is_said_and_nothing_is_lost(
    influx: InfluxServer,
    ledger: Ledger,
    make_sink: MakeSink,
    heard: Heard,
    caplog: pytest.LogCaptureFixture,
    target: dict[str, str],
    said: str,
) -> None:
    expected = fill(ledger, 3)
    sink = make_sink(**target)
    assert not await sink.deliver()
    assert not await sink.deliver()
    (record,) = caplog.records
    assert said in record.getMessage()
    assert TOKEN not in record.getMessage()
    assert sink.pause_s() >= CALM_S
    assert (heard.rejected, heard.pending) == (0, [3, 3])
    assert await make_sink().deliver()
    assert pv_by_time(influx) == expected


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (Fault(400, "unsupported path requested: /x"), "it refuses every point"),
        (Fault(400, '{"code":"invalid","message":"database is required"}'), "database is required"),
        (Fault(302, "", {"Location": "https://elsewhere/"}), "put that into influxdb.url"),
        (Fault(200, "<html>welcome</html>"), "this is no InfluxDB write API"),
        (Fault(405, "no"), "HTTP 405, no"),
    ],
)
async def test_a_refusal_that_is_not_about_points_costs_none(
    influx: InfluxServer,
    ledger: Ledger,
    make_sink: MakeSink,
    heard: Heard,
    caplog: pytest.LogCaptureFixture,
    fault: Fault,
    said: str,
) -> None:
    expected = fill(ledger, 4)
    sink = make_sink()
    influx.faults = [fault] * 7
    assert not await sink.deliver()
    assert said in caplog.text
    assert (heard.rejected, heard.pending) == (0, [4])
    influx.faults = []
    assert await sink.deliver()
    assert pv_by_time(influx) == expected


async def test_a_body_that_is_too_large_is_halved_until_it_fits(
    influx: InfluxServer, ledger: Ledger, make_sink: MakeSink, heard: Heard
) -> None:
    expected = fill(ledger, 500)
    # A line has 65 to 70 bytes here: 500 need 34 kB, and 62 or 63 of them fit.
    influx.max_body = 4500
    assert await make_sink().deliver()
    assert pv_by_time(influx) == expected
    assert {len(lines) for lines in influx.requests} == {62, 63}
    assert (heard.rejected, heard.errors) == (0, 0)


async def test_one_point_that_is_too_large_is_set_aside(
    influx: InfluxServer, ledger: Ledger, make_sink: MakeSink, heard: Heard
) -> None:
    keep(ledger, DAY, {PV: 1.0})
    keep(ledger, DAY - ONE, {("", flow): 2.0 for flow in Flow})
    influx.max_body = 120
    assert await make_sink().deliver()
    assert pv_by_time(influx) == {stamp(DAY): 1.0}
    assert heard.rejected == 1


def own_certificate(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """Return a certificate of 127.0.0.1 that nobody signed, and a server's context with it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - ONE)
        .not_valid_after(now + ONE)
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    file = folder / "server.pem"
    file.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        + certificate.public_bytes(Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return file, context


async def test_a_certificate_is_checked_and_its_authority_can_be_named(
    ledger: Ledger, make_sink: MakeSink, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    expected = fill(ledger, 2)
    ca_file, context = own_certificate(tmp_path)
    influx = InfluxServer()
    await influx.start(tls=context)
    try:
        assert not await make_sink(url=influx.url).deliver()
        assert "influxdb.ca_file" in caplog.text
        assert influx.requests == []
        assert await make_sink(url=influx.url, ca_file=ca_file).deliver()
        assert pv_by_time(influx) == expected
        keep(ledger, DAY, {PV: 1.0})
        assert await make_sink(url=influx.url, verify_ssl=False).deliver()
        assert len(influx.requests) == 2
    finally:
        await influx.stop()
