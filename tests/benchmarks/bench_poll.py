"""What a poll costs after its answer has come: ours beside the standard library's parser."""

import json
import timeit
from collections.abc import Callable, Iterator
from itertools import cycle
from pathlib import Path

import pytest

from solix_exporter.cache import Cache, Life, SceneAnswer
from solix_exporter.clock import SystemClock, moment_of
from solix_exporter.cloud.decode import decode
from solix_exporter.cloud.endpoints.sites import SCENE_INFO
from solix_exporter.model.events import SilentObserver
from tests.benchmarks.figures import Figures
from tests.exported import CAPTURES

AREA = "Poll"
_LOOPS, _ROUNDS = 200, 40


def test_scenes(figures: Figures) -> None:
    """Parse and keep each captured scene; both sides in turns, the fastest round counts."""
    files = sorted(CAPTURES.glob("*/scene_*.json"))
    if not files:
        pytest.skip("no captures beside this checkout (../shared/captures)")
    found = {file: _times(file.read_bytes()) for file in files}
    ratios = [ours_s / theirs_s for ours_s, theirs_s in found.values()]
    for file, (ours_s, theirs_s) in found.items():
        name = _short(file)
        figures.add(AREA, f"{name}, times json.loads", ours_s / theirs_s, "times")
        figures.add(AREA, f"{name}, parse and keep", ours_s * 1e6, "us")
    figures.add(AREA, "the worst, times json.loads", max(ratios), "times")


def _short(file: Path) -> str:
    """Return a name for the table: the capture's, and which of its scenes."""
    siblings = sorted(file.parent.glob("scene_*.json"))
    return f"{file.parent.name[:24]} {siblings.index(file) + 1}"


def _times(body: bytes) -> tuple[float, float]:
    """Return the seconds of a poll of ours and of `json.loads` of the same bytes."""
    ours, theirs = _poll(_changing(body)), lambda: json.loads(body)
    rounds = [(_round_s(ours), _round_s(theirs)) for _ in range(_ROUNDS)]
    return min(ours_s for ours_s, _ in rounds), min(theirs_s for _, theirs_s in rounds)


def _round_s(work: Callable[[], object]) -> float:
    return timeit.timeit(work, number=_LOOPS) / _LOOPS


def _poll(answers: Iterator[bytes]) -> Callable[[], None]:
    observer, part = SilentObserver(), Cache().of("home").scenes
    life = Life(moment_of(SystemClock()), 600)

    def poll() -> None:
        scene = decode(SCENE_INFO, next(answers), observer)
        part.replace("site", SceneAnswer(scene, None), life)

    return poll


def _changing(body: bytes) -> Iterator[bytes]:
    """Give the answer with a power that changes, as it does from poll to poll."""
    other = json.loads(body)
    other["data"]["home_load_power"] = "417"
    # Written as the file is, so that both cost the same.
    return cycle((body, json.dumps(other, indent=2, ensure_ascii=False).encode()))
