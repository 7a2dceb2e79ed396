"""The subjects that several tables of metrics are about: accounts, sites, devices."""

from collections.abc import Iterator

from solix_exporter.metrics.subjects import Subject
from solix_exporter.metrics.text_format import Labels
from solix_exporter.model.account import Account
from solix_exporter.model.device import Device
from solix_exporter.model.site import Site
from solix_exporter.model.snapshot import AccountSlice


def _accounts(part: AccountSlice) -> Iterator[tuple[Labels, Account]]:
    if part.account:
        yield (("account", part.account.name),), part.account


def _sites(part: AccountSlice) -> Iterator[tuple[Labels, Site]]:
    for site in part.sites:
        yield (("site_id", site.site_id),), site


def _devices(part: AccountSlice) -> Iterator[tuple[Labels, Device]]:
    for device in part.devices:
        # A device that belongs to no site has no such label; an empty one would be another series.
        site = (("site_id", device.site_id),) if device.site_id else ()
        yield (*site, ("device_sn", device.sn)), device


ACCOUNT: Subject[Account] = Subject(("account",), _accounts)
SITE: Subject[Site] = Subject(("site_id",), _sites)
DEVICE: Subject[Device] = Subject(("site_id", "device_sn"), _devices)
