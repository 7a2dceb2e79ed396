"""Statistics for any past date are integrals of the same physics over the site's local day."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from solix_exporter.clock import ManualClock
from solix_exporter.sim import Fault, FaultKind, SimulatedCloud
from tests.sim.conftest import StartCloud
from tests.sim.raw_client import RawClient

ANALYSIS = "power_service/v1/site/energy_analysis"
SCENE = "power_service/v1/site/get_scen_info"
BERLIN = ZoneInfo("Europe/Berlin")
Home = tuple[SimulatedCloud, RawClient]
CENT = 0.011


async def ask(home: Home, kind: str, first: str, last: str, span: str = "week") -> dict[str, Any]:
    cloud, client = home
    data = await client.ask(
        ANALYSIS,
        site_id=cloud.site_ids[0],
        device_sn="",
        type=span,
        device_type=kind,
        start_time=first,
        end_time=last,
    )
    assert isinstance(data, dict)
    return data


def integrated_kwh(cloud: SimulatedCloud, clock: ManualClock, day: date, name: str) -> float:
    """Return the sum of `truth` over a local day, in steps of five minutes."""
    start = datetime(day.year, day.month, day.day, tzinfo=BERLIN).astimezone(UTC)
    following = day + timedelta(days=1)
    end = datetime(following.year, following.month, following.day, tzinfo=BERLIN).astimezone(UTC)
    now = clock.now()
    total = 0.0
    at = start
    while at < end:
        clock.advance((at - clock.now()).total_seconds())
        total += getattr(cloud.truth(cloud.site_ids[0]), name) * 300
        at += timedelta(seconds=300)
    clock.advance((now - clock.now()).total_seconds())
    return total / 3.6e6


@pytest.mark.parametrize(
    "day",
    [date(2026, 3, 29), date(2025, 10, 26), date(2025, 7, 1), date(2024, 12, 24)],
    ids=["23 hours", "25 hours", "summer", "winter"],
)
async def test_a_past_day_is_the_integral_of_the_truth(
    home: Home, clock: ManualClock, day: date
) -> None:
    cloud, _ = home
    text = day.isoformat()
    solar = await ask(home, "solar_production", text, text)
    bank = await ask(home, "solarbank", text, text)
    usage = await ask(home, "home_usage", text, text)
    grid = await ask(home, "grid", text, text)
    for shown, name in (
        (solar["power"][0]["value"], "pv_w"),
        (solar["solar_total"], "pv_w"),
        (bank["charge_total"], "battery_charge_w"),
        (bank["battery_discharging_total"], "battery_discharge_w"),
        (usage["home_usage_total"], "home_w"),
        (usage["smart_plug_info"]["total_power"], "plug_w"),
        (grid["grid_imported_total"], "grid_import_w"),
        (grid["solar_to_grid_total"], "grid_export_w"),
    ):
        assert float(shown) == pytest.approx(integrated_kwh(cloud, clock, day, name), abs=0.0051)


async def test_the_identities_of_the_totals_hold(home: Home) -> None:
    first, last = "2026-06-01", "2026-06-14"
    solar = await ask(home, "solar_production", first, last)
    bank = await ask(home, "solarbank", first, last)
    usage = await ask(home, "home_usage", first, last)
    grid = await ask(home, "grid", first, last)

    def number(answer: dict[str, Any], *names: str) -> float:
        return sum(float(answer[name]) for name in names)

    def trend(answer: dict[str, Any], name: str = "power") -> float:
        return sum(float(point["value"]) for point in answer[name])

    many = 14 * CENT
    assert len(solar["power"]) == 14
    assert solar["power"][0]["time"] == first
    assert solar["power"][-1]["time"] == last
    assert trend(solar) == pytest.approx(number(solar, "solar_total"), abs=many)
    assert trend(bank) == pytest.approx(number(bank, "battery_discharging_total"), abs=many)
    assert trend(usage) == pytest.approx(number(usage, "home_usage_total"), abs=many)
    assert trend(grid) == pytest.approx(-number(grid, "solar_to_grid_total"), abs=many)
    assert trend(grid, "charge_trend") == pytest.approx(
        number(grid, "grid_imported_total"), abs=many
    )
    ways = ("solar_to_home_total", "solar_to_battery_total", "solar_to_grid_total")
    assert number(solar, *ways) == pytest.approx(number(solar, "solar_total"), abs=3 * CENT)
    sources = ("grid_to_home_total", "battery_to_home_total", "solar_to_home_total")
    assert number(usage, *sources) == pytest.approx(number(usage, "home_usage_total"), abs=3 * CENT)
    assert number(bank, "discharge_total") == number(usage, "home_usage_total")
    channels = 0.0
    for channel in ("pv1", "pv2", "pv3", "pv4"):
        answer = await ask(home, f"solar_production_{channel}", first, last)
        channels += trend(answer)
        assert answer["solar_total"] == solar["solar_total"]
    assert channels == pytest.approx(number(solar, "solar_total"), abs=4 * many)


async def test_a_day_query_is_a_curve_of_twenty_minutes(home: Home) -> None:
    day = "2026-06-19"
    for kind in ("solarbank", "solar_production", "home_usage", "grid"):
        curve = await ask(home, kind, day, day, "day")
        whole = await ask(home, kind, day, day)
        labels = [point["time"] for point in curve["power"]]
        assert (labels[0], labels[1], labels[-1], len(labels)) == ("00:00", "00:20", "24:00", 73)
        assert curve["power"][-1]["value"] == "0"
        energy = sum(float(point["value"]) for point in curve["power"]) / 3 / 1000
        assert energy == pytest.approx(float(whole["power"][0]["value"]), abs=0.006)
        assert curve["trend_unit"] == "w"
        assert whole["trend_unit"] == "kwh"


async def test_the_slots_of_a_day_add_up(home: Home) -> None:
    day = "2026-06-19"
    bank = await ask(home, "solarbank", day, day, "day")
    solar = await ask(home, "solar_production", day, day, "day")
    usage = await ask(home, "home_usage", day, day, "day")
    grid = await ask(home, "grid", day, day, "day")

    def at(answer: dict[str, Any], name: str, slot: int) -> float:
        return float(answer[name][slot]["value"])

    for slot in range(72):
        supply = at(grid, "charge_trend", slot) + at(grid, "power", slot)
        supply += (
            at(solar, "power", slot) + at(bank, "power", slot) + at(bank, "charge_trend", slot)
        )
        assert at(usage, "power", slot) == pytest.approx(supply, abs=0.05)
        assert 0 < at(bank, "charge_level", slot) <= 100


async def test_today_ends_now_and_tomorrow_is_blank(home: Home) -> None:
    answer = await ask(home, "solar_production", "2026-06-20", "2026-06-21")
    assert float(answer["power"][0]["value"]) > 0
    assert answer["power"][1]["value"] == "0"
    curve = await ask(home, "home_usage", "2026-06-20", "2026-06-20", "day")
    assert curve["local_time"] == "2026-06-20 13:02"
    assert curve["power"][39]["value"] != "0", "the slot 13:00 has begun"
    assert {point["value"] for point in curve["power"][40:]} == {"0"}
    before = await ask(home, "solar_production", "2024-03-01", "2024-03-01")
    assert before["power"][0]["value"] == "0", "the site was not built yet"


async def test_months_and_years_are_sums_of_days(home: Home) -> None:
    month = await ask(home, "solar_production", "2026-04", "", "month")
    year = await ask(home, "solar_production", "2026", "", "year")
    days = await ask(home, "solar_production", "2026-04-01", "2026-04-30")
    assert [point["time"] for point in month["power"]] == [p["time"] for p in days["power"]]
    assert [point["value"] for point in month["power"]] == [p["value"] for p in days["power"]]
    assert [point["time"] for point in year["power"]][:2] == ["2026-01", "2026-02"]
    assert year["power"][3]["value"] == days["solar_total"]
    assert year["power"][11]["value"] == "0"


async def test_statistics_do_not_depend_on_when_they_are_asked(
    start_cloud: StartCloud, clock: ManualClock
) -> None:
    early = await start_cloud()
    first = await ask(early, "solarbank", "2026-06-10", "2026-06-11")
    clock.advance(40 * 86400)
    late = await start_cloud()
    again = await ask(late, "solarbank", "2026-06-10", "2026-06-11")
    assert first == again


async def test_today_never_falls_while_the_day_goes_on(home: Home, clock: ManualClock) -> None:
    shown = []
    for _ in range(40):
        answer = await ask(home, "home_usage", "2026-06-20", "2026-06-20")
        shown.append(float(answer["home_usage_total"]))
        clock.advance(211)
    assert shown == sorted(shown)
    assert shown[-1] > shown[0]


async def test_the_forecast_is_there_in_ai_mode_only(start_cloud: StartCloud, home: Home) -> None:
    smart = await start_cloud(scenario="sb3")
    today = await ask(smart, "solar_production", "2026-06-20", "2026-06-20", "day")
    labels = [point["time"] for point in today["forecast_trend"]]
    assert labels[0] == "14:00", "at 13:02 the first hour ends at 14:00"
    assert labels[-1] == "00:00"
    assert float(today["forecast_total"]) > 0
    tomorrow = await ask(smart, "solar_production", "2026-06-21", "2026-06-21", "day")
    labels = [point["time"] for point in tomorrow["forecast_trend"]]
    assert (labels[0], labels[-1]) == ("01:00", "13:00"), "as far as 24 hours reach"
    manual = await ask(home, "solar_production", "2026-06-20", "2026-06-20", "day")
    assert manual["forecast_trend"] == []
    assert manual["forecast_total"] == ""


async def test_late_statistics_are_those_of_some_time_ago(home: Home, clock: ManualClock) -> None:
    cloud, _ = home
    past = await ask(home, "home_usage", "2026-06-20", "2026-06-20")
    clock.advance(7200)
    now = await ask(home, "home_usage", "2026-06-20", "2026-06-20")
    cloud.faults.add(Fault(ANALYSIS, FaultKind.LATE, lag_s=7200.0))
    late = await ask(home, "home_usage", "2026-06-20", "2026-06-20")
    assert late == past
    assert late != now


async def test_after_midnight_yesterdays_total_can_stay_for_a_while(
    home: Home, clock: ManualClock
) -> None:
    cloud, _ = home
    cloud.faults.add(Fault(ANALYSIS, FaultKind.STALE_DAY, lag_s=600.0))
    clock.advance((datetime(2026, 6, 20, 22, 5, tzinfo=UTC) - clock.now()).total_seconds())
    yesterday = await ask(home, "solar_production", "2026-06-20", "2026-06-20")
    today = await ask(home, "solar_production", "2026-06-21", "2026-06-21")
    assert today["power"][0]["time"] == "2026-06-21"
    assert today["power"][0]["value"] == yesterday["power"][0]["value"]
    clock.advance(600)
    today = await ask(home, "solar_production", "2026-06-21", "2026-06-21")
    assert today["power"][0]["value"] == "0.00"


async def test_totals_can_go_back_by_a_cent(home: Home) -> None:
    cloud, _ = home
    cloud.faults.add(Fault(ANALYSIS, FaultKind.BACKWARDS))
    shown = [
        float((await ask(home, "solar_production", "2026-06-19", "2026-06-19"))["solar_total"])
        for _ in range(4)
    ]
    steps = {round(after - before, 2) for before, after in pairwise(shown)}
    assert steps == {0.01, -0.01}


async def test_a_serial_restricts_the_yield_in_a_multisystem(start_cloud: StartCloud) -> None:
    cloud, client = await start_cloud(scenario="multisystem")
    site_id = cloud.site_ids[0]
    scene = await client.ask(SCENE, site_id=site_id)
    body = {
        "site_id": site_id,
        "type": "week",
        "device_type": "solar_production",
        "start_time": "2026-06-19",
        "end_time": "2026-06-19",
    }
    serials = ["", *(b["device_sn"] for b in scene["solarbank_info"]["solarbank_list"])]
    yields = [
        float((await client.ask(ANALYSIS, **body, device_sn=sn))["power"][0]["value"])
        for sn in serials
    ]
    assert yields[0] == pytest.approx(sum(yields[1:]), abs=3 * CENT)
    assert min(yields) > 0


async def test_a_first_generation_bank_has_no_channels_and_no_home(
    start_cloud: StartCloud,
) -> None:
    cloud, client = await start_cloud(scenario="sb1")
    pv1 = await client.send(
        ANALYSIS,
        {
            "site_id": cloud.site_ids[0],
            "device_sn": "",
            "type": "week",
            "device_type": "solar_production_pv1",
            "start_time": "2026-06-19",
            "end_time": "2026-06-19",
        },
    )
    assert pv1.envelope["data"] is None
    usage = await ask((cloud, client), "home_usage", "2026-06-19", "2026-06-19")
    assert usage["home_usage_total"] == "0.00"
    assert usage["power"][0]["value"] == "0"
    solar = await ask((cloud, client), "solar_production", "2026-06-19", "2026-06-19")
    assert float(solar["solar_total"]) > 0
    assert len(solar["solar_total"].partition(".")[2]) == 4


@pytest.mark.parametrize("start", ["2026-13-01", "June", "2026-02-30"])
async def test_a_bad_date_is_a_bad_request(home: Home, start: str) -> None:
    cloud, client = home
    answer = await client.send(
        ANALYSIS,
        {"site_id": cloud.site_ids[0], "type": "week", "start_time": start, "end_time": ""},
    )
    assert answer.status == 400
    assert start in answer.text


async def test_a_cascades_inputs_add_up_to_its_production(start_cloud: StartCloud) -> None:
    """The output of the first banks is a PV input of the second one, as in live values."""
    cascade = await start_cloud(scenario="cascade")
    inputs = [
        await ask(cascade, f"solar_production_pv{number}", "2026-06-01", "2026-06-01")
        for number in range(1, 5)
    ]
    produced = await ask(cascade, "solar_production", "2026-06-01", "2026-06-01")
    day_kwh = [float(data["power"][0]["value"]) for data in inputs]
    assert min(day_kwh) > 0
    assert sum(day_kwh) == pytest.approx(float(produced["solar_total"]), abs=0.02)


@pytest.mark.parametrize(
    ("scenario", "kind", "field"),
    [
        ("home", "grid", "charge_trend"),
        ("sb2-plugs", "grid", "charge_trend"),
        ("sb2-plugs", "home_usage", "power"),
        ("sb1", "solarbank", "power"),
        ("sb1", "grid", "charge_trend"),
    ],
)
async def test_a_days_curve_holds_the_energy_of_its_range_query(
    start_cloud: StartCloud, scenario: str, kind: str, field: str
) -> None:
    system = await start_cloud(scenario=scenario)
    curve = await ask(system, kind, "2026-06-01", "2026-06-01", "day")
    day = await ask(system, kind, "2026-06-01", "2026-06-01")
    curve_kwh = sum(float(point["value"]) for point in curve[field]) / 3 / 1000
    assert curve_kwh == pytest.approx(float(day[field][0]["value"]), abs=0.01)
