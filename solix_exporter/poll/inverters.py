"""The fast poll of stand-alone micro inverters: power and connection, one request for all."""

from solix_exporter.cache import Life
from solix_exporter.clock import moment_of
from solix_exporter.cloud.budget import Plan
from solix_exporter.cloud.endpoints.chargers import PV_STATUS
from solix_exporter.errors import AuthenticationError, CloudError
from solix_exporter.model.site import SiteListing, SiteType
from solix_exporter.poll.account import PolledAccount
from solix_exporter.poll.backoff import Backoff
from solix_exporter.poll.jobs import Idle, PollJob, PollTools, Tally
from solix_exporter.poll.sites import SHORTEST_VALIDITY_S, VALID_INTERVALS

INVERTERS = "inverters"
"""The `poll` label and the name in `poll.disable`; one request per run."""


class InverterPoll:
    """Keeps the status of one account's stand-alone inverters up to date."""

    def __init__(self, account: PolledAccount, tools: PollTools, interval_s: float) -> None:
        self._account = account
        self._tools = tools
        self._wanted_s = interval_s
        self._plan_owner = f"{account.name}/{INVERTERS}"
        self._backoff = Backoff(tools, interval_s)
        self._declare()

    def job(self) -> PollJob:
        """Return the poll as a job, which is counted only if there is such an inverter."""
        return PollJob(
            self._account.name,
            INVERTERS,
            self.run,
            self.interval_s,
            self._tools,
            is_needed=self.is_needed,
        )

    def is_needed(self) -> bool:
        """Return whether the account has such an inverter."""
        return bool(self._serial_numbers())

    def interval_s(self) -> float:
        """Return the interval in force: the wanted one, stretched where the budget needs it."""
        return self._tools.budget.interval_s(self._plan_owner)

    async def run(self) -> Idle | None:
        """Ask for the status of all inverters at once.

        Raises CloudError, also while a refusal of what was answered before holds it back.
        """
        self._declare()
        self._note_zones()
        sns = self._serial_numbers()
        part, asked = self._account.parts.inverter_status, ",".join(sns)
        part.keep_only(sns)
        if not sns:
            return Idle.NEEDLESS
        subject = f"account {self._account.name}, {INVERTERS}"
        tally = Tally()
        if self._backoff.is_held(subject, tally, asked):
            return tally.outcome()
        try:
            answer = await self._account.source.fetch(PV_STATUS, sns=asked)
        except AuthenticationError:
            raise
        except CloudError as error:
            self._backoff.failed(subject, error, tally, asked)
            return tally.outcome()
        self._backoff.answered(subject)
        validity_s = max(SHORTEST_VALIDITY_S, VALID_INTERVALS * self.interval_s())
        life = Life(moment_of(self._tools.clock), validity_s)
        for status in answer:
            part.replace(status.sn, status, life)
        return None

    def _sites(self) -> list[SiteListing]:
        listings = self._account.parts.listings()
        return [listing for listing in listings if listing.site_type is SiteType.VIRTUAL]

    def _serial_numbers(self) -> list[str]:
        return [device.sn for listing in self._sites() for device in listing.devices]

    def _note_zones(self) -> None:
        """Set the zone of a new site, which the sites poll did not know yet."""
        account = self._account
        for listing in self._sites():
            if account.parts.zones.latest(listing.site_id) is None:
                account.parts.zones.replace(listing.site_id, account.zones.zone(listing.site_id))

    def _declare(self) -> None:
        requests = {PV_STATUS.path: 1 if self._serial_numbers() else 0}
        self._tools.budget.declare(
            Plan(self._plan_owner, self._account.server, requests, self._wanted_s)
        )
