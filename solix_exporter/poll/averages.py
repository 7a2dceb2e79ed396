"""The polls of 5-minute averages: power panels and X1 systems, which report no live power.

Each slot costs one request per source, all to one endpoint: 4 every 5 minutes (5 for an X1 with an
EV charger), up to 2 more the first time. If the battery's curve has no new slot, the others are not
asked. A panel's answers contain the day's energy, too, which the energy poll then does not ask for.
Of several accounts that see a system, one asks, as long as it is answered. `poll.disable` takes the
name of a row.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from solix_exporter.cache import Life
from solix_exporter.clock import moment_of
from solix_exporter.cloud.budget import Plan
from solix_exporter.cloud.endpoints.endpoint import Endpoint
from solix_exporter.cloud.endpoints.home_systems import HES_DAY, HES_SYSTEM_RUNNING_INFO, PANEL_DAY
from solix_exporter.errors import AuthenticationError, CloudError
from solix_exporter.model.home_system import (
    Curves,
    EnergySource,
    HomeSystemAverages,
    HomeSystemDay,
    SourceDay,
)
from solix_exporter.model.site import SiteListing, SiteType
from solix_exporter.poll.account import PolledAccount
from solix_exporter.poll.backoff import Backoff
from solix_exporter.poll.guard import Guard
from solix_exporter.poll.jobs import Idle, PollJob, PollTools, Tally
from solix_exporter.poll.slots import SLOT, averages_at, last_measured_end, newest_slot_end

VALID_INTERVALS = 3
VALID_ENERGY_INTERVALS = 2
"""How long the energy poll uses the day's energy of these answers; then it asks itself."""

_DAY = timedelta(days=1)
_OTHERS = (EnergySource.PV, EnergySource.HOME, EnergySource.GRID)


@dataclass(frozen=True, slots=True)
class AveragesRow:
    """The systems of one type, and the endpoints of their curves."""

    name: str
    """The `poll` label, and the name for `poll.disable`."""
    site_type: SiteType
    endpoints: Mapping[EnergySource, Endpoint[SourceDay]]


AVERAGES: tuple[AveragesRow, ...] = (
    # 4 requests every 5 minutes a system, 4 to 6 the first time.
    AveragesRow("power_panel_averages", SiteType.POWERPANEL, PANEL_DAY),
    # The same, and one more each time where the system has an EV charger.
    AveragesRow("hes_averages", SiteType.HES, HES_DAY),
)


class AveragesPoll:
    """Keeps the averages of one account's systems of one type up to date."""

    def __init__(self, row: AveragesRow, account: PolledAccount, tools: PollTools) -> None:
        self._row = row
        self._account = account
        self._tools = tools
        self._plan_owner = f"{account.name}/{row.name}"
        self._backoff = Backoff(tools, SLOT.total_seconds())
        self._guard = Guard(tools.observer, tools.clock)
        self._declare()

    def job(self) -> PollJob:
        """Return the poll as a job, which is counted only if there is such a system."""
        return PollJob(
            self._account.name,
            self._row.name,
            self.run,
            self.interval_s,
            self._tools,
            is_needed=self.is_needed,
        )

    def is_needed(self) -> bool:
        """Return whether the account sees such a system."""
        return bool(self._listings())

    def interval_s(self) -> float:
        """Return the interval in force: that of the slots, stretched where the budget needs it."""
        return self._tools.budget.interval_s(self._plan_owner)

    async def run(self) -> Idle | None:
        """Ask for the newest slot of each system.

        Raises CloudError where every system failed or is held back.
        """
        self._declare()
        tally = Tally()
        for listing in self._listings():
            if not self._is_answered_elsewhere(listing.site_id):
                await self._poll(listing.site_id, tally)
        return tally.outcome()

    def _listings(self) -> Sequence[SiteListing]:
        return [
            listing
            for listing in self._account.parts.listings()
            if listing.site_type is self._row.site_type
        ]

    def _is_answered_elsewhere(self, site_id: str) -> bool:
        """Return whether another account's averages are shown for one more slot."""
        until = moment_of(self._tools.clock).after(SLOT.total_seconds())
        return self._account.parts.is_answered_elsewhere(
            lambda parts: parts.averages, site_id, until
        )

    def _declare(self) -> None:
        parts = self._account.parts
        site_ids = {
            listing.site_id for listing in parts.listings() if listing.site_type in _SITE_TYPES
        }
        parts.averages.keep_only(site_ids)
        parts.home_system_days.keep_only(site_ids)
        requests = sum(
            1 + len(self._sources(listing.site_id))
            for listing in self._listings()
            if not self._is_answered_elsewhere(listing.site_id)
        )
        self._tools.budget.declare(
            Plan(
                self._plan_owner,
                self._account.server,
                {self._row.endpoints[EnergySource.BATTERY].path: requests},
                SLOT.total_seconds(),
            )
        )

    def _sources(self, site_id: str) -> tuple[EnergySource, ...]:
        """Return the curves to ask for in addition to the battery's."""
        status = self._account.parts[HES_SYSTEM_RUNNING_INFO].latest(site_id)
        has_ev_charger = status is not None and status.has_ev_charger
        return (*_OTHERS, EnergySource.EV_CHARGER) if has_ev_charger else _OTHERS

    async def _poll(self, site_id: str, tally: Tally) -> None:
        """Ask for one system, unless it has no news or is held back."""
        subject = f"site {site_id}, {self._row.name}"
        before = self._account.parts.averages.latest(site_id)
        if self._backoff.is_held(subject, tally):
            return
        if before is not None and not self._can_have_news(site_id, before):
            tally.resting += 1
            return
        try:
            averages = await self._averages(site_id, before)
        except AuthenticationError:
            raise
        except CloudError as error:
            self._backoff.failed(subject, error, tally)
            return
        tally.add(None)
        self._backoff.answered(subject)
        if averages is not None:
            # While the site's zone is a guess, only a new slot shows that the data is new.
            measured_at = averages.data_at if self._account.zones.is_sure(site_id) else None
            self._account.parts.averages.replace(
                site_id, averages, self._life(VALID_INTERVALS), measured_at=measured_at
            )

    def _life(self, intervals: int) -> Life:
        return Life(moment_of(self._tools.clock), intervals * self.interval_s())

    async def _averages(
        self, site_id: str, before: HomeSystemAverages | None
    ) -> HomeSystemAverages | None:
        """Return the averages of a slot that is newer than the one before, None without any."""
        battery_day = await self._battery_day(site_id, is_first=before is None)
        if battery_day is None:
            return None
        day, battery = battery_day
        slot_end = self._newest_slot_end(site_id, battery, day)
        if slot_end is None or (before is not None and slot_end == before.slot_end_local):
            return None
        curves = {EnergySource.BATTERY: battery} | {
            source: await self._source_day(site_id, source, day)
            for source in self._sources(site_id)
        }
        self._report_missing(site_id, curves)
        self._keep_energy(site_id, day, curves)
        averages = averages_at(slot_end, curves, before)
        data_at = self._account.zones.data_at(site_id, slot_end, self._tools.clock.now())
        return self._guard.believed(site_id, replace(averages, data_at=data_at))

    def _report_missing(self, site_id: str, curves: Curves) -> None:
        """Count and log empty curves; the others are shown without them."""
        for source, curve in curves.items():
            subject = f"site {site_id}, {self._row.name} {source.value}"
            if curve == SourceDay():
                endpoint = self._row.endpoints[source]
                self._tools.observer.value_malformed(endpoint.label, "power")
                self._tools.outages.begin(subject, f"{endpoint.path}: the answer holds no data")
            else:
                self._tools.outages.end(subject)

    def _keep_energy(self, site_id: str, day: date, curves: Curves) -> None:
        """Keep the day's energy, which comes with the curves, for the energy poll."""
        reported = {
            source: curve.flows for source, curve in curves.items() if curve.flows is not None
        }
        if reported:
            self._account.parts.home_system_days.replace(
                site_id, HomeSystemDay(day, reported), self._life(VALID_ENERGY_INTERVALS)
            )

    def _can_have_news(self, site_id: str, before: HomeSystemAverages) -> bool:
        """Return whether the slot after the known one is over."""
        age = self._local_now(site_id) - before.slot_end_local
        # A local clock that went back, in autumn or with a corrected zone, proves nothing.
        return not timedelta() <= age < SLOT

    def _newest_slot_end(self, site_id: str, battery: SourceDay, day: date) -> datetime | None:
        """Return the end of the newest slot that is over on the site's clock."""
        # Without a scene only the slots show the site's clock.
        stamp = last_measured_end(battery, day)
        self._account.zones.data_at(site_id, stamp, self._tools.clock.now())
        return newest_slot_end(battery, day, self._local_now(site_id))

    async def _battery_day(self, site_id: str, *, is_first: bool) -> tuple[date, SourceDay] | None:
        """Return the battery's curve of the first day that has a measured slot."""
        for day in self._days(site_id, is_first=is_first):
            battery = await self._source_day(site_id, EnergySource.BATTERY, day)
            if last_measured_end(battery, day) is not None:
                return day, battery
        return None

    def _days(self, site_id: str, *, is_first: bool) -> Iterator[date]:
        """Give the days to search for the newest slot; the first time the zone may be wrong."""
        # Until the first slot of a day is over the newest one is yesterday's.
        day = (self._local_now(site_id) - SLOT).date()
        yield day
        if is_first:
            yield day + _DAY
            yield day - _DAY

    async def _source_day(self, site_id: str, source: EnergySource, day: date) -> SourceDay:
        return await self._account.source.fetch(
            self._row.endpoints[source],
            siteId=site_id,
            start=day.isoformat(),
            end=day.isoformat(),
        )

    def _local_now(self, site_id: str) -> datetime:
        """Return the time of the site's clock, naive as the curves are."""
        zone = self._account.zones.zone(site_id)
        return self._tools.clock.now().astimezone(zone).replace(tzinfo=None)


_SITE_TYPES = frozenset(row.site_type for row in AVERAGES)
