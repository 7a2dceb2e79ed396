"""The dashboards and rules name only metrics that exist, with the labels that they have."""

import re
from pathlib import Path

import yaml

from solix_exporter.metrics.catalogue import CATALOGUE
from solix_exporter.metrics.delivery import DeliveryMetrics
from solix_exporter.metrics.own import OwnMetrics
from tests.grafana import truth
from tests.grafana.dashboards import ROOT, promql_targets

PROMETHEUS = ROOT / "deploy" / "prometheus"
RULES = (*sorted(PROMETHEUS.glob("rules/*.yml")), *sorted(PROMETHEUS.glob("migration/*.yml")))
NAME = re.compile(r"(?<![\w:$\"])(?:solix|process|anker)[\w:]*")
STRINGS = re.compile(r'"[^"]*"')


def rules_of(file: Path) -> list[dict[str, str]]:
    groups = yaml.safe_load(file.read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def names_in(expr: str) -> set[str]:
    return set(NAME.findall(STRINGS.sub('""', expr)))


def exposed() -> dict[str, tuple[str, ...]]:
    """Return the labels of every metric of the exporter, by name."""
    own = OwnMetrics("1.2.3")
    own.watch_budget(lambda: ())
    DeliveryMetrics(own)
    names = {row.name: row.labels for row in CATALOGUE}
    for metric in own.registry.collect():
        name = f"{metric.name}_total" if metric.type == "counter" else metric.name
        names[name] = own.labels.get(name, ())
        if metric.type == "histogram":
            names[f"{name}_bucket"] = names[name]
    return names


def recorded() -> set[str]:
    return {rule["record"] for file in RULES for rule in rules_of(file) if "record" in rule}


def test_every_metric_of_the_dashboards_exists() -> None:
    named = {name for target in promql_targets() for name in names_in(target.expr)}
    assert sorted(named - set(exposed()) - recorded()) == []


def test_every_metric_of_the_rules_exists() -> None:
    named = {name for file in RULES for rule in rules_of(file) for name in names_in(rule["expr"])}
    assert sorted(named - set(exposed()) - recorded()) == []


def test_the_simulated_fortnight_has_the_exporters_labels() -> None:
    known = exposed()
    made = [sample for _, sample in truth.samples([truth.NOW])]
    others = {
        name: {key for key, _ in labels} - set(known[name])
        for name, labels, _ in made
        if name in known
    }
    assert len(others) > 20
    assert {name: keys for name, keys in others.items() if keys} == {}
