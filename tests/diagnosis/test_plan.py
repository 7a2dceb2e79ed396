from datetime import UTC, datetime

from solix_exporter.clock import ManualClock
from solix_exporter.cloud.budget import Budget, EndpointDemand, Limits, Plan
from solix_exporter.diagnosis.plan import examine_plan
from solix_exporter.diagnosis.report import Mark
from solix_exporter.model.events import SilentObserver

EU = "https://eu.example"
SCENE = "power_service/v1/site/get_scen_info"
LIST = "power_service/v1/site/get_site_list"
ENERGY = "power_service/v1/site/energy_analysis"
CURRENCIES = "power_service/v1/currency/get_list"


def demand(*plans: Plan) -> tuple[EndpointDemand, ...]:
    budget = Budget(ManualClock(datetime(2026, 6, 20, tzinfo=UTC)), SilentObserver(), Limits(10, 2))
    for plan in plans:
        budget.declare(plan)
    return budget.demand()


def test_a_plan_that_fits_is_told_in_requests_a_minute() -> None:
    (finding,) = examine_plan(
        demand(
            Plan("home/sites", EU, {LIST: 1, SCENE: 2}, 60),
            Plan("home/energy", EU, {ENERGY: 2}, 300),
            Plan("home/details", EU, {CURRENCIES: 1}, 86400),
        )
    )
    assert finding.mark is Mark.OK
    # 2 in 300 s are 0.4 a minute, one in 86400 s is one a day.
    assert finding.text == (
        "eu.example: scene_info 2.0/min, site_list 1.0/min, energy_analysis 0.4/min,"
        " currency_list 1.0/d of 8 each"
    )


def test_accounts_behind_one_address_share_the_budget() -> None:
    plans = [Plan(f"{name}/sites", EU, {LIST: 1, SCENE: 8}, 60) for name in ("a", "b", "c")]
    (finding,) = examine_plan(demand(*plans))
    assert finding.mark is Mark.NOTE
    # 24 scenes a minute where 8 may go: three times less often.
    assert "scene_info 24.0/min" in finding.text
    assert finding.text.endswith("the polls run 3.0 times less often than configured")
    assert "--shard" in finding.advice


def test_each_server_has_a_budget_of_its_own() -> None:
    found = examine_plan(
        demand(
            Plan("a/sites", EU, {SCENE: 8}, 60),
            Plan("b/sites", "https://com.example", {SCENE: 8}, 60),
        )
    )
    assert [finding.mark for finding in found] == [Mark.OK, Mark.OK]
    assert found[0].text == "com.example: scene_info 8.0/min of 8 each"
