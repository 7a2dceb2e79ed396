"""Reads one Anker account, for programs that import the package.

A thin face over the account, polls and cache of the exporter: nothing here decides what is asked
or what it means. The client only reads; it cannot change a setting.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from pydantic import SecretStr

from solix_exporter.app.accounts import AccountBuilder, Mode
from solix_exporter.app.connections import Connections
from solix_exporter.cache import Cache
from solix_exporter.clock import Clock, SystemClock, moment_of
from solix_exporter.cloud import crypto
from solix_exporter.cloud.budget import Limits
from solix_exporter.cloud.transport import HttpSession
from solix_exporter.config import AccountSettings, CloudSettings, Settings, default_state_dir
from solix_exporter.countries import check_country
from solix_exporter.errors import ConfigError
from solix_exporter.ledger import Ledger
from solix_exporter.model.events import Observer, SilentObserver
from solix_exporter.model.snapshot import Snapshot
from solix_exporter.poll.averages import AVERAGES
from solix_exporter.poll.inverters import INVERTERS
from solix_exporter.poll.jobs import PollTools
from solix_exporter.poll.zone_book import ZoneBook

_LIVE_POLLS = (*(row.name for row in AVERAGES), INVERTERS)
"""Polls of live values besides that of the sites."""


@dataclass(frozen=True, slots=True)
class ClientOptions:
    """What is seldom given; the defaults are right for the Anker cloud."""

    http: HttpSession | None = None
    """An `aiohttp.ClientSession` to use; it is left open. Without one the client makes its own."""
    state_dir: Path | None = None
    """Where the login is remembered, by default the exporter's folder: they share it. The cloud
    locks accounts that log in anew at each start."""
    timezone: str = ""
    """Zone of the sites' clocks, as "Europe/Berlin"; by default that of the country."""
    server: str = ""
    """Another server, without a slash at its end; by default the one of the country."""
    public_key: str = crypto.CLOUD_PUBLIC_KEY
    """That server's login key."""
    limits: Limits | None = None
    """How much may be asked; by default as much as the exporter asks."""
    timeout_s: float | None = None
    """How long one request may take, by default 10 s."""
    capacities: Mapping[str, float] = field(default_factory=dict)
    """Battery capacities with expansion packs, Wh by serial number, where they differ."""
    clock: Clock = field(default_factory=SystemClock)
    observer: Observer = field(default_factory=SilentObserver)
    """Receives requests, logins and unreadable values as events."""


class SolixClient:
    """One account of the Anker cloud.

    ```python
    async with SolixClient("me@example.org", "a secret", "DE") as client:
        await client.update_sites()
        for site in client.snapshot.sites:
            print(site.name, site.now and site.now.pv_power_w)
    ```
    """

    def __init__(
        self, email: str, password: str, country: str, options: ClientOptions | None = None
    ) -> None:
        """Take the account's e-mail address, its password and its country, as "DE".

        Nothing is opened or requested yet. Raises ConfigError for an
        unknown country or an unusable `public_key`.
        """
        options = options or ClientOptions()
        settings = _settings(email, password, _known(country), options)
        self._clock = options.clock
        self._cache = Cache(options.capacities)
        self._connections = Connections(
            settings, options.clock, options.observer, http=options.http
        )
        # In memory: a library leaves no files behind but the login and the request budget.
        self._ledger = Ledger(None)
        builder = AccountBuilder(
            self._cache,
            PollTools(options.clock, self._connections.budget, options.observer),
            self._ledger,
            Mode.ONCE,
            ZoneBook(None, options.clock.now),
        )
        connection = self._connections.live(settings.accounts[0], settings)
        self._account = builder.build(connection, settings)

    @property
    def snapshot(self) -> Snapshot:
        """Return all that is known and still valid: accounts, sites and devices, frozen.

        Values are in W, Wh and shares of 1; None is "not reported". What was not updated for
        three of its intervals is left out, but at least 10 minutes of live values stay. So are
        live values that were measured more than 30 minutes ago, of a first-generation solarbank
        alone 2.5 hours.
        """
        return self._cache.snapshot(moment_of(self._clock))

    async def update_sites(self) -> None:
        """Ask for the sites and the live values of their devices; the cloud has news each minute.

        Power panels and X1 systems have news every 5 minutes and are not asked in between;
        stand-alone inverters are known after `update_device_details`.

        Raises AuthenticationError where the cloud refuses the account, CloudError where the site
        list failed or every site did. What one site did not answer keeps its old values.
        """
        await self._account.sites.action()
        for name in _LIVE_POLLS:
            poll = self._account.polls[name]
            if poll.is_needed():
                await poll.action()

    async def update_device_details(self) -> None:
        """Ask for what is due of firmware, Wi-Fi, schedules and limits; after `update_sites`.

        Each answer has its own interval of 10 minutes to a day, before which it is not asked for
        again. Raises CloudError where everything that was asked failed.
        """
        await self._account.polls["device_details"].action()

    async def update_site_details(self) -> None:
        """Ask for what is due of prices, limits and forecasts; after `update_device_details`.

        Intervals and errors are as there.
        """
        await self._account.polls["site_details"].action()

    async def update_device_energy(self) -> None:
        """Ask for today's energy of the sites and their devices; after `update_sites`.

        Costs 1 to 5 requests a site, all to one endpoint of which the cloud answers about 10 a
        minute. Raises CloudError where every site failed.
        """
        await self._account.polls["energy"].action()

    async def close(self) -> None:
        """Close the connections, unless they were given."""
        self._ledger.close()
        await self._connections.transport.close()

    async def __aenter__(self) -> Self:
        """Return the client."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the connections."""
        await self.close()


def _known(country: str) -> str:
    """Return the code of a country. Raises ConfigError."""
    try:
        return check_country(country)
    except ValueError as error:
        raise ConfigError(f"country: {error}") from error


def _settings(email: str, password: str, country: str, options: ClientOptions) -> Settings:
    """Return the exporter's defaults with what was given; nothing of the environment is read."""
    account = AccountSettings.model_construct(
        user=email, password=SecretStr(password), country=country, url=options.server or None
    )
    cloud: dict[str, object] = {"public_key": options.public_key}
    if options.timeout_s is not None:
        cloud["timeout_s"] = options.timeout_s
    if options.limits is not None:
        cloud["endpoint_limit"] = options.limits.requests_per_minute
        cloud["headroom"] = options.limits.headroom
        cloud["request_gap_s"] = options.limits.gap_s
    return Settings.model_construct(
        accounts=(account,),
        cloud=CloudSettings().model_copy(update=cloud),
        state_dir=options.state_dir or Path(default_state_dir(os.environ)).expanduser(),
        timezone=options.timezone or None,
    )
