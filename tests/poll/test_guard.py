"""Every place where a state of charge or a total since set-up enters the cache is guarded."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

import pytest

from solix_exporter.app.exporter import Exporter
from solix_exporter.cache import AccountParts, Part
from solix_exporter.clock import ManualClock
from solix_exporter.cloud.endpoints.account import CURRENCY_LIST
from solix_exporter.cloud.endpoints.sites import SITE_LIST
from solix_exporter.model.lifetime import Co2Ranking, Lifetime
from solix_exporter.poll.averages import AVERAGES, AveragesPoll
from solix_exporter.poll.guard import GUARDED, TOTALS
from solix_exporter.poll.schedule import SCHEDULE
from solix_exporter.sim import Fault, FaultKind, SimulatedCloud
from tests.conftest import StartExporter
from tests.poll.rig import Rig, write_answer
from tests.scraping import Scrape

StartScenario = Callable[[str], Awaitable[SimulatedCloud]]

PANELS, _ = AVERAGES


# --- no part is forgotten ------------------------------------------------------------------

ELSEWHERE = {
    "site_list": "its devices tell their connection only",
    "energy_today": "the checks of the energy poll",
    "energy_yesterday": "sums of the ledger",
    "energy_counters": "sums of the ledger",
}
_NAMES_OF_TOTALS = ("Totals", "Lifetime", "Ranking", "Counters")


def classes_in(hint: Any, seen: set[Any]) -> Iterator[type]:  # noqa: ANN401 - any annotation
    """Give every dataclass that an annotation holds, however deep."""
    if is_dataclass(hint) and isinstance(hint, type) and hint not in seen:
        seen.add(hint)
        yield hint
        for inner in get_type_hints(hint).values():
            yield from classes_in(inner, seen)
    for inner in get_args(hint):
        yield from classes_in(inner, seen)


def is_to_be_guarded(found: type) -> bool:
    names = {row.name for row in fields(found)}
    return "soc_ratio" in names or found in TOTALS or found.__name__.endswith(_NAMES_OF_TOTALS)


def values_of_parts() -> Iterator[tuple[str, Any]]:
    """Give the name of every part and the annotation of what it holds."""
    for name, hint in get_type_hints(AccountParts).items():
        if get_origin(hint) is Part:
            yield name, get_args(hint)[1]
    rows = [row.endpoint for scheduled in SCHEDULE.values() for row in scheduled]
    for endpoint in (SITE_LIST, CURRENCY_LIST, *rows):
        yield endpoint.name, get_type_hints(endpoint.parse)["return"]


def test_every_part_that_holds_such_a_reading_is_in_the_table() -> None:
    held = {
        name: value
        for name, value in values_of_parts()
        if any(is_to_be_guarded(found) for found in classes_in(value, set()))
    }
    assert {name for name in held if held[name] not in GUARDED} == ELSEWHERE.keys()
    assert set(held.values()) >= GUARDED


def test_every_number_of_the_totals_is_guarded() -> None:
    for totals, names in TOTALS.items():
        numbers = {name for name, hint in get_type_hints(totals).items() if float in get_args(hint)}
        counts = {name for name, hint in get_type_hints(totals).items() if int in get_args(hint)}
        assert set(names) == numbers | counts
    assert {Lifetime, Co2Ranking} <= TOTALS.keys()


# --- against the simulated cloud -----------------------------------------------------------


@pytest.fixture
async def simulate(clock: ManualClock) -> AsyncIterator[StartScenario]:
    async with AsyncExitStack() as stack:

        async def start(scenario: str) -> SimulatedCloud:
            cloud = SimulatedCloud(clock, scenario=scenario, seed=1, endpoint_limit=0)
            await cloud.start()
            stack.push_async_callback(cloud.stop)
            return cloud

        yield start


@dataclass(frozen=True)
class Place:
    """A number of an answer, and where it is shown."""

    scenario: str
    path: str
    key: str
    metric: str
    every_s: float

    def shown(self, exporter: Exporter) -> float:
        return Scrape(exporter).one(self.metric)


PANEL_STATUS = "charging_energy_service/get_system_running_info"
X1_STATUS = "charging_hes_svc/get_system_running_info"
INVERTER = "charging_pv_svc/getPvTotalStatistics"
ORDERS = "power_service/v1/app/order/get_charge_order_stats"
ENERGY, CO2, MONEY = (
    f"solix_site_lifetime_{name}_total"
    for name in ("energy_watthours", "co2_savings_grams", "savings")
)
EV_ENERGY = "solix_ev_charger_lifetime_energy_watthours_total"
EV_CHARGES = "solix_ev_charger_lifetime_charges_total"
TREES = "solix_site_co2_equivalent_trees"
CHARGES = [
    Place("power-panel", "charging_energy_service/energy_statistics", "chargeLevel.value",
          "solix_site_battery_soc_ratio", 300),
    Place("power-panel", "charging_energy_service/energy_statistics", "chargeLevel.value",
          "solix_battery_soc_ratio", 300),
    Place("x1", "charging_hes_svc/get_energy_statistics", "chargeLevel.value",
          "solix_site_battery_soc_ratio", 300),
    Place("x1", "charging_hes_svc/get_energy_statistics", "chargeLevel.value",
          "solix_battery_soc_ratio", 300),
    Place("home", "power_service/v1/site/get_scen_info", "solarbank_list.battery_power",
          "solix_battery_soc_ratio", 60),
]  # fmt: skip
LIFETIMES = [
    Place("power-panel", PANEL_STATUS, "total_system_power_generation", ENERGY, 600),
    Place("power-panel", PANEL_STATUS, "save_carbon_footprint", CO2, 600),
    Place("power-panel", PANEL_STATUS, "total_system_savings", MONEY, 600),
    Place("x1", X1_STATUS, "totalSystemPowerGeneration", ENERGY, 600),
    Place("x1", X1_STATUS, "saveCarbonFootprint", CO2, 600),
    Place("x1", X1_STATUS, "totalSystemSavings", MONEY, 600),
    Place("mi80", INVERTER, "energy", ENERGY, 600),
    Place("mi80", INVERTER, "reductionCo2", CO2, 600),
    Place("mi80", INVERTER, "saveMoney", MONEY, 600),
    Place("ev-charger", ORDERS, "total_stats.charge_total", EV_ENERGY, 1800),
    Place("ev-charger", ORDERS, "total_stats.charge_count", EV_CHARGES, 1800),
    Place(
        "home",
        "power_service/v1/site/co2_ranking",
        "tree",
        "solix_site_co2_equivalent_trees",
        21_600,
    ),
]


async def run_all(exporter: Exporter) -> None:
    """Run every poll but that of energy once, in the order in which they start."""
    for job in exporter.jobs:
        assert job.poll == "energy" or await job.run(), job.key


def rejected(exporter: Exporter) -> dict[str, float]:
    scrape = Scrape(exporter)
    reasons = ("soc_jump", "lifetime_backwards", "lifetime_jump")
    found = {
        reason: scrape.one("solix_readings_rejected_total", reason=reason) for reason in reasons
    }
    return {reason: count for reason, count in found.items() if count}


def far_from(ratio: float) -> tuple[float, str]:
    """Return another state of charge, and as the cloud writes it."""
    return (0.98, "98") if ratio < 0.5 else (0.02, "2")


@pytest.mark.parametrize("place", CHARGES, ids=lambda p: f"{p.scenario}-{p.metric}")
async def test_a_charge_that_jumps_once_is_never_seen(
    simulate: StartScenario, make_exporter: StartExporter, clock: ManualClock, place: Place
) -> None:
    cloud = await simulate(place.scenario)
    exporter = make_exporter(cloud)
    await run_all(exporter)
    before = place.shown(exporter)
    _, percent = far_from(before)
    cloud.faults.add(Fault(place.path, FaultKind.WRONG_TYPE, times=1, key=place.key, value=percent))
    clock.advance(place.every_s)
    await run_all(exporter)
    assert place.shown(exporter) == before
    assert rejected(exporter) == {"soc_jump": 1}
    clock.advance(place.every_s)
    await run_all(exporter)
    # A battery of the simulation moves by less than 10 points in 10 minutes.
    assert abs(place.shown(exporter) - before) < 0.1
    assert rejected(exporter) == {"soc_jump": 1}


@pytest.mark.parametrize("place", CHARGES, ids=lambda p: f"{p.scenario}-{p.metric}")
async def test_a_charge_that_stays_is_believed_the_second_time(
    simulate: StartScenario, make_exporter: StartExporter, clock: ManualClock, place: Place
) -> None:
    cloud = await simulate(place.scenario)
    exporter = make_exporter(cloud)
    await run_all(exporter)
    before = place.shown(exporter)
    far, percent = far_from(before)
    cloud.faults.add(Fault(place.path, FaultKind.WRONG_TYPE, key=place.key, value=percent))
    shown = []
    for _ in range(2):
        clock.advance(place.every_s)
        await run_all(exporter)
        shown.append(place.shown(exporter))
    assert shown == [before, far]
    assert rejected(exporter) == {"soc_jump": 1}


@pytest.mark.parametrize("place", LIFETIMES, ids=lambda p: f"{p.scenario}-{p.key}")
async def test_a_total_that_falls_is_held_and_believed_after_an_hour(
    simulate: StartScenario, make_exporter: StartExporter, clock: ManualClock, place: Place
) -> None:
    cloud = await simulate(place.scenario)
    exporter = make_exporter(cloud)
    await run_all(exporter)
    before = place.shown(exporter)
    assert before > 0
    lower = 1 if place.metric == EV_CHARGES else "0.01"
    cloud.faults.add(Fault(place.path, FaultKind.WRONG_TYPE, key=place.key, value=lower))
    clock.advance(place.every_s)
    await run_all(exporter)
    waited_s = 0.0
    while waited_s < 3600:
        assert place.shown(exporter) == before
        assert rejected(exporter) == {"lifetime_backwards": 1}
        clock.advance(place.every_s)
        await run_all(exporter)
        waited_s += place.every_s
    assert 0 < place.shown(exporter) < before
    assert rejected(exporter) == {"lifetime_backwards": 1}


@pytest.mark.parametrize("place", LIFETIMES, ids=lambda p: f"{p.scenario}-{p.key}")
async def test_a_total_of_zero_is_none_however_long_it_is_told(
    simulate: StartScenario, make_exporter: StartExporter, clock: ManualClock, place: Place
) -> None:
    cloud = await simulate(place.scenario)
    exporter = make_exporter(cloud)
    await run_all(exporter)
    before = place.shown(exporter)
    cloud.faults.add(Fault(place.path, FaultKind.WRONG_TYPE, key=place.key, value=0))
    for _ in range(4):
        clock.advance(max(place.every_s, 1500))
        await run_all(exporter)
        assert place.shown(exporter) == before
    assert rejected(exporter) == {"lifetime_backwards": 1}


@pytest.mark.parametrize("place", LIFETIMES, ids=lambda p: f"{p.scenario}-{p.key}")
async def test_a_total_that_leaps_and_is_taken_back_is_never_seen(
    simulate: StartScenario, make_exporter: StartExporter, clock: ManualClock, place: Place
) -> None:
    cloud = await simulate(place.scenario)
    exporter = make_exporter(cloud)
    await run_all(exporter)
    before = place.shown(exporter)
    leap = Fault(place.path, FaultKind.WRONG_TYPE, times=1, key=place.key, value=999_999_999)
    cloud.faults.add(leap)
    clock.advance(place.every_s)
    await run_all(exporter)
    assert place.shown(exporter) == before
    assert rejected(exporter) == {"lifetime_jump": 1}
    clock.advance(place.every_s)
    await run_all(exporter)
    assert before <= place.shown(exporter) <= before * 1.1 + 50_000
    assert rejected(exporter) == {"lifetime_jump": 1}


# --- what the simulation does not have, and the times of slots -----------------------------

F_SITE = {"site_id": "F", "site_name": "Cabin", "power_site_type": 13, "ms_type": 1}


def write_f3000(folder: Path, percent: str, kwh: str) -> None:
    """Put a system of one F3000 into a folder; hand-made after reference 05, 4.4."""
    write_answer(folder, "site_list", {"site_list": [F_SITE]})
    write_answer(folder, "bind_devices", {"data": []})
    station = {"device_pn": "A1782", "device_sn": "F1", "status": "1", "battery_power": percent}
    write_answer(folder, "scene_F", {"solarbank_pps_info": {"pps_list": [station]}})
    totals = [{"type": "1", "total": kwh, "unit": "kwh"}]
    write_answer(folder, "energy_pps_today_F", {"statistics": totals, "power": []})


async def test_an_f3000_is_guarded(tmp_path: Path) -> None:
    write_f3000(tmp_path, "90", "12.50")
    rig, shown = Rig(tmp_path, country="US"), []
    for percent, kwh in (("90", "12.50"), ("0", "1.00"), ("88", "12.60")):
        write_f3000(tmp_path, percent, kwh)
        await rig.poll()
        site = rig.site
        assert site.scene is not None
        assert site.lifetime is not None
        shown.append((site.scene.soc_ratio, site.scene.stored_energy_wh, site.lifetime.energy_wh))
        rig.clock.advance(1200)
    # An F3000 holds 3072 Wh.
    assert shown == [(0.90, 2764.8, 12_500), (0.90, 2764.8, 12_500), (0.88, 2703.36, 12_600)]
    assert rig.listener.rejected == ["soc_jump", "lifetime_backwards"]


def write_levels(folder: Path, levels: dict[str, str]) -> None:
    """Put the battery's curve of a panel into a folder."""
    site = {"site_id": "P", "site_name": "House", "power_site_type": 4, "ms_type": 1}
    write_answer(folder, "site_list", {"site_list": [site]})
    write_answer(folder, "bind_devices", {"data": []})
    write_answer(folder, "scene_P", {"home_info": {}})
    charge = [{"time": at, "value": value} for at, value in levels.items()]
    curve = {"power": [], "powerUnit": "KW", "chargeLevel": charge}
    for source in ("hes", "solar", "home", "grid"):
        write_answer(folder, f"charging_energy_{source}_today_P", curve if source == "hes" else {})


async def shown_ratio(rig: Rig, poll: AveragesPoll) -> float | None:
    await poll.run()
    return rig.site.measured.soc_ratio if rig.site.measured else None


async def test_of_slots_their_own_time_counts_and_not_that_of_the_asking(tmp_path: Path) -> None:
    # 10:01 in Berlin: the slot from 09:50 to 09:55 is the newest one that was delivered.
    write_levels(tmp_path, {"09:50": "50"})
    rig = Rig(tmp_path, datetime(2026, 6, 20, 8, 1, tzinfo=UTC))
    await rig.sites.run()
    poll = AveragesPoll(PANELS, rig.account, rig.tools)
    assert await shown_ratio(rig, poll) == 0.50
    # The other curves hold nothing at all, which is counted.
    assert [field for _, field in rig.listener.malformed] == ["power"] * 3
    # An hour of slots is missing; 60 points are possible in it, though it was asked all the time.
    for _ in range(11):
        rig.clock.advance(300)
        assert await shown_ratio(rig, poll) in (0.50, None)
    write_levels(tmp_path, {"09:50": "50", "10:50": "95"})
    rig.clock.advance(300)
    assert await shown_ratio(rig, poll) == 0.95
    assert rig.listener.rejected == []
    # Nobody asks for half an hour, but the next slot is only the next one.
    write_levels(tmp_path, {"10:50": "95", "10:55": "60"})
    rig.clock.advance(1800)
    assert await shown_ratio(rig, poll) == 0.95
    assert rig.listener.rejected == ["soc_jump"]
    # The slot after it agrees.
    write_levels(tmp_path, {"10:50": "95", "10:55": "60", "11:00": "59"})
    rig.clock.advance(300)
    assert await shown_ratio(rig, poll) == 0.59
    assert rig.listener.rejected == ["soc_jump"]


@pytest.mark.parametrize("step", [timedelta(minutes=5), timedelta(minutes=35)])
async def test_the_day_of_the_captured_panel_is_plausible(captures: Path, step: timedelta) -> None:
    # From 00:11 of that day in New York on; the capture was made at 21:31.
    begin = datetime(2026, 6, 9, 4, 11, tzinfo=UTC)
    rig = Rig(captures / "Powerpanel_Tou", begin, country="US")
    await rig.sites.run()
    poll, seen = AveragesPoll(PANELS, rig.account, rig.tools), []
    while rig.clock.now() < begin + timedelta(hours=21, minutes=20):
        seen.append(await shown_ratio(rig, poll))
        rig.clock.advance(step.total_seconds())
    assert rig.listener.rejected == []
    assert None not in seen
    # The curve lies between 17 and 100 percent.
    assert {0.17, 1.0} <= set(seen)
