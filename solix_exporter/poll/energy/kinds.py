"""Which statistics each kind of system is asked for, and which of its flows are measured at all."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from solix_exporter.cache import AccountParts
from solix_exporter.cloud.endpoints.chargers import PV_STATISTICS
from solix_exporter.cloud.endpoints.endpoint import Endpoint
from solix_exporter.cloud.endpoints.home_systems import HES_ENERGY, PANEL_DAY, PANEL_ENERGY
from solix_exporter.cloud.endpoints.sites import SITE_ENERGY
from solix_exporter.cloud.parse.home_system_day import SOURCE_TYPES
from solix_exporter.model.energy import THIRD_PARTY_PV, EnergyAnswer, EnergyDay, Flow, FlowTotals
from solix_exporter.model.home_system import EnergySource
from solix_exporter.model.products import DeviceType, Feature, Product
from solix_exporter.model.site import SiteListing, SiteType

PV_INPUTS, DEVICES, GRID = "pv_inputs", "devices", "grid"

EXTRAS: Mapping[str, str] = MappingProxyType(
    {
        PV_INPUTS: "energy of each PV input; 2 to 4 more requests a poll and site",
        DEVICES: "energy of each solarbank or power station; 1 more request a poll and device",
        GRID: "import and export as the meter has them; 1 more request a poll and site",
    }
)
"""Statistics that cost more requests and are off unless they are requested."""

_PANEL_CURVES: Mapping[str, EnergySource] = MappingProxyType(
    {SOURCE_TYPES[source]: source for source in PANEL_DAY}
)
"""By `sourceType`."""

_MICRO_INVERTER = "solar_production_microinverter"


@dataclass(frozen=True, slots=True)
class EnergyQuery:
    """One request for a day."""

    endpoint: Endpoint[EnergyAnswer]
    device_sn: str = ""
    """The device that the request names; empty for the whole site."""
    owner_sn: str = ""
    """The device that the answer's flows belong to; empty for the site."""
    only: Flow | None = None
    """The one flow of the answer that is the device's; its totals are those of the whole site."""
    curve: EnergySource | None = None
    """The curve of 5-minute averages with the same energy in its answer, if there is one."""

    def body(self, site_id: str, first: date, last: date) -> dict[str, str]:
        """Return the fields of the request; each endpoint has its own names for the same."""
        start, end = first.isoformat(), last.isoformat()
        named = {
            "site_id": site_id,
            "siteId": site_id,
            "device_sn": self.device_sn,
            "sn": self.device_sn,
            "start_time": start,
            "start": start,
            "end_time": end,
            "end": end,
        }
        return {field: named[field] for field in self.endpoint.body if field in named}

    def own(self, answer: EnergyDay) -> FlowTotals:
        """Return the flows of the site's or device's own in an answer about a day."""
        if self.only is None:
            return answer.flows
        return {flow: wh for flow, wh in answer.flows.items() if flow is self.only}


@dataclass(frozen=True, slots=True)
class SystemProfile:
    """The parts of a site that matter for energy."""

    site_id: str
    site_type: SiteType
    devices: tuple[tuple[str, Product], ...] = ()
    """Serial number and product."""
    has_third_party_pv: bool = False
    """Whether the cloud tells apart the PV that does not belong to the system."""

    def of(self, *types: DeviceType) -> tuple[tuple[str, Product], ...]:
        """Return the devices of some types."""
        return tuple(row for row in self.devices if row[1].device_type in types)

    @property
    def banks(self) -> tuple[tuple[str, Product], ...]:
        """Return the solarbanks of generation 2 and later; the first has few statistics."""
        return tuple(row for row in self.of(DeviceType.SOLARBANK) if row[1].generation != 1)

    @property
    def has_banks_unseen(self) -> bool:
        """Return whether there must be solarbanks although no list names any device."""
        return self.site_type is SiteType.SOLARBANK and not self.of(DeviceType.SOLARBANK)


def profile_of(parts: AccountParts, listing: SiteListing) -> SystemProfile:
    """Return the profile of a site, from its list entry, its structure and its last scene."""
    devices = {device.sn: device.product for device in parts.devices_of(listing)}
    scene = parts.scenes.latest(listing.site_id)
    has_third_party_pv = scene is not None and scene.scene.site.has_third_party_pv
    return SystemProfile(
        listing.site_id, listing.site_type, tuple(devices.items()), has_third_party_pv
    )


def queries_of(profile: SystemProfile, extras: frozenset[str]) -> tuple[EnergyQuery, ...]:
    """Return the requests that make a day of a site, in the order in which answers count."""
    by_type = _BY_TYPE.get(profile.site_type, _balcony)
    return tuple(by_type(profile, extras))


def _balcony(profile: SystemProfile, extras: frozenset[str]) -> Iterable[EnergyQuery]:
    """Give the requests of everything that `energy_analysis` knows.

    `solarbank`, `home_usage` and `solar_production` contain what `grid` says, so that it is asked
    only where there is a meter without a solarbank. A first generation bank's discharge contains
    bypassed PV and its home is unknown: production and charge are all it has.
    """
    banks = bool(profile.banks) or profile.has_banks_unseen
    has_meter = bool(profile.of(DeviceType.SMARTMETER))
    if banks:
        yield _site("solarbank")
    if banks or has_meter or profile.of(DeviceType.SMARTPLUG):
        yield _site("home_usage")
    if has_meter and (GRID in extras or not banks):
        yield _site("grid")
    if profile.of(DeviceType.EV_CHARGER):
        yield _site("ev_charger")
    yield _site("solar_production")
    if PV_INPUTS in extras and len(profile.banks) == 1:
        yield from _pv_inputs(*profile.banks[0])
    if DEVICES in extras and len(profile.banks) > 1:
        yield from (_device("solar_production", sn, Flow.PV) for sn, _ in profile.banks)


def _pv_inputs(sn: str, product: Product) -> Iterable[EnergyQuery]:
    for number in range(1, product.pv_inputs + 1):
        yield _site(f"solar_production_pv{number}", owner_sn=sn)
    if Feature.MICRO_INVERTER in product.features:
        yield _site(_MICRO_INVERTER, owner_sn=sn)


def _power_stations(profile: SystemProfile, extras: frozenset[str]) -> Iterable[EnergyQuery]:
    """Give the requests of a solarbank power station, which has no production of its own."""
    yield _site("home_usage")
    yield _site("pps")
    stations = profile.of(DeviceType.SOLARBANK_PPS)
    if DEVICES in extras and len(stations) > 1:
        yield from (_device("pps", sn, Flow.BATTERY_CHARGE) for sn, _ in stations)


def _panel(_profile: SystemProfile, _extras: frozenset[str]) -> Iterable[EnergyQuery]:
    return (
        EnergyQuery(endpoint, curve=_PANEL_CURVES.get(source))
        for source, endpoint in PANEL_ENERGY.items()
    )


def _home_energy(profile: SystemProfile, _extras: frozenset[str]) -> Iterable[EnergyQuery]:
    has_charger = bool(profile.of(DeviceType.EV_CHARGER))
    for source, endpoint in HES_ENERGY.items():
        if source != "evCharger" or has_charger:
            yield EnergyQuery(endpoint)


def _inverter(profile: SystemProfile, _extras: frozenset[str]) -> Iterable[EnergyQuery]:
    return (EnergyQuery(PV_STATISTICS, sn) for sn, _ in profile.of(DeviceType.INVERTER))


def _nothing(_profile: SystemProfile, _extras: frozenset[str]) -> Iterable[EnergyQuery]:
    return ()


_BY_TYPE: Mapping[SiteType, Callable[[SystemProfile, frozenset[str]], Iterable[EnergyQuery]]] = (
    MappingProxyType(
        {
            SiteType.SOLARBANK_PPS: _power_stations,
            SiteType.POWERPANEL: _panel,
            SiteType.HES: _home_energy,
            SiteType.VIRTUAL: _inverter,
            SiteType.HOME_BACKUP: _nothing,
            SiteType.POWERBANK: _nothing,
        }
    )
)
"""The queries of each kind of system; all others are asked like a balcony system."""


def _site(device_type: str, owner_sn: str = "") -> EnergyQuery:
    return EnergyQuery(SITE_ENERGY[device_type], owner_sn=owner_sn)


def _device(device_type: str, sn: str, only: Flow) -> EnergyQuery:
    return EnergyQuery(SITE_ENERGY[device_type], device_sn=sn, owner_sn=sn, only=only)


_GRID_FLOWS = frozenset(
    {
        Flow.GRID_IMPORT,
        Flow.GRID_EXPORT,
        Flow.GRID_TO_HOME,
        Flow.PV_TO_GRID,
        Flow.BATTERY_TO_GRID,
    }
)
_BATTERY_FLOWS = frozenset(
    {
        Flow.BATTERY_CHARGE,
        Flow.BATTERY_DISCHARGE,
        Flow.PV_TO_BATTERY,
        Flow.BATTERY_TO_HOME,
        Flow.BATTERY_TO_GRID,
        Flow.GRID_TO_BATTERY,
    }
)
_PV_FLOWS = frozenset({Flow.PV, Flow.PV_TO_HOME, Flow.PV_TO_BATTERY, Flow.PV_TO_GRID})
_WHOLE_HOMES = frozenset({SiteType.POWERPANEL, SiteType.HES, SiteType.SOLARBANK_PPS})


def untracked(profile: SystemProfile) -> frozenset[Flow]:
    """Return the flows whose zeros mean that the system has nothing to measure them with."""
    others = frozenset[Flow]() if profile.has_third_party_pv else THIRD_PARTY_PV
    if profile.site_type in _WHOLE_HOMES:
        return others
    products = [product for _, product in profile.of(DeviceType.SOLARBANK)]
    features = {feature for product in products for feature in product.features}
    missing: set[Flow] = set()
    if not profile.of(DeviceType.SMARTMETER):
        missing |= _GRID_FLOWS
        if Feature.GRID_CHARGE not in features:
            missing.add(Flow.GRID_TO_BATTERY)
    if not products and not profile.has_banks_unseen:
        missing |= _BATTERY_FLOWS
        if not profile.of(DeviceType.INVERTER):
            missing |= _PV_FLOWS
    if Feature.AC_SOCKET not in features:
        missing.add(Flow.AC_SOCKET)
    return others | missing
