"""Days that begin late and figures that cannot be true: no counter takes them, and all heal."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from solix_exporter.app.exporter import Exporter
from solix_exporter.clock import ManualClock
from solix_exporter.config import Settings
from solix_exporter.ledger import DayTotal
from solix_exporter.model.energy import Flow
from solix_exporter.model.products import product_of
from solix_exporter.model.site import SiteType
from solix_exporter.poll.energy.checks import FallGuard, continues, repeats
from solix_exporter.poll.energy.days import end_of, start_of
from solix_exporter.poll.energy.kinds import SystemProfile
from solix_exporter.poll.energy.rises import KnownDay, RiseGuard, Verdict
from solix_exporter.sim import Fault, FaultKind, SimulatedCloud
from tests.energy.living import BERLIN, live, truth_of
from tests.energy.test_poll import poll, rejected, set_clock
from tests.scraping import Scrape

MakeExporter = Callable[..., Exporter]
ENERGY = "power_service/v1/site/energy_analysis"
ALL_ENERGY = "*"
TODAY, TOMORROW = date(2026, 6, 20), date(2026, 6, 21)
GRID_SUM = "solix_site_grid_import_energy_watthours_total"


def sums(exporter: Exporter) -> dict[str, float]:
    """Return all counters of the energy of sites and devices by series."""
    found: dict[str, float] = {}
    for site in exporter.snapshot().sites:
        assert site.energy is not None
        counters = site.energy.counters
        for sn, flows in {"": counters.flows, **counters.devices}.items():
            found |= {f"{site.site_id} {sn} {flow}": wh for flow, wh in flows.items()}
    return found


def most_grown(before: dict[str, float], after: dict[str, float]) -> float:
    """Return by how much the counter rose that rose by most, Wh."""
    return max(wh - before.get(key, 0.0) for key, wh in after.items())


# --- a cloud whose day begins late -----------------------------------------------------------

NIGHT = ("00:02", "00:20", "01:30", "02:30", "05:00", "06:20", "09:00", "11:40")


@pytest.mark.parametrize("kind", [FaultKind.STALE_DAY, FaultKind.LATE_MIDNIGHT])
@pytest.mark.parametrize("last_reading", ["18:00", "23:50"])
async def test_yesterdays_figures_are_not_counted_again_at_any_hour(
    sim: SimulatedCloud,
    make_exporter: MakeExporter,
    clock: ManualClock,
    kind: FaultKind,
    last_reading: str,
) -> None:
    exporter, (site_id,) = make_exporter(sim), sim.site_ids
    set_clock(clock, f"2026-06-20 {last_reading}")
    await poll(exporter)
    sim.faults.add(Fault(ENERGY, kind=kind, lag_s=12 * 3600))
    for moment in NIGHT:
        set_clock(clock, f"2026-06-21 {moment}")
        await poll(exporter)
        day = {row.flow: row.counted_wh for row in exporter.ledger.day(site_id, TODAY)}
        assert Scrape(exporter).one("solix_site_pv_energy_watthours_total") == day[Flow.PV], moment
        assert exporter.ledger.day(site_id, TOMORROW) == (), moment
        state = exporter.ledger.states(site_id, TOMORROW, TOMORROW)[TOMORROW]
        assert state.read_at is None, moment
    assert rejected(exporter, "late_day_change") >= len(NIGHT)
    # At noon the cloud's day begins, and all is as it would have been.
    for moment in ("12:05", "12:10", "23:59:59"):
        set_clock(clock, f"2026-06-21 {moment}")
        await poll(exporter)
    found = {row.flow: row for row in exporter.ledger.day(site_id, TOMORROW) if not row.device_sn}
    for flow, true_wh in truth_of(sim, site_id, TOMORROW, BERLIN).items():
        assert found[flow].wh == pytest.approx(true_wh, abs=21), flow
        assert found[flow].counted_wh == found[flow].wh, flow


@pytest.mark.parametrize(
    ("scenario", "hours_behind"),
    [("sb1", 0), ("sb2-ac", 0), ("cascade", 0), ("ev-charger", 0), ("mi80", 0),
     ("power-panel", 6), ("x1", 0)],
)  # fmt: skip
async def test_no_system_counts_a_day_twice(
    clock: ManualClock, make_exporter: MakeExporter, scenario: str, hours_behind: int
) -> None:
    cloud = SimulatedCloud(clock, scenario=scenario, endpoint_limit=0)
    await cloud.start()
    extras = {"energy_extra": ["pv_inputs", "devices", "grid"]}
    exporter = make_exporter(cloud, poll=extras | {"disable": ["power_panel_averages"]})
    polls = ("sites", "device_details", "energy") if scenario == "mi80" else ("sites", "energy")
    behind_s = hours_behind * 3600
    set_clock(clock, "2026-06-20 23:57")
    clock.advance(behind_s)
    await poll(exporter, *polls)
    before = sums(exporter)
    assert max(before.values()) > 500
    cloud.faults.add(Fault(ALL_ENERGY, kind=FaultKind.STALE_DAY, lag_s=12 * 3600))
    midnight = datetime(2026, 6, 21, tzinfo=BERLIN) + timedelta(hours=hours_behind)
    for moment in NIGHT:
        hours, minutes = map(int, moment.split(":"))
        at = midnight + timedelta(hours=hours, minutes=minutes)
        clock.advance((at - clock.now()).total_seconds())
        await poll(exporter, *polls)
        assert most_grown(before, sums(exporter)) < 150, moment
    await cloud.stop()


async def test_a_day_that_was_read_already_does_not_become_yesterdays_again(
    sim: SimulatedCloud, make_exporter: MakeExporter, clock: ManualClock
) -> None:
    exporter = make_exporter(sim)
    for moment in ("2026-06-20 23:57", "2026-06-21 00:20", "2026-06-21 04:55"):
        set_clock(clock, moment)
        await poll(exporter)
    before = sums(exporter)
    # As out of a cache that another server of the cloud has.
    sim.faults.add(Fault(ENERGY, kind=FaultKind.STALE_DAY, lag_s=12 * 3600))
    for _ in range(8):
        clock.advance(300)
        await poll(exporter)
    assert sums(exporter) == before
    assert Scrape(exporter).all("solix_site_day_pv_energy_watthours") == []


async def test_a_restart_among_yesterdays_figures_counts_nothing(
    sim: SimulatedCloud, settings_for: Callable[..., Settings], clock: ManualClock
) -> None:
    set_clock(clock, "2026-06-20 18:00")
    exporter = Exporter(settings_for(sim), clock)
    async with exporter.connected():
        await poll(exporter)
    sim.faults.add(Fault(ENERGY, kind=FaultKind.STALE_DAY, lag_s=12 * 3600))
    for moment in ("2026-06-21 03:00", "2026-06-21 04:00", "2026-06-21 07:00"):
        set_clock(clock, moment)
        exporter = Exporter(settings_for(sim), clock)
        async with exporter.connected():
            await poll(exporter)
            (site_id,) = sim.site_ids
            assert exporter.ledger.day(site_id, TOMORROW) == ()


@pytest.mark.parametrize(
    ("today", "yesterday", "hours", "same"),
    [
        # Nothing happened on both days: zeros are no sign of anything.
        ({Flow.PV: 0.0, Flow.BATTERY_CHARGE: 0.0}, {Flow.PV: 0.0, Flow.BATTERY_CHARGE: 0.0}, 2, 0),
        ({Flow.PV: 9180.0, Flow.HOME: 8000.0}, {Flow.PV: 9180.0, Flow.HOME: 8000.0}, 23, 1),
        # The same in one flow only.
        ({Flow.PV: 9180.0, Flow.HOME: 2000.0}, {Flow.PV: 9180.0, Flow.HOME: 8000.0}, 2, 0),
        # A cloud that goes on adding to yesterday; from six hours on its figures are final.
        ({Flow.PV: 9180.0, Flow.HOME: 9000.0}, {Flow.PV: 9180.0, Flow.HOME: 8000.0}, 2, 1),
        ({Flow.PV: 9180.0, Flow.HOME: 9000.0}, {Flow.PV: 9180.0, Flow.HOME: 8000.0}, 6, 0),
        ({Flow.PV: 9200.0}, {Flow.PV: 9180.0}, 6, 1),
        ({Flow.PV: 9201.0}, {Flow.PV: 9180.0}, 6, 0),
        ({Flow.PV: 9160.0}, {Flow.PV: 9180.0}, 6, 1),
        ({Flow.PV: 9159.0}, {Flow.PV: 9180.0}, 6, 0),
        ({Flow.PV: 50.0}, {Flow.PV: 50.0}, 6, 1),
        ({Flow.PV: 49.0}, {Flow.PV: 49.0}, 6, 0),
    ],
)
def test_what_is_yesterdays_at_which_hour(
    today: dict[Flow, float], yesterday: dict[Flow, float], hours: float, same: int
) -> None:
    assert repeats(today, yesterday, hours) is bool(same)


def test_a_bad_day_that_is_passed_by_in_the_morning_is_no_leap() -> None:
    yesterday = {Flow.PV_INPUT_1: 300.0}
    assert continues({Flow.PV_INPUT_1: 320.0}, {Flow.PV_INPUT_1: 218.0}, yesterday, 1 / 12)
    assert not continues({Flow.PV_INPUT_1: 300.0}, {Flow.PV_INPUT_1: 0.0}, yesterday, 1 / 12)


@pytest.mark.parametrize(
    ("today", "known", "goes_on"),
    [
        # Yesterday 9000: after 5 minutes 900 + 62.5 Wh are no leap.
        ({Flow.PV: 9000.0}, {Flow.PV: 8038.0}, True),
        ({Flow.PV: 9000.0}, {Flow.PV: 8037.0}, False),
        ({Flow.PV: 9000.0}, {}, False),
        ({Flow.PV: 9000.0, Flow.HOME: 7000.0}, {Flow.PV: 8900.0}, True),
    ],
)
def test_an_evening_that_passes_by_yesterdays_figures(
    today: dict[Flow, float], known: dict[Flow, float], *, goes_on: bool
) -> None:
    assert continues(today, known, {Flow.PV: 9000.0}, 1 / 12) is goes_on


@pytest.mark.parametrize("hours", [6, 12, 24])
def test_a_whole_day_is_a_leap_however_long_nobody_looked(hours: float) -> None:
    yesterday = {Flow.PV: 9000.0}
    assert not continues({Flow.PV: 9000.0}, {Flow.PV: 3599.0}, yesterday, hours)
    assert continues({Flow.PV: 9000.0}, {Flow.PV: 3600.0}, yesterday, hours)


async def test_on_days_that_are_alike_no_evening_is_refused(
    sim: SimulatedCloud, make_exporter: MakeExporter, clock: ManualClock
) -> None:
    exporter, (site_id,) = make_exporter(sim), sim.site_ids
    set_clock(clock, "2026-06-20 19:00")
    await poll(exporter)
    told = {
        row.flow.value: f"{(row.wh + 300) / 1000:.2f}"
        for row in exporter.ledger.day(site_id, TODAY)
        if row.flow is Flow.PV and not row.device_sn
    }
    # Yesterday ended with what is told now: the sun still shines on the one input.
    with exporter.ledger._file.writing() as connection:
        connection.execute(
            "UPDATE day_total SET wh = ? WHERE day = ? AND device_sn = '' AND flow = 'pv'",
            (float(told["pv"]) * 1000, (TODAY - timedelta(days=1)).isoformat()),
        )
    clock.advance(300)
    await poll(exporter)
    assert rejected(exporter, "late_day_change") == 0


# --- figures that cannot be true -----------------------------------------------------------


def absurd(times: int | None = None) -> Fault:
    """Return a fault that makes the import 900 kWh, which a connection takes 21 hours for."""
    return Fault(
        ENERGY,
        kind=FaultKind.WRONG_TYPE,
        key="grid_to_home_total",
        value="900.00",
        times=times,
    )


async def test_an_absurd_import_of_three_minutes_never_reaches_the_counter(
    sim: SimulatedCloud, make_exporter: MakeExporter, clock: ManualClock
) -> None:
    exporter = make_exporter(sim, poll={"energy": "1m"})
    # 22:00: 900 kWh since midnight are possible, in a minute they are not.
    set_clock(clock, "2026-06-20 22:00")
    await poll(exporter)
    before = sums(exporter)
    today = Scrape(exporter).one("solix_site_day_grid_import_energy_watthours")
    sim.faults.add(absurd())
    for _ in range(3):
        clock.advance(60)
        await poll(exporter)
        assert most_grown(before, sums(exporter)) < 300
        shown = Scrape(exporter).one("solix_site_day_grid_import_energy_watthours")
        assert shown == pytest.approx(today, abs=300)
    sim.faults.clear()
    for _ in range(5):
        clock.advance(60)
        await poll(exporter)
    assert most_grown(before, sums(exporter)) < 500
    assert rejected(exporter, "implausible_energy") >= 3


async def test_absurd_figures_of_everything_never_reach_a_counter(
    sim: SimulatedCloud, make_exporter: MakeExporter, clock: ManualClock
) -> None:
    exporter = make_exporter(sim)
    set_clock(clock, "2026-06-20 22:00")
    await poll(exporter)
    before, pv_today = sums(exporter), "solix_site_day_pv_energy_watthours"
    shown = Scrape(exporter).one(pv_today)
    sim.faults.add(Fault(ENERGY, kind=FaultKind.ABSURD_ENERGY))
    for _ in range(5):
        # 900 kWh of a grid connection would be believed the fourth time; of a bank they never are.
        clock.advance(300)
        await poll(exporter)
        assert Scrape(exporter).one(pv_today) == shown
        after = {key: wh for key, wh in sums(exporter).items() if key.endswith((" pv", "charge"))}
        assert after == {key: before[key] for key in after}
    sim.faults.clear()
    clock.advance(300)
    await poll(exporter)
    assert Scrape(exporter).one(pv_today) == pytest.approx(shown, abs=100)


async def test_a_leap_at_the_last_reading_of_a_day_does_not_close_it(
    sim: SimulatedCloud, make_exporter: MakeExporter, clock: ManualClock
) -> None:
    exporter, (site_id,) = make_exporter(sim), sim.site_ids
    for moment in ("2026-06-20 18:00", "2026-06-21 00:20", "2026-06-21 06:05"):
        set_clock(clock, moment)
        await poll(exporter)

    def bought() -> tuple[float, bool]:
        rows = exporter.ledger.day(site_id, TODAY)
        (row,) = (row for row in rows if row.flow is Flow.GRID_TO_HOME and not row.device_sn)
        return row.counted_wh, row.closed

    counted_wh, _ = bought()
    sim.faults.add(absurd())
    set_clock(clock, "2026-06-21 12:05")
    await poll(exporter)
    assert bought() == (counted_wh, False)
    sim.faults.clear()
    clock.advance(300)
    await poll(exporter)
    assert bought() == (counted_wh, True)


async def test_a_total_that_fell_comes_back_at_once(
    sim: SimulatedCloud, make_exporter: MakeExporter, clock: ManualClock
) -> None:
    exporter, pv_today = make_exporter(sim), "solix_site_day_pv_energy_watthours"
    set_clock(clock, "2026-06-20 18:00")
    await poll(exporter)
    before = Scrape(exporter).one(pv_today)
    sim.faults.add(Fault(ENERGY, kind=FaultKind.LATE, lag_s=12 * 3600))
    for _ in range(2):
        clock.advance(300)
        await poll(exporter)
    assert Scrape(exporter).one(pv_today) < before / 2
    sim.faults.clear()
    clock.advance(300)
    await poll(exporter)
    assert Scrape(exporter).one(pv_today) >= before > 2000
    assert rejected(exporter, "implausible_energy") == 0


async def test_after_midnight_no_gauge_is_filled_from_the_day_before(
    sim: SimulatedCloud, make_exporter: MakeExporter, clock: ManualClock
) -> None:
    exporter, home_today = make_exporter(sim), "solix_site_day_home_energy_watthours"
    set_clock(clock, "2026-06-20 23:58")
    await poll(exporter)
    assert Scrape(exporter).one(home_today) > 5000
    set_clock(clock, "2026-06-21 00:06")
    # Three answers about yesterday, then the second one about today.
    sim.faults.add(Fault(ENERGY, kind=FaultKind.LATENCY, times=4))
    sim.faults.add(Fault(ENERGY, kind=FaultKind.STATUS, status=500, times=1))
    await poll(exporter)
    scrape = Scrape(exporter)
    assert scrape.all("solix_site_day_pv_energy_watthours") == [0]
    assert scrape.all(home_today) == []


async def test_a_restart_knows_what_was_believed_last(
    sim: SimulatedCloud, settings_for: Callable[..., Settings], clock: ManualClock
) -> None:
    set_clock(clock, "2026-06-20 22:00")
    exporter = Exporter(settings_for(sim), clock)
    async with exporter.connected():
        await poll(exporter)
        before = sums(exporter)
        sim.faults.add(absurd())
        clock.advance(300)
        await poll(exporter)
        assert most_grown(before, sums(exporter)) < 300
    clock.advance(60)
    exporter = Exporter(settings_for(sim), clock)
    async with exporter.connected():
        await poll(exporter)
        assert most_grown(before, sums(exporter)) < 300
        sim.faults.clear()
        clock.advance(300)
        await poll(exporter)
        assert most_grown(before, sums(exporter)) < 500


async def test_a_rise_that_stays_is_believed_after_three_readings_and_15_minutes(
    sim: SimulatedCloud, make_exporter: MakeExporter, clock: ManualClock
) -> None:
    exporter = make_exporter(sim)
    set_clock(clock, "2026-06-20 20:00")
    await poll(exporter)
    before = Scrape(exporter).one(GRID_SUM)
    sim.faults.add(
        Fault(ENERGY, kind=FaultKind.WRONG_TYPE, key="grid_to_home_total", value="60.00")
    )
    seen = []
    for _ in range(5):
        clock.advance(300)
        await poll(exporter)
        seen.append(Scrape(exporter).one(GRID_SUM) - before > 50_000)
    assert seen == [False, False, False, True, True]


async def test_after_an_outage_of_hours_a_large_rise_is_believed_at_once(
    sim: SimulatedCloud, make_exporter: MakeExporter, clock: ManualClock
) -> None:
    exporter, (site_id,) = make_exporter(sim), sim.site_ids
    set_clock(clock, "2026-06-20 06:00")
    await poll(exporter)
    set_clock(clock, "2026-06-20 20:00")
    await poll(exporter)
    found = {row.flow: row for row in exporter.ledger.day(site_id, TODAY) if not row.device_sn}
    assert found[Flow.PV].counted_wh > 5000
    assert rejected(exporter, "implausible_energy") == 0


async def test_a_day_at_work_and_over_midnight_rejects_nothing(
    sim: SimulatedCloud, make_exporter: MakeExporter, clock: ManualClock
) -> None:
    exporter = make_exporter(sim, poll={"sites": "1h", "energy_extra": ["pv_inputs", "grid"]})
    await live(exporter, clock, clock.now() + timedelta(hours=36))
    reasons = ("implausible_energy", "late_day_change", "counter_backwards")
    assert [rejected(exporter, reason) for reason in reasons] == [0, 0, 0]


# --- the rule itself -------------------------------------------------------------------------

PANEL_HOME = SystemProfile("s", SiteType.SOLARBANK, (("SN", product_of("A17C5")),))
PV, IMPORT = ("", Flow.PV), ("", Flow.GRID_IMPORT)


def known(
    at: str,
    day: date = TODAY,
    read: str | None = None,
    totals: dict[tuple[str, Flow], float] | None = None,
) -> KnownDay:
    def instant(text: str) -> datetime:
        return datetime.fromisoformat(text).replace(tzinfo=BERLIN).astimezone(UTC)

    return KnownDay(
        day,
        start_of(day, BERLIN),
        end_of(day, BERLIN),
        instant(at),
        totals or {},
        totals or {},
        instant(read) if read else None,
    )


@pytest.mark.parametrize(
    ("wh", "before", "verdict"),
    [
        # A bank carries 6 kW: 9000 Wh until 01:30, and 500 for 5 minutes of slack.
        (9500, known("2026-06-20 01:30"), Verdict.BELIEVED),
        (9501, known("2026-06-20 01:30"), Verdict.WAITS),
        # What counts is the time since the last reading of the day.
        (2000, known("2026-06-20 10:10", read="2026-06-20 10:00", totals={PV: 500}), "BELIEVED"),
        (2001, known("2026-06-20 10:10", read="2026-06-20 10:00", totals={PV: 500}), "WAITS"),
        # A total of its own that was never told has had all day.
        (9000, known("2026-06-20 10:10", read="2026-06-20 10:00", totals={IMPORT: 5}), "BELIEVED"),
        # A reading of later was made by a clock that went ahead.
        (9000, known("2026-06-20 10:10", read="2026-06-23 10:00", totals={PV: 500}), "BELIEVED"),
        # The day of a change of the clock: three hours are over at 04:00, or five.
        (18_500, known("2026-03-29 04:00", date(2026, 3, 29)), "BELIEVED"),
        (18_501, known("2026-03-29 04:00", date(2026, 3, 29)), "WAITS"),
        (30_500, known("2026-10-25 04:00", date(2026, 10, 25)), "BELIEVED"),
        (30_501, known("2026-10-25 04:00", date(2026, 10, 25)), "WAITS"),
        # A day that is over rises no more, however late it is read again.
        (1000, known("2026-06-21 06:00", read="2026-06-21 00:15", totals={PV: 500}), "BELIEVED"),
        (1001, known("2026-06-21 06:00", read="2026-06-21 00:15", totals={PV: 500}), "WAITS"),
        (6500, known("2026-06-21 06:00", read="2026-06-20 23:00", totals={PV: 0}), "BELIEVED"),
        (6501, known("2026-06-21 06:00", read="2026-06-20 23:00", totals={PV: 0}), "WAITS"),
        (144_500, known("2026-06-21 06:00"), "BELIEVED"),
        (144_501, known("2026-06-21 06:00"), "WAITS"),
    ],
)
def test_what_power_and_time_allow(wh: float, before: KnownDay, verdict: Verdict | str) -> None:
    wanted = Verdict[verdict] if isinstance(verdict, str) else verdict
    assert RiseGuard().judge(PANEL_HOME, PV, wh, before) is wanted


def test_what_is_impossible_never_becomes_possible_by_being_told_again() -> None:
    guard = RiseGuard()
    found = [
        guard.judge(PANEL_HOME, PV, 99_000, known(f"2026-06-20 0{minutes // 60}:{minutes % 60:02}"))
        for minutes in range(60, 100, 5)
    ]
    assert found == [Verdict.WAITS] * 3 + [Verdict.IMPOSSIBLE] * 5


def test_a_rise_that_is_taken_back_begins_anew() -> None:
    guard, found = RiseGuard(), []
    totals = {IMPORT: 170.0}
    told = (900_000, 900_000, 170, 900_000, 900_000, 900_000, 900_000)
    for number, wh in enumerate(told):
        before = known(f"2026-06-20 22:{5 + 5 * number:02}", read="2026-06-20 22:00", totals=totals)
        found.append(guard.judge(PANEL_HOME, IMPORT, wh, before))
    waits, believed = Verdict.WAITS, Verdict.BELIEVED
    assert found == [waits, waits, believed, waits, waits, waits, believed]


def test_three_readings_alone_are_not_enough_and_neither_is_their_age() -> None:
    def last(*minutes: int) -> Verdict:
        guard = RiseGuard()
        return [
            guard.judge(
                PANEL_HOME,
                IMPORT,
                300_000,
                known(f"2026-06-20 22:{n:02}", read="2026-06-20 22:00", totals={IMPORT: 0}),
            )
            for n in minutes
        ][-1]

    assert last(1, 2, 3, 4, 15) is Verdict.WAITS
    assert last(1, 16) is Verdict.WAITS
    assert last(1, 2, 16) is Verdict.BELIEVED


def test_nonsense_that_changes_is_never_believed() -> None:
    guard = RiseGuard()
    for number in range(10):
        before = known(
            f"2026-06-20 22:{5 * number:02}", read="2026-06-20 21:59", totals={IMPORT: 0}
        )
        told = 300_000 if number % 2 else 600_000
        assert guard.judge(PANEL_HOME, IMPORT, told, before) is Verdict.WAITS


def test_a_doubt_that_falls_begins_anew() -> None:
    guard, found = RiseGuard(), []
    for number, wh in enumerate((600_000, 300_000, 300_000, 300_000, 300_000)):
        before = known(
            f"2026-06-20 22:{5 * number:02}", read="2026-06-20 21:59", totals={IMPORT: 0}
        )
        found.append(guard.judge(PANEL_HOME, IMPORT, wh, before))
    assert found == [Verdict.WAITS] * 4 + [Verdict.BELIEVED]


def test_of_a_day_that_is_read_in_part_each_total_has_its_own_time() -> None:
    guard = RiseGuard()
    assert guard.judge(PANEL_HOME, PV, 5000, known("2026-06-20 10:00")) is Verdict.BELIEVED
    # Another answer is missing all day, so that the ledger knows of no whole reading.
    after = known("2026-06-20 10:05", totals={PV: 5000})
    assert guard.judge(PANEL_HOME, PV, 6001, after) is Verdict.WAITS
    assert guard.judge(PANEL_HOME, PV, 6000, after) is Verdict.BELIEVED
    # A rise that was confirmed is where the next one begins.
    for minute in (10, 15, 20, 25):
        verdict = guard.judge(
            PANEL_HOME, PV, 40_000, known(f"2026-06-20 10:{minute}", totals={PV: 6000})
        )
    assert verdict is Verdict.BELIEVED
    after = known("2026-06-20 10:30", totals={PV: 40_000})
    assert guard.judge(PANEL_HOME, PV, 41_001, after) is Verdict.WAITS


def late(guard: RiseGuard, wh: float, at: str, day: date = TOMORROW) -> bool:
    before = replace(known(at, day), yesterday={PV: 9180.0})
    return guard.is_yesterdays(PANEL_HOME, "", {Flow.PV: wh}, before)


def test_what_goes_on_from_yesterdays_answer_is_so_too_until_it_falls_or_leaps() -> None:
    guard = RiseGuard()
    assert late(guard, 9180, "2026-06-21 00:05")
    assert late(guard, 12_000, "2026-06-21 07:00")
    assert late(guard, 12_980, "2026-06-21 07:05")
    assert not late(guard, 14_000, "2026-06-21 07:10")
    assert not late(guard, 14_000, "2026-06-21 07:15")
    assert late(guard, 9180, "2026-06-21 00:05")
    assert not late(guard, 9000, "2026-06-21 07:00")
    # From six hours on only yesterday's figures themselves are yesterday's.
    assert late(guard, 9180, "2026-06-21 07:05")
    assert not late(guard, 9300, "2026-06-21 07:10")


def test_a_late_answer_tells_nothing_of_the_next_day() -> None:
    guard = RiseGuard()
    assert late(guard, 9180, "2026-06-21 00:05")
    assert not late(guard, 15_000, "2026-06-22 12:00", TOMORROW + timedelta(days=1))


def test_a_total_that_falls_a_second_time_is_held_again() -> None:
    guard = FallGuard()
    row = DayTotal("s", "", TODAY, Flow.PV, 9000, 9000, closed=False, revision=1)
    told = (8000, 9000, 8000, 8000, 8821, 8819)
    assert [guard.holds(row, wh) for wh in told] == [True, False, True, False, False, True]
