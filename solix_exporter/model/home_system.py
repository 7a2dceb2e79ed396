"""Power panels and home energy systems (X1): what the cloud reports instead of live power.

Both give curves of a day in slots of 5 minutes, from which the averages of the newest slot are
taken. None means "not reported" and is never 0. Powers in W and >= 0, energies in Wh, shares 0-1.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import Enum

from solix_exporter.model.battery import Battery
from solix_exporter.model.device import EvChargerStatus
from solix_exporter.model.energy import FlowTotals
from solix_exporter.model.lifetime import NO_LIFETIME, Lifetime
from solix_exporter.model.products import DeviceType, Product, product_of
from solix_exporter.model.site import DeviceListing, SiteReadings

EV_CHARGER = "A5191"
"""Part number of the one EV charger that an X1 names without a part number."""


class EnergySource(Enum):
    """What a curve is about."""

    BATTERY = "battery"
    PV = "pv"
    HOME = "home"
    GRID = "grid"
    EV_CHARGER = "ev_charger"


@dataclass(frozen=True, slots=True)
class CurveSlot:
    """Mean powers of 5 minutes."""

    start: time
    """On the site's clock."""
    in_w: float | None = None
    """Into the battery, from the grid, into the home; None for a source that only gives."""
    out_w: float | None = None
    """Out of the battery, out of the PV, into the grid (which a panel does not report)."""


@dataclass(frozen=True, slots=True)
class SocSlot:
    """State of charge in a slot of 5 minutes."""

    start: time
    soc_ratio: float
    """0 where the slot is not delivered yet; a real 0 looks the same."""


@dataclass(frozen=True, slots=True)
class SourceDay:
    """One source on one day: the curve, and totals."""

    slots: tuple[CurveSlot, ...] = ()
    """From midnight on; slots that are not delivered yet are 0."""
    soc: tuple[SocSlot, ...] = ()
    """The battery only."""
    exported_wh: float | None = None
    """Discharged, produced, fed into the grid so far."""
    flows: FlowTotals | None = None
    """The energy of the day so far; None where the statistics of the day have to be asked."""


@dataclass(frozen=True, slots=True)
class HomeSystemDay:
    """The energy of a system's day so far, from the same answers as the curves."""

    day: date
    """The day of the site's clock."""
    flows: Mapping[EnergySource, FlowTotals]
    """By source; only those that reported it."""


Curves = Mapping[EnergySource, SourceDay]
"""The sources of one system on one day of its clock."""


@dataclass(frozen=True, slots=True)
class HomeSystemAverages:
    """Mean powers of the newest slot of a system."""

    slot_end_local: datetime
    """End of the slot, naive, on the site's clock."""
    site: SiteReadings
    battery: Battery
    """Of all batteries together, without capacity."""
    ev_power_w: float | None
    exported_wh: float | None = None
    """What was fed into the grid on that day so far."""
    data_at: datetime | None = None
    """End of the slot as an instant, None where unknown."""


@dataclass(frozen=True, slots=True)
class HomeSystemStatus:
    """State of a system, and its totals since it was set up."""

    lifetime: Lifetime = NO_LIFETIME
    is_connected: bool | None = None
    connected: tuple[tuple[str, bool], ...] = ()
    """Connection by serial number, power panels only."""
    main_sn: str = ""
    """The primary controller of an X1."""
    ev_chargers: tuple[tuple[str, EvChargerStatus | None], ...] = ()
    """Status by serial number, X1 only."""
    has_ev_charger: bool = False
    module_count: int | None = None
    """Battery modules of an X1, as far as reported."""


@dataclass(frozen=True, slots=True)
class HomeSystemPart:
    """A device inside an X1."""

    sn: str
    product: Product
    name: str = ""
    main_sn: str = ""
    """The controller that it belongs to; its own number for a controller."""
    is_module: bool = False
    """Whether it is a battery module, of a model that is known or not."""

    def listing(self) -> DeviceListing:
        """Return it as any other list names a device."""
        return DeviceListing(self.sn, self.product, self.name)


@dataclass(frozen=True, slots=True)
class HomeSystemStructure:
    """The devices of an X1, controllers before their parts."""

    parts: tuple[HomeSystemPart, ...] = ()

    def controllers(self) -> tuple[HomeSystemPart, ...]:
        """Return the parts that others hang on."""
        return tuple(part for part in self.parts if part.main_sn == part.sn)

    def modules(self, main_sn: str) -> tuple[HomeSystemPart, ...]:
        """Return the battery modules of a controller."""
        return tuple(
            part
            for part in self.parts
            if part.main_sn == main_sn and (part.is_module or part.product.capacity_wh is not None)
        )

    def module_count(self) -> int:
        """Return how many battery modules the controllers have together."""
        return sum(len(self.modules(part.sn)) for part in self.controllers())


def home_system_devices(
    structure: HomeSystemStructure | None, status: HomeSystemStatus | None
) -> tuple[DeviceListing, ...]:
    """Return what an X1 consists of: the parts of its structure, and its EV chargers."""
    parts = tuple(part.listing() for part in structure.parts) if structure else ()
    chargers = status.ev_chargers if status else ()
    product = product_of(EV_CHARGER, DeviceType.EV_CHARGER)
    return (*parts, *(DeviceListing(sn, product) for sn, _ in chargers if sn))
