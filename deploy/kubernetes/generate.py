"""Writes for Kubernetes: dashboards as ConfigMaps, alert rules as a PrometheusRule.

Run it after a change of `grafana/dashboards` or `deploy/prometheus/rules`; a test holds the result.
"""

import sys
from collections.abc import Mapping
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
DASHBOARDS = Path("grafana/dashboards")
RULES = Path("deploy/prometheus/rules")
RULE_FILE = Path("deploy/kubernetes/components/prometheus-operator/prometheusrule.yaml")
DASHBOARD_FILE = DASHBOARDS / "kustomization.yaml"
NAME = "solix-exporter"
HEAD = "# Made by deploy/kubernetes/generate.py; do not edit.\n"


def dashboards(root: Path) -> str:
    """Return the kustomization that makes a ConfigMap of each dashboard.

    One each, because a ConfigMap holds at most 1 MiB; the label is what Grafana's sidecar seeks.
    """
    files = sorted(file.name for file in (root / DASHBOARDS).glob("*.json"))
    return _written(
        {
            "apiVersion": "kustomize.config.k8s.io/v1beta1",
            "kind": "Kustomization",
            "generatorOptions": {
                "disableNameSuffixHash": True,
                "labels": {"app.kubernetes.io/name": NAME, "grafana_dashboard": "1"},
                "annotations": {"grafana_folder": "Anker Solix"},
            },
            "configMapGenerator": [
                {"name": f"solix-dashboard-{name.removesuffix('.json')}", "files": [name]}
                for name in files
            ],
        }
    )


def prometheus_rule(root: Path) -> str:
    """Return all groups of all rule files as one object of the Prometheus operator."""
    groups = [
        group
        for file in sorted((root / RULES).glob("*.yml"))
        for group in yaml.safe_load(file.read_text("utf-8"))["groups"]
    ]
    return _written(
        {
            "apiVersion": "monitoring.coreos.com/v1",
            "kind": "PrometheusRule",
            "metadata": {"name": NAME, "labels": {"app.kubernetes.io/name": NAME}},
            "spec": {"groups": groups},
        }
    )


def _written(content: Mapping[str, object]) -> str:
    return HEAD + yaml.safe_dump(content, sort_keys=False, width=100, allow_unicode=True)


def generated(root: Path) -> dict[Path, str]:
    """Return the text of each generated file."""
    return {DASHBOARD_FILE: dashboards(root), RULE_FILE: prometheus_rule(root)}


if __name__ == "__main__":
    for path, text in generated(ROOT).items():
        (ROOT / path).write_text(text, "utf-8")
        sys.stdout.write(f"wrote {path}\n")
