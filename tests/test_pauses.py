"""Short pauses: long collections are followed by short ones, and all is as before afterwards."""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from solix_exporter.app.pauses import SWITCH_S, ShortPauses

NEVER_LONG_S, ALWAYS_LONG_S = 3600.0, -1.0
NEVER_S, AT_ONCE_S = 3600.0, 0.0


@contextmanager
def nothing_passed_over() -> Iterator[int]:
    """Give the most objects that this Python passes over by itself; the end finds no more."""
    gc.unfreeze()
    gc.collect()
    own = gc.get_freeze_count() + 100
    yield own
    assert gc.get_freeze_count() <= own


def test_what_survives_a_long_collection_is_passed_over() -> None:
    with nothing_passed_over() as own, ShortPauses(ALWAYS_LONG_S, NEVER_S):
        gc.collect()
        assert gc.get_freeze_count() > own + 1000


def test_short_collections_pass_over_nothing() -> None:
    with nothing_passed_over() as own, ShortPauses(NEVER_LONG_S, NEVER_S):
        gc.collect()
        assert gc.get_freeze_count() <= own


def test_once_a_day_all_is_looked_at() -> None:
    with nothing_passed_over() as own, ShortPauses(ALWAYS_LONG_S, AT_ONCE_S):
        gc.freeze()
        gc.collect()
        assert gc.get_freeze_count() <= own


def test_a_cycle_among_what_is_passed_over_is_found_later() -> None:
    class Ring:
        def __init__(self) -> None:
            self.other = self

    gone: list[str] = []
    with nothing_passed_over():
        with ShortPauses(ALWAYS_LONG_S, NEVER_S):
            ring = Ring()
            gc.collect()
            vars(ring)["last"] = _Last(gone)
            del ring
            gc.collect()
            assert gone == []
        gc.collect()
        assert gone == ["gone"]


class _Last:
    def __init__(self, gone: list[str]) -> None:
        self._gone = gone

    def __del__(self) -> None:
        self._gone.append("gone")


def test_threads_give_way_sooner_while_it_lasts() -> None:
    before_s = sys.getswitchinterval()
    with ShortPauses():
        assert abs(sys.getswitchinterval() - SWITCH_S) < 1e-6
    assert sys.getswitchinterval() == before_s
