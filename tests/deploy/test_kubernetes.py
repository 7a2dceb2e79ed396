"""The manifests: valid by the API's own schemas, and in agreement with each other."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from solix_exporter.config.shard import resolve_pod
from solix_exporter.metrics.catalogue import CATALOGUE
from solix_exporter.metrics.own import OWN_METRICS
from tests.deploy.files import DASHBOARDS, DEPLOY, PORT, ROOT, dashboards, load

KUBERNETES = DEPLOY / "kubernetes"
API_VERSION = "1.32"
OVERLAYS = ("single", "sharded")
KUSTOMIZATIONS = sorted(
    file.parent
    for file in [*KUBERNETES.rglob("kustomization.yaml"), DASHBOARDS / "kustomization.yaml"]
)
MANIFESTS = sorted(
    file
    for file in KUBERNETES.rglob("*.yaml")
    if file.name not in {"kustomization.yaml", "solix.yaml", "shards.yaml"}
)
OPERATOR = "monitoring.coreos.com/v1"


def read(file: Path) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(file.read_text("utf-8"))
    return content


def by_kind(kind: str) -> dict[str, Any]:
    (found,) = (content for content in map(read, MANIFESTS) if content["kind"] == kind)
    return found


def references(folder: Path) -> Iterator[Path]:
    """Give every file and folder that a kustomization names."""
    content = read(folder / "kustomization.yaml")
    for key in ("resources", "components"):
        yield from (folder / name for name in content.get(key, []))
    for patch in content.get("patches", []):
        yield folder / patch["path"]
    for key in ("secretGenerator", "configMapGenerator"):
        for generator in content.get(key, []):
            yield from (folder / name for name in generator["files"])


def build(overlay: str) -> list[dict[str, Any]]:
    """Return the objects that kubectl builds of an overlay; skips without one new enough."""
    kubectl = shutil.which("kubectl")
    if kubectl is None:
        pytest.skip("no kubectl: install one of 1.22 or newer from kubernetes.io")
    done = subprocess.run(  # noqa: S603  kubectl on our own files
        [kubectl, "kustomize", str(KUBERNETES / "overlays" / overlay)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if "unknown field" in done.stderr and "components" in done.stderr:
        pytest.skip("this kubectl is older than 1.22 and knows no components")
    assert done.returncode == 0, done.stderr
    return list(yaml.safe_load_all(done.stdout))


@pytest.mark.parametrize("folder", KUSTOMIZATIONS, ids=lambda folder: folder.name)
def test_a_kustomization_names_what_exists_and_leaves_nothing_out(folder: Path) -> None:
    named = {path.resolve() for path in references(folder)}
    assert [path for path in named if not path.exists()] == []
    # kustomize takes files from below its folder alone, folders from anywhere.
    assert all(path.is_dir() or path.is_relative_to(folder) for path in named)
    assert all((path / "kustomization.yaml").is_file() for path in named if path.is_dir())
    there = {file for file in folder.iterdir() if file.suffix in {".yaml", ".json", ".password"}}
    assert there - {folder / "kustomization.yaml"} <= named


@pytest.mark.parametrize("file", MANIFESTS, ids=lambda file: file.name)
def test_a_manifest_fits_the_schema_of_its_kind(file: Path) -> None:
    content = read(file)
    if content["apiVersion"] == OPERATOR:
        assert content["kind"] in {"ServiceMonitor", "PrometheusRule"}
        assert set(content) == {"apiVersion", "kind", "metadata", "spec"}
        return
    assert kubernetes_validate.validate(content, API_VERSION, strict=True) == API_VERSION


def test_a_wrong_manifest_would_be_found() -> None:
    content = read(KUBERNETES / "base" / "statefulset.yaml")
    content["spec"]["replica"] = 2
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(content, API_VERSION, strict=True)


def test_ports_names_and_labels_agree() -> None:
    stateful, service = by_kind("StatefulSet")["spec"], by_kind("Service")
    labels = stateful["template"]["metadata"]["labels"]
    (container,) = stateful["template"]["spec"]["containers"]
    (port,) = container["ports"]
    assert port == {"name": "metrics", "containerPort": PORT, "protocol": "TCP"}
    assert stateful["serviceName"] == service["metadata"]["name"]
    assert stateful["selector"]["matchLabels"] == labels
    assert service["spec"]["selector"] == labels
    assert service["spec"]["ports"][0]["port"] == PORT
    assert service["spec"]["ports"][0]["targetPort"] == port["name"]
    monitor = by_kind("ServiceMonitor")["spec"]
    assert monitor["selector"]["matchLabels"] == service["metadata"]["labels"]
    assert monitor["endpoints"][0]["port"] == service["spec"]["ports"][0]["name"]
    policy = by_kind("NetworkPolicy")["spec"]
    assert policy["podSelector"]["matchLabels"] == labels
    assert policy["ingress"][0]["ports"] == [{"port": PORT, "protocol": "TCP"}]
    account = by_kind("ServiceAccount")["metadata"]["name"]
    assert stateful["template"]["spec"]["serviceAccountName"] == account
    for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
        assert container[probe]["httpGet"]["port"] == port["name"]
        assert container[probe]["httpGet"]["path"] in {"/-/healthy", "/-/ready"}


def relabelled(labels: dict[str, str]) -> dict[str, str]:
    """Return a target's labels as Prometheus has them after the ServiceMonitor's relabelings."""
    for rule in by_kind("ServiceMonitor")["spec"]["endpoints"][0]["relabelings"]:
        if rule.get("action", "replace") == "labeldrop":
            labels = {
                name: text for name, text in labels.items() if not re.fullmatch(rule["regex"], name)
            }
        else:
            (source,) = rule["sourceLabels"]
            labels = labels | {rule["targetLabel"]: labels[source]}
    return labels


def test_a_pod_stays_one_instance_and_the_clouds_endpoint_stays_a_label() -> None:
    # What the operator and Prometheus give a target of a ServiceMonitor.
    labels = relabelled(
        {
            "__meta_kubernetes_pod_name": "solix-exporter-0",
            "instance": "10.1.2.3:7654",
            "job": "solix-exporter",
            "namespace": "solix",
            "service": "solix-exporter",
            "pod": "solix-exporter-0",
            "container": "exporter",
            "endpoint": "metrics",
        }
    )
    assert labels["instance"] == "solix-exporter-0"
    exported = {name for own in OWN_METRICS for name in own.labels}
    exported |= {name for metric in CATALOGUE for name in metric.labels}
    assert "endpoint" in exported
    assert not exported & set(labels)


def test_every_mount_has_its_volume_and_the_state_is_kept() -> None:
    stateful = by_kind("StatefulSet")["spec"]
    pod = stateful["template"]["spec"]
    (container,) = pod["containers"]
    mounted = {mount["name"]: mount["mountPath"] for mount in container["volumeMounts"]}
    claims = {claim["metadata"]["name"] for claim in stateful["volumeClaimTemplates"]}
    assert set(mounted) == claims | {volume["name"] for volume in pod["volumes"]}
    environ = {row["name"]: row["value"] for row in container["env"]}
    assert mounted["state"] == environ["SOLIX_STATE_DIR"]
    assert claims == {"state"}
    assert f"--config.file={mounted['settings']}/solix.yaml" in container["args"]


def test_the_pod_meets_the_restricted_standard() -> None:
    pod = by_kind("StatefulSet")["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    user = pod["securityContext"]["runAsUser"]
    assert f"USER {user}:{user}" in (ROOT / "Dockerfile").read_text("utf-8")
    namespace = read(KUBERNETES / "overlays" / "single" / "namespace.yaml")
    enforced = "pod-security.kubernetes.io/enforce"
    assert namespace["metadata"]["labels"][enforced] == "restricted"


def test_the_example_of_settings_is_a_good_one() -> None:
    folder = KUBERNETES / "overlays" / "single"
    done = subprocess.run(  # noqa: S603  our own program
        [
            sys.executable, "-m", "solix_exporter", "serve", "--config.check",
            f"--config.file={folder / 'solix.yaml'}",
        ],
        cwd=ROOT, env={"HOME": "/nonexistent"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stdout == "The settings are good. Accounts: home.\n", done.stderr


def test_there_are_as_many_shards_as_replicas() -> None:
    for file in ("base/statefulset.yaml", "overlays/sharded/shards.yaml"):
        spec = load(f"deploy/kubernetes/{file}")["spec"]
        (container,) = spec["template"]["spec"]["containers"]
        (shard,) = (row["value"] for row in container["env"] if row["name"] == "SOLIX_SHARD")
        last = {"HOSTNAME": f"solix-exporter-{spec['replicas'] - 1}"}
        assert resolve_pod(shard, last) == f"{spec['replicas'] - 1}/{spec['replicas']}"


def test_what_is_generated_is_up_to_date() -> None:
    done = subprocess.run(  # noqa: S603  our own script
        [sys.executable, "-c", _COMPARE], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.stdout == "", "run: python deploy/kubernetes/generate.py"
    assert done.returncode == 0, done.stderr


_COMPARE = """
import runpy
made = runpy.run_path("deploy/kubernetes/generate.py")
for path, text in made["generated"](made["ROOT"]).items():
    if (made["ROOT"] / path).read_text("utf-8") != text:
        print(path)
"""


def test_each_dashboard_fits_into_a_config_map() -> None:
    generators = read(DASHBOARDS / "kustomization.yaml")["configMapGenerator"]
    assert [row["files"] for row in generators] == [[file.name] for file in dashboards()]
    assert all(file.stat().st_size < 1024 * 1024 for file in dashboards())


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_kubectl_builds_what_the_api_accepts(overlay: str) -> None:
    objects = build(overlay)
    kinds = {content["kind"] for content in objects}
    assert kinds >= {
        "ConfigMap", "NetworkPolicy", "PrometheusRule", "Secret", "Service", "ServiceMonitor",
        "StatefulSet",
    }  # fmt: skip
    for content in objects:
        if content["apiVersion"] != OPERATOR:
            kubernetes_validate.validate(content, API_VERSION, strict=True)
        if content["kind"] != "Namespace":
            assert content["metadata"]["namespace"] == "solix"


@pytest.mark.parametrize(("overlay", "replicas"), [("single", 1), ("sharded", 3)])
def test_an_overlay_has_its_shards_and_its_secret(overlay: str, replicas: int) -> None:
    objects = build(overlay)
    (stateful,) = (content["spec"] for content in objects if content["kind"] == "StatefulSet")
    (secret,) = (content for content in objects if content["kind"] == "Secret")
    pod = stateful["template"]["spec"]
    assert stateful["replicas"] == replicas
    assert {"name": "SOLIX_SHARD", "value": f"pod/{replicas}"} in pod["containers"][0]["env"]
    (settings,) = (volume for volume in pod["volumes"] if volume["name"] == "settings")
    assert settings["secret"]["secretName"] == secret["metadata"]["name"]
    assert set(secret["data"]) == {"solix.yaml", "home.password"}
