"""The table of the benchmarks: bounds, ratios, verdicts."""

import pytest
from rich.console import Console

from tests.benchmarks.figures import Bound, Figures, table_of


@pytest.fixture
def figures() -> Figures:
    return Figures({"render": {"ratio": Bound(at_least=5)}, "memory": {"home": Bound(at_most=70)}})


def test_a_ratio_is_how_often_the_faster_fits_into_the_slower(figures: Figures) -> None:
    figures.add("render", "ours", 10, "us")
    figures.add("render", "theirs", 55, "us")
    figures.add_ratio("render", "ratio", "ours", "theirs")
    assert figures.value("render", "ratio") == 5.5
    assert figures.missed() == ()


@pytest.mark.parametrize(("home_mb", "is_met"), [(69.9, True), (70.0, True), (70.1, False)])
def test_a_bound_is_held_or_missed(figures: Figures, home_mb: float, *, is_met: bool) -> None:
    figures.add("memory", "home", home_mb, "MB")
    figures.add("memory", "fleet", 10_000, "MB")
    assert [figure.name for figure in figures.missed()] == ([] if is_met else ["home"])
    assert figures.all()[0].as_json()["is_met"] is is_met


def test_the_table_shows_each_area_once_with_its_verdicts(figures: Figures) -> None:
    figures.add("render", "ratio", 4.123, "times")
    figures.add("memory", "home", 1234.5, "MB")
    figures.add("memory", "growth", 0, "MB")
    console = Console(width=100)
    with console.capture() as capture:
        console.print(table_of(figures.all()))
    text = capture.get()
    assert text.count("MISSED") == 2
    assert text.count("memory") == 1
    for words in ("4.12", "≥ 5", "1,234", "≤ 70", "growth"):
        assert words in text
