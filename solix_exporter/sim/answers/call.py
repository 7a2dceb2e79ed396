"""One request as an answer sees it: who asks, about what, when."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from typing import TypeAlias

from solix_exporter.sim.wire_format import Json
from solix_exporter.sim.world import SimDevice, SimSite, User, World

REQUEST_FAILED = 10000
BAD_PARAMETER = 10003
NOT_FOUND = 10004
NOT_AVAILABLE = -1


class RefusedError(Exception):
    """The cloud has no answer; carries the envelope's code."""

    def __init__(self, code: int = REQUEST_FAILED, msg: str = "Failed to request.") -> None:
        super().__init__(msg)
        self.code = code
        self.msg = msg


class BadRequestError(Exception):
    """The cloud answers HTTP 400 with this text."""


class Permission(Enum):
    """Who gets an answer about a site or device."""

    ACCOUNT = "account"
    """Anybody who is logged in; the answer depends on the account at most."""
    MEMBER = "member"
    OWNER = "owner"


@dataclass(frozen=True, slots=True)
class StatisticsFlaw:
    """How the energy statistics of an answer differ from the truth."""

    lag: timedelta = timedelta()
    """They are those of so long ago."""
    stale_after_midnight: timedelta = timedelta()
    """For so long into a day, its figures are still those of the day before."""
    late_midnight: timedelta = timedelta()
    """For so long into a day, its figures go on from those of the day before."""
    drop_wh: float = 0.0
    """They are lower by so much."""


@dataclass(frozen=True, slots=True)
class Call:
    """A request of a logged-in account."""

    world: World
    account: User
    is_home_region: bool
    """False where the client talks to the server of another region, which knows no systems."""
    body: Mapping[str, Json]
    now: datetime
    flaw: StatisticsFlaw = StatisticsFlaw()
    access: Permission = Permission.ACCOUNT

    def with_access(self, access: Permission) -> "Call":
        """Return the same request, answered for those who have `access`."""
        return replace(self, access=access)

    def text(self, *names: str) -> str:
        """Return the first of the named fields that is text, else nothing."""
        for name in names:
            value = self.body.get(name)
            if isinstance(value, str):
                return value
        return ""

    def texts(self, name: str) -> list[str]:
        """Return the texts in the list of that name; empty where there is no list."""
        value = self.body.get(name)
        items = value if isinstance(value, list) else []
        return [item for item in items if isinstance(item, str)]

    @property
    def sites(self) -> tuple[SimSite, ...]:
        """Return the listed sites that the account sees on this server."""
        return self.account.sites if self.is_home_region else ()

    @property
    def owned(self) -> tuple[SimSite, ...]:
        """Return the systems of the account itself, stand-alone devices included."""
        return self.account.owned if self.is_home_region else ()

    def site(self) -> SimSite:
        """Return the site that the request is about.

        Raises RefusedError where there is none or where the account may not ask.
        """
        wanted = self.text("site_id", "siteId", "identifier_id")
        for site in self.sites:
            if site.site_id == wanted:
                return self._permitted(site)
        raise RefusedError

    def device(self) -> tuple[SimSite, SimDevice]:
        """Return the device that the request is about, with its system.

        Raises RefusedError where there is none or where the account may not ask.
        """
        wanted = self.text("device_sn", "sn", "solarbank_sn", "evChargerSn", "main_sn")
        for site in (*self.owned, *self.sites):
            for device in site.devices:
                if device.sn == wanted:
                    return self._permitted(site), device
        raise RefusedError

    def _permitted(self, site: SimSite) -> SimSite:
        if self.access is Permission.OWNER and not self.account.owns(site):
            raise RefusedError
        return site


Answer: TypeAlias = Callable[[Call], Json]


@dataclass(frozen=True, slots=True)
class Route:
    """How one endpoint is answered."""

    answer: Answer
    access: Permission = Permission.ACCOUNT
    method: str = "POST"
