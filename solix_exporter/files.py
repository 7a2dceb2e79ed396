"""Files: reads regular ones up to a size, and writes small private JSON files atomically."""

import errno
import os
import stat
import tempfile
from pathlib import Path

import orjson

LARGEST_FILE_BYTES = 1024 * 1024
"""Larger than any configuration, certificate or secret."""


_KINDS = (
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


def read_file(path: Path, most_bytes: int = LARGEST_FILE_BYTES) -> bytes:
    """Return the content of a regular file, following symbolic links; `/dev/null` is empty.

    Pipes and devices are refused: a pipe may block, and a device never ends.
    Raises OSError, whose `strerror` says what is wrong with the file.
    """
    # Before opening: that alone can block, or trigger a device.
    _check_kind(path, path.stat())
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(handle, "rb") as file:
        _check_kind(path, os.fstat(handle))
        content = file.read(most_bytes + 1)
    if len(content) > most_bytes:
        raise OSError(errno.EFBIG, f"it is larger than {most_bytes // 2**20} MiB", str(path))
    return content


def _check_kind(path: Path, status: os.stat_result) -> None:
    mode = status.st_mode
    if stat.S_ISREG(mode) or _is_null(status):
        return
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    kind = next((name for is_kind, name in _KINDS if is_kind(mode)), "something else")
    raise OSError(errno.EINVAL, f"it is {kind}, not a regular file", str(path))


def _is_null(status: os.stat_result) -> bool:
    return stat.S_ISCHR(status.st_mode) and status.st_rdev == Path(os.devnull).stat().st_rdev


def write_private_json(path: Path, content: dict[str, object]) -> None:
    """Replace the file atomically; only its owner may read it.

    Raises OSError when the folder cannot be written.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # mkstemp creates the file for its owner only, before it holds a secret.
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
    """Return the JSON object in the file, None if there is no such file or object."""
    try:
        content = orjson.loads(read_file(path))
    except (OSError, orjson.JSONDecodeError):
        return None
    return content if isinstance(content, dict) else None
