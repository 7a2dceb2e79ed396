import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from grafana.generator.live import DEVICE_STATES, USAGE_MODES, States
from solix_exporter.model.device import ChargingStatus
from solix_exporter.model.usage import UsageMode
from tests.grafana.dashboards import FILES, FOLDER, ROOT, Json, load, panels, promql_targets
from tests.grafana.lint import RULES

EXCLUSIONS = yaml.safe_load((FOLDER / ".lint").read_text(encoding="utf-8"))["exclusions"]


def overlooked(rule: str) -> Iterator[tuple[str, str]]:
    for entry in EXCLUSIONS.get(rule, {}).get("entries", []):
        yield entry["dashboard"], entry.get("panel", "")


@pytest.mark.parametrize("rule", RULES)
def test_the_boards_keep_the_linters_rule(rule: str) -> None:
    found = {
        (board["title"], panel): text
        for board in map(load, FILES)
        for panel, _, text in RULES[rule](board)
    }
    assert {place: text for place, text in found.items() if place not in overlooked(rule)} == {}
    assert set(overlooked(rule)) <= set(found), "an exclusion is not needed any more"


def test_every_exclusion_says_why() -> None:
    assert set(EXCLUSIONS) <= set(RULES)
    assert all(exclusion["reason"] for exclusion in EXCLUSIONS.values())


# What the linter does not ask for.


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_panels_have_ids_places_and_something_to_say_when_empty(file: Path) -> None:
    board = load(file)
    ids = [panel["id"] for panel in board["panels"]]
    assert len(set(ids)) == len(ids)
    assert all(panel["fieldConfig"]["defaults"].get("noValue") for panel in panels(board))
    assert not list(overlaps(board["panels"]))
    assert all(panel["gridPos"]["x"] + panel["gridPos"]["w"] <= 24 for panel in board["panels"])


def overlaps(placed: list[Json]) -> Iterator[tuple[str, str]]:
    cells: dict[tuple[int, int], str] = {}
    for panel in placed:
        place = panel["gridPos"]
        for x in range(place["x"], place["x"] + place["w"]):
            for y in range(place["y"], place["y"] + place["h"]):
                if (x, y) in cells:
                    yield cells[x, y], panel["title"]
                cells[x, y] = panel["title"]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_board_links_to_the_others_and_can_be_imported(file: Path) -> None:
    board = load(file)
    assert board["uid"] == f"solix-{file.stem}"
    assert board["schemaVersion"] >= 40
    (link,) = board["links"]
    assert (link["type"], link["tags"], link["includeVars"]) == ("dashboards", ["solix"], True)
    assert "solix" in board["tags"]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_sites_are_chosen_by_name(file: Path) -> None:
    variables = {variable["name"]: variable for variable in load(file)["templating"]["list"]}
    if file.stem == "exporter":
        assert "site" not in variables
        return
    assert "(?<text>" in variables["site"]["regex"]
    assert variables["site"]["multi"]


@pytest.mark.parametrize(
    ("states", "known"), [(DEVICE_STATES, ChargingStatus), (USAGE_MODES, UsageMode)]
)
def test_the_timelines_know_every_state_of_the_exporter(
    states: States, known: type[ChargingStatus] | type[UsageMode]
) -> None:
    named = [state for pattern, _, _ in states for state in pattern.split("|")]
    assert sorted(named) == sorted(state.value for state in known)


_OF_DEVICES = re.compile(r"\b(sum|avg|count)\b.*\bsolix_battery_(capacity|stored)", re.DOTALL)


def expressions() -> Iterator[str]:
    """Give the expressions of all panels, rules and alerts."""
    yield from (target.expr for target in promql_targets())
    for rules in (ROOT / "deploy" / "prometheus").glob("*/*.yml"):
        for group in (yaml.safe_load(rules.read_text(encoding="utf-8")) or {}).get("groups", []):
            yield from (rule["expr"] for rule in group["rules"])


def test_the_capacities_of_devices_are_never_added_up() -> None:
    # The controller of an X1 holds what its modules hold; the sum is the site's.
    found = list(expressions())
    assert any("solix_battery_capacity_watthours" in expr for expr in found)
    assert [expr for expr in found if _OF_DEVICES.search(expr)] == []
