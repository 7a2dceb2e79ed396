"""The rules of Grafana's dashboard-linter, as far as they concern these dashboards.

Each rule gives its findings as (panel, number of the target, text); panel and number are empty
for what concerns the board. What a rule must overlook stands in `grafana/dashboards/.lint`, the
linter's own file.
"""

import re
from collections.abc import Callable, Iterator

from tests.grafana.dashboards import Json, Target, panels, targets

Finding = tuple[str, int, str]
Rule = Callable[[Json], Iterator[Finding]]

DESCRIBED = {"stat", "gauge", "table", "timeseries", "piechart", "barchart", "heatmap"} | {
    "state-timeline"
}
UNITS = {
    *("watt", "watth", "percentunit", "s", "dtdurations", "none", "short", "bytes", "dBm", "cpm"),
    "time:YYYY-MM-DD",
}
SELECTOR = re.compile(r"(?<![\w:])([a-zA-Z_:][\w:]*)\{([^{}]*)\}")
COUNTER = re.compile(r"(?:(\w+)\()?(?<![\w:])([a-z_:][\w:]*_total)\{")


def variables(board: Json, kind: str) -> dict[str, Json]:
    return {v["name"]: v for v in board["templating"]["list"] if v["type"] == kind}


def template_datasource_rule(board: Json) -> Iterator[Finding]:
    for name, variable in variables(board, "datasource").items():
        names = {"datasource": "Data source"}
        names |= {f"{variable['query']}_datasource": f"{TITLES[variable['query']]} data source"}
        if names.get(name) != variable["label"]:
            yield "", 0, f"variable {name} is called {variable['label']}"
    if len(variables(board, "datasource")) != 1:
        yield "", 0, "not one variable for the data source"


TITLES = {"prometheus": "Prometheus", "influxdb": "InfluxDB"}


def _template_rule(name: str) -> Rule:
    def rule(board: Json) -> Iterator[Finding]:
        variable = variables(board, "query").get(name)
        if variable is None:
            yield "", 0, f"no variable {name}"
            return
        wanted = {"label": name.capitalize(), "multi": True, "allValue": ".+"}
        for key, value in wanted.items():
            if variable[key] != value:
                yield "", 0, f"{name}: {key} is not {value}"
        if variable["datasource"]["uid"] != "${datasource}":
            yield "", 0, f"{name} does not use the variable"

    return rule


def template_on_time_change_reload_rule(board: Json) -> Iterator[Finding]:
    for name, variable in variables(board, "query").items():
        if variable["refresh"] != 2:
            yield "", 0, f"{name} is not read again when the time range changes"


def template_uneditable_rule(board: Json) -> Iterator[Finding]:
    if board["editable"]:
        yield "", 0, "editable"


def panel_datasource_rule(board: Json) -> Iterator[Finding]:
    (name,) = variables(board, "datasource")
    for panel in panels(board):
        sources = [panel["datasource"], *(t["datasource"] for t in panel["targets"])]
        if {source["uid"] for source in sources} != {f"${{{name}}}"}:
            yield panel["title"], 0, "does not use the variable"


def panel_title_description_rule(board: Json) -> Iterator[Finding]:
    for panel in panels(board):
        if panel["type"] not in DESCRIBED:
            yield panel["title"], 0, f"unknown kind of panel {panel['type']}"
        if len(panel["title"]) < 2 or len(panel["description"]) < 30:
            yield panel["title"], 0, "no title, or no description worth the name"


def panel_units_rule(board: Json) -> Iterator[Finding]:
    for panel in panels(board):
        unit = panel["fieldConfig"]["defaults"].get("unit")
        if unit not in UNITS:
            yield panel["title"], 0, f"unit {unit}"


def panel_no_targets_rule(board: Json) -> Iterator[Finding]:
    for panel in panels(board):
        if not panel.get("targets"):
            yield panel["title"], 0, "no targets"


def _over_targets(find: Callable[[Target], Iterator[str]]) -> Rule:
    def rule(board: Json) -> Iterator[Finding]:
        for target in targets(board):
            for text in find(target):
                yield target.panel, target.number, text

    return rule


def _selectors_carry(label: str) -> Callable[[Target], Iterator[str]]:
    def find(target: Target) -> Iterator[str]:
        for metric, matchers in SELECTOR.findall(target.expr):
            if f'{label}=~"${label}"' not in matchers:
                yield f"{metric} without {label}"

    return find


def _rate_interval(target: Target) -> Iterator[str]:
    for window in re.findall(r"\bi?rate\([^\[]*\[([^\]:]*)", target.expr):
        if window != "$__rate_interval":
            yield f"rate over {window}"


def _counters_are_aggregated(target: Target) -> Iterator[str]:
    for function, metric in COUNTER.findall(target.expr):
        if function not in {"rate", "irate", "increase"}:
            yield f"{metric} is not in rate or increase"


RULES: dict[str, Rule] = {
    "template-datasource-rule": template_datasource_rule,
    "template-job-rule": _template_rule("job"),
    "template-instance-rule": _template_rule("instance"),
    "template-on-time-change-reload-rule": template_on_time_change_reload_rule,
    "template-uneditable-rule": template_uneditable_rule,
    "panel-datasource-rule": panel_datasource_rule,
    "panel-title-description-rule": panel_title_description_rule,
    "panel-units-rule": panel_units_rule,
    "panel-no-targets-rule": panel_no_targets_rule,
    "target-job-rule": _over_targets(_selectors_carry("job")),
    "target-instance-rule": _over_targets(_selectors_carry("instance")),
    "target-rate-interval-rule": _over_targets(_rate_interval),
    "target-counter-agg-rule": _over_targets(_counters_are_aggregated),
}
"""`target-promql-rule` is not here: a Prometheus runs every query in `test_queries`."""
