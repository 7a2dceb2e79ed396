"""The dashboards and rules name only metrics that exist, with the labels that they have."""

import re
from pathlib import Path

import yaml

from solix_exporter.metrics.catalogue import CATALOGUE
from solix_exporter.metrics.influx_metrics import INFLUX_METRICS
from solix_exporter.metrics.modbus_metrics import MODBUS_METRICS
from solix_exporter.metrics.mqtt_metrics import MQTT_METRICS
from solix_exporter.metrics.own import OWN_METRICS
from solix_exporter.metrics.process import ProcessMetrics
from tests.grafana import truth
from tests.grafana.dashboards import ROOT, promql_targets
from tests.scraping import samples_of

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
    process = "".join(ProcessMetrics().texts(openmetrics=False))
    names: dict[str, tuple[str, ...]] = {name: () for name, _ in samples_of(process)}
    for own in (*OWN_METRICS, *INFLUX_METRICS, *MQTT_METRICS, *MODBUS_METRICS):
        names[f"{own.name}_bucket" if own.kind == "histogram" else own.name] = own.labels
    return names | {row.name: row.labels for row in CATALOGUE}


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
