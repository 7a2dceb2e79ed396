"""The Flux dashboard on the daily totals that InfluxDB gets, against the PromQL dashboard."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from solix_exporter.influx.points import Naming, day_lines
from solix_exporter.ledger import DayIdentity, DayTotal
from solix_exporter.model.energy import Flow
from solix_exporter.sim.world import SimSite
from tests.grafana import truth
from tests.grafana.dashboards import FOLDER, Target, filled, flux_targets, load, panels
from tests.grafana.flux_subset import Point, read_lines, run, run_shares
from tests.grafana.grafana_queries import WEEK, ask, target_of
from tests.grafana.servers import Prometheus

HOME = truth.site_called("Home")
BOARD = "energy-influxdb"
VARIABLES = {"bucket": "solix", "prefix": "solix_", "timezone": "Europe/Berlin"}
WEEK_START = (truth.NOW - WEEK).replace(hour=0, minute=0, second=0)

FLOWS = {
    **{Flow(flow): attribute for flow, attribute in truth.FLOWS.items()},
    **{Flow(f"{source}_to_{sink}"): name for (source, sink), name in truth.EDGES.items()},
}


def written(site: SimSite) -> Iterator[str]:
    """Give a site's days as the exporter writes them to InfluxDB, with a plug's beside."""
    start = truth.START
    while start < truth.NOW:
        energy = truth.energy(site, start, min(start + timedelta(days=1), truth.NOW))
        day = DayIdentity(site.site_id, start.date(), "default", truth.utc(start))
        amounts = [
            ("", flow, truth.value(energy, name))
            for flow, name in FLOWS.items()
            if flow.value in truth.flows(site) or flow.value not in truth.FLOWS
        ]
        yield from day_lines(
            Naming("solix_"),
            day,
            [
                DayTotal(site.site_id, sn, day.day, flow, wh, wh, closed=False, revision=1)
                for sn, flow, wh in [*amounts, ("PLUG", Flow.PLUG, 1000.0)]
            ],
        )
        start += timedelta(days=1)


@pytest.fixture(scope="module")
def points() -> list[Point]:
    sites = [s for s in truth.listed_sites() if s.spec.plant.place.zone == truth.BERLIN]
    return list(read_lines("\n".join(line for site in sites for line in written(site))))


def flux(panel: str, points: list[Point], site: str) -> dict[str, dict[datetime | None, float]]:
    query = filled(target_of(BOARD, panel).content["query"], **VARIABLES, site=site)
    return run(query, points, WEEK_START.timestamp(), truth.NOW.timestamp())


@pytest.mark.parametrize(
    ("panel", "label", "titles"),
    [
        ("PV by destination", "sink", {"home": "Home", "battery": "Battery", "grid": "Grid"}),
        ("Home by source", "source", {"pv": "PV", "battery": "Battery", "grid": "Grid"}),
    ],
)
@pytest.mark.parametrize("site", [HOME, truth.site_called("Workshop")], ids=["Home", "Workshop"])
def test_both_dashboards_show_the_same_days(
    history: Prometheus,
    points: list[Point],
    panel: str,
    label: str,
    titles: dict[str, str],
    site: SimSite,
) -> None:
    by_flux = flux(panel, points, site.site_id)
    by_promql = ask(history, target_of("energy", panel), site=site.site_id)
    assert by_flux
    for names, shown in by_promql.items():
        name = titles[dict(names)[label]]
        if name not in by_flux:
            assert {energy for _, energy in shown} == {0.0}
            continue
        days = {at.timestamp(): energy for at, energy in by_flux[name].items() if at}
        assert days == pytest.approx(dict(shown), abs=0.5)


def test_both_dashboards_show_the_same_table_of_days(
    history: Prometheus, points: list[Point]
) -> None:
    by_flux = flux("Days", points, ".*")
    in_zone = "|".join({point.tags["site_id"] for point in points})
    for ref_id, name in zip("ABCDEF", by_flux, strict=True):
        (shown,) = ask(history, target_of("energy", "Days", ref_id), site=in_zone).values()
        days = {at.timestamp(): energy for at, energy in by_flux[name].items() if at}
        assert days == pytest.approx(dict(shown), abs=5)


def test_the_sum_of_the_chosen_time_is_the_sum_of_its_days(points: list[Point]) -> None:
    (whole,) = flux("PV", points, HOME.site_id)["PV"].values()
    assert whole == pytest.approx(truth.energy(HOME, WEEK_START, truth.NOW).pv, abs=0.1)
    months = flux("Months", points, HOME.site_id)["PV"]
    assert [at.month for at in months if at] == [6, 7]
    assert sum(months.values()) == pytest.approx(whole)


def of_the_first_day(*amounts: tuple[str, str, dict[str, float]]) -> list[Point]:
    """Return points of the week's first day: account, site, Wh."""
    at = int(WEEK_START.timestamp())
    return [
        Point("solix_energy_day", {"account": account, "site_id": site}, fields, at)
        for account, site, fields in amounts
    ]


def shares(points: list[Point]) -> dict[str, list[float]]:
    query = filled(
        target_of(BOARD, "Self-sufficiency and self-consumption").content["query"],
        **VARIABLES,
        site=".*",
    )
    found = run_shares(query, points, WEEK_START.timestamp(), truth.NOW.timestamp())
    return {title: list(days.values()) for title, days in found.items()}


def test_a_site_that_two_accounts_write_counts_once() -> None:
    # The member's exporter has not seen the day's last 100 Wh.
    seen = of_the_first_day(
        ("owner", "s", {"pv_wh": 1000.0}),
        ("member", "s", {"pv_wh": 900.0}),
        ("owner", "t", {"pv_wh": 500.0}),
    )
    for panel in ("PV", "Months", "Days"):
        assert list(flux(panel, seen, ".*")["PV"].values()) == [1500.0]


def test_a_share_is_of_the_sites_alone_that_tell_both_ends() -> None:
    seen = of_the_first_day(
        ("owner", "s", {"home_wh": 1000.0, "grid_import_wh": 250.0, "pv_wh": 40.0}),
        ("member", "s", {"home_wh": 1000.0, "grid_import_wh": 250.0, "grid_export_wh": 0.0}),
        ("owner", "without meter", {"home_wh": 3000.0, "pv_wh": 3000.0}),
    )
    # 1 - 250 / 1000; of 40 Wh PV there is no share.
    assert shares(seen) == {"Self-sufficiency": [0.75], "Self-consumption": []}


def test_both_dashboards_show_the_same_shares(history: Prometheus, points: list[Point]) -> None:
    in_zone = "|".join({point.tags["site_id"] for point in points})
    by_flux = shares(points)
    for ref_id, title in (("A", "Self-sufficiency"), ("B", "Self-consumption")):
        target = target_of("energy", "Self-sufficiency and self-consumption", ref_id)
        (shown,) = ask(history, target, site=in_zone).values()
        assert by_flux[title] == pytest.approx([share for _, share in shown], abs=0.001)


@pytest.mark.parametrize(("panel", "unit"), [("Months", "M"), ("Years", "y")])
def test_the_first_month_and_the_first_year_are_whole_ones(panel: str, unit: str) -> None:
    (shown,) = (row for row in panels(load(FOLDER / f"{BOARD}.json")) if row["title"] == panel)
    # Flux cuts the first window off at the start of the range, and the board shows 30 days.
    assert re.fullmatch(rf"now-\d+{unit}/{unit}", shown["timeFrom"])


@pytest.mark.parametrize("target", flux_targets(), ids=lambda target: target.name)
def test_a_flux_query_asks_for_fields_of_the_schema(target: Target) -> None:
    query = filled(target.content["query"], **VARIABLES, site=".*")
    assert set(re.findall(r'r\._field == "(\w+)"', query)) <= {f"{flow.value}_wh" for flow in Flow}
    assert set(re.findall(r'r\._measurement == "(\w+)"', query)) == {"solix_energy_day"}
    assert "$" not in query.replace("$/", "")
    for opening, closing in ("()", "[]", "{}"):
        assert query.count(opening) == query.count(closing)
