"""The time zones of sites, kept for the next start.

Without a device's clock or a fresh stamp, a zone is only guessed from the account's country. A zone
that was found once is known immediately after every later start.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from solix_exporter.clock import host_now
from solix_exporter.files import read_json, write_private_json

_LOGGER = logging.getLogger(__name__)

ZONES_FILE = "zones.json"
"""Below the state directory."""

_VERSION = 1


@dataclass(frozen=True, slots=True)
class KnownZone:
    """A zone that is not a guess."""

    zone: ZoneInfo
    since: date | None = None
    """The site's first day in it, where it moved there from another one; None for all days."""


class ZoneBook:
    """The known zones by site id, of all accounts of a state directory."""

    def __init__(self, path: Path | None = None, now: Callable[[], datetime] = host_now) -> None:
        """Take the file, which need not exist; None keeps everything in memory."""
        self._path = path
        self._now = now
        self._known: dict[str, KnownZone] | None = None
        self._noted: dict[str, KnownZone] = {}
        """Zones that this process has found; others may write the file, too."""

    def find(self, site_id: str) -> KnownZone | None:
        """Return the known zone of a site."""
        if self._known is None:
            self._known = self._read()
        return self._known.get(site_id)

    def note(self, site_id: str, zone: ZoneInfo, *, is_move: bool = False) -> None:
        """Keep a site's zone; after a move, earlier days stay those of the former zone."""
        before = self.find(site_id)
        if before is not None and before.zone == zone:
            return
        since = before.since if before else None
        if is_move and before is not None:
            since = self._now().astimezone(zone).date()
        self._noted[site_id] = KnownZone(zone, since)
        self._known = {**self._read(), **self._noted}
        self._write(self._known)

    def _read(self) -> dict[str, KnownZone]:
        """Return the content of the file; what cannot be read is found again."""
        sites = (read_json(self._path) or {}).get("sites") if self._path else None
        if not isinstance(sites, dict):
            return {}
        rows = ((site_id, _known_zone(entry)) for site_id, entry in sites.items())
        return {site_id: known for site_id, known in rows if known}

    def _write(self, known: dict[str, KnownZone]) -> None:
        if self._path is None:
            return
        sites = {
            site_id: {"zone": one.zone.key, "since": one.since.isoformat() if one.since else None}
            for site_id, one in sorted(known.items())
        }
        try:
            write_private_json(self._path, {"version": _VERSION, "sites": sites})
        except OSError as error:
            _LOGGER.warning(
                "%s cannot be written (%s): the sites' time zones are found again at each start",
                self._path,
                error.strerror,
            )


def _known_zone(entry: object) -> KnownZone | None:
    if not isinstance(entry, dict):
        return None
    key, since = entry.get("zone"), entry.get("since")
    try:
        zone = ZoneInfo(key) if isinstance(key, str) else None
        day = date.fromisoformat(since) if isinstance(since, str) else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
    return KnownZone(zone, day) if zone else None
