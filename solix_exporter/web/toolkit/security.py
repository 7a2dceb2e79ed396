"""The security in force: read anew when one of its files changed, kept when the new one is bad."""

import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from solix_exporter.errors import ConfigError
from solix_exporter.web.toolkit.access import Access
from solix_exporter.web.toolkit.bucket import Bucket
from solix_exporter.web.toolkit.values import TlsSettings, ToolkitSettings

if TYPE_CHECKING:
    from solix_exporter.web.toolkit.tls import Tls

_LOGGER = logging.getLogger(__name__)

_Stamps = tuple[tuple[int, int, int] | None, ...]


class Security:
    """What the server asks of connections and requests; without a file it asks nothing."""

    def __init__(
        self, file: Path | None = None, monotonic_s: Callable[[], float] = time.monotonic
    ) -> None:
        """Read the file.

        Raises ConfigError where it cannot be used: at the start there is nothing to fall back on.
        """
        self._file = file
        self._monotonic_s = monotonic_s
        self._settings = ToolkitSettings()
        self.tls: Tls | None = None
        self.access = Access({})
        self.bucket: Bucket | None = None
        self._stamps: _Stamps = ()
        if file is not None:
            self._take(_read(file, may_be_empty=True))
            self._stamps = self._look()

    @property
    def headers(self) -> dict[str, str]:
        """Return the headers that the file adds to every answer."""
        return dict(self._settings.headers)

    @property
    def authenticates(self) -> bool:
        """Return whether every client has to prove who it is."""
        tls = self._settings.tls
        return bool(self._settings.users) or (tls is not None and tls.client_auth.requires)

    def refresh(self) -> None:
        """Read the file again where it, or a certificate that it names, has changed.

        What cannot be used is told in the log once, and what was in force stays.
        """
        if self._file is None:
            return
        stamps = self._look()
        if stamps == self._stamps:
            return
        self._stamps = stamps
        try:
            # An editor may have truncated it first: for that moment no password would be required.
            self._take(_read(self._file, may_be_empty=False))
        except ConfigError as error:
            _LOGGER.warning("the web configuration stays as it was: %s", error)
            return
        # The new file may name other files.
        self._stamps = self._look()
        _LOGGER.info("%s was read anew", self._file)

    def _take(self, settings: ToolkitSettings) -> None:
        try:
            tls = _build(settings.tls) if settings.tls else None
        except ConfigError as error:
            raise ConfigError(f"{self._file}: {error}") from error
        if settings.rate_limit != self._settings.rate_limit:
            limit = settings.rate_limit
            self.bucket = Bucket(limit, self._monotonic_s) if limit else None
        self.access.take(settings.users)
        self.tls = tls
        self._settings = settings

    def _look(self) -> _Stamps:
        """Return a value that changes with any of the files."""
        files = [self._file, *(self._settings.tls.files if self._settings.tls else ())]
        return tuple(_stamp(file) for file in files if file)


# What reads such a file and makes certificates of it takes 4 MB, and most homes have none.


def _read(file: Path, *, may_be_empty: bool) -> ToolkitSettings:
    from solix_exporter.web.toolkit.file import read_toolkit_file  # noqa: PLC0415 - as above

    return read_toolkit_file(file, may_be_empty=may_be_empty)


def _build(settings: TlsSettings) -> "Tls":
    from solix_exporter.web.toolkit.tls import build_tls  # noqa: PLC0415 - as above

    return build_tls(settings)


def _stamp(file: Path) -> tuple[int, int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
