"""Reports of devices on their way to the cache: guards, counters, comparisons, local energy."""

import logging
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solix_exporter.clock import ManualClock, moment_of
from solix_exporter.cloud.budget import Budget
from solix_exporter.ledger import Ledger
from solix_exporter.metrics.own import OwnMetrics
from solix_exporter.model.battery import Battery, BatteryPack
from solix_exporter.model.device import DeviceReadings
from solix_exporter.model.events import SilentObserver
from solix_exporter.model.lifetime import LifetimeEnergy, LifetimeFlow
from solix_exporter.model.report import DeviceReport, Source
from solix_exporter.poll.device_reports import DeviceReports
from solix_exporter.poll.jobs import PollTools
from solix_exporter.poll.lifetimes import LifetimeCounters
from tests.moments import START
from tests.reporting import BANK, METER, Home, bank_live, bank_scene

BERLIN = ZoneInfo("Europe/Berlin")
HOUR_S, DAY_S = 3600.0, 86400.0
LIFETIME = "solix_device_lifetime_energy_watthours_total"


class Counts(SilentObserver):
    """Counts what the reports come to."""

    def __init__(self) -> None:
        self.rejected = Counter[str]()
        self.disagree = Counter[str]()

    def reading_rejected(self, reason: str) -> None:
        self.rejected[reason] += 1

    def readings_disagree(self, field: str) -> None:
        self.disagree[field] += 1


@dataclass
class Rig:
    """The intake of reports with a home behind it."""

    path: Path | None = None
    start: datetime = START
    elapsed_s: float = 0.0
    home: Home = field(default_factory=Home)
    counts: Counts = field(default_factory=Counts)

    def __post_init__(self) -> None:
        self.clock = ManualClock(self.start)
        self.clock.advance(self.elapsed_s)
        self.ledger = Ledger(self.path)
        self.ledger.open()
        budget = Budget(self.clock, self.counts)
        self.reports = DeviceReports(
            self.home.cache, self.ledger, PollTools(self.clock, budget, self.counts)
        )
        self.home.cache.local.set_zones({}, BERLIN)
        self.reports.load()

    @property
    def now_s(self) -> float:
        return (self.clock.now() - START).total_seconds()

    def take(
        self,
        readings: DeviceReadings,
        sn: str = BANK,
        source: Source = Source.MODBUS,
        part_number: str = "A17E2",
        valid_s: float = 900,
    ) -> None:
        kind = "slow" if readings.lifetime_energy else "live"
        self.reports.accept(
            DeviceReport(sn, source, kind, part_number, self.clock.now(), valid_s, readings)
        )

    def registers(
        self, sn: str = BANK, source: Source = Source.MODBUS, number: str = "A17E2", **wh: float
    ) -> None:
        energies = tuple(LifetimeEnergy(LifetimeFlow(flow), value) for flow, value in wh.items())
        self.take(DeviceReadings(lifetime_energy=energies), sn, source, number)

    def value(self, name: str, **labels: str) -> float | None:
        self.home.cache.snapshot(moment_of(self.clock))
        found = self.home.values(self.now_s, name, **labels)
        assert len(found) <= 1
        return found[0] if found else None

    def counter(self, flow: str) -> float | None:
        return self.value(LIFETIME, flow=flow, device_sn=BANK)

    def again(self) -> "Rig":
        """Return the rig after a kill: another process on the same ledger."""
        self.ledger.close()
        return Rig(self.path, self.start, self.clock.monotonic())


def soc(ratio: float) -> DeviceReadings:
    return DeviceReadings(battery=Battery(soc_ratio=ratio))


# --- guards --------------------------------------------------------------------------------


def test_a_jump_of_the_charge_waits_for_a_reading_a_minute_later() -> None:
    rig = Rig()
    rig.take(soc(0.16))
    for _ in range(12):
        rig.clock.advance(5)
        rig.take(soc(0.85))
        assert rig.value("solix_battery_soc_ratio") == 0.16
    rig.clock.advance(5)
    rig.take(soc(0.85))
    assert rig.value("solix_battery_soc_ratio") == 0.85
    assert rig.counts.rejected == {"soc_jump": 12}


def test_an_impossible_charge_is_no_reading() -> None:
    rig = Rig()
    rig.take(DeviceReadings(battery=Battery(soc_ratio=1.01), packs=(BatteryPack("1", "", "", 2),)))
    assert rig.value("solix_battery_soc_ratio") is None
    assert rig.value("solix_battery_pack_soc_ratio") is None
    assert rig.counts.rejected == {"soc_range": 2}


def test_the_packs_are_checked_one_by_one() -> None:
    rig = Rig()
    rig.take(DeviceReadings(packs=(BatteryPack("1", soc_ratio=0.2), BatteryPack("2", soc_ratio=1))))
    rig.clock.advance(5)
    rig.take(DeviceReadings(packs=(BatteryPack("1", soc_ratio=1), BatteryPack("2", soc_ratio=1))))
    assert rig.value("solix_battery_pack_soc_ratio", pack="1") == 0.2
    assert rig.value("solix_battery_pack_soc_ratio", pack="2") == 1


# --- counters ------------------------------------------------------------------------------


def test_a_register_is_a_counter() -> None:
    rig = Rig()
    rig.registers(pv=120_000, charge=50_000)
    assert rig.counter("pv") == 120_000
    rig.clock.advance(300)
    rig.registers(pv=120_100, charge=50_000)
    assert rig.counter("pv") == 120_100
    assert rig.counter("charge") == 50_000


def test_a_register_of_zero_is_no_reading() -> None:
    rig = Rig()
    rig.registers(pv=0, charge=50_000)
    assert rig.counter("pv") is None
    rig.clock.advance(300)
    rig.registers(pv=0, charge=0)
    assert rig.counter("charge") == 50_000
    rig.clock.advance(2 * HOUR_S)
    rig.registers(pv=0, charge=0)
    assert rig.counter("charge") == 50_000


def test_a_register_that_falls_is_held_for_an_hour_and_then_goes_on() -> None:
    rig = Rig()
    rig.registers(pv=120_000)
    rig.clock.advance(300)
    for _ in range(12):
        rig.registers(pv=200)
        assert rig.counter("pv") == 120_000
        rig.clock.advance(300)
    rig.registers(pv=300)
    # What it counted since it was reset.
    assert rig.counter("pv") == 120_300
    rig.clock.advance(300)
    rig.registers(pv=400)
    assert rig.counter("pv") == 120_400
    assert rig.counts.rejected == {"lifetime_backwards": 1}


def test_a_used_device_in_the_place_of_another_one_adds_nothing_that_it_counted_elsewhere() -> None:
    rig = Rig()
    rig.registers(pv=620_000)
    for _ in range(14):
        rig.clock.advance(300)
        rig.registers(pv=500_000)
    assert rig.counter("pv") == 620_000
    rig.clock.advance(300)
    rig.registers(pv=500_100)
    assert rig.counter("pv") == 620_100


def test_a_fall_that_is_taken_back_changes_nothing() -> None:
    rig = Rig()
    rig.registers(pv=120_000)
    rig.clock.advance(300)
    rig.registers(pv=5)
    rig.clock.advance(300)
    rig.registers(pv=120_100)
    assert rig.counter("pv") == 120_100


def test_an_impossible_rise_is_held_back() -> None:
    rig = Rig()
    rig.registers(pv=120_000)
    rig.clock.advance(300)
    rig.registers(pv=980_000)
    assert rig.counter("pv") == 120_000
    rig.clock.advance(300)
    rig.registers(pv=120_200)
    assert rig.counter("pv") == 120_200
    assert rig.counts.rejected == {"lifetime_jump": 1}


async def test_the_counters_outlive_a_restart_and_a_reset_before_it(tmp_path: Path) -> None:
    rig = Rig(tmp_path / "ledger")
    rig.registers(pv=120_000)
    for _ in range(14):
        rig.clock.advance(300)
        rig.registers(pv=200)
    assert rig.counter("pv") == 120_200
    await rig.reports.keep()
    again = rig.again()
    again.take(bank_live())
    assert again.counter("pv") == 120_200
    again.clock.advance(600)
    again.registers(pv=500)
    assert again.counter("pv") == 120_500
    again.clock.advance(300)
    again.registers(pv=300)
    assert again.counter("pv") == 120_500


def test_two_sources_that_round_a_register_differently_make_one_counter() -> None:
    rig = Rig()
    for wh in range(0, 2000, 50):
        rig.registers(pv=120_000 + wh)
        rig.registers(pv=119_960 + wh, source=Source.MQTT)
        assert rig.counter("pv") == 120_000 + wh
        rig.clock.advance(60)
    # The first one falls silent; the other one goes on after an hour, from where the counter is.
    rig.clock.advance(HOUR_S)
    rig.registers(pv=123_000, source=Source.MQTT)
    assert rig.counter("pv") == 123_000
    assert rig.counts.rejected == {}


def test_another_source_with_other_registers_never_sets_the_counter_back() -> None:
    rig = Rig()
    rig.registers(pv=120_000)
    rig.clock.advance(2 * HOUR_S)
    rig.registers(pv=800, source=Source.MQTT)
    assert rig.counter("pv") == 120_000
    rig.clock.advance(300)
    rig.registers(pv=900, source=Source.MQTT)
    assert rig.counter("pv") == 120_100


def test_a_clock_that_is_set_back_stops_no_counter() -> None:
    rig = Rig()
    rig.registers(pv=120_000)
    rig.clock.advance(300)
    rig.clock.set_wall_clock(-30 * DAY_S)
    rig.registers(pv=120_100)
    assert rig.reports._counters.of(BANK) == (LifetimeEnergy(LifetimeFlow.PV, 120_100),)
    today = rig.clock.now().astimezone(BERLIN).date()
    assert rig.reports._counters.day(BANK, today) == {LifetimeFlow.PV: 100}


def test_a_reading_that_comes_late_changes_nothing() -> None:
    rig = Rig()
    rig.registers(pv=120_000)
    rig.clock.advance(300)
    rig.registers(pv=120_100)
    rig.clock.set_wall_clock(-200)
    rig.registers(pv=120_000)
    rig.clock.set_wall_clock(200)
    assert rig.counter("pv") == 120_100
    assert rig.counts.rejected == {}


@given(
    st.lists(
        st.tuples(
            st.floats(-7200, 90_000),
            st.floats(0, 2e7),
            st.sampled_from([Source.MQTT, Source.MODBUS]),
        ),
        max_size=40,
    )
)
def test_a_counter_never_goes_back_whatever_is_reported(
    readings: list[tuple[float, float, Source]],
) -> None:
    clock = ManualClock(START)
    counters, before = LifetimeCounters(SilentObserver()), 0.0
    for elapsed_s, register_wh, source in readings:
        clock.advance(max(0.0, elapsed_s))
        clock.set_wall_clock(min(0.0, elapsed_s))
        energies = (LifetimeEnergy(LifetimeFlow.PV, register_wh),)
        shown = DeviceReadings(lifetime_energy=energies)
        counters.take(DeviceReport(BANK, source, "live", "A17E2", clock.now(), 60, shown), BERLIN)
        for counter in counters.of(BANK):
            assert counter.energy_wh is not None
            assert counter.energy_wh >= before
            before = counter.energy_wh
        day = clock.now().astimezone(BERLIN).date()
        assert all(0 <= wh <= before for wh in counters.day(BANK, day).values())


# --- local sites ---------------------------------------------------------------------------


def day_value(rig: Rig, flow: str) -> float | None:
    return rig.value(f"solix_site_day_{flow}_energy_watthours", site_id="local")


def site_counter(rig: Rig, flow: str) -> float | None:
    return rig.value(f"solix_site_{flow}_energy_watthours_total", site_id="local")


def metered(rig: Rig, counted: Mapping[str, float]) -> None:
    """Let bank and meter report what was counted since the rig was built."""
    rig.registers(
        pv=500_000 + counted["pv"],
        charge=200_000 + counted["charge"],
        discharge=180_000 + counted["discharge"],
    )
    rig.registers(
        METER,
        number="AE1X0",
        grid_import=900_000 + counted["grid_import"],
        grid_export=70_000 + counted["grid_export"],
    )


NOTHING = dict.fromkeys(("pv", "charge", "discharge", "grid_import", "grid_export"), 0.0)


async def test_the_day_of_a_local_site_is_what_its_devices_counted() -> None:
    rig = Rig()
    metered(rig, NOTHING)
    rig.clock.advance(HOUR_S)
    counted = {"pv": 2000, "charge": 700, "discharge": 100, "grid_import": 300, "grid_export": 400}
    metered(rig, counted)
    await rig.reports.keep()
    for flow in ("pv", "grid_import", "grid_export"):
        assert day_value(rig, flow) == counted[flow]
    assert day_value(rig, "battery_charge") == 700
    assert day_value(rig, "home") == 1300
    assert rig.value("solix_site_day_self_sufficiency_ratio") == pytest.approx(
        1000 / 1300, abs=1e-6
    )
    assert rig.value("solix_site_day_self_consumption_ratio") == pytest.approx(0.8)
    assert site_counter(rig, "pv") == 2000
    assert site_counter(rig, "home") == 1300


async def test_a_bank_whose_inputs_never_had_sun_lets_the_home_follow() -> None:
    rig = Rig()
    for grid_import in (0, 500):
        rig.registers(number="AE103", pv=0, charge=200_000, discharge=180_000 + grid_import)
        rig.registers(METER, number="AE1X0", grid_import=900_000 + grid_import, grid_export=10)
        rig.clock.advance(300)
    assert day_value(rig, "home") == 1000


async def test_a_flow_that_is_not_known_leaves_the_home_unknown() -> None:
    rig = Rig()
    for grid_import in (0, 500):
        rig.registers(number="AE103", charge=200_000, discharge=180_000 + grid_import)
        rig.registers(METER, number="AE1X0", grid_import=900_000 + grid_import, grid_export=10)
        rig.clock.advance(300)
    assert day_value(rig, "grid_import") == 500
    assert day_value(rig, "home") is None


async def test_a_bank_without_pv_lets_the_home_follow_all_the_same() -> None:
    rig = Rig()
    for grid_import in (0, 500):
        rig.registers(charge=200_000, discharge=180_000 + grid_import)
        rig.registers(METER, number="AE1X0", grid_import=900_000 + grid_import, grid_export=10)
        rig.clock.advance(300)
    assert day_value(rig, "home") == 1000
    assert day_value(rig, "pv") is None


@pytest.mark.parametrize("start", ["2026-03-20", "2026-10-18"])
async def test_a_fortnight_over_a_change_of_the_clocks_and_restarts(
    tmp_path: Path, start: str
) -> None:
    rig = Rig(tmp_path / "ledger", datetime.fromisoformat(start).replace(tzinfo=UTC))
    truth = Counter[str]()
    wh = 0.0
    begin = rig.clock.now()
    for step in range(14 * 24):
        metered(rig, {**NOTHING, "pv": wh // 100 * 100, "grid_import": wh // 100 * 100})
        await rig.reports.keep()
        if step % 31 == 15:
            rig = rig.again()
        day = rig.clock.now().astimezone(BERLIN).date().isoformat()
        wh += 148.0
        truth[day] += 148
        rig.clock.advance(HOUR_S)
    days = sorted(truth)
    first, last = (datetime.fromisoformat(days[place]).date() for place in (0, -1))
    rows = rig.ledger.totals(("local",), first, last)
    counted = {
        row.day.isoformat(): row.wh for row in rows if (row.flow, row.device_sn) == ("pv", "")
    }
    assert counted.keys() == truth.keys()
    for day in days[:-1]:
        assert abs(counted[day] - truth[day]) <= 100 + 148, day
    assert abs(sum(counted.values()) - wh) <= 100 + 148
    assert all(row.closed for row in rows if row.day < last - timedelta(days=1))
    rig.take(bank_live())
    await rig.reports.keep()
    assert site_counter(rig, "pv") == pytest.approx(sum(counted.values()))
    assert rig.clock.now() - begin == timedelta(days=14)


def test_a_site_of_the_cloud_keeps_the_clouds_days() -> None:
    rig = Rig()
    rig.home.cloud()
    metered(rig, NOTHING)
    rig.clock.advance(60)
    metered(rig, {**NOTHING, "pv": 100})
    assert rig.counter("pv") == 500_100
    assert rig.home.values(rig.now_s, "solix_site_day_pv_energy_watthours", site_id="site-1") == []


async def test_what_was_counted_in_long_absence_belongs_to_no_day(tmp_path: Path) -> None:
    rig = Rig(tmp_path / "ledger")
    metered(rig, NOTHING)
    rig.clock.advance(60)
    metered(rig, {**NOTHING, "pv": 200})
    await rig.reports.keep()
    rig.clock.advance(5 * DAY_S)
    rig = rig.again()
    metered(rig, {**NOTHING, "pv": 40_000})
    await rig.reports.keep()
    assert rig.counter("pv") == 540_000
    assert day_value(rig, "pv") == 0
    assert site_counter(rig, "pv") == 200


# --- sources that disagree -----------------------------------------------------------------


def disagree(rig: Rig, minutes: int, cloud_w: float, device_w: float) -> None:
    for _ in range(minutes):
        scene = replace(bank_scene(), pv_power_w=cloud_w)
        rig.home.cloud(rig.now_s, devices={BANK: ("A17E2", scene)})
        for _ in range(3):
            rig.take(DeviceReadings(pv_power_w=device_w))
            rig.clock.advance(20)


def test_sources_that_differ_for_long_are_told_once(caplog: pytest.LogCaptureFixture) -> None:
    rig = Rig()
    with caplog.at_level(logging.WARNING):
        disagree(rig, 9, 400, 700)
        assert rig.counts.disagree == {}
        disagree(rig, 20, 400, 700)
    assert rig.counts.disagree == {"pv_power": 1}
    (record,) = caplog.records
    assert "400 W and 700 W" in record.getMessage()
    assert f"devices: {{{BANK}: {{modbus: fill}}}}" in record.getMessage()
    disagree(rig, 2, 700, 700)
    disagree(rig, 12, 400, 700)
    assert rig.counts.disagree == {"pv_power": 2}


@pytest.mark.parametrize(("cloud_w", "device_w"), [(400, 495), (1000, 1190), (0, 0)])
def test_small_differences_are_none(cloud_w: float, device_w: float) -> None:
    rig = Rig()
    disagree(rig, 30, cloud_w, device_w)
    assert rig.counts.disagree == {}


def test_an_old_scene_is_not_compared() -> None:
    rig = Rig()
    rig.home.cloud(0, devices={BANK: ("A17E2", replace(bank_scene(), pv_power_w=400))})
    rig.clock.advance(61)
    for _ in range(60):
        rig.take(DeviceReadings(pv_power_w=900))
        rig.clock.advance(20)
    assert rig.counts.disagree == {}


def test_the_counter_of_disagreements_is_on_the_page_before_the_first() -> None:
    own = OwnMetrics("0")
    own.readings_disagree("pv_power")
    text = "".join(own.texts(openmetrics=False))
    assert 'solix_readings_disagree_total{field="pv_power"} 1.0' in text
    assert 'solix_readings_disagree_total{field="meter_import_power"} 0.0' in text
