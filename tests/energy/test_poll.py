"""The energy poll against the simulated cloud: what it shows, refuses, keeps and shares."""

from collections.abc import AsyncIterator, Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from solix_exporter.app.exporter import Exporter
from solix_exporter.clock import ManualClock
from solix_exporter.cloud.endpoints import label_of
from solix_exporter.config import Settings
from solix_exporter.errors import LedgerError
from solix_exporter.model.energy import Flow
from solix_exporter.sim import Fault, FaultKind, SimulatedCloud
from tests.energy.living import BERLIN, truth_of
from tests.scraping import Scrape, scrape_text

MakeExporter = Callable[..., Exporter]
ENERGY = "power_service/v1/site/energy_analysis"
PV_TODAY, PV_SUM = "solix_site_day_pv_energy_watthours", "solix_site_pv_energy_watthours_total"
HOME_TODAY = "solix_site_day_home_energy_watthours"
TODAY = date(2026, 6, 20)


def set_clock(clock: ManualClock, text: str) -> None:
    """Move the clock on to a time in Berlin."""
    at = datetime.fromisoformat(text).replace(tzinfo=BERLIN)
    clock.advance((at - clock.now()).total_seconds())


async def poll(exporter: Exporter, *polls: str) -> list[bool]:
    jobs = {job.poll: job for job in exporter.jobs}
    return [await jobs[name].run() for name in polls or ("sites", "energy")]


def rejected(exporter: Exporter, reason: str) -> float:
    return Scrape(exporter).one("solix_readings_rejected_total", reason=reason)


async def test_the_day_so_far_is_the_integral_of_the_physics(
    sim: SimulatedCloud, make_exporter: MakeExporter, clock: ManualClock
) -> None:
    exporter = make_exporter(sim)
    set_clock(clock, "2026-06-20 23:59:59")
    assert await poll(exporter, "sites") == [True]
    await poll(exporter, "energy")
    scrape, (site_id,) = Scrape(exporter), sim.site_ids
    true = truth_of(sim, site_id, TODAY, BERLIN)
    for flow in ("pv", "home", "grid_import", "grid_export", "battery_charge", "plug"):
        name = f"solix_site_day_{flow}_energy_watthours"
        assert scrape.one(name) == pytest.approx(true[Flow(flow)], abs=11), flow
    start = scrape.one("solix_site_day_start_timestamp_seconds")
    assert start == datetime(2026, 6, 20, tzinfo=BERLIN).timestamp()


async def test_flows_add_up_by_source_and_by_sink(
    sim: SimulatedCloud, make_exporter: MakeExporter
) -> None:
    exporter = make_exporter(sim)
    await poll(exporter)
    scrape = Scrape(exporter)

    def edges(**labels: str) -> float:
        return sum(scrape.all("solix_site_day_energy_flow_watthours", **labels))

    assert edges(source="pv") == pytest.approx(scrape.one(PV_TODAY), abs=20)
    assert edges(sink="home") == pytest.approx(scrape.one(HOME_TODAY), abs=20)
    charged = scrape.one("solix_site_day_battery_charge_energy_watthours")
    assert edges(sink="battery") == pytest.approx(charged, abs=20)
    imported = scrape.one("solix_site_day_grid_import_energy_watthours")
    home = scrape.one(HOME_TODAY)
    ratio = scrape.one("solix_site_day_self_sufficiency_ratio")
    assert ratio == pytest.approx((home - imported) / home, abs=1e-6)
    plugs = scrape.all("solix_plug_day_energy_watthours")
    assert len(plugs) == 2
    assert sum(plugs) == scrape.one("solix_site_day_plug_energy_watthours")


async def test_an_outage_takes_the_gauges_and_leaves_the_counters(
    sim: SimulatedCloud, make_exporter: MakeExporter, clock: ManualClock
) -> None:
    exporter = make_exporter(sim)
    await poll(exporter)
    before = Scrape(exporter)
    sim.faults.add(Fault(ENERGY, kind=FaultKind.STATUS, status=503))
    clock.advance(11 * 60)
    assert await poll(exporter) == [True, False]
    assert Scrape(exporter).one(PV_TODAY) == before.one(PV_TODAY)
    clock.advance(6 * 60)
    after = Scrape(exporter)
    assert after.all(PV_TODAY) == []
    assert after.one(PV_SUM) == before.one(PV_SUM)


async def test_counters_are_there_after_a_restart_before_the_cloud_answers(
    sim: SimulatedCloud, make_exporter: MakeExporter
) -> None:
    first = make_exporter(sim)
    await poll(first)
    before = Scrape(first).one(PV_SUM)
    first.ledger.close()
    sim.faults.add(Fault(ENERGY, kind=FaultKind.STATUS, status=503))
    second = make_exporter(sim)
    await poll(second)
    assert Scrape(second).one(PV_SUM) == before > 0


async def test_a_today_that_is_still_yesterday_is_refused_for_an_hour(
    sim: SimulatedCloud, make_exporter: MakeExporter, clock: ManualClock
) -> None:
    exporter = make_exporter(sim)
    set_clock(clock, "2026-06-20 23:50")
    await poll(exporter)
    before = Scrape(exporter)
    sim.faults.add(Fault(ENERGY, kind=FaultKind.STALE_DAY, lag_s=3600))
    set_clock(clock, "2026-06-21 00:20")
    await poll(exporter)
    assert rejected(exporter, "late_day_change") > 0
    scrape = Scrape(exporter)
    assert scrape.all(PV_TODAY) == []
    assert scrape.one(PV_SUM) - before.one(PV_SUM) <= 10
    sim.faults.clear()
    set_clock(clock, "2026-06-21 00:40")
    await poll(exporter)
    scrape = Scrape(exporter)
    assert scrape.one(PV_TODAY) == 0
    assert 0 < scrape.one(HOME_TODAY) < 1000
    start = datetime(2026, 6, 21, tzinfo=BERLIN).timestamp()
    assert scrape.one("solix_site_day_start_timestamp_seconds") == start


async def test_an_input_that_still_has_yesterdays_energy_is_refused_too(
    sim: SimulatedCloud, make_exporter: MakeExporter, clock: ManualClock
) -> None:
    exporter = make_exporter(sim, poll={"energy_extra": ["pv_inputs"]})
    counter = "solix_pv_input_energy_watthours_total"
    set_clock(clock, "2026-06-20 23:50")
    await poll(exporter)
    before = Scrape(exporter).all(counter)
    assert len(before) == 4
    assert min(before) > 500
    sim.faults.add(Fault(ENERGY, kind=FaultKind.STALE_DAY, lag_s=3600))
    set_clock(clock, "2026-06-21 00:20")
    await poll(exporter)
    # The last ten minutes of the night added nothing.
    assert Scrape(exporter).all(counter) == pytest.approx(before, abs=10)


async def test_an_impossible_day_is_refused_and_counted(
    sim: SimulatedCloud, make_exporter: MakeExporter
) -> None:
    sim.faults.add(Fault(ENERGY, kind=FaultKind.WRONG_TYPE, key="charge_total", value="99999.00"))
    exporter = make_exporter(sim)
    await poll(exporter)
    scrape = Scrape(exporter)
    assert scrape.all("solix_site_day_battery_charge_energy_watthours") == []
    assert scrape.one(PV_TODAY) > 0
    assert rejected(exporter, "implausible_energy") > 0


async def test_a_total_that_falls_to_zero_is_held_until_it_is_confirmed(
    sim: SimulatedCloud, make_exporter: MakeExporter, clock: ManualClock
) -> None:
    exporter = make_exporter(sim)
    set_clock(clock, "2026-06-20 18:00")
    await poll(exporter)
    before = Scrape(exporter).one(HOME_TODAY)
    # As if the statistics were those of the early morning: an old answer out of some cache.
    sim.faults.add(Fault(ENERGY, kind=FaultKind.LATE, lag_s=12 * 3600))
    clock.advance(300)
    await poll(exporter)
    scrape = Scrape(exporter)
    assert scrape.one(HOME_TODAY) == before
    assert rejected(exporter, "counter_backwards") > 0
    clock.advance(300)
    await poll(exporter)
    scrape = Scrape(exporter)
    assert scrape.one(HOME_TODAY) < before / 2
    assert scrape.one("solix_site_home_energy_watthours_total") >= before
    sim.faults.clear()
    clock.advance(300)
    await poll(exporter)
    assert Scrape(exporter).one(HOME_TODAY) > before


async def test_a_day_that_is_corrected_down_at_its_last_reading_is_read_once_more(
    sim: SimulatedCloud, make_exporter: MakeExporter, clock: ManualClock
) -> None:
    exporter, (site_id,) = make_exporter(sim), sim.site_ids
    for moment in ("2026-06-20 18:00", "2026-06-21 00:20", "2026-06-21 06:05"):
        set_clock(clock, moment)
        await poll(exporter)

    def bought() -> tuple[float, float, bool]:
        rows = exporter.ledger.day(site_id, TODAY)
        (row,) = (row for row in rows if row.flow is Flow.GRID_TO_HOME and not row.device_sn)
        return row.wh, row.counted_wh, row.closed

    before_wh, counted_wh, _ = bought()
    assert before_wh > 500
    lower = Fault(ENERGY, kind=FaultKind.WRONG_TYPE, key="grid_to_home_total", value="0.11")
    sim.faults.add(lower)
    set_clock(clock, "2026-06-21 12:05")
    await poll(exporter)
    assert bought() == (before_wh, counted_wh, False)
    clock.advance(300)
    await poll(exporter)
    # 0.11 kWh, as the cloud has it since; the counter does not fall.
    assert bought() == (110, counted_wh, True)


async def test_a_clock_that_went_ahead_costs_no_day(
    sim: SimulatedCloud, settings_for: Callable[..., Settings], clock: ManualClock
) -> None:
    """As of a small computer whose clock is set only after the start."""
    (site_id,) = sim.site_ids
    ahead = Exporter(settings_for(sim), ManualClock(clock.now() + timedelta(days=3)))
    async with ahead.connected():
        await poll(ahead)
        assert ahead.ledger.began(site_id) == TODAY + timedelta(days=3)
    exporter = Exporter(settings_for(sim), clock)
    async with exporter.connected():
        while clock.now().astimezone(BERLIN).date() < TODAY + timedelta(days=4):
            await poll(exporter)
            clock.advance(3600)
        days = [TODAY + timedelta(days=number) for number in range(3)]
        found = {
            row.day: row
            for row in exporter.ledger.totals((site_id,), days[0], days[-1])
            if row.flow is Flow.HOME
        }
    for day in days:
        true_wh = truth_of(sim, site_id, day, BERLIN)[Flow.HOME]
        assert found[day].wh == pytest.approx(true_wh, abs=11), day
        assert found[day].counted_wh == found[day].wh, day
        assert found[day].closed, day


async def test_one_kind_that_fails_leaves_the_others(
    sim: SimulatedCloud, make_exporter: MakeExporter
) -> None:
    exporter = make_exporter(sim)
    await poll(exporter, "sites")
    sim.faults.add(Fault(ENERGY, kind=FaultKind.CODE, code=10000, times=1))
    assert await poll(exporter, "energy") == [True]
    scrape = Scrape(exporter)
    # `solarbank` was refused: what only it tells is missing, the rest is there.
    assert scrape.all("solix_site_day_battery_discharge_energy_watthours") == []
    assert scrape.one(PV_TODAY) > 0
    assert scrape.one(HOME_TODAY) > 0


async def test_a_site_that_is_refused_is_asked_again_with_growing_pauses_and_loses_no_day(
    sim: SimulatedCloud, make_exporter: MakeExporter, clock: ManualClock
) -> None:
    exporter, (site_id,) = make_exporter(sim), sim.site_ids
    await poll(exporter)

    async def asked() -> int:
        clock.advance(300)
        before = sum(request.path == ENERGY for request in sim.requests)
        await poll(exporter)
        return sum(request.path == ENERGY for request in sim.requests) - before

    sim.faults.add(Fault(ENERGY, kind=FaultKind.CODE, code=10003))
    # Each of the three statistics at once, after 5 and after 10 minutes, not once a turn and day.
    assert [await asked() for _ in range(5)] == [3, 3, 0, 3, 0]
    clock.advance(3 * 86400)
    assert await asked() == 3
    sim.faults.clear()
    clock.advance(3600)
    # Today and the three days of the refusal.
    assert await asked() == 12
    counted = exporter.ledger.totals((site_id,), TODAY, TODAY + timedelta(days=2))
    assert sum(row.flow is Flow.HOME and row.counted_wh > 5000 for row in counted) == 3


@pytest.mark.parametrize(
    "fault",
    [
        Fault(ENERGY, kind=FaultKind.NULL),
        Fault(ENERGY, kind=FaultKind.MISSING),
        Fault(ENERGY, kind=FaultKind.NULL, key="power"),
        Fault(ENERGY, kind=FaultKind.WRONG_TYPE, key="power", value=[]),
    ],
)
async def test_success_without_data_is_counted_and_told(
    sim: SimulatedCloud,
    make_exporter: MakeExporter,
    clock: ManualClock,
    caplog: pytest.LogCaptureFixture,
    fault: Fault,
) -> None:
    exporter = make_exporter(sim)
    assert await poll(exporter) == [True, True]
    sim.faults.add(fault)
    clock.advance(300)
    assert await poll(exporter, "energy") == [False]
    scrape = Scrape(exporter)
    assert (
        scrape.one("solix_cloud_requests_total", endpoint="energy_analysis", outcome="malformed")
        == 3
    )
    assert scrape.one("solix_polls_total", poll="energy", outcome="success") == 1
    told = [entry.getMessage() for entry in caplog.records if entry.levelname == "WARNING"]
    assert any("energy of solarbank" in text and "the answer holds no" in text for text in told)
    sim.faults.clear()
    clock.advance(300)
    assert await poll(exporter, "energy") == [True]


async def test_one_refusal_in_the_night_does_not_close_a_day_without_its_battery(
    sim: SimulatedCloud, make_exporter: MakeExporter, clock: ManualClock
) -> None:
    exporter, (site_id,) = make_exporter(sim), sim.site_ids
    set_clock(clock, "2026-06-20 20:00:00")
    await poll(exporter)
    set_clock(clock, "2026-06-21 12:01:00")
    # Today's three statistics, and the first of the day that ended, which is read for good now.
    sim.faults.add(Fault(ENERGY, kind=FaultKind.CODE, code=10000, times=4))
    for _ in range(4):
        await poll(exporter)
        clock.advance(300)
    (row,) = (
        row
        for row in exporter.ledger.totals((site_id,), TODAY, TODAY)
        if row.flow is Flow.BATTERY_DISCHARGE
    )
    true_wh = truth_of(sim, site_id, TODAY, BERLIN)[Flow.BATTERY_DISCHARGE]
    assert row.wh == pytest.approx(true_wh, abs=11)


async def test_an_answer_that_fails_takes_its_numbers_only_when_they_are_old(
    sim: SimulatedCloud, make_exporter: MakeExporter, clock: ManualClock
) -> None:
    exporter = make_exporter(sim)
    await poll(exporter)
    before = Scrape(exporter)
    # `home_usage`, the second of three.
    for minutes, is_shown in ((5, True), (10, True), (16, False)):
        clock.advance(300 if minutes < 16 else 360)
        await poll(exporter, "sites")
        sim.faults.add(Fault(ENERGY, kind=FaultKind.LATENCY, times=1))
        sim.faults.add(Fault(ENERGY, kind=FaultKind.STATUS, status=500, times=1))
        await poll(exporter, "energy")
        scrape = Scrape(exporter)
        assert scrape.all(HOME_TODAY) == (before.all(HOME_TODAY) if is_shown else []), minutes
        assert len(scrape.all("solix_plug_day_energy_watthours")) == (2 if is_shown else 0)
        assert scrape.one(PV_TODAY) >= before.one(PV_TODAY)


async def test_two_accounts_that_see_a_site_ask_once(
    clock: ManualClock, settings_for: Callable[..., Settings]
) -> None:
    cloud = SimulatedCloud(clock, scenario="member", endpoint_limit=0)
    await cloud.start()
    accounts = [
        {"name": name, "user": one.email, "password": one.password, "country": one.country}
        for name, one in zip(("member", "owner"), reversed(cloud.accounts[:2]), strict=True)
    ]
    settings = settings_for(cloud).model_dump() | {"accounts": accounts}
    settings["cloud"] |= {"url": cloud.url}
    exporter = Exporter(Settings.model_validate(settings), clock)
    async with exporter.connected():
        for name in ("sites", "energy"):
            for job in exporter.jobs:
                if job.poll == name:
                    await job.run()
        assert len(Scrape(exporter).all(PV_TODAY)) == 1
        asked = {request.account for request in cloud.requests if request.path == ENERGY}
        assert asked == {cloud.accounts[0].email}
    await cloud.stop()


@pytest.mark.parametrize(
    ("scenario", "requests", "shown", "hidden"),
    [
        ("home", 3, {"pv", "home", "grid_import", "plug", "battery_discharge"}, {"ev_charge"}),
        ("sb1", 1, {"pv", "battery_charge"}, {"home", "grid_import", "battery_discharge"}),
        ("sb2-ac", 3, {"pv", "home", "grid_to_battery"}, {"plug"}),
        ("cascade", 3, {"pv", "home", "battery_charge"}, {"plug"}),
        ("sb3", 3, {"pv", "home", "grid_import"}, {"plug"}),
        ("multisystem", 3, {"pv", "home", "battery_charge"}, {"plug"}),
        ("power-panel", 4, {"pv", "home", "grid_import", "battery_charge"}, {"plug"}),
        ("x1", 4, {"pv", "home", "grid_import", "battery_charge"}, {"plug"}),
        ("ev-charger", 4, {"home", "grid_import", "ev_charge"}, {"battery_charge"}),
    ],
)
async def test_what_each_system_shows_and_costs(
    clock: ManualClock,
    make_exporter: MakeExporter,
    scenario: str,
    requests: int,
    shown: set[str],
    hidden: set[str],
) -> None:
    cloud = SimulatedCloud(clock, scenario=scenario, endpoint_limit=0)
    await cloud.start()
    exporter = make_exporter(cloud)
    set_clock(clock, "2026-06-21 07:00")
    await poll(exporter)
    scrape = Scrape(exporter)
    flows = {
        name.removeprefix("solix_site_day_").removesuffix("_energy_watthours")
        for name in scrape.names()
        if name.startswith("solix_site_day_") and name.endswith("_energy_watthours")
    }
    assert shown <= flows
    assert not hidden & flows
    asked = [request for request in cloud.requests if "energy" in request.path]
    # Today, and once after the start yesterday.
    assert len(asked) <= 2 * (requests + (scenario == "x1"))
    before = len(asked)
    clock.advance(300)
    await poll(exporter)
    asked = [request for request in cloud.requests if "energy" in request.path]
    assert len(asked) - before <= requests + (scenario == "x1")
    await cloud.stop()


async def test_the_poll_can_be_switched_off(
    sim: SimulatedCloud, make_exporter: MakeExporter, tmp_path: Path
) -> None:
    exporter = make_exporter(sim, poll={"disable": ["energy"]})
    assert "energy" not in {job.poll for job in exporter.jobs}


async def test_a_ledger_that_cannot_be_written_fails_the_poll_and_nothing_else(
    sim: SimulatedCloud, make_exporter: MakeExporter, tmp_path: Path
) -> None:
    exporter = make_exporter(sim)
    (tmp_path / "state").mkdir(exist_ok=True)
    (tmp_path / "state" / "ledger.sqlite3").mkdir()
    assert await poll(exporter) == [True, False]
    assert Scrape(exporter).all("solix_site_home_load_power_watts") != []


async def test_the_first_cycle_waits_for_the_sites(
    sim: SimulatedCloud, make_exporter: MakeExporter, clock: ManualClock
) -> None:
    exporter = make_exporter(sim)
    start = clock.now()
    await poll(exporter, "energy")
    assert timedelta(seconds=30) < clock.now() - start <= timedelta(seconds=60)
    await poll(exporter)
    assert Scrape(exporter).one(PV_TODAY) > 0


async def test_a_damaged_ledger_ends_the_start_and_is_set_aside(
    sim: SimulatedCloud, settings_for: Callable[..., Settings], clock: ManualClock, tmp_path: Path
) -> None:
    (tmp_path / "state").mkdir(exist_ok=True)
    (tmp_path / "state" / "ledger.sqlite3").write_text("no ledger" * 1000)
    exporter = Exporter(settings_for(sim), clock)
    with pytest.raises(LedgerError, match="was set aside as"):
        await exporter.__aenter__()
    assert not exporter.web.addresses
    assert [file.read_text() for file in (tmp_path / "state").glob("*.set-aside-*")] == [
        "no ledger" * 1000
    ]


PANEL_STATISTICS = "charging_energy_service/energy_statistics"
NEW_YORK = ZoneInfo("America/New_York")


@pytest.fixture
async def panel(clock: ManualClock) -> AsyncIterator[SimulatedCloud]:
    """A running simulated cloud with a power panel, at 02:00 of its clock."""
    cloud = SimulatedCloud(clock, scenario="power-panel", endpoint_limit=0)
    await cloud.start()
    set_clock(clock, "2026-06-21 08:00")
    yield cloud
    await cloud.stop()


async def cost(cloud: SimulatedCloud, exporter: Exporter, name: str) -> int:
    """Return how often a poll asks the panel's statistics."""

    def asked() -> int:
        return sum(request.path == PANEL_STATISTICS for request in cloud.requests)

    before = asked()
    assert await poll(exporter, name) == [True]
    return asked() - before


def energy_of(exporter: Exporter) -> dict[str, float]:
    """Return the samples of the day's energy by series."""
    rows = (line.rpartition(" ") for line in scrape_text(exporter).splitlines())
    return {
        series: float(value) for series, _, value in rows if series.startswith("solix_site_day_")
    }


async def test_a_panels_day_so_far_comes_with_its_averages(
    panel: SimulatedCloud, make_exporter: MakeExporter, clock: ManualClock, tmp_path: Path
) -> None:
    exporter = make_exporter(panel)
    without = {"poll": {"disable": ["power_panel_averages"]}, "state_dir": tmp_path / "other"}
    asking = make_exporter(panel, **without)
    # 20:00 in Berlin is 14:00 in New York: yesterday is read for the last time.
    set_clock(clock, "2026-06-21 20:00")
    for one in (exporter, asking):
        await poll(one, "sites", "energy")
    set_clock(clock, "2026-06-21 22:00")
    assert await cost(panel, exporter, "power_panel_averages") == 4
    assert await cost(panel, exporter, "energy") == 0
    # 4 requests in 5 minutes are those of the averages.
    assert [
        row.per_minute
        for row in exporter.budget.demand()
        if row.endpoint == label_of(PANEL_STATISTICS)
    ] == [0.8]
    # The same as the statistics say, whole and part.
    assert await cost(panel, asking, "energy") == 4
    assert energy_of(exporter) == energy_of(asking)
    assert len(energy_of(exporter)) > 10


async def test_a_panels_day_is_asked_for_where_the_averages_are_old(
    panel: SimulatedCloud, make_exporter: MakeExporter, clock: ManualClock
) -> None:
    exporter = make_exporter(panel)
    await poll(exporter, "sites", "energy", "power_panel_averages")
    clock.advance(599)
    assert await cost(panel, exporter, "energy") == 0
    # Two intervals of the averages are over, as they are where somebody disabled these.
    clock.advance(1)
    assert await cost(panel, exporter, "energy") == 4


async def test_a_panels_day_that_ended_is_asked_for_whole(
    panel: SimulatedCloud, make_exporter: MakeExporter, clock: ManualClock
) -> None:
    exporter = make_exporter(panel)
    await poll(exporter, "sites", "energy")
    # 05:57 in Berlin is three minutes to midnight in New York.
    set_clock(clock, "2026-06-22 05:57")
    assert await cost(panel, exporter, "power_panel_averages") == 4
    set_clock(clock, "2026-06-22 06:03")
    # The averages told nothing of today, and of yesterday not the end.
    assert await cost(panel, exporter, "energy") == 8
