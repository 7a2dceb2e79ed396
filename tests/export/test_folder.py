"""Where an export is written: what stays when it cannot be."""

from pathlib import Path

import pytest

from solix_exporter.export.folder import write_folder

OLD = {"export_summary.json": "old", "site_list.json": "old"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_folder(tmp_path / "home", OLD, is_private=False)
    return tmp_path / "home"


def content(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir()}


def test_an_earlier_export_is_replaced_whole(folder: Path) -> None:
    write_folder(folder, {"site_list.json": "new"}, is_private=False)
    assert content(folder) == {"site_list.json": "new"}


def test_what_cannot_be_written_leaves_the_earlier_export(folder: Path) -> None:
    # No disk takes a name of 300 characters.
    with pytest.raises(OSError, match="too long"):
        write_folder(folder, {"a.json": "new", f"{'x' * 300}.json": "new"}, is_private=False)
    assert content(folder) == OLD


def test_a_folder_in_an_earlier_export_is_replaced_too(folder: Path) -> None:
    (folder / "sub").mkdir()
    (folder / "sub" / "site_list.json").write_text("old")
    write_folder(folder, {"sub/site_list.json": "new"}, is_private=False)
    assert (folder / "sub" / "site_list.json").read_text() == "new"
    assert [path.name for path in folder.iterdir()] == ["sub"]
