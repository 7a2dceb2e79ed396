"""The time zone of each site, and the instant that its clock's readings stand for.

The cloud names no zone: a scene carries the site's local time only. The zone is the configured
one, else the country's; where a country has several, the stamps tell them apart.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

TOLERANCE = timedelta(minutes=5)
"""A stamp may be this far in the future: clocks differ."""

_FRESH = timedelta(minutes=10)
_EVIDENCE = 3
"""So many stamps must speak for another zone before a site moves to it."""


@dataclass(slots=True)
class _Choice:
    zone: ZoneInfo
    better: ZoneInfo | None = None
    stamps: set[datetime] = field(default_factory=set)
    """The stamps that speak for `better`."""


class SiteZones:
    """Knows the zone of every site of one account."""

    def __init__(
        self,
        candidates: tuple[ZoneInfo, ...],
        configured: Mapping[str, ZoneInfo] | None = None,
        default: ZoneInfo | None = None,
    ) -> None:
        """Take the zones of the account's country, the likeliest first, and what is configured.

        `configured` holds zones by site id, `default` is one for all sites.
        """
        self._candidates = (default,) if default else candidates
        self._configured = dict(configured or {})
        self._choices: dict[str, _Choice] = {}

    def zone(self, site_id: str) -> ZoneInfo:
        """Return the zone of a site."""
        configured = self._configured.get(site_id)
        return configured or self._choice(site_id).zone

    def _choice(self, site_id: str) -> _Choice:
        return self._choices.setdefault(site_id, _Choice(self._candidates[0]))

    def data_at(self, site_id: str, stamp: datetime | None, now: datetime) -> datetime | None:
        """Return the instant of a stamp of the site's clock, None where it cannot be told.

        A stamp that lies in the future in every zone that is possible tells nothing.
        """
        if stamp is None:
            return None
        if site_id not in self._configured and len(self._candidates) > 1:
            self._reconsider(self._choice(site_id), stamp, now)
        at = _instant(stamp, self.zone(site_id), now)
        return at if at <= now + TOLERANCE else None

    def _reconsider(self, choice: _Choice, stamp: datetime, now: datetime) -> None:
        """Move the site to another zone of its country when its stamps speak for one."""
        age = now - _instant(stamp, choice.zone, now)
        if -TOLERANCE <= age <= _FRESH:
            choice.better = None
            return
        better = self._freshest(stamp, now)
        if better is None or (age >= -TOLERANCE and not _is_fresh(stamp, better, now)):
            return
        if choice.better != better:
            choice.better, choice.stamps = better, set()
        choice.stamps.add(stamp)
        if age < -TOLERANCE or len(choice.stamps) >= _EVIDENCE:
            choice.zone, choice.better = better, None

    def _freshest(self, stamp: datetime, now: datetime) -> ZoneInfo | None:
        """Return the zone in which the stamp is youngest without being in the future."""
        ages = [(now - _instant(stamp, zone, now), zone) for zone in self._candidates]
        possible = [(age, zone) for age, zone in ages if age >= -TOLERANCE]
        return min(possible, key=lambda row: row[0])[1] if possible else None


def _is_fresh(stamp: datetime, zone: ZoneInfo, now: datetime) -> bool:
    return now - _instant(stamp, zone, now) <= _FRESH


def _instant(stamp: datetime, zone: ZoneInfo, now: datetime) -> datetime:
    """Return the instant of a local time; of the two of an autumn night, the later possible one."""
    later = stamp.replace(tzinfo=zone, fold=1).astimezone(UTC)
    if later <= now + TOLERANCE:
        return later
    return stamp.replace(tzinfo=zone, fold=0).astimezone(UTC)
