"""What an export is about, and the conditions under which sites and devices are asked about."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import Enum

from solix_exporter.export.discovery import Discovery, FoundDevice, FoundSite
from solix_exporter.model.products import DeviceType, Feature
from solix_exporter.model.site import SiteType


class Service(Enum):
    """The parts of the cloud that can be chosen; the value is what users write."""

    POWER = "power"
    CHARGING = "charging"
    HES = "hes"


@dataclass(frozen=True, slots=True)
class Scope:
    """What is asked about, and when."""

    found: Discovery
    chosen: frozenset[Service]
    """Services that are asked whatever the systems are; empty: those that the systems need."""
    today: date
    now_s: int
    """Unix seconds."""


SiteCondition = Callable[[Scope, FoundSite], bool]
DeviceCondition = Callable[[Scope, FoundDevice], bool]


def of_kind(*kinds: DeviceType) -> DeviceCondition:
    """Return the condition that a device is one of these kinds."""
    return lambda _, device: device.kind in kinds


def has_kind(*kinds: DeviceType) -> SiteCondition:
    """Return the condition that a site has a device of these kinds."""
    return lambda scope, site: any(scope.found.devices_of(site, *kinds))


def of_type(*types: SiteType) -> SiteCondition:
    """Return the condition that a site is of these types."""
    return lambda _, site: site.site_type in types


def has_feature(feature: Feature) -> SiteCondition:
    """Return the condition that a site has a solarbank with this feature."""
    return lambda scope, site: any(
        feature in device.product.features
        for device in scope.found.devices_of(site, DeviceType.SOLARBANK)
    )


def has_input(number: int) -> SiteCondition:
    """Return the condition that a site has a solarbank with this PV input."""
    return lambda scope, site: any(
        device.product.pv_inputs >= number
        for device in scope.found.devices_of(site, DeviceType.SOLARBANK)
    )


_OTHER_SERVICES = frozenset({SiteType.HES, SiteType.POWERPANEL, SiteType.HOME_BACKUP})


def is_power_site(scope: Scope, site: FoundSite) -> bool:
    """Return whether the site has the usual service, or that one was chosen."""
    return site.site_type not in _OTHER_SERVICES or Service.POWER in scope.chosen


def is_panel_site(scope: Scope, site: FoundSite) -> bool:
    """Return whether the site has the service of power panels, or that one was chosen."""
    panels = {SiteType.POWERPANEL, SiteType.HOME_BACKUP}
    return site.site_type in panels or Service.CHARGING in scope.chosen


def is_home_site(scope: Scope, site: FoundSite) -> bool:
    """Return whether the site has the service of X1 systems, or that one was chosen."""
    return site.site_id in scope.found.home_energy or Service.HES in scope.chosen


_PANEL_KINDS = (
    DeviceType.POWERPANEL,
    DeviceType.HOME_BACKUP,
    DeviceType.COMBINER_BOX,
    DeviceType.GENERATOR,
)


def _needs_panel_service(*kinds: DeviceType) -> DeviceCondition:
    def is_needed(scope: Scope, device: FoundDevice) -> bool:
        has_panel = Service.CHARGING in scope.chosen or any(
            other.kind in _PANEL_KINDS for other in scope.found.devices.values()
        )
        return has_panel and device.kind in kinds

    return is_needed


is_panel = _needs_panel_service(*_PANEL_KINDS)
is_panel_or_power_station = _needs_panel_service(*_PANEL_KINDS, DeviceType.PPS)
