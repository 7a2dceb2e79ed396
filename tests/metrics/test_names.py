"""Every metric's full name is one literal of the source, so that a search finds its row."""

import re
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from solix_exporter.metrics import catalogue
from solix_exporter.sim import cloud_scenario_names
from tests.exported import Exports

ROWS = Path(catalogue.__file__).parent
LITERAL = re.compile(r'"(solix_\w+)"')


def test_the_full_name_of_every_exposed_metric_is_one_literal(exports: Exports) -> None:
    literals = [
        name for file in ROWS.glob("*.py") for name in LITERAL.findall(file.read_text("utf-8"))
    ]
    exposed = {
        f"{family.name}_total" if family.type == "counter" else family.name
        for scenario in cloud_scenario_names()
        for family in text_string_to_metric_families(exports.of(scenario).scrape)
        if family.name.startswith("solix_")
    }
    exposed |= {row.name for row in catalogue.CATALOGUE}
    assert sorted(name for name in exposed if literals.count(name) != 1) == []
