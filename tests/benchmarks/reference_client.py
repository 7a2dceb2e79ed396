"""How many requests a day the reference client sends, by the formulas of the references 02 to 04.

It runs as its home-automation integration sets it up (03, 4.1): sites each minute, details and
energy each 10 minutes. Each line names the section that its formula is from; what is told for a
first run and for a new day is counted once each.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from solix_exporter.sim.system_specs import Scenario, SceneMode, SystemSpec

SITES_A_DAY = 24 * 60
SLOW_A_DAY = 24 * 6
SLOTS_A_DAY = 24 * 12
"""5-minute averages of power panels and home energy systems."""

_POWER_PANEL, _EV_SITE = 4, 14
_SOLARBANK_SITES = frozenset({2, 5, 10, 11, 12, 18, 19, 20})
_HES_SITES = frozenset({3, 6, 7, 8, 9})
_AI_SITES = frozenset({12, 18})

# 03, 0.3: which part number is what; those that a scenario has.
_FIRST_BANK = "A17C0"
_NEWER_BANKS: Mapping[str, int] = {"A17C1": 4, "A17C2": 3, "A17C3": 2, "A17C5": 4, "AE103": 4}
"""With their PV channels (04, 2.2)."""
_METERS = frozenset({"A17X7", "SHEM3", "SHEMP3"})
_PLUGS = frozenset({"A17X8", "SHPPS"})
_HES_DEVICES = frozenset({"A5101", "A5102", "A5103", "A5220"})
_HES_MODELS_WITH_PRICES = frozenset({"A5101", "A5102", "A5103"})
_BANKS_WITH_PRICES = frozenset({"A17C5", "AE103", "A17E2"})
_EV_CHARGER, _CHARGER, _PANEL, _INVERTER = "A5191", "A2345", "A17B1", "A5143"


@dataclass(frozen=True, slots=True)
class DayOfRequests:
    """Requests of a day by poll."""

    sites: int
    device_details: int
    site_details: int
    energy: int

    @property
    def total(self) -> int:
        """Return all of them, and the login."""
        return 1 + self.sites + self.device_details + self.site_details + self.energy


def reference_day(scenario: Scenario, *, is_member: bool = False) -> DayOfRequests:
    """Return what the reference client sends for an account in 24 hours from its start."""
    systems = tuple(_System(spec, not is_member) for spec in scenario.systems)
    return DayOfRequests(
        sites=_sites(systems),
        device_details=_device_details(systems, scenario.vehicles),
        site_details=_site_details(systems),
        energy=sum(_energy(system) for system in systems),
    )


@dataclass(frozen=True, slots=True)
class _System:
    spec: SystemSpec
    is_owned: bool

    @property
    def site_type(self) -> int:
        return self.spec.site_type

    @property
    def is_listed(self) -> bool:
        return self.site_type != 0

    @property
    def is_virtual(self) -> bool:
        return not self.is_listed and self.count({_INVERTER}) > 0

    @property
    def is_solarbank(self) -> bool:
        return self.site_type in _SOLARBANK_SITES

    @property
    def is_hes(self) -> bool:
        return self.site_type in _HES_SITES

    @property
    def is_panel(self) -> bool:
        return self.site_type == _POWER_PANEL

    @property
    def newer_banks(self) -> int:
        return self.count(_NEWER_BANKS)

    @property
    def first_banks(self) -> int:
        return self.count({_FIRST_BANK})

    def count(self, part_numbers: object) -> int:
        return sum(device.pn in part_numbers for device in self.spec.devices)  # type: ignore[operator]  # any collection

    def models(self, part_numbers: frozenset[str]) -> int:
        return len(part_numbers & {device.pn for device in self.spec.devices})


def _sites(systems: tuple[_System, ...]) -> int:
    """02, 1.6: 1 + S + V a poll, and X."""
    scenes = sum(system.is_listed and not system.is_hes for system in systems)
    has_virtual = any(system.is_virtual for system in systems)
    once = 1 if any(system.is_listed or system.is_virtual for system in systems) else 0  # E3
    if any(system.is_listed for system in systems) and not systems[0].is_owned:
        once += 2  # E4, E5
    # 04, 3.3: 4 requests a slot, 5 with an EV charger; 02, 1.6: 2 more for the structure.
    averages = sum(4 * SLOTS_A_DAY for system in systems if system.is_panel)
    averages += sum(
        2 + (4 + (system.count({_EV_CHARGER}) > 0)) * SLOTS_A_DAY
        for system in systems
        if system.is_hes
    )
    return SITES_A_DAY * (1 + scenes + has_virtual) + once + averages


def _device_details(systems: tuple[_System, ...], vehicles: int) -> int:
    """03, 1.5, N_device_details, no category excluded.

    Simulated banks of generation 2 and later answer parameter 18, so that none is asked for its
    cut-off (`n2u` = 0). The structure of vehicles is asked once.
    """
    owned = [system for system in systems if system.is_owned]
    each = 2 + (1 if owned else 0) + 1 + vehicles
    each += sum(system.count({_PANEL}) + system.count(_HES_DEVICES) for system in owned)
    each += sum(system.is_listed for system in owned)
    each += sum(bool(system.first_banks) + 3 * system.first_banks for system in owned)
    each += sum(2 * bool(system.newer_banks) + system.newer_banks for system in owned)
    each += sum(system.count({_EV_CHARGER}) for system in systems)
    each += 5 * sum(system.count({_CHARGER}) for system in owned)
    once = 1 + 3 * vehicles + sum(system.is_virtual for system in owned)
    once += sum(system.models(frozenset({_CHARGER})) for system in owned)
    return each * SLOW_A_DAY + once


def _site_details(systems: tuple[_System, ...]) -> int:
    """03, 1.5, N_site_details, with the prices of 1.3, S18 and S19."""
    each = 1 + sum(_site_details_each(system) for system in systems)
    once = sum(
        system.models(_BANKS_WITH_PRICES) * system.is_solarbank
        + system.models(_HES_MODELS_WITH_PRICES) * system.is_hes
        for system in systems
    )
    has_market = any(system.spec.price_type == "dynamic" for system in systems)
    return each * SLOW_A_DAY + once + 24 * has_market


def _site_details_each(system: _System) -> int:
    if system.is_panel:
        return 4 if system.is_owned else 2
    if system.is_hes:
        return 4 if system.is_owned else 3
    if system.is_virtual:
        return 2
    if system.is_solarbank:
        return (3 if system.is_owned else 1) + (system.site_type in _AI_SITES)
    return 0


def _energy(system: _System) -> int:
    """04, 2.5: a poll asks for today, the first one and the first of a new day for two days."""
    if not (system.is_listed or system.is_virtual):
        return 0
    each, both_days = _energy_of(system)
    return each * (SLOW_A_DAY - 2) + 2 * both_days + _forecast(system)


def _energy_of(system: _System) -> tuple[int, int]:
    """Return the requests for one day and for two."""
    if system.is_virtual:
        return 1, 1
    if system.is_panel:
        return 0, 4  # Today stands in the answers of the averages.
    if system.is_hes:
        return 0, 4 + (system.count({_EV_CHARGER}) > 0)
    return _analysis(system, 1), _analysis(system, 2)


def _analysis(system: _System, days: int) -> int:
    """04, 2.5: the general formula, with the kinds of 2.2."""
    newer, banks = system.newer_banks, system.newer_banks + system.first_banks
    has_meter = system.count(_METERS) > 0
    has_usage = newer or has_meter or system.count(_PLUGS)
    solarbank = (days if newer else 1) if banks else 0
    home_usage = days if has_usage else 0
    grid = days if has_meter and not banks else 0
    ev_charger = 1 if system.count({_EV_CHARGER}) else 0
    breakdown = newer if newer > 1 else 0
    return solarbank + home_usage + grid + _channels(system) + ev_charger + days + breakdown


def _channels(system: _System) -> int:
    """04, 2.2: only where there is exactly one bank other than the first generation's."""
    if system.newer_banks != 1:
        return 0
    return sum(_NEWER_BANKS.get(device.pn, 0) for device in system.spec.devices)


def _forecast(system: _System) -> int:
    """04, 2.11: twice an hour in Smart mode, once in hour 0."""
    return 2 * 24 - 1 if system.spec.mode is SceneMode.SMART else 0
