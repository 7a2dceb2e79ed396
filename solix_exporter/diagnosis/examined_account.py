"""What is examined: one account with the exporter that would poll it."""

from dataclasses import dataclass

from solix_exporter.app.exporter import Exporter
from solix_exporter.clock import Clock
from solix_exporter.config import Settings
from solix_exporter.model.device import Device
from solix_exporter.model.site import Site
from solix_exporter.poll.account import PolledAccount


@dataclass(frozen=True, slots=True)
class ExaminedAccount:
    """One account under examination."""

    account: PolledAccount
    exporter: Exporter
    settings: Settings
    clock: Clock

    def sites(self) -> tuple[Site, ...]:
        """Return the sites that this account lists, whichever account's answers are used."""
        seen = {listing.site_id for listing in self.account.parts.listings()}
        return tuple(site for site in self.exporter.snapshot().sites if site.site_id in seen)

    def devices(self) -> tuple[Device, ...]:
        """Return the devices of those sites, and those of this account that have no site."""
        seen = {listing.site_id for listing in self.account.parts.listings()}
        return tuple(
            device
            for device in self.exporter.snapshot().devices
            if device.site_id in seen
            or (device.site_id is None and device.account == self.account.name)
        )
