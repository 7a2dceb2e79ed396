"""When the days of a site begin: kept in the ledger once known, and corrected if it was wrong."""

import logging
from functools import partial
from zoneinfo import ZoneInfo

from solix_exporter.ledger import Ledger
from solix_exporter.poll.account import PolledAccount
from solix_exporter.poll.energy.days import start_of

_LOGGER = logging.getLogger(__name__)


class DayPlacer:
    """Places the days of one account's sites; waits for the disk, so call it in a thread."""

    def __init__(self, account: PolledAccount, ledger: Ledger) -> None:
        self._account = account
        self._ledger = ledger
        self._mended: dict[str, ZoneInfo] = {}
        """By site: the zone in which its days were looked at."""

    def place(self, site_id: str) -> None:
        """Let the days that are new begin in the site's zone, and all once more when it changes.

        Sinks see a day when it is placed. Raises LedgerError.
        """
        zones = self._account.zones
        zone = zones.zone(site_id)
        if not zones.may_be_used(site_id):
            return
        start = partial(start_of, zone=zone)
        self._ledger.outbox.place(site_id, self._account.name, start)
        if not zones.is_known(site_id) or self._mended.get(site_id) == zone:
            return
        mended = self._ledger.outbox.mend(site_id, start, zones.holds_since(site_id))
        self._mended[site_id] = zone
        if mended.days:
            _LOGGER.warning(
                "site %s: %d of its days began at the wrong instant, for its time zone was not"
                " known when they were read. They begin at midnight in %s now",
                site_id,
                mended.days,
                zone.key,
            )
        if mended.delivered:
            _LOGGER.warning(
                "site %s: InfluxDB gets %d of these days anew and keeps them under the old times,"
                " too: delete its daily points that are not at midnight in %s",
                site_id,
                mended.delivered,
                zone.key,
            )
