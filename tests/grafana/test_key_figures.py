"""What key panels show of the simulated fortnight, against what was physically the case."""

from datetime import datetime, timedelta

import pytest

from solix_exporter.sim.flow_energy import Energy
from solix_exporter.sim.world import SimSite
from tests.grafana import truth
from tests.grafana.dashboards import FILES, Target, load, panels, promql_targets
from tests.grafana.grafana_queries import WEEK, ask, target_of
from tests.grafana.servers import Prometheus, Series

HOME = truth.site_called("Home")
BALCONY = truth.site_called("Balcony")
"""It has a micro inverter behind its solarbank."""
SITES = truth.listed_sites()
IN_ZONE = [site for site in SITES if site.spec.plant.place.zone == truth.BERLIN]
"""Those whose days begin with the dashboard's."""
TODAY = truth.NOW.replace(hour=0, minute=0, second=0)
CLOSE = 0.5
"""Wh by which Prometheus may be off: it extrapolates the hour at the ends of a range."""


def big_numbers() -> list[Target]:
    """Return the queries over a time range whose newest point is shown as a number."""
    kinds = {
        (board["uid"], panel["title"]): panel["type"]
        for board in map(load, FILES)
        for panel in panels(board)
    }
    return [
        target
        for target in promql_targets()
        if kinds[target.board, target.panel] in {"stat", "gauge", "piechart"}
        and not target.content["instant"]
    ]


def newest(found: Series, **labels: str) -> float:
    """Return the last value of the one series with these labels."""
    (points,) = (points for names, points in found.items() if set(labels.items()) <= names)
    return points[-1][1]


def today(site: SimSite) -> Energy:
    return truth.energy(site, TODAY, truth.NOW)


def week(site: SimSite) -> Energy:
    return truth.energy(site, truth.NOW - WEEK, truth.NOW)


@pytest.mark.parametrize(
    ("panel", "attribute"),
    [("PV", "pv_w"), ("Home", "home_w")],
)
def test_power_now_is_the_sum_of_the_chosen_sites(
    history: Prometheus, panel: str, attribute: str
) -> None:
    target = target_of("live", panel)
    of_all = [getattr(site.home.state(truth.utc(truth.NOW)), attribute) for site in SITES]
    assert newest(ask(history, target)) == sum(of_all)
    assert newest(ask(history, target, site=HOME.site_id)) == of_all[SITES.index(HOME)]


@pytest.mark.parametrize("target", big_numbers(), ids=lambda target: target.name)
def test_a_big_number_vanishes_with_what_it_shows(history: Prometheus, target: Target) -> None:
    after = truth.NOW + timedelta(hours=3)
    assert ask(history, target)
    assert not ask(history, target, after)


def test_battery_and_grid_have_their_signs(history: Prometheus) -> None:
    for hours in (1, 9):
        at = truth.NOW - timedelta(hours=hours)
        now = HOME.home.state(truth.utc(at))
        battery = newest(ask(history, target_of("live", "Battery"), at, HOME.site_id))
        grid = newest(ask(history, target_of("live", "Grid"), at, HOME.site_id))
        assert battery == now.battery_charge_w - now.battery_discharge_w
        assert grid == now.grid_import_w - now.grid_export_w


def test_the_charge_is_weighted_by_capacity(history: Prometheus) -> None:
    at = truth.NOW - timedelta(hours=3)
    states = [site.home.state(truth.utc(at)) for site in SITES if truth.tells_charge(site)]
    expected = sum(s.stored_wh for s in states) / sum(s.capacity_wh for s in states)
    assert newest(ask(history, target_of("live", "State of charge"), at)) == pytest.approx(
        expected, abs=1e-6
    )


@pytest.mark.parametrize("at", [truth.NOW, truth.NOW - timedelta(days=3, hours=9)])
def test_todays_energy_and_self_sufficiency(history: Prometheus, at: datetime) -> None:
    start = at.replace(hour=0, minute=0, second=0)
    energy = truth.energy(HOME, start, at)
    shown = newest(ask(history, target_of("energy", "From the grid"), at, HOME.site_id))
    assert shown == pytest.approx(energy.grid_import, abs=CLOSE)
    ratio = newest(ask(history, target_of("energy", "Self-sufficiency"), at, HOME.site_id))
    assert ratio == pytest.approx((energy.home - energy.grid_import) / energy.home, abs=1e-4)


@pytest.mark.parametrize(
    ("panel", "whole", "part"),
    [("Self-sufficiency", "home", "grid_import"), ("Self-consumption", "pv", "grid_export")],
)
def test_a_site_without_a_meter_improves_no_share(
    history: Prometheus, panel: str, whole: str, part: str
) -> None:
    unmetered = [site for site in SITES if "grid_import" not in truth.flows(site)]
    metered = [site for site in SITES if site not in unmetered]
    assert BALCONY in unmetered
    sums = [
        sum(
            truth.value(
                truth.energy(site, truth.day_start(site, truth.NOW), truth.NOW), truth.FLOWS[flow]
            )
            for site in metered
        )
        for flow in (whole, part)
    ]
    shown = newest(ask(history, target_of("energy", panel)))
    assert shown == pytest.approx((sums[0] - sums[1]) / sums[0], abs=1e-4)


@pytest.mark.parametrize("site", IN_ZONE, ids=lambda site: site.spec.name)
def test_each_bar_is_the_day_that_it_stands_on(history: Prometheus, site: SimSite) -> None:
    found = ask(history, target_of("energy", "PV by destination"), site=site.site_id)
    for sink, attribute in (
        ("home", "solar_to_home"),
        ("battery", "solar_to_battery"),
        ("grid", "solar_to_grid"),
    ):
        points = dict(found[frozenset({("sink", sink)})])
        assert len(points) == 8
        for stamp, shown in points.items():
            start = datetime.fromtimestamp(stamp, truth.BERLIN)
            assert (start.hour, start.minute) == (0, 0)
            end = min(start + timedelta(days=1), truth.NOW)
            expected = truth.value(truth.energy(site, start, end), attribute)
            assert shown == pytest.approx(expected, abs=CLOSE)


def test_the_table_from_where_to_where(history: Prometheus) -> None:
    found = ask(history, target_of("energy", "From where to where"), site=HOME.site_id)
    for (source, sink), attribute in truth.EDGES.items():
        shown = newest(found, source=source, sink=sink)
        assert shown == pytest.approx(truth.value(week(HOME), attribute), rel=2e-3, abs=20)


def test_the_time_before_is_the_week_before(history: Prometheus) -> None:
    before = truth.energy(HOME, truth.NOW - 2 * WEEK + timedelta(hours=2), truth.NOW - WEEK)
    end = truth.NOW
    chosen = newest(
        ask(history, target_of("energy", "Compared with the time before"), end, HOME.site_id),
        flow="PV",
    )
    past = newest(
        ask(history, target_of("energy", "Compared with the time before", "B"), end, HOME.site_id),
        flow="PV",
    )
    change = newest(
        ask(history, target_of("energy", "Compared with the time before", "C"), end, HOME.site_id),
        flow="PV",
    )
    assert chosen == pytest.approx(week(HOME).pv, rel=2e-3)
    assert past == pytest.approx(before.pv, rel=5e-3)
    assert change == pytest.approx(chosen / past - 1, abs=1e-9)


def test_months_end_with_the_month(history: Prometheus) -> None:
    found = ask(history, target_of("energy", "Months"), site=HOME.site_id)
    july = datetime(2025, 7, 1, tzinfo=truth.BERLIN)
    june_wh = truth.energy(HOME, truth.START, july).pv
    july_wh = truth.energy(HOME, july, truth.NOW).pv
    assert newest(found, month="2025-06") == pytest.approx(june_wh, abs=CLOSE)
    assert newest(found, month="2025-07") == pytest.approx(july_wh, abs=CLOSE)


def test_cycles_and_efficiency(history: Prometheus) -> None:
    energy = week(HOME)
    capacity_wh = HOME.spec.plant.battery.capacity_wh
    cycles = newest(
        ask(history, target_of("battery", "Full cycles in the chosen time"), site=HOME.site_id)
    )
    assert cycles == pytest.approx(energy.discharge / capacity_wh, rel=5e-3)
    shown = newest(ask(history, target_of("battery", "Round-trip efficiency"), site=HOME.site_id))
    # The simulated cells keep 96 % of what goes in and give up 104 % of what comes out; what still
    # lies in them at the end counts as delivered.
    gained = (
        HOME.home.state(truth.utc(truth.NOW)).stored_wh
        - HOME.home.state(truth.utc(truth.NOW - WEEK)).stored_wh
    )
    assert shown == pytest.approx((energy.discharge + gained) / energy.charge, abs=5e-3)
    assert 0.90 < shown < 0.97


def test_savings_of_the_chosen_time(history: Prometheus) -> None:
    grown_wh = HOME.home.lifetime_wh(truth.utc(truth.NOW)) - HOME.home.lifetime_wh(
        truth.utc(truth.NOW - WEEK)
    )
    shown = newest(
        ask(history, target_of("money", "Saved in the chosen time"), site=HOME.site_id),
        currency="EUR",
    )
    assert shown == pytest.approx(grown_wh / 1000 * 0.32, rel=5e-3)


def test_currencies_are_not_added(history: Prometheus) -> None:
    found = ask(history, target_of("money", "Bought from the grid"))
    dollars = week(truth.site_called("Ranch")).grid_import / 1000 * 0.15
    assert {dict(names)["currency"] for names in found} == {"EUR", "USD"}
    assert newest(found, currency="USD") == pytest.approx(dollars, rel=2e-2)


def test_savings_of_months_are_in_their_currency(history: Prometheus) -> None:
    found = ask(history, target_of("money", "Savings by month"))
    ranch = truth.site_called("Ranch")
    first = truth.day_start(ranch, truth.NOW).replace(day=1)
    grown_wh = ranch.home.lifetime_wh(truth.utc(truth.NOW)) - ranch.home.lifetime_wh(
        truth.utc(first)
    )
    shown = newest(found, currency="USD", month="2025-07")
    assert shown == pytest.approx(grown_wh / 1000 * 0.15, rel=1e-3)
    assert {dict(names)["currency"] for names in found} == {"EUR", "USD"}


def test_all_is_well_in_the_fleet_but_empty_batteries(history: Prometheus) -> None:
    shown = ask(history, target_of("fleet", "Sites, worst first", "B"))
    empty = {
        site.site_id
        for site in SITES
        if site.spec.plant.battery.capacity_wh
        and site.home.state(truth.utc(truth.NOW)).soc_ratio < 0.05
    }
    assert {dict(names)["site_id"]: points[0][1] for names, points in shown.items()} == {
        site.site_id: float(site.site_id in empty) for site in SITES
    }


def test_an_inverter_asleep_is_no_trouble(history: Prometheus) -> None:
    asleep = f'solix_device_online{{site_id="{BALCONY.site_id}"}} == 0'
    assert history.query(asleep, at=truth.NOW.timestamp())
    assert newest(ask(history, target_of("fleet", "Devices offline"))) == 0


def test_the_fleet_shows_the_chosen_sites_alone(history: Prometheus) -> None:
    for letter in "ABCDEFGHI":
        target = target_of("fleet", "Sites, worst first", letter)
        shown = ask(history, target, site=HOME.site_id)
        assert {dict(names)["site_id"] for names in shown} == {HOME.site_id}, letter
