"""Small state files: written whole or not at all, readable by their owner only."""

import os
import tempfile
from pathlib import Path

import orjson

from solix_exporter.bounded_file import read_file

OWNER_ONLY = 0o600


def write_private_json(path: Path, content: dict[str, object]) -> None:
    """Replace the file at once: a crash leaves the old or the new one, never half of one.

    Raises OSError when the folder cannot be written.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # mkstemp makes the file for its owner only, before the first secret byte is in it.
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".new")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(orjson.dumps(content, option=orjson.OPT_INDENT_2))
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def read_json(path: Path) -> dict[str, object] | None:
    """Return the object in the file, None where there is no file or no such object in it."""
    try:
        content = orjson.loads(read_file(path))
    except (OSError, orjson.JSONDecodeError):
        return None
    return content if isinstance(content, dict) else None
