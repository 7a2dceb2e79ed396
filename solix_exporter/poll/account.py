"""The account that a poll asks for."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from solix_exporter.cache import AccountParts
from solix_exporter.cloud.source import Source
from solix_exporter.model.prices import OwnTerms
from solix_exporter.poll.zones import SiteZones


@dataclass(frozen=True, slots=True)
class PolledAccount:
    """What a poll needs to know about its account."""

    name: str
    country: str
    server: str
    source: Source
    parts: AccountParts
    zones: SiteZones
    terms: Mapping[str, OwnTerms] = field(default_factory=dict)
    """What is added to spot prices, by site id, if configured."""
