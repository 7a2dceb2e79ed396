"""Where devices that also report by themselves belong, kept for the next start.

The device answers sooner than the cloud. What is known of it puts it into its site at once, so that
no other set of its series appears for the first minute after each start.
"""

import logging
from dataclasses import asdict, dataclass
from pathlib import Path

from solix_exporter.files import read_json, write_private_json

_LOGGER = logging.getLogger(__name__)

SITE_BOOK_FILE = "device-sites.json"
"""Below the state directory."""

_VERSION = 1


@dataclass(frozen=True, slots=True)
class Home:
    """Where a device belongs."""

    account: str
    site_id: str
    """Empty for a device of the account that is in no site."""
    name: str
    """The owner's name for the device."""
    main_device_sn: str = ""


class SiteBook:
    """The known places of devices by serial number."""

    def __init__(self, path: Path | None = None) -> None:
        """Take the file, which need not exist; None keeps everything in memory."""
        self._path = path
        self._known: dict[str, Home] | None = None
        self._noted: dict[str, Home | None] = {}
        """What this process has found; others may write the file, too."""

    def find(self, sn: str) -> Home | None:
        """Return the place of a device, None where it is not known."""
        if self._known is None:
            self._known = self._read()
        return self._known.get(sn)

    def note(self, sn: str, home: Home | None) -> None:
        """Keep the place of a device; None forgets it."""
        if self.find(sn) == home:
            return
        self._noted[sn] = home
        merged: dict[str, Home | None] = {**self._read(), **self._noted}
        self._known = {key: one for key, one in merged.items() if one is not None}
        self._write(self._known)

    def _read(self) -> dict[str, Home]:
        """Return the content of the file; what cannot be read is found again."""
        devices = (read_json(self._path) or {}).get("devices") if self._path else None
        if not isinstance(devices, dict):
            return {}
        rows = ((sn, _home(entry)) for sn, entry in devices.items())
        return {sn: home for sn, home in rows if home}

    def _write(self, known: dict[str, Home]) -> None:
        if self._path is None:
            return
        devices = {sn: asdict(home) for sn, home in sorted(known.items())}
        try:
            write_private_json(self._path, {"version": _VERSION, "devices": devices})
        except OSError as error:
            _LOGGER.warning(
                "%s cannot be written (%s): the sites of local devices are found again at each"
                " start",
                self._path,
                error.strerror,
            )


def _home(entry: object) -> Home | None:
    if not isinstance(entry, dict):
        return None
    texts = [entry.get(name, "") for name in ("account", "site_id", "name", "main_device_sn")]
    if not all(isinstance(text, str) for text in texts) or not texts[0]:
        return None
    return Home(*texts)
