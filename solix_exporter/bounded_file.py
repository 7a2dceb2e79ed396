"""Reads files that somebody else wrote: regular ones of a known largest size, and nothing else.

A pipe would be waited for, and a device never ends.
"""

import errno
import os
import stat
from pathlib import Path

LARGEST_FILE_BYTES = 1024 * 1024
"""Larger than any configuration, certificate or secret."""

_KINDS = (
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


def read_file(path: Path, most_bytes: int = LARGEST_FILE_BYTES) -> bytes:
    """Return the content of a regular file, also one behind symbolic links.

    `/dev/null` counts as an empty file.
    Raises OSError, whose `strerror` says what is wrong with the file.
    """
    # Before it is opened: that alone can wait for a writer, or set a device off.
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
