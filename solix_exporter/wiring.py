"""What the settings mean to the parts: limits, zones, names, and the checks across parts."""

import re
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

from solix_exporter.clock import host_zone
from solix_exporter.cloud import crypto
from solix_exporter.cloud.budget import Limits
from solix_exporter.cloud.regions import zones_of
from solix_exporter.config import Settings
from solix_exporter.errors import ConfigError
from solix_exporter.ledger import is_running
from solix_exporter.model.freshness import Freshness
from solix_exporter.model.prices import OwnTerms
from solix_exporter.poll.assembly import NAMES_TO_DISABLE
from solix_exporter.poll.schedule import RENAMED
from solix_exporter.poll.zone_book import ZoneBook
from solix_exporter.poll.zones import SiteZones
from solix_exporter.spelling import closest

ENERGY_POLL = "energy"
LEDGER_FILE = "ledger.sqlite3"
"""Below the state directory."""


def check(settings: Settings) -> None:
    """Check what shows only when the parts are put together.

    Raises ConfigError.
    """
    _check_public_key(settings.cloud.public_key or crypto.CLOUD_PUBLIC_KEY)
    _check_disabled(settings.poll.disable)


def warnings(settings: Settings) -> tuple[str, ...]:
    """Return what works but should be changed in the settings."""
    renamed = (
        f"poll.disable (SOLIX_POLL__DISABLE): {name!r} is now called {RENAMED[name]!r}; the former"
        " name still works"
        for name in settings.poll.disable
        if name in RENAMED
    )
    return (*settings.warnings, *renamed)


def limits(settings: Settings) -> Limits:
    """Return how much may be asked of the cloud."""
    cloud = settings.cloud
    return Limits(cloud.endpoint_limit, cloud.headroom, cloud.request_gap_s)


def sharing(settings: Settings) -> Settings:
    """Return settings that leave a running exporter its half of the budget.

    The cloud counts both as one.
    """
    return _halved(settings) if is_running(settings.state_dir / LEDGER_FILE) else settings


def _halved(settings: Settings) -> Settings:
    cloud = settings.cloud
    usable = cloud.endpoint_limit - cloud.headroom
    headroom = cloud.headroom + usable // 2 if cloud.endpoint_limit else cloud.headroom
    return settings.model_copy(update={"cloud": cloud.model_copy(update={"headroom": headroom})})


def price_terms(settings: Settings) -> dict[str, OwnTerms]:
    """Return what comes on top of spot prices, of the sites for which it is configured."""
    return {
        site_id: OwnTerms(
            site.price_fee,
            None if site.price_vat_percent is None else site.price_vat_percent / 100,
        )
        for site_id, site in settings.sites.items()
    }


def capacities(settings: Settings) -> dict[str, float]:
    """Return the configured battery capacities, Wh by serial number."""
    return {
        sn: device.capacity_wh
        for sn, device in settings.devices.items()
        if device.capacity_wh is not None
    }


def freshness(settings: Settings, *, is_captured: bool = False) -> Freshness:
    """Return what decides up to which age readings are live."""
    return Freshness(settings.poll.stale_after_s, is_judged=not is_captured)


def site_zones(settings: Settings, country: str, book: ZoneBook | None = None) -> SiteZones:
    """Return the zones of an account's sites: configured, else the country's, else the host's.

    `book` holds what earlier starts have learnt.
    """
    configured = {
        site_id: ZoneInfo(site.timezone)
        for site_id, site in settings.sites.items()
        if site.timezone
    }
    candidates = tuple(ZoneInfo(name) for name in zones_of(country)) or (host_zone(),)
    default = ZoneInfo(settings.timezone) if settings.timezone else None
    return SiteZones(candidates, configured, default, book)


def cloud_zone(settings: Settings, country: str) -> ZoneInfo:
    """Return the zone that the cloud is told; it decides where the cloud's days begin."""
    if settings.timezone:
        return ZoneInfo(settings.timezone)
    names = zones_of(country)
    return ZoneInfo(names[0]) if names else host_zone()


def _check_disabled(names: Iterable[str]) -> None:
    """Raise ConfigError if `poll.disable` has a name that is neither a poll's nor an endpoint's."""
    known = (*NAMES_TO_DISABLE, ENERGY_POLL)
    for name in names:
        if name not in known and name not in RENAMED:
            close = closest(name, known)
            hint = f"did you mean {close}?" if close else f"known here: {', '.join(known)}"
            raise ConfigError(f"poll.disable (SOLIX_POLL__DISABLE): {name!r} is unknown; {hint}")


def _check_public_key(public_key: str) -> None:
    try:
        crypto.shared_secret(crypto.new_private_key(), public_key)
    except ValueError as error:
        raise ConfigError(
            "cloud.public_key (SOLIX_CLOUD__PUBLIC_KEY): it is not a point of the curve P-256;"
            " copy it again, or leave it out to use the one of the Anker cloud"
        ) from error


def check_state_dir(state_dir: Path) -> None:
    """Make the folder; without it every restart would log in, until the account is locked.

    Raises ConfigError where it cannot be written.
    """
    try:
        state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=state_dir):
            pass
    except OSError as error:
        raise ConfigError(
            f"state_dir (SOLIX_STATE_DIR): {state_dir} cannot be written ({error.strerror});"
            " the login is kept there. Make it writable, or name another folder"
        ) from error


def replay_names(folders: Sequence[Path]) -> list[str]:
    """Return an account name a folder, distinct ones for folders of the same name."""
    names: list[str] = []
    for folder in folders:
        stem = re.sub(r"[^a-z0-9_-]+", "-", folder.resolve().name.lower()).strip("-") or "replay"
        same = sum(name == stem or name.startswith(f"{stem}-") for name in names)
        names.append(f"{stem}-{same + 1}" if same else stem)
    return names
