"""The time zone of each site, and the instants of its local times.

A scene has only the site's local time. Bound devices report the rule of their clock to accounts
that may see it (captured since 2026). The zone is the configured one, else that of the devices,
else the country's; if the country has several, the stamps decide. Known zones are kept, see
`zone_book`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from solix_exporter.cloud.regions import rule_of, zone_with_rule
from solix_exporter.poll.zone_book import ZoneBook

TOLERANCE = timedelta(minutes=5)
"""A stamp may be this far in the future: clocks differ."""

_FRESH = timedelta(minutes=10)
_EVIDENCE = 3
"""Stamps in favour of another zone before a site moves to it."""


@dataclass(slots=True)
class _Choice:
    zone: ZoneInfo
    candidates: tuple[ZoneInfo, ...]
    rules: frozenset[str] = frozenset()
    """The rules of the devices' clocks."""
    is_known: bool = False
    """Whether a device, a stamp or an earlier start confirms `zone`; else it is a guess."""
    is_confirmed: bool = False
    """Whether a stamp was fresh in `zone`."""
    better: ZoneInfo | None = None
    stamps: set[datetime] = field(default_factory=set)
    """The stamps in favour of `better`."""


class SiteZones:
    """Knows the zone of every site of one account."""

    def __init__(
        self,
        candidates: tuple[ZoneInfo, ...],
        configured: Mapping[str, ZoneInfo] | None = None,
        default: ZoneInfo | None = None,
        book: ZoneBook | None = None,
    ) -> None:
        """Start with the zones of the account's country, the likeliest first.

        `configured` has zones by site id, `default` is one for all sites; `book` has the zones
        that were found before.
        """
        self._candidates = (default,) if default else candidates
        self._is_configured = default is not None
        self._configured = dict(configured or {})
        self._choices: dict[str, _Choice] = {}
        self._book = book or ZoneBook()
        self._is_waiting = False

    def zone(self, site_id: str) -> ZoneInfo:
        """Return the zone of a site."""
        configured = self._configured.get(site_id)
        return configured or self._choice(site_id).zone

    def is_known(self, site_id: str) -> bool:
        """Return whether the zone is more than a guess from the country."""
        return self._has_setting(site_id) or self._choice(site_id).is_known

    def is_settled(self, site_id: str) -> bool:
        """Return whether the zone is known, or no answer is expected that could change it."""
        return not self._is_waiting or self.is_known(site_id)

    def may_be_used(self, site_id: str) -> bool:
        """Return whether days may be kept by the zone: it is settled, or the country has one."""
        return self.is_settled(site_id) or len(_rules_of(self._candidates)) == 1

    def holds_since(self, site_id: str) -> date | None:
        """Return the site's first day in its zone, None if it was always there."""
        known = self._book.find(site_id)
        return known.since if known else None

    def wait(self) -> None:
        """Note that the devices' clocks are about to be asked for."""
        self._is_waiting = True

    def stop_waiting(self) -> None:
        """Note that the devices were asked: guesses hold until a stamp contradicts them."""
        self._is_waiting = False

    def _has_setting(self, site_id: str) -> bool:
        return self._is_configured or site_id in self._configured

    def _choice(self, site_id: str) -> _Choice:
        choice = self._choices.get(site_id)
        if choice is None:
            choice = self._choices[site_id] = _Choice(self._candidates[0], self._candidates)
            kept = None if self._has_setting(site_id) else self._book.find(site_id)
            if kept is not None:
                choice.zone, choice.is_known = kept.zone, True
                choice.candidates = _with(self._candidates, kept.zone)
        return choice

    def _set_known(self, site_id: str, zone: ZoneInfo, *, is_move: bool) -> None:
        """Set a zone for which there is evidence."""
        choice = self._choice(site_id)
        choice.zone, choice.is_known = zone, True
        self._book.note(site_id, zone, is_move=is_move)

    def add_rules(self, site_id: str, rules: Iterable[str]) -> None:
        """Use the POSIX rules of the clocks of a site's devices; "" is an unknown one.

        A zone that fresh stamps confirmed stays until they contradict it.
        """
        reported = frozenset(rules) - {""}
        choice = self._choice(site_id)
        if self._has_setting(site_id):
            self._book.note(site_id, self.zone(site_id), is_move=True)
            return
        if reported == choice.rules:
            return
        base = _with(self._candidates, choice.zone) if choice.is_known else self._candidates
        named = (zone_with_rule(rule) for rule in sorted(reported - _rules_of(base)))
        choice.rules = reported
        choice.candidates = (*base, *(ZoneInfo(name) for name in named if name))
        if choice.is_confirmed or len(reported) != 1:
            return
        if rule_of(choice.zone.key) in reported:
            self._set_known(site_id, choice.zone, is_move=False)
            return
        fitting = (zone for zone in choice.candidates if rule_of(zone.key) in reported)
        if (zone := next(fitting, None)) is not None:
            self._set_known(site_id, zone, is_move=choice.is_known)

    def is_confirmed_by_devices(self, site_id: str) -> bool:
        """Return whether the devices of the site follow the rule of its zone."""
        return rule_of(self.zone(site_id).key) in self._choice(site_id).rules

    def data_at(self, site_id: str, stamp: datetime | None, now: datetime) -> datetime | None:
        """Return the instant of a stamp of the site's clock, None if it is unknown.

        A stamp that is in the future in every possible zone has none.
        """
        if stamp is None:
            return None
        if not self._has_setting(site_id):
            self._reconsider(site_id, stamp, now)
        at = _instant(stamp, self.zone(site_id), now)
        return at if at <= now + TOLERANCE else None

    def youngest(self, site_id: str, stamp: datetime | None, now: datetime) -> datetime | None:
        """Return the latest instant that a stamp may mean, None if it is unknown.

        While the zone is not sure, a stamp that is fresh in any possible zone counts as fresh.
        """
        if stamp is None:
            return None
        zones = (self.zone(site_id),) if self.is_sure(site_id) else self._choice(site_id).candidates
        instants = (_instant(stamp, zone, now) for zone in zones)
        return max((at for at in instants if at <= now + TOLERANCE), default=None)

    def is_sure(self, site_id: str) -> bool:
        """Return whether there is more evidence for the zone of a site than the country."""
        is_seen = self._choice(site_id).is_confirmed or self.is_confirmed_by_devices(site_id)
        return is_seen or self.is_known(site_id)

    def _reconsider(self, site_id: str, stamp: datetime, now: datetime) -> None:
        """Move the site to another possible zone if its stamps show one."""
        choice = self._choice(site_id)
        age = now - _instant(stamp, choice.zone, now)
        if -TOLERANCE <= age <= _FRESH:
            choice.is_confirmed, choice.better = True, None
            if not choice.is_known:
                self._set_known(site_id, choice.zone, is_move=False)
            return
        better = _freshest(choice.candidates, stamp, now)
        if better is None or (age >= -TOLERANCE and not _is_fresh(stamp, better, now)):
            return
        if choice.better != better:
            choice.better, choice.stamps = better, set()
        choice.stamps.add(stamp)
        if age < -TOLERANCE or len(choice.stamps) >= _EVIDENCE:
            choice.better = None
            # A zone in which no stamp was ever fresh was not the site's zone before, either.
            self._set_known(site_id, better, is_move=choice.is_confirmed)


def _with(zones: tuple[ZoneInfo, ...], zone: ZoneInfo) -> tuple[ZoneInfo, ...]:
    return zones if zone in zones else (*zones, zone)


def _rules_of(zones: Iterable[ZoneInfo]) -> frozenset[str]:
    return frozenset(rule_of(zone.key) for zone in zones)


def _freshest(candidates: Iterable[ZoneInfo], stamp: datetime, now: datetime) -> ZoneInfo | None:
    """Return the zone in which the stamp is youngest without being in the future."""
    ages = [(now - _instant(stamp, zone, now), zone) for zone in candidates]
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
