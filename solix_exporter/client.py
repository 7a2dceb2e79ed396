"""Reads one Anker account, for programs that import the package.

A thin face over the same polls and the same cache that the exporter runs on: nothing here decides
what is asked or what it means. The client only reads; it cannot change a setting.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self
from zoneinfo import ZoneInfo

from solix_exporter.cache import Cache
from solix_exporter.clock import Clock, SystemClock, host_zone, moment_of
from solix_exporter.cloud import crypto
from solix_exporter.cloud.budget import Budget, Limits
from solix_exporter.cloud.link import Link
from solix_exporter.cloud.login import Credentials
from solix_exporter.cloud.regions import server_of, zones_of
from solix_exporter.cloud.session import Session
from solix_exporter.cloud.transport import HttpSession, Transport
from solix_exporter.config import default_state_dir
from solix_exporter.ledger import Ledger
from solix_exporter.model.events import Observer, SilentObserver
from solix_exporter.model.snapshot import Snapshot
from solix_exporter.poll.account import PolledAccount
from solix_exporter.poll.averages import AVERAGES, AveragesPoll
from solix_exporter.poll.energy.job import EnergyOptions, EnergyPoll
from solix_exporter.poll.inverters import InverterPoll
from solix_exporter.poll.jobs import PollTools
from solix_exporter.poll.schedule import SlowPollName
from solix_exporter.poll.sites import SitesPoll
from solix_exporter.poll.slow_poll import SlowPoll, SlowPollOptions
from solix_exporter.poll.zones import SiteZones

_NAME = "default"
_SITES_S, _DETAILS_S, _ENERGY_S = 60.0, 600.0, 300.0
"""How often the cloud has news, s: what is asked more often is not asked again."""


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
    limits: Limits = field(default_factory=Limits)
    """How much may be asked."""
    timeout_s: float = 10.0
    """How long one request may take."""
    capacities: Mapping[str, float] = field(default_factory=dict)
    """Battery capacities with expansion packs, Wh by serial number, where they differ."""
    clock: Clock = field(default_factory=SystemClock)
    observer: Observer = field(default_factory=SilentObserver)
    """Is told of requests, logins and odd values."""


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

        Nothing is opened and nothing is asked yet.
        """
        self._options = options = options or ClientOptions()
        self._cache = Cache(options.capacities)
        self._transport = Transport(options.timeout_s, options.http)
        budget = Budget(options.clock, options.observer, options.limits)
        link = Link(self._transport, budget, options.observer, options.clock)
        account = self._account(email, password, country.upper(), link)
        tools = PollTools(options.clock, budget, options.observer)
        self._sites = SitesPoll(account, tools, _SITES_S, expects_clocks=True)
        self._live: tuple[AveragesPoll | InverterPoll, ...] = (
            *(AveragesPoll(row, account, tools) for row in AVERAGES),
            InverterPoll(account, tools, _SITES_S),
        )
        self._slow = {
            name: SlowPoll(account, tools, SlowPollOptions(name, _DETAILS_S))
            for name in SlowPollName
        }
        # In memory: a library leaves no files behind but the login.
        self._ledger = Ledger(None)
        at_once = EnergyOptions(_ENERGY_S, spread_share=0.0, max_wait_s=0.0)
        self._energy = EnergyPoll(account, tools, self._ledger, at_once, lambda _: True)

    def _account(self, email: str, password: str, country: str, link: Link) -> PolledAccount:
        options = self._options
        names = (options.timezone,) if options.timezone else zones_of(country)
        zones = tuple(ZoneInfo(name) for name in names) or (host_zone(),)
        server = options.server or server_of(country)
        credentials = Credentials(
            name=_NAME,
            email=email,
            password=password,
            country=country,
            server=server,
            zone=zones[0],
            public_key=options.public_key,
        )
        state_dir = options.state_dir or Path(default_state_dir(os.environ)).expanduser()
        return PolledAccount(
            name=_NAME,
            country=country,
            server=server,
            source=Session(credentials, link, state_dir),
            parts=self._cache.of(_NAME),
            zones=SiteZones(zones, default=zones[0] if options.timezone else None),
        )

    @property
    def snapshot(self) -> Snapshot:
        """Return all that is known and still valid: accounts, sites and devices, frozen.

        Values are in W, Wh and shares of 1; None is "not reported". What was not updated for
        three of its intervals is left out, but at least 10 minutes of live values stay. So are
        live values that were measured more than 30 minutes ago, of a first-generation solarbank
        alone 2.5 hours.
        """
        return self._cache.snapshot(moment_of(self._options.clock))

    async def update_sites(self) -> None:
        """Ask for the sites and the live values of their devices; the cloud has news each minute.

        Power panels and X1 systems have news every 5 minutes and are not asked in between;
        stand-alone inverters are known after `update_device_details`.

        Raises AuthenticationError where the cloud refuses the account, CloudError where the site
        list failed or every site did. What one site did not answer keeps its old values.
        """
        await self._sites.run()
        for poll in self._live:
            if poll.is_needed():
                await poll.run()

    async def update_device_details(self) -> None:
        """Ask for what is due of firmware, Wi-Fi, schedules and limits; after `update_sites`.

        Each answer has its own interval of 10 minutes to a day, before which it is not asked for
        again. Raises CloudError where everything that was asked failed.
        """
        await self._slow[SlowPollName.DEVICES].run()

    async def update_site_details(self) -> None:
        """Ask for what is due of prices, limits and forecasts; after `update_device_details`.

        Intervals and errors are as there.
        """
        await self._slow[SlowPollName.SITES].run()

    async def update_device_energy(self) -> None:
        """Ask for today's energy of the sites and their devices; after `update_sites`.

        Costs 1 to 5 requests a site, all to one endpoint of which the cloud answers about 10 a
        minute. Raises CloudError where every site failed.
        """
        await self._energy.run()

    async def close(self) -> None:
        """Close the connections, unless they were given."""
        self._ledger.close()
        await self._transport.close()

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
