"""What the parts are built with: limits, zones, prices and names, from the settings."""

import re
from collections.abc import Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

from solix_exporter.clock import host_zone
from solix_exporter.cloud.budget import Limits
from solix_exporter.cloud.regions import zones_of
from solix_exporter.config import Settings
from solix_exporter.model.freshness import Freshness
from solix_exporter.model.prices import OwnTerms
from solix_exporter.model.report import Source
from solix_exporter.poll.zone_book import ZoneBook
from solix_exporter.poll.zones import SiteZones

ENERGY_POLL = "energy"
LEDGER_FILE = "ledger.sqlite3"
"""Below the state directory."""


def limits(settings: Settings) -> Limits:
    """Return the limits on requests to the cloud."""
    cloud = settings.cloud
    return Limits(cloud.endpoint_limit, cloud.headroom, cloud.request_gap_s)


def price_terms(settings: Settings) -> dict[str, OwnTerms]:
    """Return fees and VAT on top of spot prices by site id, where configured."""
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


def fills(settings: Settings) -> frozenset[tuple[str, Source]]:
    """Return which sources of which devices only fill what the cloud lacks."""
    return frozenset(
        (sn, source)
        for sn, device in settings.devices.items()
        for source, choices in ((Source.MQTT, device.mqtt), (Source.MODBUS, (device.modbus,)))
        if "fill" in choices
    )


def zones_of_sites(settings: Settings) -> tuple[dict[str, ZoneInfo], ZoneInfo | None]:
    """Return the configured zones by site id, and that of all other sites."""
    configured = {
        site_id: ZoneInfo(site.timezone)
        for site_id, site in settings.sites.items()
        if site.timezone
    }
    return configured, ZoneInfo(settings.timezone) if settings.timezone else None


def freshness(settings: Settings, *, is_captured: bool = False) -> Freshness:
    """Return the rule for the age up to which readings are live."""
    return Freshness(settings.poll.stale_after_s, is_judged=not is_captured)


def site_zones(settings: Settings, country: str, book: ZoneBook | None = None) -> SiteZones:
    """Return the zones of an account's sites: configured, else the country's, else the host's.

    `book` holds the zones that earlier starts found out.
    """
    configured, default = zones_of_sites(settings)
    candidates = tuple(ZoneInfo(name) for name in zones_of(country)) or (host_zone(),)
    return SiteZones(candidates, configured, default, book)


def cloud_zone(settings: Settings, country: str) -> ZoneInfo:
    """Return the zone sent with each request; it decides when the cloud's days begin."""
    if settings.timezone:
        return ZoneInfo(settings.timezone)
    names = zones_of(country)
    return ZoneInfo(names[0]) if names else host_zone()


def replay_names(folders: Sequence[Path]) -> list[str]:
    """Return an account name per folder, distinct for folders of the same name."""
    names: list[str] = []
    for folder in folders:
        stem = re.sub(r"[^a-z0-9_-]+", "-", folder.resolve().name.lower()).strip("-") or "replay"
        same = sum(name == stem or name.startswith(f"{stem}-") for name in names)
        names.append(f"{stem}-{same + 1}" if same else stem)
    return names
