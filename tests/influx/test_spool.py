"""The spool: order, its bound, crashes, disks that fail."""

import shutil
from pathlib import Path

import pytest

from solix_exporter.errors import SinkError
from solix_exporter.influx.spool import Spool

LIMIT = 64_000
"""A sixty-fourth of it, 1000 bytes, is a file."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "spool"


def opened(folder: Path, limit: int = LIMIT) -> Spool:
    spool = Spool(folder, limit)
    spool.open()
    return spool


def drain(spool: Spool) -> list[str]:
    lines: list[str] = []
    while waiting := spool.oldest():
        lines.extend(waiting.lines)
        spool.done(waiting)
    return lines


def line(number: int) -> str:
    """Return a line of 100 bytes with its end."""
    return f"{number:099}"


def test_lines_come_out_once_and_in_their_order(folder: Path) -> None:
    spool = opened(folder)
    assert spool.oldest() is None
    for number in range(45):
        assert spool.add([line(number)]) == 0
    assert spool.pending() == 45
    assert drain(spool) == [line(number) for number in range(45)]
    assert (spool.pending(), list(folder.iterdir())) == (0, [])


def test_what_is_added_while_lines_are_sent_waits_for_the_next_turn(folder: Path) -> None:
    spool = opened(folder)
    spool.add(["a", "b"])
    first = spool.oldest()
    assert first is not None
    assert first.lines == ("a", "b")
    spool.add(["c"])
    spool.done(first)
    assert spool.pending() == 1
    assert drain(spool) == ["c"]


def test_what_was_not_delivered_is_there_after_a_restart(folder: Path) -> None:
    spool = opened(folder)
    spool.add([line(1), line(2)])
    # No close: the process was killed.
    again = opened(folder)
    assert again.pending() == 2
    again.add([line(3)])
    assert drain(again) == [line(1), line(2), line(3)]
    spool.close()


def test_a_line_that_a_crash_cut_off_is_left_out_and_spoils_no_other(folder: Path) -> None:
    folder.mkdir()
    (folder / "000000000007.lines").write_bytes(b"whole\nhal")
    (folder / "000000000008.lines").write_bytes(b"nothing who")
    (folder / "notes.lines").write_text("not ours\n")
    spool = opened(folder)
    spool.add(["next"])
    assert drain(spool) == ["whole", "next"]
    assert [path.name for path in folder.iterdir()] == ["notes.lines"]


def test_the_oldest_are_dropped_first_and_counted_when_it_is_full(folder: Path) -> None:
    spool = opened(folder)
    dropped = [spool.add([line(number)]) for number in range(1000)]
    # 640 lines of 100 bytes fit; a file of ten goes at a time.
    assert sum(dropped) == 360
    assert set(dropped) == {0, 10}
    assert sum(path.stat().st_size for path in folder.iterdir()) <= LIMIT
    assert spool.pending() == 640
    assert drain(spool) == [line(number) for number in range(360, 1000)]


def test_lines_that_are_dropped_while_they_are_sent_take_no_others_with_them(folder: Path) -> None:
    spool = opened(folder)
    spool.add([line(0)])
    sending = spool.oldest()
    assert sending is not None
    dropped = sum(spool.add([line(number)]) for number in range(1, 650))
    assert dropped == 11
    spool.done(sending)
    assert drain(spool) == [line(number) for number in range(11, 650)]


def test_a_folder_that_is_removed_costs_what_was_in_it_and_no_more(folder: Path) -> None:
    spool = opened(folder)
    spool.add(["a"])
    shutil.rmtree(folder)
    assert spool.oldest() is None
    assert spool.pending() == 0
    spool.add(["b"])
    assert drain(spool) == ["b"]


def test_a_folder_that_can_be_used_later_is_taken_up_then(folder: Path) -> None:
    spool = opened(folder)
    spool.add(["a"])
    spool.close()
    kept = folder.rename(folder.with_name("elsewhere"))
    folder.write_text("in the way")
    again = Spool(folder, LIMIT)
    for _ in range(2):
        with pytest.raises(SinkError, match="the spool cannot be used"):
            again.add(["lost"])
    folder.unlink()
    kept.rename(folder)
    again.add(["b"])
    assert drain(again) == ["a", "b"]


def test_a_folder_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    spool = Spool(tmp_path / "file" / "spool", LIMIT)
    with pytest.raises(SinkError, match="the spool cannot be used"):
        spool.open()
    with pytest.raises(SinkError, match="the spool cannot be used"):
        spool.add(["a"])
