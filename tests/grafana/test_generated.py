import subprocess
import sys
from pathlib import Path

import pytest

from grafana.generator.__main__ import BOARDS
from grafana.generator.board import Board
from tests.grafana.dashboards import FILES, ROOT


def test_the_committed_files_are_what_the_code_makes_byte_for_byte(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "grafana.generator", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)  # noqa: S603  our own
    made = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    committed = {file.name: file.read_bytes() for file in FILES}
    assert sorted(made) == sorted(f"{board.slug}.json" for board in BOARDS)
    assert committed == made, "run: make dashboards"


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.slug)
def test_a_panel_has_no_more_queries_than_letters(board: Board) -> None:
    assert all(len(block.tile.queries) <= 26 for row in board.rows for block in row.blocks)
