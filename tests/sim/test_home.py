import itertools
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solix_exporter.sim import example_systems
from solix_exporter.sim.example_systems import HOME
from solix_exporter.sim.flows import CHARGE_GAIN, DISCHARGE_COST, units
from solix_exporter.sim.home import Home
from solix_exporter.sim.system_specs import SystemSpec
from solix_exporter.sim.weather import STEP_S, STEPS

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
SYSTEMS = [spec for spec in vars(example_systems).values() if isinstance(spec, SystemSpec)]
SUNNY = [spec for spec in SYSTEMS if spec.plant.strings]
days = st.integers(min_value=19000, max_value=21500)  # 2022 to 2028
seeds = st.integers(min_value=0, max_value=2**32)


def new_home(seed: int, spec: SystemSpec = HOME) -> Home:
    return Home(spec.plant, seed, spec.built)


def at(day: int, second: float = 0.0) -> datetime:
    return EPOCH + timedelta(days=day, seconds=second)


@settings(deadline=None, max_examples=40)
@given(spec=st.sampled_from(SYSTEMS), day=days, seed=seeds)
def test_every_watt_has_a_source_and_a_sink(spec: SystemSpec, day: int, seed: int) -> None:
    flows = new_home(seed, spec).day(day)
    for step in range(STEPS):
        pv = sum(column[step] for column in flows.strings)
        from_battery = flows.discharge[step] + flows.grid_to_battery[step]
        assert pv + from_battery == flows.output[step] + flows.charge[step]
        assert (
            flows.output[step] + flows.grid_to_home[step] == flows.home[step] + flows.export[step]
        )


@given(
    spec=st.sampled_from([spec for spec in SYSTEMS if spec.plant.ev]), day=days, seed=seeds,
    first_s=st.integers(0, 86400), more_s=st.integers(0, 2 * 86400),
)  # fmt: skip
@settings(max_examples=20)
def test_what_the_car_took_needs_no_battery_to_be_known(
    spec: SystemSpec, day: int, seed: int, first_s: int, more_s: int
) -> None:
    start, end = at(day, first_s), at(day, first_s + more_s)
    home = new_home(seed, spec)
    assert home.ev_wh(start, end) == pytest.approx(home.energy(start, end).ev)


@settings(deadline=None, max_examples=40)
@given(spec=st.sampled_from(SYSTEMS), day=days, seed=seeds)
def test_the_battery_holds_what_went_in_less_its_losses(
    spec: SystemSpec, day: int, seed: int
) -> None:
    home = new_home(seed, spec)
    flows = home.day(day)
    full = units(home.plant.battery.capacity_wh)
    for step in range(STEPS):
        gain = flows.charge[step] * CHARGE_GAIN - flows.discharge[step] * DISCHARGE_COST
        lost = flows.content[step] + gain - flows.content[step + 1]
        assert 0 <= lost <= DISCHARGE_COST, "less than one watt-step, and never a gift"
        assert 0 <= flows.content[step + 1] <= full
    following = new_home(seed, spec).day(day + 1)
    assert following.content[0] == flows.content[-1], "days join without a gap"


@settings(deadline=None, max_examples=40)
@given(spec=st.sampled_from(SUNNY), day=days, seed=seeds)
def test_limits_are_kept(spec: SystemSpec, day: int, seed: int) -> None:
    flows = new_home(seed, spec).day(day)
    assert max(flows.output) <= spec.plant.output_limit_w
    assert max(flows.charge) <= spec.plant.battery.charge_limit_w
    assert max(flows.discharge) <= spec.plant.battery.discharge_limit_w
    columns = (flows.home, flows.charge, flows.discharge, flows.export, *flows.strings)
    assert min(map(min, columns)) >= 0
    assert max(flows.content) <= units(spec.plant.battery.capacity_wh)
    assert not any(a and b for a, b in zip(flows.export, flows.grid_to_home, strict=True))


@settings(deadline=None, max_examples=25)
@given(
    day=days,
    second=st.integers(min_value=0, max_value=86399),
    asked_before=st.lists(days, max_size=4),
)
def test_a_state_depends_on_nothing_but_seed_and_time(
    day: int, second: int, asked_before: list[int]
) -> None:
    used = new_home(7)
    for other in asked_before:
        used.state(at(other, 40000))
    assert used.state(at(day, second)) == new_home(7).state(at(day, second))


@settings(deadline=None, max_examples=25)
@given(day=days, parts=st.lists(st.integers(1, 86399), max_size=5, unique=True))
def test_the_energy_of_a_day_is_that_of_its_parts(day: int, parts: list[int]) -> None:
    home = new_home(3)
    edges = [0, *sorted(parts), 86400]
    whole = home.energy(at(day), at(day + 1))
    pieces = [home.energy(at(day, start), at(day, end)) for start, end in itertools.pairwise(edges)]
    for name in ("pv", "home", "charge", "discharge", "grid_to_home", "export"):
        assert sum(getattr(piece, name) for piece in pieces) == pytest.approx(
            getattr(whole, name), abs=1e-6
        )


@pytest.mark.parametrize(
    ("date", "hours"),
    [((2026, 3, 29), 23), ((2026, 6, 20), 24), ((2026, 10, 25), 25)],
    ids=["spring forward", "ordinary", "fall back"],
)
def test_a_local_day_is_the_sum_of_its_states(date: tuple[int, int, int], hours: int) -> None:
    home = new_home(5)
    start = datetime(*date, tzinfo=BERLIN)
    end = (start + timedelta(days=1)).astimezone(UTC)
    first = start.astimezone(UTC)
    steps = int((end - first).total_seconds()) // STEP_S
    assert steps == hours * 12
    states = [home.state(first + timedelta(seconds=STEP_S * step)) for step in range(steps)]
    energy = home.energy(first, end)
    share = STEP_S / 3600
    assert energy.pv == pytest.approx(share * sum(state.pv_w for state in states))
    assert energy.home == pytest.approx(share * sum(state.home_w for state in states))
    assert energy.grid_import == pytest.approx(share * sum(s.grid_import_w for s in states))
    assert energy.solar_to_home + energy.battery_to_home + energy.grid_to_home == pytest.approx(
        energy.home
    )
    assert energy.solar_to_home + energy.solar_to_battery + energy.solar_to_grid == pytest.approx(
        energy.pv
    )


def test_a_long_summer_day_yields_more_than_a_short_one_in_winter() -> None:
    home = new_home(11)

    def month_wh(month: int) -> float:
        start = datetime(2026, month, 1, tzinfo=UTC)
        return home.energy(start, start + timedelta(days=28)).pv

    assert month_wh(6) > 2.5 * month_wh(12)


def test_the_sun_does_not_shine_at_night_and_stands_highest_about_noon() -> None:
    home = new_home(2)
    pv = [home.state(datetime(2026, 6, 20, hour, tzinfo=BERLIN)).pv_w for hour in range(24)]
    assert pv[0] == pv[1] == pv[2] == pv[23] == 0
    assert max(pv) == max(pv[8:18]) > 0


@settings(deadline=None, max_examples=25)
@given(day=days, seconds=st.lists(st.integers(0, 86399), min_size=2, max_size=6))
def test_the_lifetime_total_never_falls(day: int, seconds: list[int]) -> None:
    home = new_home(4)
    moments = [at(day - 1, 86399), *(at(day, second) for second in sorted(seconds)), at(day + 1)]
    totals = [home.state(moment).lifetime_wh for moment in moments]
    assert totals == sorted(totals)


@pytest.mark.parametrize("spec", SUNNY, ids=lambda spec: spec.name)
def test_the_lifetime_total_grows_about_as_the_production_does(spec: SystemSpec) -> None:
    home = new_home(4, spec)
    start, end = datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 8, 1, tzinfo=UTC)
    grown = home.state(end).lifetime_wh - home.state(start).lifetime_wh
    assert grown == pytest.approx(home.energy(start, end).pv, rel=0.06)
