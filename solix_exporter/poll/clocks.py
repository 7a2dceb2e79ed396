"""Finds the time zones of an account's sites from the clocks of its devices."""

from collections.abc import Mapping
from datetime import timedelta

from solix_exporter.cache import ACCOUNT, Life
from solix_exporter.clock import moment_of
from solix_exporter.cloud.endpoints.account import BIND_DEVICES
from solix_exporter.cloud.endpoints.home_systems import HES_DEV_INFO
from solix_exporter.cloud.regions import rule_of, zones_of
from solix_exporter.errors import CloudError, RequestRejected
from solix_exporter.model.bound import BoundDevice
from solix_exporter.model.site import Access, SiteListing
from solix_exporter.poll.account import PolledAccount
from solix_exporter.poll.jobs import PollTools

CLOCK_ENDPOINTS = frozenset({BIND_DEVICES.name, HES_DEV_INFO.name})
"""The endpoints that report clocks, and which devices of a site have them."""

_TRIES = 5
_VALID_S = timedelta(minutes=30).total_seconds()
"""Three intervals of the row of the schedule that asks the same later."""

Bound = Mapping[str, BoundDevice]


def update_zones(account: PolledAccount, bound: Bound | None = None) -> None:
    """Update the zones from the clocks of each site's devices, and put them into the cache.

    `bound` are the bound devices, by default those of the cache. An owned site whose devices
    report no clock follows the account's other devices.
    """
    parts, zones = account.parts, account.zones
    known = parts.bound_devices() if bound is None else bound
    own_rules = {device.clock_rule for device in known.values() if device.is_owned}
    for listing in parts.listings():
        devices = parts.devices_of(listing)
        rules = {known[device.sn].clock_rule for device in devices if device.sn in known} - {""}
        if not rules and listing.access is Access.OWNER:
            rules = own_rules
        zones.add_rules(listing.site_id, rules)
        note_zone(account, listing.site_id)
    if bound is not None or parts[BIND_DEVICES].latest(ACCOUNT) is not None:
        zones.stop_waiting()


def note_zone(account: PolledAccount, site_id: str) -> None:
    """Put the zone of a site into the cache."""
    part, zone = account.parts.zones, account.zones.zone(site_id)
    if part.latest(site_id) != zone:
        part.replace(site_id, zone)


class FirstClocks:
    """Asks for the bound devices before the slow poll does, in countries with several time zones.

    Only that answer reports the clocks, and until they are known, days begin and tariffs change
    at the wrong hour in most places of such a country.
    """

    def __init__(self, account: PolledAccount, tools: PollTools, *, is_expected: bool) -> None:
        """Prepare for an account; `is_expected` is False if its devices are not asked for."""
        self._account = account
        self._tools = tools
        is_guess = len({rule_of(zone) for zone in zones_of(account.country)}) != 1
        self._tries = _TRIES if is_expected and is_guess else 0
        self._answer: Bound | None = None
        if is_expected:
            account.zones.wait()
        if account.parts[BIND_DEVICES].latest(ACCOUNT) is not None:
            # Before a reload another poll has asked for this account.
            update_zones(account)

    async def ask(self, listings: tuple[SiteListing, ...]) -> None:
        """Ask, unless the zones of these sites are known from other answers or an earlier start."""
        parts, zones = self._account.parts, self._account.zones
        is_known = bool(listings) and all(zones.is_known(one.site_id) for one in listings)
        if not self._tries or is_known or parts[BIND_DEVICES].latest(ACCOUNT) is not None:
            return
        subject = f"account {self._account.name}, {BIND_DEVICES.name}"
        try:
            self._answer = await self._account.source.fetch(BIND_DEVICES)
        except CloudError as error:
            self._tries = 0 if isinstance(error, RequestRejected) else self._tries - 1
            if self._tries:
                self._tools.outages.begin(subject, str(error))
            else:
                zones.stop_waiting()
            return
        self._tools.outages.end(subject)

    def apply(self) -> None:
        """Update the zones from the answer."""
        update_zones(self._account, self._answer)

    def publish(self) -> None:
        """Put the answer into the cache once the devices of the sites are known.

        Before, a device of a site would show as a stand-alone one.
        """
        answer, self._answer = self._answer, None
        part, clock = self._account.parts[BIND_DEVICES], self._tools.clock
        if answer is None or part.latest(ACCOUNT) is not None:
            return
        part.replace(ACCOUNT, answer, Life(moment_of(clock), _VALID_S), asked_at=clock.now())
        update_zones(self._account)
