"""Where devices that also report by themselves belong, kept for the next start.

The device answers sooner than the cloud. What is known of it puts it into its site at once, so that
no other set of its series appears for the first minute after each start.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import TypeVar

from solix_exporter.files import read_json, write_private_json
from solix_exporter.model.site import Access, SiteType

T = TypeVar("T")

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
    firmware: str = ""


@dataclass(frozen=True, slots=True)
class KnownSite:
    """A site of the cloud that has local devices, as its series name it."""

    account: str
    name: str
    site_type: str
    access: str
    timezone: str
    currency: str = ""
    banks: tuple[str, ...] = ()
    """The serial numbers of its solarbanks: of several none tells the site's totals."""


class SiteBook:
    """The known places of devices by serial number, and their sites."""

    def __init__(self, path: Path | None = None) -> None:
        """Take the file, which need not exist; None keeps everything in memory."""
        self._path = path
        self._known: _Content | None = None
        self._noted: dict[str, Home | None] = {}
        """What this process has found; others may write the file, too."""
        self._noted_sites: dict[str, KnownSite] = {}

    def find(self, sn: str) -> Home | None:
        """Return the place of a device, None where it is not known."""
        return self._content().devices.get(sn)

    def find_site(self, site_id: str) -> KnownSite | None:
        """Return a site of devices in the book."""
        return self._content().sites.get(site_id)

    def note(self, sn: str, home: Home | None) -> None:
        """Keep the place of a device; None forgets it."""
        if self.find(sn) != home:
            self._noted[sn] = home
            self._merge()

    def note_site(self, site_id: str, site: KnownSite) -> None:
        """Keep a site."""
        before = self.find_site(site_id)
        if before is not None and not site.currency:
            # It is known later than the site.
            site = replace(site, currency=before.currency)
        if before != site:
            self._noted_sites[site_id] = site
            self._merge()

    def _content(self) -> "_Content":
        if self._known is None:
            self._known = self._read()
        return self._known

    def _merge(self) -> None:
        kept = self._read()
        noted: dict[str, Home | None] = {**kept.devices, **self._noted}
        devices = {sn: home for sn, home in noted.items() if home is not None}
        used = {home.site_id for home in devices.values()}
        sites = {**kept.sites, **self._noted_sites}
        self._known = _Content(devices, {key: one for key, one in sites.items() if key in used})
        self._write(self._known)

    def _read(self) -> "_Content":
        """Return the content of the file; what cannot be read is found again."""
        content = (read_json(self._path) or {}) if self._path else {}
        devices, sites = content.get("devices"), content.get("sites")
        return _Content(
            _rows(devices if isinstance(devices, dict) else {}, _home),
            _rows(sites if isinstance(sites, dict) else {}, _site),
        )

    def _write(self, known: "_Content") -> None:
        if self._path is None:
            return
        devices = {sn: asdict(home) for sn, home in sorted(known.devices.items())}
        sites = {site_id: asdict(site) for site_id, site in sorted(known.sites.items())}
        content = {"version": _VERSION, "devices": devices, "sites": sites}
        try:
            write_private_json(self._path, content)
        except OSError as error:
            _LOGGER.warning(
                "%s cannot be written (%s): the sites of local devices are found again at each"
                " start",
                self._path,
                error.strerror,
            )


@dataclass(frozen=True, slots=True)
class _Content:
    """What is in the file."""

    devices: Mapping[str, Home] = field(default_factory=dict)
    sites: Mapping[str, KnownSite] = field(default_factory=dict)


def _rows(entries: Mapping[str, object], read: Callable[[object], T | None]) -> dict[str, T]:
    rows = ((key, read(entry)) for key, entry in entries.items())
    return {key: row for key, row in rows if row is not None}


_HOME_FIELDS = tuple(row.name for row in fields(Home))


def _home(entry: object) -> Home | None:
    if not isinstance(entry, dict):
        return None
    texts = [entry.get(name, "") for name in _HOME_FIELDS]
    if not all(isinstance(text, str) for text in texts) or not texts[0]:
        return None
    return Home(*texts)


def _site(entry: object) -> KnownSite | None:
    if not isinstance(entry, dict):
        return None
    names = ("account", "name", "site_type", "access", "timezone", "currency")
    found = {name: text for name in names if isinstance(text := entry.get(name), str)}
    banks = entry.get("banks")
    if len(found) < len(names) or not isinstance(banks, list):
        return None
    types, accesses = ({one.value for one in kind} for kind in (SiteType, Access))
    is_known = found["site_type"] in types and found["access"] in accesses
    if not is_known or not all(isinstance(sn, str) for sn in banks):
        return None
    return KnownSite(**found, banks=tuple(banks))
