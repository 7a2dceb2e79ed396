"""The fast poll: the account's site list, and the scene of each site.

A site that fails does not affect the others, and if the site list fails, the known sites are still
asked. Reference 02.
"""

from datetime import datetime, timedelta

from solix_exporter.advice import NO_SITES
from solix_exporter.cache import ACCOUNT, Life, SceneAnswer
from solix_exporter.clock import moment_of
from solix_exporter.cloud.budget import Plan
from solix_exporter.cloud.endpoints.account import CURRENCY_LIST
from solix_exporter.cloud.endpoints.sites import SCENE_INFO, SITE_LIST
from solix_exporter.errors import AuthenticationError, CloudError
from solix_exporter.model.account import Account
from solix_exporter.model.site import Scene, SiteListing, SiteType
from solix_exporter.poll.account import PolledAccount
from solix_exporter.poll.backoff import Backoff
from solix_exporter.poll.clocks import FirstClocks, note_zone
from solix_exporter.poll.guard import Guard
from solix_exporter.poll.in_force import note_in_force
from solix_exporter.poll.jobs import PollJob, PollTools

SHORTEST_VALIDITY_S = timedelta(minutes=10).total_seconds()
"""Some devices report every 5 minutes only; a short outage must not empty the dashboards."""

VALID_INTERVALS = 3
CURRENCIES_EVERY_S = timedelta(days=1).total_seconds()

_WITHOUT_SCENE = frozenset({SiteType.HES, SiteType.VIRTUAL})
"""Systems for which the cloud has no scene."""


class SitesPoll:
    """Keeps the site list and the scenes of one account up to date."""

    def __init__(
        self,
        account: PolledAccount,
        tools: PollTools,
        interval_s: float,
        *,
        expects_clocks: bool = False,
    ) -> None:
        """Declare the requests; `expects_clocks` means that a poll asks for the devices' clocks."""
        self._account = account
        self._clocks = FirstClocks(account, tools, is_expected=expects_clocks)
        self._tools = tools
        self._wanted_s = interval_s
        self._plan_owner = f"{account.name}/sites"
        self._currencies_due_s = 0.0
        self._was_empty = False
        self._guard = Guard(tools.observer, tools.clock)
        self._backoff = Backoff(tools, interval_s)
        self._declare(account.parts.listings())
        # Before a reload another poll may have asked for this account.
        known = account.parts.account.latest(None)
        self._note_account(is_up=known is not None and known.is_up)

    def job(self) -> PollJob:
        """Return the poll as a job."""
        return PollJob(self._account.name, "sites", self.run, self.interval_s, self._tools)

    def interval_s(self) -> float:
        """Return the interval in force: the wanted one, stretched where the budget needs it."""
        return self._tools.budget.interval_s(self._plan_owner)

    async def run(self) -> None:
        """Ask for the list and all scenes once.

        Raises CloudError if the list failed, or all scenes did. If the list fails because the
        account is refused, the poll ends; a scene never ends it.
        """
        try:
            await self._poll()
        except Exception:
            self._note_account(is_up=False)
            raise
        self._note_account(is_up=True)

    async def _poll(self) -> None:
        list_error = await self._poll_list()
        errors = [
            await self._poll_scene(listing)
            for listing in self._account.parts.listings()
            if listing.site_type not in _WITHOUT_SCENE
        ]
        self._clocks.publish()
        note_in_force(self._account, self._tools.clock, self._validity_s())
        await self._poll_currencies()
        if list_error:
            raise list_error
        if errors and None not in errors:
            raise next(error for error in errors if error)

    async def _poll_list(self) -> CloudError | None:
        """Ask for the site list; return the error if it failed."""
        account = self._account
        try:
            listings = await account.source.fetch(SITE_LIST)
        except AuthenticationError:
            raise
        except CloudError as error:
            return error
        # Before anything shows: a zone that is found later makes second series and wrong days.
        await self._clocks.ask(listings)
        parts = account.parts
        parts[SITE_LIST].replace(ACCOUNT, listings, self._life())
        # The list lacks the virtual sites of stand-alone inverters.
        known = parts.listings()
        ids = {listing.site_id for listing in known}
        parts.scenes.keep_only(ids)
        parts.zones.keep_only(ids)
        parts.in_force.keep_only(ids)
        self._clocks.apply()
        self._declare(listings)
        self._warn_of_nothing(is_empty=not known and not parts.bound_devices())
        return None

    def _warn_of_nothing(self, *, is_empty: bool) -> None:
        """Warn about an account that shows nothing, at the second poll.

        Stand-alone devices show only after the first poll of `device_details`.
        """
        key = f"account {self._account.name}"
        was_empty, self._was_empty = self._was_empty, is_empty
        if not is_empty:
            self._tools.outages.end(key)
        if not is_empty or not was_empty:
            return
        self._tools.outages.begin(
            key,
            " ".join(f"{NO_SITES.state} {NO_SITES.todo}".split()),
        )

    async def _poll_scene(self, listing: SiteListing) -> CloudError | None:
        """Ask for one site's scene; return the error if it failed."""
        site_id, outages = listing.site_id, self._tools.outages
        try:
            scene = await self._account.source.fetch(SCENE_INFO, site_id=site_id)
        except CloudError as error:
            # Even a refused token: the list was answered with it, so this site alone may fail.
            outages.begin(f"site {site_id}", str(error))
            return error
        outages.end(f"site {site_id}")
        data_at = self._data_at(site_id, scene)
        note_zone(self._account, site_id)
        answer = self._guard.believed(site_id, SceneAnswer(scene, data_at))
        stamp, now = scene.site.data_at_local, self._tools.clock.now()
        measured_at = self._account.zones.youngest(site_id, stamp, now) or data_at
        self._account.parts.scenes.replace(site_id, answer, self._life(), measured_at=measured_at)
        return None

    def _data_at(self, site_id: str, scene: Scene) -> datetime | None:
        """Return when the site's devices last sent data, None if that is not known."""
        now = self._tools.clock.now()
        stamp = scene.site.data_at_local
        data_at = self._account.zones.data_at(site_id, stamp, now)
        known = self._account.parts.scenes.latest(site_id)
        if data_at is not None or known is None:
            return data_at
        # Zeros come with the year 1970: the devices have sent nothing since the last answer. The
        # same is true of an unchanged stamp, which is in the future after the host's clock is
        # set back.
        is_nothing_new = stamp is not None and stamp == known.scene.site.data_at_local
        return known.data_at if is_nothing_new or not scene.site.is_data_valid else None

    async def _poll_currencies(self) -> None:
        """Ask once a day for the codes of currency symbols; no site depends on it."""
        now_s = self._tools.clock.monotonic()
        subject = f"account {self._account.name}, currencies"
        if now_s < self._currencies_due_s or self._backoff.held(subject):
            return
        try:
            currencies = await self._account.source.fetch(CURRENCY_LIST)
        except AuthenticationError:
            raise
        except CloudError as error:
            self._backoff.failed(subject, error)
            self._currencies_due_s = now_s + self._wanted_s * VALID_INTERVALS
            return
        self._backoff.answered(subject)
        self._currencies_due_s = now_s + CURRENCIES_EVERY_S
        self._account.parts[CURRENCY_LIST].replace(ACCOUNT, currencies)

    def _declare(self, listings: tuple[SiteListing, ...]) -> None:
        scenes = sum(listing.site_type not in _WITHOUT_SCENE for listing in listings)
        requests = {SITE_LIST.path: 1, SCENE_INFO.path: scenes}
        self._tools.budget.declare(
            Plan(self._plan_owner, self._account.server, requests, self._wanted_s)
        )

    def _life(self) -> Life:
        return Life(moment_of(self._tools.clock), self._validity_s())

    def _validity_s(self) -> float:
        return max(SHORTEST_VALIDITY_S, VALID_INTERVALS * self.interval_s())

    def _note_account(self, *, is_up: bool) -> None:
        account = self._account
        login = account.source.login_state()
        state = Account(
            name=account.name,
            country=account.country,
            server=account.server,
            is_up=is_up,
            token_expires_at=login.token_expires_at,
            login_blocked_until=login.blocked_until,
        )
        if account.parts.account.latest(None) != state:
            account.parts.account.replace(None, state)
