"""Systems without a capture: hand-made answers after reference 04, sections 1.3, 3.1 and 3.2."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime

import orjson
import pytest

from solix_exporter.clock import ManualClock
from solix_exporter.cloud.budget import Budget, Limits
from solix_exporter.cloud.decode import decode
from solix_exporter.cloud.endpoints.endpoint import Endpoint
from solix_exporter.cloud.endpoints.home_systems import HES_ENERGY, PANEL_ENERGY
from solix_exporter.cloud.endpoints.sites import SITE_ENERGY
from solix_exporter.errors import EmptyAnswer, RequestRejected
from solix_exporter.model.energy import THIRD_PARTY_PV, DayTotals, EnergyAnswer, EnergyDay, Flow
from solix_exporter.model.events import SilentObserver
from solix_exporter.model.products import product_of
from solix_exporter.model.site import SiteType
from solix_exporter.poll.backoff import Backoff
from solix_exporter.poll.energy.checks import limit_wh, repeats
from solix_exporter.poll.energy.kinds import (
    DEVICES,
    GRID,
    PV_INPUTS,
    SystemProfile,
    queries_of,
    untracked,
)
from solix_exporter.poll.energy.reader import DayReader
from solix_exporter.poll.jobs import PollTools

DAY = date(2026, 6, 20)


def answer(endpoint: Endpoint[EnergyAnswer], data: object) -> EnergyAnswer:
    return decode(endpoint, orjson.dumps({"code": 0, "data": data}), SilentObserver())


def only_day(found: EnergyAnswer) -> EnergyDay:
    (day,) = found.days
    return day


def point(value: str, rods: object = None) -> dict[str, object]:
    return {"time": "2026-06-20", "value": value, "rods": rods}


# --- parsers ---


def test_a_power_stations_charge_comes_with_its_sources() -> None:
    # Hand-made: documented, never captured.
    rods = [
        {"source_type": "grid", "from": "0", "to": "0.40"},
        {"source_type": "on-board-solar", "from": "0.40", "to": "1.15"},
        {"source_type": "third-solar", "from": "1.15", "to": "1.25"},
    ]
    found = only_day(answer(SITE_ENERGY["pps"], {"power": [point("1.25", rods)]}))
    assert found.day == DAY
    assert found.flows == {
        Flow.BATTERY_CHARGE: 1250,
        Flow.GRID_TO_BATTERY: 400,
        Flow.PV_TO_BATTERY: 750,
        Flow.THIRD_PARTY_PV_TO_BATTERY: 100,
    }


OTHER_PV = [
    ("home_usage", "third_party_pv_to_home", Flow.THIRD_PARTY_PV_TO_HOME),
    ("solarbank", "third_party_pv_to_bat", Flow.THIRD_PARTY_PV_TO_BATTERY),
    ("grid", "third_party_pv_to_grid", Flow.THIRD_PARTY_PV_TO_GRID),
]


@pytest.mark.parametrize(("kind", "field", "flow"), OTHER_PV)
def test_pv_that_is_not_the_systems(kind: str, field: str, flow: Flow) -> None:
    # Hand-made: captures hold no system beside other PV, but the "0" of one without.
    data = {"power": [point("1.25")], field: "0.75", "total_energy_unit": "kwh"}
    assert only_day(answer(SITE_ENERGY[kind], data)).flows[flow] == 750


@pytest.mark.parametrize("data", [{"power": None}, {"power": []}, {"local_time": "x"}])
@pytest.mark.parametrize("kind", ["solarbank", "home_usage", "grid", "solar_production"])
def test_an_answer_without_the_day_is_no_day_without_energy(kind: str, data: object) -> None:
    with pytest.raises(EmptyAnswer):
        answer(SITE_ENERGY[kind], data)


@pytest.mark.parametrize("endpoint", [*PANEL_ENERGY.values(), *HES_ENERGY.values()])
def test_a_station_without_the_day_is_no_day_without_energy(
    endpoint: Endpoint[EnergyAnswer],
) -> None:
    with pytest.raises(EmptyAnswer):
        answer(endpoint, {"energyUnit": "KWh", "energy": []})


def test_an_ev_charger_tells_one_number() -> None:
    found = only_day(answer(SITE_ENERGY["ev_charger"], {"power": [point("17.30")]}))
    assert found.flows == {Flow.EV_CHARGE: 17300}


@pytest.mark.parametrize("data", [None, {}, {"power": None}, {"power": []}])
def test_a_kind_that_a_site_does_not_have_gives_nothing(data: object) -> None:
    assert answer(SITE_ENERGY["solar_production_pv1"], data) == EnergyAnswer()


def test_a_day_without_any_record_gives_nothing_although_totals_are_zero() -> None:
    data = {"power": [point("0")], "home_usage_total": "0.00", "grid_to_home_total": "0.00"}
    assert only_day(answer(SITE_ENERGY["home_usage"], data)).flows == {}


def plugs(*energies: str) -> dict[str, object]:
    listed = [{"device_sn": f"P{n}", "total_power": energy} for n, energy in enumerate(energies)]
    return {"smart_plug_info": {"smartplug_list": listed, "total_power": "0.00"}}


def test_plugs_tell_their_energy_where_nothing_else_knows_the_home() -> None:
    # As beside a first generation bank, whose home statistics are without any record.
    data = {"power": [point("0")], "home_usage_total": "0.00"} | plugs("1.66", "0.00")
    found = only_day(answer(SITE_ENERGY["home_usage"], data))
    assert found.flows == {Flow.PLUG: 1660}
    assert found.devices == {"P0": {Flow.PLUG: 1660}, "P1": {Flow.PLUG: 0}}
    none = {"power": [point("0")]} | plugs("0.00")
    assert only_day(answer(SITE_ENERGY["home_usage"], none)).devices == {}


def test_an_energy_below_zero_is_left_out() -> None:
    data = {"power": [point("4.00")]} | plugs("1.66", "-3.00")
    found = only_day(answer(SITE_ENERGY["home_usage"], data))
    assert found.flows == {Flow.HOME: 4000, Flow.PLUG: 1660}
    assert found.devices == {"P0": {Flow.PLUG: 1660}}
    rods = [{"source_type": "grid", "from": "0.40", "to": "0.10"}]
    found = only_day(answer(SITE_ENERGY["pps"], {"power": [point("1.25", rods)]}))
    assert found.flows == {Flow.BATTERY_CHARGE: 1250}


def test_totals_of_several_days_belong_to_none_of_them() -> None:
    data = {
        "power": [point("1.00"), {"time": "2026-06-21", "value": "2.00"}],
        "charge_total": "0.50",
        "solar_to_grid_total": "0.20",
    }
    found = answer(SITE_ENERGY["solar_production"], data)
    assert [day.flows for day in found.days] == [{Flow.PV: 1000}, {Flow.PV: 2000}]


def test_a_value_that_is_no_number_is_left_out() -> None:
    data = {"power": [point("---")], "charge_total": {}, "solar_to_grid_total": "0.20"}
    assert only_day(answer(SITE_ENERGY["solar_production"], data)).flows == {
        Flow.PV_TO_GRID: 200,
        Flow.GRID_EXPORT: 200,
    }


def test_a_home_energy_system_tells_where_its_export_came_from() -> None:
    # Hand-made after section 3.2: `hes` means two things, told apart by `imported`.
    data = {
        "energyUnit": "KWh",
        "energy": [{"value": "2.00", "negValue": "-5.00"}],
        "aggregates": [
            {"type": "hes", "value": "0.50", "unit": "KWh", "imported": True},
            {"type": "home", "value": "1.50", "unit": "KWh", "imported": True},
            {"type": "hes", "value": "1.00", "unit": "KWh", "imported": False},
            {"type": "solar", "value": "4.00", "unit": "KWh", "imported": False},
        ],
    }
    assert only_day(answer(HES_ENERGY["grid"], data)).flows == {
        Flow.GRID_IMPORT: 2000,
        Flow.GRID_EXPORT: 5000,
        Flow.GRID_TO_BATTERY: 500,
        Flow.GRID_TO_HOME: 1500,
        Flow.BATTERY_TO_GRID: 1000,
        Flow.PV_TO_GRID: 4000,
    }


@pytest.mark.parametrize(
    ("unit", "wh"), [("KWh", 1250), ("MWh", 1_250_000), ("Wh", 1.25), ("", 1250)]
)
def test_units_are_read(unit: str, wh: float) -> None:
    data = {"energyUnit": unit, "energy": [{"value": "1.25"}]}
    assert only_day(answer(PANEL_ENERGY["solar"], data)).flows == {Flow.PV: wh}


# --- what is asked ---


def profile(site_type: SiteType, *models: str) -> SystemProfile:
    devices = tuple((f"SN{n}", product_of(model)) for n, model in enumerate(models))
    return SystemProfile("site", site_type, devices)


BANKS = SiteType.SOLARBANK


@pytest.mark.parametrize(
    ("system", "extras", "requests"),
    [
        # Never more than the reference's client asks for a day: section 2.5, D=1 with totals.
        (profile(BANKS, "A17C0"), (), 1),
        (profile(BANKS, "A17C1", "A17X7"), (), 3),
        (profile(BANKS, "A17C1", "A17X7"), (PV_INPUTS,), 7),
        (profile(BANKS, "A17C1", "A17X7"), (PV_INPUTS, GRID), 8),
        (profile(BANKS, "A17C2", "A17X7"), (PV_INPUTS,), 6),
        (profile(BANKS, "A17C3"), (PV_INPUTS,), 5),
        (profile(BANKS, "A17C1", "A17C0"), (PV_INPUTS,), 7),
        (profile(BANKS, "A17C5", "A17C5", "A17C5", "A17X7"), (PV_INPUTS, DEVICES, GRID), 7),
        (profile(BANKS), (), 3),
        (profile(SiteType.PPS, "A5143", "A1771"), (), 1),
        (profile(SiteType.EV_CHARGER, "A5191"), (), 2),
        (profile(SiteType.EV_CHARGER, "A5191", "A17X7"), (), 4),
        (profile(SiteType.SOLARBANK_PPS, "A1782"), (DEVICES,), 2),
        (profile(SiteType.SOLARBANK_PPS, "A1782", "A1782"), (DEVICES,), 4),
        (profile(SiteType.POWERPANEL, "A17B1"), (), 4),
        (profile(SiteType.HES, "A5103"), (), 4),
        (profile(SiteType.HES, "A5103", "A5191"), (), 5),
        (profile(SiteType.VIRTUAL, "A5143"), (), 1),
        (profile(SiteType.HOME_BACKUP, "A17E1"), (), 0),
    ],
)
def test_how_many_requests_a_day_of_a_system_takes(
    system: SystemProfile, extras: tuple[str, ...], requests: int
) -> None:
    assert len(queries_of(system, frozenset(extras))) == requests


def test_every_request_has_the_fields_that_its_endpoint_takes() -> None:
    for site_type, model in (
        (BANKS, "A17C1"), (SiteType.POWERPANEL, "A17B1"), (SiteType.HES, "A5103"),
        (SiteType.VIRTUAL, "A5143"), (SiteType.SOLARBANK_PPS, "A1782"),
    ):  # fmt: skip
        for query in queries_of(profile(site_type, model), frozenset({PV_INPUTS})):
            body = query.body("site", DAY, DAY)
            assert set(body) <= set(query.endpoint.body)
            assert query.endpoint.body_with(dict(body))
            assert "2026-06-20" in body.values()


def test_zeros_of_what_is_not_there_are_left_out() -> None:
    without_meter = untracked(profile(BANKS, "A17C1"))
    assert {Flow.GRID_IMPORT, Flow.GRID_EXPORT, Flow.GRID_TO_BATTERY} <= without_meter
    assert Flow.AC_SOCKET not in without_meter
    assert Flow.AC_SOCKET in untracked(profile(BANKS, "A17C3", "A17X7"))
    assert Flow.GRID_TO_BATTERY not in untracked(profile(BANKS, "A17C2"))
    only_meter = untracked(profile(SiteType.EV_CHARGER, "A5191", "A17X7"))
    assert {Flow.PV, Flow.BATTERY_CHARGE} <= only_meter
    assert Flow.GRID_IMPORT not in only_meter
    assert untracked(profile(SiteType.HES, "A5103")) == THIRD_PARTY_PV


def test_zeros_of_other_pv_count_where_the_owner_told_of_it() -> None:
    told = replace(profile(BANKS, "A17C5", "A17X7"), has_third_party_pv=True)
    assert untracked(told).isdisjoint(THIRD_PARTY_PV)
    assert untracked(replace(told, has_third_party_pv=False)) >= THIRD_PARTY_PV


# --- a reading ---


class Fixed:
    """A source that gives one answer to everything, or none."""

    def __init__(self, give: Callable[[Endpoint[EnergyAnswer]], EnergyAnswer]) -> None:
        self._give = give

    async def fetch(self, endpoint: Endpoint[EnergyAnswer], **_body: str) -> EnergyAnswer:
        return self._give(endpoint)

    def login_state(self) -> None:
        return None


def reader(give: Callable[[Endpoint[EnergyAnswer]], EnergyAnswer]) -> DayReader:
    clock, observer = ManualClock(datetime(2026, 6, 20, tzinfo=UTC)), SilentObserver()
    tools = PollTools(clock, Budget(clock, observer, Limits(0)), observer)
    return DayReader(Fixed(give), tools)  # type: ignore[arg-type]  # what is needed of a source


async def test_undated_days_that_are_too_many_are_not_guessed() -> None:
    system = profile(SiteType.POWERPANEL, "A17B1")
    two = EnergyAnswer((EnergyDay(None, {Flow.PV: 1.0}), EnergyDay(None, {Flow.PV: 2.0})))
    queries = queries_of(system, frozenset())
    reading = await reader(lambda _: two).read(system, queries, DAY)
    assert dict(reading.totals) == {}


async def test_a_day_that_nobody_asked_for_is_not_taken() -> None:
    system = profile(BANKS, "A17C1")
    other = EnergyAnswer((EnergyDay(date(2026, 6, 19), {Flow.PV: 1.0}),))
    reading = await reader(lambda _: other).read(system, queries_of(system, frozenset()), DAY)
    assert dict(reading.totals) == {}
    assert reading.is_complete


async def test_nothing_follows_from_what_cannot_be_true() -> None:
    system = profile(BANKS, "A17C5", "A17X7")
    # 500 kWh charged, where a bank takes at most 6 kW for 24 hours: 144 kWh.
    flows = {
        Flow.BATTERY_CHARGE: 500_000.0,
        Flow.PV_TO_BATTERY: 900.0,
        Flow.GRID_TO_HOME: 1500.0,
    }
    told = EnergyAnswer((EnergyDay(DAY, flows),))
    reading = await reader(lambda _: told).read(system, queries_of(system, frozenset()), DAY)
    # Else the rest of the charge would be 499.1 kWh of import, which a grid connection can carry.
    assert dict(reading.totals) == {("", Flow.PV_TO_BATTERY): 900, ("", Flow.GRID_TO_HOME): 1500}


async def test_a_system_that_the_cloud_refuses_is_an_error_and_not_an_empty_day() -> None:
    system = profile(BANKS, "A17C1")

    def refuse(_: Endpoint[EnergyAnswer]) -> EnergyAnswer:
        raise RequestRejected("no")

    reading = await reader(refuse).read(system, queries_of(system, frozenset()), DAY)
    assert isinstance(reading.error, RequestRejected)


@pytest.mark.parametrize("has_answered", [False, True])
async def test_a_day_waits_for_what_was_answered_before_and_is_refused_now(
    *, has_answered: bool
) -> None:
    system, gives = profile(BANKS, "A17C1"), [has_answered]
    clock, observer = ManualClock(datetime(2026, 6, 20, tzinfo=UTC)), SilentObserver()
    tools = PollTools(clock, Budget(clock, observer, Limits(0)), observer)

    def give(_: Endpoint[EnergyAnswer]) -> EnergyAnswer:
        if not gives[0]:
            raise RequestRejected("no")
        return EnergyAnswer((EnergyDay(DAY, {Flow.PV: 1.0}),))

    found = DayReader(Fixed(give), tools, backoff=Backoff(tools, 0.0))  # type: ignore[arg-type]
    await found.read(system, queries_of(system, frozenset()), DAY)
    gives[0] = False
    reading = await found.read(system, queries_of(system, frozenset()), DAY)
    assert isinstance(reading.error, RequestRejected)
    assert reading.is_complete != has_answered


# --- limits and shares ---


def test_limits_grow_with_the_system() -> None:
    one, three = profile(BANKS, "A17C5"), profile(BANKS, "A17C5", "A17C5", "A17C5")
    assert limit_wh(one, "", Flow.PV) == 24 * 6000
    assert limit_wh(three, "", Flow.PV) == 3 * 24 * 6000
    assert limit_wh(one, "SN", Flow.PLUG) == 24 * 3680
    assert limit_wh(one, "", Flow.GRID_IMPORT) == 24 * 43470
    assert limit_wh(profile(SiteType.VIRTUAL, "A5143"), "", Flow.PV) == 24 * 2000


@pytest.mark.parametrize(
    ("today", "yesterday", "same"),
    [
        ({Flow.PV: 9000.0}, {Flow.PV: 9000.0}, True),
        ({Flow.PV: 9000.0, Flow.HOME: 8150.0}, {Flow.PV: 9000.0, Flow.HOME: 8000.0}, True),
        ({Flow.PV: 0.0, Flow.HOME: 300.0}, {Flow.PV: 9000.0, Flow.HOME: 8000.0}, False),
        ({Flow.PV: 0.0}, {Flow.PV: 0.0}, False),
        ({Flow.PV: 20.0}, {Flow.PV: 20.0}, False),
        ({Flow.PV: 9000.0}, {}, False),
        ({Flow.HOME: 9000.0}, {Flow.HOME: 5000.0}, False),
    ],
)
def test_what_counts_as_yesterdays_answer(
    today: dict[Flow, float], yesterday: dict[Flow, float], *, same: bool
) -> None:
    assert repeats(today, yesterday) is same


@pytest.mark.parametrize(
    ("home", "imported", "ratio"),
    [(8000.0, 2000.0, 0.75), (8000.0, 9000.0, 0.0), (49.0, 0.0, None), (50.0, 0.0, 1.0)],
)
def test_self_sufficiency(home: float, imported: float, ratio: float | None) -> None:
    flows = {Flow.HOME: home, Flow.GRID_IMPORT: imported}
    totals = DayTotals(DAY, datetime(2026, 6, 20, tzinfo=UTC), flows)
    assert totals.self_sufficiency_ratio == ratio
    assert totals.self_consumption_ratio is None
