"""Compose, Prometheus, Alertmanager and Grafana: what one file names, another one has."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from solix_exporter.config import Settings
from solix_exporter.config.environment import _ACCOUNT_VARIABLES, _setting_variables
from tests.conftest import program
from tests.deploy.files import DEPLOY, PORT, ROOT, dashboards, load, variables

COMPOSE: dict[str, Any] = load("deploy/compose.yaml")
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
PROMETHEUS: dict[str, Any] = load("deploy/prometheus/prometheus.yml")
DATASOURCES = load("deploy/grafana/provisioning/datasources/solix.yaml")["datasources"]
PROVIDERS = load("deploy/grafana/provisioning/dashboards/solix.yaml")["providers"]
KNOWN = {
    *(name for name, _ in _setting_variables()),
    *_ACCOUNT_VARIABLES.values(),
    *(f"{name}_FILE" for name in _ACCOUNT_VARIABLES.values()),
    "SOLIX_INFLUXDB__TOKEN_FILE",
}
PORTS = {"exporter": PORT, "prometheus": 9090, "alertmanager": 9093, "influxdb": 8086}


def mounts(service: str) -> dict[str, str]:
    """Return the mounts of a service: path inside -> source."""
    rows = [row.split(":") for row in SERVICES[service].get("volumes", [])]
    return {row[1]: row[0] for row in rows}


def binds() -> list[tuple[str, str]]:
    return [
        (service, source)
        for service in SERVICES
        for source in mounts(service).values()
        if source.startswith(".")
    ]


def inside(service: str, path: str) -> Path:
    """Return the file of the project that a service finds at a path."""
    for target, source in mounts(service).items():
        if path == target or path.startswith(f"{target}/"):
            return (DEPLOY / source / path.removeprefix(target).lstrip("/")).resolve()
    raise AssertionError(f"{service} has nothing at {path}")


def told(url_or_target: str) -> tuple[str, int]:
    parts = urlsplit(url_or_target if "://" in url_or_target else f"//{url_or_target}")
    assert parts.hostname is not None
    assert parts.port is not None
    return parts.hostname, parts.port


@pytest.mark.parametrize(("service", "source"), binds())
def test_what_is_mounted_exists(service: str, source: str) -> None:
    assert (DEPLOY / source).exists()


def test_volumes_and_secrets_are_declared_and_each_is_used() -> None:
    named = {
        source for service in SERVICES for source in mounts(service).values() if source[0] != "."
    }
    assert named == set(COMPOSE["volumes"])
    used = {secret for service in SERVICES.values() for secret in service.get("secrets", [])}
    assert used == set(COMPOSE["secrets"])


@pytest.mark.parametrize("secret", [*COMPOSE["secrets"], "influxdb/token", "influxdb/password"])
def test_secrets_are_files_that_git_does_not_take(secret: str) -> None:
    path = f"deploy/secrets/{secret}"
    listed = COMPOSE["secrets"].get(secret)
    assert listed is None or listed["file"] == f"./secrets/{secret}"
    ignored = subprocess.run(  # noqa: S603  git on our own tree
        [program("git", "git"), "check-ignore", "--quiet", path], cwd=ROOT, check=False
    )
    assert ignored.returncode == 0
    assert path.removeprefix("deploy/") in (DEPLOY / "README.md").read_text("utf-8")


def test_secrets_reach_the_exporter_where_it_looks_for_them() -> None:
    exporter = SERVICES["exporter"]
    files = {k: v for k, v in exporter["environment"].items() if k.startswith("ANKER")}
    assert set(files) == {"ANKERUSER_FILE", "ANKERPASSWORD_FILE", "ANKERCOUNTRY_FILE"}
    assert {path.removeprefix("/run/secrets/") for path in files.values()} == set(
        exporter["secrets"]
    )


def test_without_an_influxdb_the_exporter_has_no_setting_of_one() -> None:
    for name, value in SERVICES["exporter"]["environment"].items():
        if name.startswith("SOLIX_INFLUXDB__"):
            assert re.fullmatch(r"\$\{INFLUXDB_[A-Z_]+:-\}", value), name


def test_the_demo_needs_no_account_and_live_and_demo_share_a_name() -> None:
    runs = [name for name, row in SERVICES.items() if row.get("profiles", ["demo"]) == ["demo"]]
    assert set(runs) == {"demo", "prometheus", "alertmanager", "grafana"}
    assert not any("secrets" in SERVICES[name] for name in runs)
    for name in ("demo", "exporter"):
        assert SERVICES[name]["networks"]["default"]["aliases"] == ["exporter"]
    assert SERVICES["demo"]["command"][0] == "demo"
    assert f"--web.listen-address=:{PORT}" in SERVICES["demo"]["command"]


def test_the_port_is_the_exporters_everywhere() -> None:
    assert Settings.model_validate({"state_dir": "/x"}).web.listen_addresses == (f":{PORT}",)
    dockerfile = (ROOT / "Dockerfile").read_text("utf-8")
    assert re.findall(r"^EXPOSE (\d+)$", dockerfile, re.MULTILINE) == [str(PORT)]
    for name in ("demo", "exporter"):
        assert SERVICES[name]["ports"] == [f"127.0.0.1:{PORT}:{PORT}"]


def test_no_port_is_open_to_the_network() -> None:
    published = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert len(published) >= 5
    assert all(port.startswith("127.0.0.1:") for port in published)


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_is_hardened(service: str) -> None:
    row = SERVICES[service]
    assert row["read_only"] is True
    assert row["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in row["security_opt"]
    assert not re.search(r":latest$", row["image"]) or row["image"] == "solix-exporter:latest"


def test_state_samples_and_dashboards_survive_a_restart() -> None:
    state = "/var/lib/solix-exporter"
    assert mounts("exporter")[state] == "exporter-state"
    assert f"SOLIX_STATE_DIR={state}" in (ROOT / "Dockerfile").read_text("utf-8")
    flags = dict(f.split("=", 1) for f in SERVICES["prometheus"]["command"] if "=" in f)
    assert mounts("prometheus")[flags["--storage.tsdb.path"]] == "prometheus-data"
    assert flags["--storage.tsdb.retention.time"] == "${PROMETHEUS_RETENTION:-5y}"
    flags = dict(f.split("=", 1) for f in SERVICES["alertmanager"]["command"] if "=" in f)
    assert mounts("alertmanager")[flags["--storage.path"]] == "alertmanager-data"
    assert mounts("grafana")["/var/lib/grafana"] == "grafana-data"
    assert SERVICES["grafana"]["user"] == "472"


def test_prometheus_scrapes_what_runs_and_knows_the_rules() -> None:
    targets = [
        target
        for job in PROMETHEUS["scrape_configs"]
        for group in job["static_configs"]
        for target in group["targets"]
    ]
    assert f"exporter:{PORT}" in targets
    for host, port in map(told, targets):
        assert PORTS["prometheus" if host == "localhost" else host] == port
    (manager,) = PROMETHEUS["alerting"]["alertmanagers"]
    assert told(manager["static_configs"][0]["targets"][0]) == ("alertmanager", 9093)
    (pattern,) = PROMETHEUS["rule_files"]
    folder = inside("prometheus", "/etc/prometheus/rules")
    assert pattern == "rules/*.yml"
    assert list(folder.glob("*.yml"))


@pytest.mark.parametrize("service", ["prometheus", "alertmanager"])
def test_configuration_files_are_where_the_command_says(service: str) -> None:
    (flag,) = (f for f in SERVICES[service]["command"] if f.startswith("--config.file="))
    assert inside(service, flag.removeprefix("--config.file=")).is_file()


def test_grafana_finds_its_provisioning_and_dashboards() -> None:
    assert inside("grafana", "/etc/grafana/provisioning/datasources/solix.yaml").is_file()
    assert inside("grafana", "/etc/grafana/provisioning/dashboards/solix.yaml").is_file()
    (provider,) = PROVIDERS
    folder = inside("grafana", provider["options"]["path"])
    assert folder == ROOT / "grafana" / "dashboards"
    environment = SERVICES["grafana"]["environment"]
    home = inside("grafana", environment["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"])
    assert home in set(dashboards())


def test_data_sources_point_at_services() -> None:
    assert {source["uid"] for source in DATASOURCES} == {"prometheus", "influxdb"}
    for source in DATASOURCES:
        host, port = told(source["url"])
        assert PORTS[host] == port
        assert host in SERVICES
    influxdb = next(source for source in DATASOURCES if source["uid"] == "influxdb")
    environment = SERVICES["influxdb"]["environment"]
    assert influxdb["jsonData"]["organization"] == environment["DOCKER_INFLUXDB_INIT_ORG"]
    assert influxdb["jsonData"]["defaultBucket"] == environment["DOCKER_INFLUXDB_INIT_BUCKET"]
    assert influxdb["secureJsonData"]["token"] == "$INFLUXDB_TOKEN"
    assert "INFLUXDB_TOKEN=" in SERVICES["grafana"]["entrypoint"][-1]
    token = environment["DOCKER_INFLUXDB_INIT_ADMIN_TOKEN_FILE"]
    assert token in SERVICES["grafana"]["entrypoint"][-1]
    assert inside("grafana", token) == inside("influxdb", token)


def test_dashboards_have_ids_of_their_own() -> None:
    found = [json.loads(path.read_text("utf-8")) for path in dashboards()]
    assert found
    assert len({board["uid"] for board in found}) == len(found)
    assert all(board["title"] for board in found)


@pytest.mark.parametrize(
    "path",
    [
        "Dockerfile",
        "deploy/compose.yaml",
        "deploy/systemd/solix-exporter.service",
        "deploy/kubernetes/base/statefulset.yaml",
        "deploy/README.md",
    ],
)
def test_every_variable_is_one_that_the_exporter_knows(path: str) -> None:
    assert variables((ROOT / path).read_text("utf-8")) <= KNOWN


def test_an_alert_has_one_rule_and_says_what_to_do() -> None:
    rules = [
        rule
        for file in sorted((DEPLOY / "prometheus" / "rules").glob("*.yml"))
        for group in load(str(file.relative_to(ROOT)))["groups"]
        for rule in group["rules"]
        if "alert" in rule
    ]
    names = [rule["alert"] for rule in rules]
    assert names
    assert len(set(names)) == len(names)
    for rule in rules:
        assert rule["labels"]["severity"] in {"critical", "warning", "info"}
        assert {"summary", "description"} <= set(rule["annotations"])


def test_promtool_accepts_configuration_and_rules(promtool: str) -> None:
    file = DEPLOY / "prometheus" / "prometheus.yml"
    done = subprocess.run(  # noqa: S603  Debian's promtool
        [promtool, "check", "config", str(file)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "SUCCESS" in done.stdout


def test_amtool_accepts_the_routes() -> None:
    amtool = program("amtool", "prometheus-alertmanager")
    file = DEPLOY / "alertmanager" / "alertmanager.yml"
    done = subprocess.run(  # noqa: S603  Debian's amtool
        [amtool, "check-config", str(file)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    for severity, receiver in (("critical", "urgent"), ("warning", "quiet"), ("info", "quiet")):
        done = subprocess.run(  # noqa: S603  Debian's amtool
            [
                amtool, "config", "routes", "test", f"--config.file={file}",
                f"severity={severity}", "alertname=X",
            ],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.stdout.strip() == receiver, done.stderr
