"""Writes an export: the files of a folder, all of them or none, and its archive."""

import json
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

from solix_exporter.cloud.replay import SUMMARY
from solix_exporter.errors import ConfigError
from solix_exporter.files import read_file

_READABLE, _PRIVATE = 0o755, 0o700


def check_target(folder: Path, *, overwrite: bool, is_zipped: bool = False) -> None:
    """Raise ConfigError where an export into `folder` would destroy something, or cannot be made.

    An earlier export may be replaced if that is wanted; anything else never.
    """
    if is_zipped or not folder.exists():
        _check_writable(folder, folder.parent)
    if not folder.exists():
        return
    if not folder.is_dir():
        raise ConfigError(f"{folder} is a file; name a folder that does not exist yet")
    _check_writable(folder, folder)
    if not any(folder.iterdir()):
        return
    if not is_export(folder):
        raise ConfigError(
            f"{folder} holds files that are no export, so nothing is written there;"
            " name a folder that does not exist yet"
        )
    if not overwrite:
        raise ConfigError(
            f"{folder} holds an earlier export; name another folder, or replace it with --overwrite"
        )


def is_export(folder: Path) -> bool:
    """Return whether an export made this folder: its summary says so."""
    try:
        summary = json.loads(read_file(folder / SUMMARY))
    except (OSError, ValueError):
        return False
    return isinstance(summary, dict) and "exporter_version" in summary


def _check_writable(folder: Path, parent: Path) -> None:
    while not parent.exists():
        parent = parent.parent
    try:
        with tempfile.TemporaryFile(dir=parent):
            pass
    except OSError as error:
        raise ConfigError(f"{folder} cannot be written: {error.strerror}") from error


def write_folder(folder: Path, files: Mapping[str, str], *, is_private: bool) -> None:
    """Put the files into `folder`, in the place of what is there; names may have one folder.

    Raises OSError where it cannot be written; what was there is then still there.
    """
    is_new = not folder.exists()
    # On the disk of the target, so that it takes its place without a copy.
    disk = folder.parent if is_new else folder
    disk.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=disk, prefix=f".{folder.name}-") as name:
        fresh = Path(name) / "new"
        for path, text in files.items():
            file = fresh / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        fresh.chmod(_PRIVATE if is_private else _READABLE)
        if is_new:
            fresh.rename(folder)
        else:
            if is_private:
                folder.chmod(_PRIVATE)
            _swap(folder, Path(name))


def _swap(folder: Path, stage: Path) -> None:
    """Put what is in `stage/new` into the place of what `folder` holds, or leave that there.

    The folder itself stays: it may be a mounted volume, or the one that the user is in.
    """
    old = stage / "old"
    old.mkdir()
    moves = [(path, old / path.name) for path in folder.iterdir() if path != stage]
    moves += [(path, folder / path.name) for path in (stage / "new").iterdir()]
    done: list[tuple[Path, Path]] = []
    try:
        for here, there in moves:
            here.rename(there)
            done.append((here, there))
    except BaseException:
        for here, there in reversed(done):
            there.rename(here)
        raise


def write_archive(folder: Path, stamp: str) -> Path:
    """Return the archive of the folder that is written beside it, never over another one."""
    archive = folder.with_name(f"{folder.name}_{stamp}.zip")
    with archive.open("xb") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        archive.chmod(folder.stat().st_mode & 0o666)
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                packed.write(path, Path(folder.name) / path.relative_to(folder))
    return archive
