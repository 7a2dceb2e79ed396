"""The whole `/metrics` of every scenario at one moment: the same text as agreed.

What the numbers should be is tested elsewhere, against what is true in the simulated homes; these
texts show whether a change of the code changed anything else.
`python -m tests.replay.test_golden` writes them anew; read the difference first.
"""

import re
import tempfile
from pathlib import Path

import pytest

from solix_exporter.sim import cloud_scenario_names
from tests.exported import Exports
from tests.replay.golden_text import golden_lines, grouped

GOLDEN = Path(__file__).parent / "golden"
COMPARED = re.compile(r"solix_(?!exporter_build_info|\w+_duration_seconds)")
"""Everything but what the machine decides: how long something took, and which Python runs."""


def agreed_text(scrape: str) -> str:
    """Return a scrape as it stands in the golden files."""
    return grouped(golden_lines(scrape, COMPARED, sort_ids=True))


@pytest.mark.parametrize("scenario", cloud_scenario_names())
def test_a_scenario_gives_the_agreed_metrics(exports: Exports, scenario: str) -> None:
    text = agreed_text(exports.of(scenario).scrape)
    assert text == (GOLDEN / f"{scenario}.txt").read_text()


def test_every_agreed_text_is_of_a_scenario() -> None:
    assert {path.stem for path in GOLDEN.iterdir()} == set(cloud_scenario_names())


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        for name in cloud_scenario_names():
            exported = Exports(Path(place)).of(name)
            (GOLDEN / f"{name}.txt").write_text(agreed_text(exported.scrape))
