"""Writes an export: a folder that appears whole or not at all, and its archive."""

import json
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

from solix_exporter.cloud.replay import SUMMARY
from solix_exporter.errors import ConfigError

_READABLE, _PRIVATE = 0o755, 0o700


def check_target(folder: Path, *, overwrite: bool) -> None:
    """Raise ConfigError where an export into `folder` would destroy something.

    An earlier export may be replaced if that is wanted; anything else never.
    """
    if not folder.exists():
        _check_parent(folder)
        return
    if not folder.is_dir():
        raise ConfigError(f"{folder} is a file; name a folder that does not exist yet")
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
        summary = json.loads((folder / SUMMARY).read_bytes())
    except (OSError, ValueError):
        return False
    return isinstance(summary, dict) and "exporter_version" in summary


def _check_parent(folder: Path) -> None:
    parent = folder.absolute().parent
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
    folder.parent.mkdir(parents=True, exist_ok=True)
    # Beside the target, so that it can be moved into its place in one step.
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as name:
        fresh = Path(name) / "new"
        for path, text in files.items():
            file = fresh / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        fresh.chmod(_PRIVATE if is_private else _READABLE)
        _swap(folder, fresh, Path(name) / "old")


def _swap(folder: Path, fresh: Path, old: Path) -> None:
    """Put `fresh` into the place of `folder`, which stays where that fails."""
    if folder.exists():
        folder.rename(old)
    try:
        fresh.rename(folder)
    except BaseException:
        if old.exists() and not folder.exists():
            old.rename(folder)
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
