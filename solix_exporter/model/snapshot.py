"""The one thing that readers see: all accounts, sites and devices at one moment, frozen."""

from dataclasses import dataclass

from solix_exporter.model.account import Account
from solix_exporter.model.device import Device
from solix_exporter.model.site import Site
from solix_exporter.model.vehicle import Vehicle


@dataclass(frozen=True, slots=True)
class AccountSlice:
    """One account with the sites that are shown as its own, and their devices.

    A site that several accounts see is in one slice only.
    """

    account: Account | None
    sites: tuple[Site, ...] = ()
    devices: tuple[Device, ...] = ()
    vehicles: tuple[Vehicle, ...] = ()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything that is known and still valid."""

    slices: tuple[AccountSlice, ...] = ()

    @property
    def accounts(self) -> tuple[Account, ...]:
        """Return all accounts."""
        return tuple(part.account for part in self.slices if part.account)

    @property
    def sites(self) -> tuple[Site, ...]:
        """Return all sites."""
        return tuple(site for part in self.slices for site in part.sites)

    @property
    def devices(self) -> tuple[Device, ...]:
        """Return all devices."""
        return tuple(device for part in self.slices for device in part.devices)

    @property
    def vehicles(self) -> tuple[Vehicle, ...]:
        """Return all vehicles."""
        return tuple(vehicle for part in self.slices for vehicle in part.vehicles)
