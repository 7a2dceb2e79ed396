"""One request of a logged-in account: user, parameters, time."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from typing import Protocol, TypeAlias

from solix_exporter.sim.wire_format import Json
from solix_exporter.sim.world import SimDevice, SimSite, User, World

REQUEST_FAILED = 10000
BAD_PARAMETER = 10003
NOT_FOUND = 10004
NOT_AVAILABLE = -1


class RefusedError(Exception):
    """The cloud refuses; carries the envelope's code."""

    def __init__(self, code: int = REQUEST_FAILED, msg: str = "Failed to request.") -> None:
        super().__init__(msg)
        self.code = code
        self.msg = msg


class BadRequestError(Exception):
    """The cloud answers HTTP 400 with this text."""


class Permission(Enum):
    """Who gets an answer about a site or device."""

    ACCOUNT = "account"
    """Any logged-in account; the answer is not about one site or device."""
    MEMBER = "member"
    OWNER = "owner"


@dataclass(frozen=True, slots=True)
class StatisticsFlaw:
    """The error in the energy statistics of an answer."""

    lag: timedelta = timedelta()
    """Age of the statistics."""
    stale_after_midnight: timedelta = timedelta()
    """How long after midnight the figures of a day are those of the day before."""
    late_midnight: timedelta = timedelta()
    """How long after midnight the figures of a day continue those of the day before."""
    drop_wh: float = 0.0
    """Amount by which the figures are too low."""


class Credentials(Protocol):
    """Who hands out what a client needs for the broker."""

    def credentials(self, user: User) -> Mapping[str, Json]:
        """Return the broker's address with the certificate and key of a user."""


@dataclass(frozen=True, slots=True)
class Call:
    """A request of a logged-in account."""

    world: World
    account: User
    is_home_region: bool
    """False on the server of another region, which has no systems of the account."""
    body: Mapping[str, Json]
    now: datetime
    messaging: Credentials
    flaw: StatisticsFlaw = StatisticsFlaw()
    access: Permission = Permission.ACCOUNT

    def with_access(self, access: Permission) -> "Call":
        """Return the same request for an endpoint with this permission."""
        return replace(self, access=access)

    def text(self, *names: str) -> str:
        """Return the first of the named fields that is text, otherwise an empty text."""
        for name in names:
            value = self.body.get(name)
            if isinstance(value, str):
                return value
        return ""

    def texts(self, name: str) -> list[str]:
        """Return the texts in the list of that name; empty without a list."""
        value = self.body.get(name)
        items = value if isinstance(value, list) else []
        return [item for item in items if isinstance(item, str)]

    @property
    def sites(self) -> tuple[SimSite, ...]:
        """Return the sites that the cloud lists for the account on this server."""
        return self.account.sites if self.is_home_region else ()

    @property
    def owned(self) -> tuple[SimSite, ...]:
        """Return the account's own systems, including stand-alone devices."""
        return self.account.owned if self.is_home_region else ()

    def site(self) -> SimSite:
        """Return the site that the request is about.

        Raises RefusedError without one or if the account may not see it.
        """
        wanted = self.text("site_id", "siteId", "identifier_id")
        for site in self.sites:
            if site.site_id == wanted:
                return self._permitted(site)
        raise RefusedError

    def device(self) -> tuple[SimSite, SimDevice]:
        """Return the device that the request is about, with its system.

        Raises RefusedError without one or if the account may not see it.
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
