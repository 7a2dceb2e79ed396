import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import program
from tests.grafana.dashboards import ROOT, filled
from tests.grafana.grafana_queries import ALL, target_of
from tests.grafana.test_metric_names import PROMETHEUS, RULES, rules_of

TESTS = tuple(sorted((PROMETHEUS / "tests").glob("*.yml")))
ALERTMANAGER = tuple(sorted((ROOT / "deploy" / "alertmanager").glob("*.yml")))
ALERTS = rules_of(PROMETHEUS / "rules" / "alerts.yml")
EXPECTED = {
    "SolixBatteryLow", "SolixBatteryCritical", "SolixBatteryNeverFull", "SolixBatteryNotCharging",
    "SolixPVSilentAtNoon", "SolixDeviceOffline", "SolixDataStale", "SolixGridImportHigh",
    "SolixExporterDown", "SolixAccountDown", "SolixLoginBlocked", "SolixTokenKickedOften",
    "SolixRateLimited", "SolixPollFailing", "SolixReadingsRejected", "SolixInfluxBacklog",
    "SolixFirmwareUpdate", "SolixDataInvalid", "SolixSiteMissing", "SolixModbusDown",
    "SolixModbusFlapping", "SolixMqttMute", "SolixMqttRefused", "SolixMqttCertificateExpiring",
}  # fmt: skip
ABOUT_SITES = {name for name in EXPECTED if re.search("Bat|PV|Device|Data|Site|Grid|Firm", name)}
ABOUT_DEVICES = {name for name in ABOUT_SITES if re.search("Battery|Device|Firm", name)}


def told(*command: str) -> str:
    """Return what a program says; fail with it where it is not content."""
    done = subprocess.run(  # noqa: S603  Debian's promtool and amtool
        command, capture_output=True, text=True, timeout=100, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_promtool_accepts_the_rules() -> None:
    told(program("promtool", "prometheus"), "check", "rules", *map(str, RULES))


@pytest.mark.parametrize("file", TESTS, ids=lambda file: file.stem)
def test_the_rules_do_what_their_tests_say(file: Path) -> None:
    told(program("promtool", "prometheus"), "test", "rules", str(file))


@pytest.mark.parametrize("file", ALERTMANAGER, ids=lambda file: file.stem)
def test_amtool_accepts_the_example(file: Path) -> None:
    told(program("amtool", "prometheus-alertmanager"), "check-config", str(file))


def inhibitions(file: Path) -> list[dict[str, list[str]]]:
    rules: list[dict[str, list[str]]] = yaml.safe_load(file.read_text())["inhibit_rules"]
    return rules


def test_both_alertmanagers_keep_the_same_alerts_quiet() -> None:
    first, second = map(inhibitions, ALERTMANAGER)
    assert first == second
    assert len(first) == 6


@pytest.mark.parametrize("file", ALERTMANAGER, ids=lambda file: file.stem)
def test_what_is_kept_quiet_are_alerts_that_exist(file: Path) -> None:
    matchers = [
        matcher
        for rule in inhibitions(file)
        for matcher in (*rule["source_matchers"], *rule["target_matchers"])
    ]
    for matcher in matchers:
        (pattern,) = re.findall(r'^alertname !?=~? "(.+)"$', matcher)
        for name in pattern.split("|"):
            assert any(re.fullmatch(name, str(rule["alert"])) for rule in ALERTS), name


def test_no_rule_reads_weeks_of_all_points() -> None:
    # A year of points of two minutes and 200 sites took ten seconds and 170 MB, every two minutes.
    hourly = set()
    for group in groups():
        if group.get("interval") == "1h":
            hourly |= {str(rule["record"]) for rule in group["rules"]}
    looks_back = {
        (name, days)
        for group in groups()
        for rule in group["rules"]
        for name, days in re.findall(r"([\w:]+)(?:\{[^}]*\})?\[(\d+)d[\]:]", str(rule["expr"]))
    }
    assert {name for name, days in looks_back if int(days) > 7} == hourly
    assert ("solix:site_energy:month_start_watthours", "366") in looks_back


def test_the_fleet_counts_the_devices_that_the_alert_tells_of(tmp_path: Path) -> None:
    """A station of no system is switched off on purpose; one of a system is missed."""
    target = target_of("fleet", "Devices offline")
    devices = (("A", "", "pps"), ("B", "s", "pps"), ("C", "", "ev_charger"), ("D", "", "inverter"))
    series = [
        {"series": f'{name}{{job="solix", instance="e", site_id="{site}", device_sn="{sn}"{more}}}'}
        | {"values": str(value)}
        for sn, site, kind in devices
        for name, more, value in (
            ("solix_device_online", "", 0),
            ("solix_device_info", f', device_type="{kind}"', 1),
        )
    ]
    expected = [{"labels": "{}", "value": 2}]
    case = {"expr": filled(target.expr, **ALL), "eval_time": "0m", "exp_samples": expected}
    file = tmp_path / "fleet.yml"
    file.write_text(yaml.dump({"tests": [{"input_series": series, "promql_expr_test": [case]}]}))
    told(program("promtool", "prometheus"), "test", "rules", str(file))


def groups() -> list[dict[str, Any]]:
    return [group for file in RULES for group in yaml.safe_load(file.read_text())["groups"]]


def test_every_alert_is_there_and_complete() -> None:
    assert {rule["alert"] for rule in ALERTS} == EXPECTED
    for rule in ALERTS:
        assert set(rule["annotations"]) == {"summary", "description", "runbook_url"}
        assert rule["labels"]["severity"] in {"critical", "warning", "info"}  # type: ignore[index]
        assert rule["for"]


@pytest.mark.parametrize("rule", ALERTS, ids=lambda rule: rule["alert"])
def test_an_alert_names_the_site_the_device_and_its_runbook(
    rule: dict[str, dict[str, str]],
) -> None:
    name, texts = str(rule["alert"]), rule["annotations"]
    assert ("$labels.site " in texts["description"]) == (name in ABOUT_SITES)
    assert ("$labels.device " in texts["description"]) == (name in ABOUT_DEVICES)
    file, _, anchor = texts["runbook_url"].partition("#")
    assert anchor == name.lower()
    assert f"\n### {name}\n" in (ROOT / file).read_text(encoding="utf-8")


def cases_of(test: dict[str, list[dict[str, object]]]) -> list[tuple[str, bool]]:
    """Return the text of each case of a test, and whether something is expected to fire."""
    told_of = [*test.get("promql_expr_test", []), *test.get("alert_rule_test", [])]
    return [
        (str(case), bool(case.get("exp_samples") or case.get("exp_alerts"))) for case in told_of
    ]


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_an_alert_has_a_test_in_which_it_is_silent_and_then_fires(name: str) -> None:
    both = [
        test
        for file in TESTS
        for test in yaml.safe_load(file.read_text(encoding="utf-8"))["tests"]
        if any(fires and name in text for text, fires in cases_of(test))
        and any(not fires for _, fires in cases_of(test))
    ]
    assert both
