"""The readings of each poll on their way to the server."""

from datetime import timedelta
from pathlib import Path

import pytest

from solix_exporter.clock import ManualClock
from solix_exporter.model.account import Account
from solix_exporter.model.battery import Battery
from solix_exporter.model.device import Device, DeviceReadings
from solix_exporter.model.products import product_of
from solix_exporter.model.site import Access, Site, SiteReadings, SiteType
from solix_exporter.model.snapshot import AccountSlice, Snapshot
from tests.influx.conftest import MakeSink
from tests.influx.influx_server import InfluxServer
from tests.influx.keeping import SITE, Heard

LIVE = {"write": frozenset({"live"})}
TAGS = (("account", "home"), ("site_id", SITE))


class Readings:
    """A snapshot whose numbers a test moves."""

    def __init__(self, clock: ManualClock) -> None:
        self.clock = clock
        self.pv_power_w = 100.0
        self.age: timedelta | None = timedelta(seconds=30)

    def __call__(self) -> Snapshot:
        scene = SiteReadings(pv_power_w=self.pv_power_w)
        data_at = self.clock.now() - self.age if self.age is not None else None
        site = Site(
            SITE, "home", "Lake", SiteType.SOLARBANK, Access.OWNER, "UTC",
            data_at=data_at, scene=scene,
        )  # fmt: skip
        now = DeviceReadings(pv_power_w=self.pv_power_w / 2)
        own = Device("SN1", product_of("A17C1"), "home", site_id=SITE, scene=now)
        lonely = Device("SN2", product_of("A17C1"), "home", scene=now)
        account = Account("home", "DE", "https://example.org")
        return Snapshot((AccountSlice(account, (site,), (own, lonely)),))


@pytest.fixture
def readings(clock: ManualClock) -> Readings:
    return Readings(clock)


async def test_readings_are_written_at_the_time_of_their_source(
    influx: InfluxServer, make_sink: MakeSink, readings: Readings, clock: ManualClock, heard: Heard
) -> None:
    sink = make_sink(readings, LIVE)
    sink.queue_readings("home")
    sink.queue_readings("somebody else")
    assert await sink.deliver()
    # The clock stands at 2026-06-20 11:02:30 UTC, which is 1781953350; the source is 30 s older.
    device = (("account", "home"), ("device_sn", "SN1"), ("site_id", SITE))
    lonely = (("account", "home"), ("device_sn", "SN2"))
    assert influx.points == {
        ("solix_site", TAGS, 1781953320): {"pv_power_w": 100.0},
        ("solix_device", device, 1781953320): {"pv_power_w": 50.0},
        ("solix_device", lonely, 1781953350): {"pv_power_w": 50.0},
    }
    readings.age = None
    clock.advance(60)
    sink.queue_readings("home")
    assert await sink.deliver()
    assert ("solix_site", TAGS, 1781953410) in influx.points
    assert heard.written == 6


async def test_readings_of_local_sites_are_written_under_a_name_of_their_own(
    influx: InfluxServer, make_sink: MakeSink, clock: ManualClock, readings: Readings
) -> None:
    site = Site(
        "local", "", "Local", SiteType.VIRTUAL, Access.OWNER, "UTC",
        data_at=clock.now(), local=SiteReadings(pv_power_w=700.0),
    )  # fmt: skip
    bank = Device(
        "BANK", product_of("A17E2"), "", site_id="local", reported=DeviceReadings(pv_power_w=700)
    )
    account = readings().slices
    sink = make_sink(lambda: Snapshot((*account, AccountSlice(None, (site,), (bank,)))), LIVE)
    sink.queue_local_readings()
    assert await sink.deliver()
    device = (("account", "local"), ("device_sn", "BANK"), ("site_id", "local"))
    tags = (("account", "local"), ("site_id", "local"))
    assert influx.points == {
        ("solix_site", tags, 1781953350): {"pv_power_w": 700.0},
        ("solix_device", device, 1781953350): {"pv_power_w": 700.0},
    }


async def test_what_other_sources_than_the_scene_measure_is_written_too(
    influx: InfluxServer, make_sink: MakeSink, clock: ManualClock
) -> None:
    """A power panel and an X1 have averages, a stand-alone inverter a status of its own."""
    site = Site(
        SITE, "home", "Farm", SiteType.POWERPANEL, Access.OWNER, "UTC",
        data_at=clock.now() - timedelta(minutes=5),
        measured=SiteReadings(home_load_power_w=4110.0, soc_ratio=0.17),
    )  # fmt: skip
    battery = Battery(soc_ratio=0.17, discharge_power_w=2630.0)
    panel = Device(
        "PANEL", product_of("A17B1"), "home", site_id=SITE,
        measured=DeviceReadings(battery=battery),
    )  # fmt: skip
    account = Account("home", "US", "https://example.org")
    sink = make_sink(lambda: Snapshot((AccountSlice(account, (site,), (panel,)),)), LIVE)
    sink.queue_readings("home")
    assert await sink.deliver()
    device = (("account", "home"), ("device_sn", "PANEL"), ("site_id", SITE))
    # 2026-06-20 10:57:30 UTC, the end of the slot.
    assert influx.points == {
        ("solix_site", TAGS, 1781953050): {"home_load_power_w": 4110.0, "battery_soc_ratio": 0.17},
        ("solix_device", device, 1781953050): {
            "battery_soc_ratio": 0.17,
            "battery_discharge_power_w": 2630.0,
        },
    }


async def test_readings_wait_for_a_server_that_is_away_and_survive_a_restart(
    influx: InfluxServer, make_sink: MakeSink, readings: Readings, clock: ManualClock, heard: Heard
) -> None:
    sink, port = make_sink(readings, LIVE), influx.port
    await influx.stop()
    for number in range(10):
        readings.pv_power_w = float(number)
        sink.queue_readings("home")
        assert not await sink.deliver()
        clock.advance(60)
    assert heard.pending[-1] == 30
    await sink.close()
    again = make_sink(readings, LIVE)
    await influx.start(port)
    assert await again.deliver()
    written = {time: fields for (name, _, time), fields in influx.points.items()
               if name == "solix_site"}  # fmt: skip
    assert written == {
        1781953320 + 60 * number: {"pv_power_w": float(number)} for number in range(10)
    }
    # One file that was tried first, one with the rest.
    assert len(influx.requests) == 2
    assert heard.pending[-1] == 0


async def test_a_full_spool_drops_the_oldest_readings_and_counts_them(
    influx: InfluxServer, make_sink: MakeSink, readings: Readings, clock: ManualClock, heard: Heard
) -> None:
    # A poll gives three lines of about 75 bytes: a sixty-fourth holds four polls, a spool 250.
    sink = make_sink(readings, {**LIVE, "spool_bytes": 64_000})
    for _ in range(1000):
        sink.queue_readings("home")
        clock.advance(60)
    assert heard.dropped > 0
    assert await sink.deliver()
    assert len(influx.points) + heard.dropped == 3000
    newest = 1781953320 + 60 * 999
    stamps = sorted(time for name, _, time in influx.points if name == "solix_site")
    assert stamps == list(range(newest - 60 * (len(stamps) - 1), newest + 1, 60))


async def test_daily_and_live_share_one_request_a_minute(
    influx: InfluxServer, make_sink: MakeSink, readings: Readings, clock: ManualClock
) -> None:
    sink = make_sink(readings, {"write": frozenset({"daily", "live"})})
    for _ in range(5):
        sink.queue_readings("home")
        assert await sink.deliver()
        assert sink.pause_s() == 60
        clock.advance(sink.pause_s())
    assert len(influx.requests) == 5


async def test_a_disk_that_takes_nothing_is_told_once_and_counted(
    make_sink: MakeSink,
    readings: Readings,
    heard: Heard,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    (tmp_path / "spool").write_text("a file where the folder should be")
    sink = make_sink(readings, LIVE)
    for _ in range(3):
        sink.queue_readings("home")
        assert await sink.deliver()
    assert heard.dropped == 9
    (record,) = caplog.records
    assert "the spool cannot be used" in record.getMessage()
