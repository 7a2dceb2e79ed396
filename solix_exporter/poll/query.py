"""What a row of the query table holds, and the usual ways to say what it asks about."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any, Generic, TypeAlias, TypeVar

from solix_exporter.cache import ACCOUNT
from solix_exporter.cloud.endpoints.endpoint import Endpoint, Json
from solix_exporter.model.site import SiteType
from solix_exporter.poll.view import KnownDevice, KnownSite, View

T = TypeVar("T")


class DetailsKind(Enum):
    """The slow polls; the value is the `poll` label."""

    DEVICE = "device_details"
    SITE = "site_details"


@dataclass(frozen=True, slots=True)
class Target:
    """One thing to ask about."""

    key: str
    """The answer's key in its part: a site id, a serial number, or ACCOUNT."""
    body: Mapping[str, Json] = field(default_factory=dict)
    """The endpoint's fields. An answer to another body is asked for at once."""


Targets = Callable[[View], Iterable[Target]]


@dataclass(frozen=True, slots=True)
class Query(Generic[T]):
    """One row: what is asked, about whom, how often, and where the answers go."""

    name: str
    """As users write it in `poll.disable`."""
    endpoint: Endpoint[T]
    every_s: float
    """How often the answer is worth a request, s; a poll that runs less often asks each time."""
    targets: Targets
    is_shared: bool = False
    """Whether a site is asked about through one account only, as long as that one is told: the
    answer is the same for all who see the site, and no other question hangs on it."""


AnyQuery: TypeAlias = Query[Any]


def ask(
    name: str,
    endpoint: Endpoint[T],
    *,
    every_s: float,
    targets: Targets,
) -> AnyQuery:
    """Return a row."""
    return Query(name, endpoint, every_s, targets)


def shared(query: AnyQuery) -> AnyQuery:
    """Return the row as one that spares accounts a question that another one has answered."""
    return replace(query, is_shared=True)


def the_account(_: View) -> Iterator[Target]:
    """Ask once an account."""
    yield Target(ACCOUNT)


def each_site(
    *types: SiteType,
    owner_only: bool = True,
    field: str = "site_id",
    when: Callable[[KnownSite], bool] | None = None,
) -> Targets:
    """Ask once a site of these types; `field` is the name of the id in the body."""

    def pick(view: View) -> Iterator[Target]:
        for site in view.sites(*types):
            if (site.is_owned or not owner_only) and (when is None or when(site)):
                yield Target(site.site_id, {field: site.site_id})

    return pick


def each_device(
    when: Callable[[KnownDevice], bool],
    *,
    owner_only: bool = True,
    field: str = "device_sn",
) -> Targets:
    """Ask once a device; `field` is the name of the serial number in the body."""

    def pick(view: View) -> Iterator[Target]:
        for device in view.devices():
            if (device.is_owned or not owner_only) and when(device):
                yield Target(device.sn, {field: device.sn})

    return pick
