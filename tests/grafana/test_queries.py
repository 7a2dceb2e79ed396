"""Every query of every panel, on a fortnight of all simulated homes and on the living demo."""

import time

import pytest

from tests.grafana.dashboards import Target, promql_targets
from tests.grafana.grafana_queries import ask, ask_live
from tests.grafana.servers import Prometheus

NO_INFLUX = "InfluxDB is not configured in the demo"
MAY_BE_EMPTY = {
    "solix-live/Plugs and wall boxes/C": "nobody draws power from a socket of the simulated banks",
    "solix-exporter/InfluxDB backlog/A": NO_INFLUX,
    "solix-exporter/InfluxDB backlog/B": NO_INFLUX,
    "solix-exporter/InfluxDB backlog/C": NO_INFLUX,
    "solix-exporter/Not understood/A": "the simulated cloud sends nothing malformed",
}


@pytest.mark.parametrize("target", promql_targets(), ids=lambda target: target.name)
def test_a_query_has_data(history: Prometheus, target: Target) -> None:
    found = ask(history, target) or ask_live(history, target, time.time())
    if target.name in MAY_BE_EMPTY:
        assert not found, f"not empty any more: {MAY_BE_EMPTY[target.name]}"
    else:
        assert found


def test_the_list_of_empty_queries_names_queries() -> None:
    assert set(MAY_BE_EMPTY) <= {target.name for target in promql_targets()}
