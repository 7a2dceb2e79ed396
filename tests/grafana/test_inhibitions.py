"""What a real Alertmanager keeps quiet while something else explains it."""

import json
import urllib.request
from pathlib import Path

import pytest

from tests.conftest import program
from tests.grafana.servers import alertmanager_server, get, wait_until
from tests.grafana.test_rules import ALERTMANAGER

Alert = dict[str, str]
LAKE = {"job": "solix", "instance": "lake:7654", "account": "default"}
TOWN = {"job": "solix", "instance": "town:7654", "account": "default"}
"""Two homes with an exporter each, as installed by the README: both call their account default."""


def muted(address: str, *alerts: Alert) -> dict[tuple[str, str], bool]:
    """Send alerts; return by name and instance which of them an other one keeps quiet."""
    url = f"http://{address}/api/v2/alerts"
    body = json.dumps([{"labels": alert} for alert in alerts]).encode()
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
    urllib.request.urlopen(request, timeout=10).close()  # noqa: S310
    # It marks an alert as it notifies, a second after it came.
    wait_until(
        lambda: all(row["status"]["state"] != "unprocessed" for row in get(url)), "marked alerts"
    )
    return {
        (row["labels"]["alertname"], row["labels"]["instance"]): bool(row["status"]["inhibitedBy"])
        for row in get(url)
    }


@pytest.mark.parametrize("file", ALERTMANAGER, ids=lambda file: file.stem)
def test_one_homes_account_does_not_mute_the_other_home(file: Path, tmp_path: Path) -> None:
    server = program("prometheus-alertmanager", "prometheus-alertmanager")
    config = tmp_path / "alertmanager.yml"
    text = file.read_text(encoding="utf-8")
    config.write_text(
        text.replace("group_wait: 30s", "group_wait: 1s")
        .replace("group_wait: 1m", "group_wait: 1s")
        .replace("group_wait: 10s", "group_wait: 1s")
    )
    with alertmanager_server(server, tmp_path, config) as address:
        found = muted(
            address,
            {"alertname": "SolixAccountDown", "severity": "critical", **LAKE},
            {"alertname": "SolixPollFailing", "severity": "warning", "poll": "energy", **LAKE},
            {"alertname": "SolixPollFailing", "severity": "warning", "poll": "energy", **TOWN},
            {"alertname": "SolixLoginBlocked", "severity": "critical", **TOWN},
        )
    assert found == {
        ("SolixAccountDown", LAKE["instance"]): False,
        ("SolixPollFailing", LAKE["instance"]): True,
        ("SolixPollFailing", TOWN["instance"]): False,
        ("SolixLoginBlocked", TOWN["instance"]): False,
    }
