"""Energy per day and flow, from the cloud's statistics.

Energies are in Wh and >= 0. A flow that is missing was not reported or is not tracked; 0 is a
measured zero.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType


class Flow(StrEnum):
    """What is added up over a day; the value is its name in the ledger.

    Strings, because they are looked up thousands of times and hash faster than plain members.
    """

    PV = "pv"
    HOME = "home"
    GRID_IMPORT = "grid_import"
    GRID_EXPORT = "grid_export"
    BATTERY_CHARGE = "battery_charge"
    BATTERY_DISCHARGE = "battery_discharge"
    PLUG = "plug"
    AC_SOCKET = "ac_socket"
    EV_CHARGE = "ev_charge"
    GRID_TO_BATTERY = "grid_to_battery"
    GRID_TO_HOME = "grid_to_home"
    PV_TO_HOME = "pv_to_home"
    PV_TO_BATTERY = "pv_to_battery"
    PV_TO_GRID = "pv_to_grid"
    BATTERY_TO_HOME = "battery_to_home"
    BATTERY_TO_GRID = "battery_to_grid"
    THIRD_PARTY_PV_TO_HOME = "third_party_pv_to_home"
    THIRD_PARTY_PV_TO_BATTERY = "third_party_pv_to_battery"
    THIRD_PARTY_PV_TO_GRID = "third_party_pv_to_grid"
    PV_INPUT_1 = "pv_input_1"
    PV_INPUT_2 = "pv_input_2"
    PV_INPUT_3 = "pv_input_3"
    PV_INPUT_4 = "pv_input_4"
    PV_INPUT_MICRO_INVERTER = "pv_input_micro_inverter"


EDGES: Mapping[Flow, tuple[str, str]] = MappingProxyType(
    {
        Flow.PV_TO_HOME: ("pv", "home"),
        Flow.PV_TO_BATTERY: ("pv", "battery"),
        Flow.PV_TO_GRID: ("pv", "grid"),
        Flow.BATTERY_TO_HOME: ("battery", "home"),
        Flow.BATTERY_TO_GRID: ("battery", "grid"),
        Flow.GRID_TO_HOME: ("grid", "home"),
        Flow.GRID_TO_BATTERY: ("grid", "battery"),
        Flow.THIRD_PARTY_PV_TO_HOME: ("third_party_pv", "home"),
        Flow.THIRD_PARTY_PV_TO_BATTERY: ("third_party_pv", "battery"),
        Flow.THIRD_PARTY_PV_TO_GRID: ("third_party_pv", "grid"),
    }
)
"""The flows between two ends: source and sink. Each Wh is in one of them only."""

THIRD_PARTY_PV = frozenset(
    {Flow.THIRD_PARTY_PV_TO_HOME, Flow.THIRD_PARTY_PV_TO_BATTERY, Flow.THIRD_PARTY_PV_TO_GRID}
)
"""Energy of PV that does not belong to the system."""

PV_INPUTS: Mapping[str, Flow] = MappingProxyType(
    {
        "1": Flow.PV_INPUT_1,
        "2": Flow.PV_INPUT_2,
        "3": Flow.PV_INPUT_3,
        "4": Flow.PV_INPUT_4,
        "micro_inverter": Flow.PV_INPUT_MICRO_INVERTER,
    }
)
"""The flow of each PV input, by its label value."""

LOCAL_FLOWS = frozenset(
    {
        Flow.PV,
        Flow.HOME,
        Flow.GRID_IMPORT,
        Flow.GRID_EXPORT,
        Flow.BATTERY_CHARGE,
        Flow.BATTERY_DISCHARGE,
    }
)
"""What devices count by themselves."""

FlowTotals = Mapping[Flow, float]
"""Energy by flow, Wh."""

NO_FLOWS: FlowTotals = MappingProxyType({})


def _no_flows() -> FlowTotals:
    return NO_FLOWS


LEAST_FOR_RATIO_WH = 50.0
"""Below this a share of a day's energy is mostly rounding."""


@dataclass(frozen=True, slots=True)
class EnergyDay:
    """What one answer says about one day."""

    day: date | None
    """The day of the site's clock; None where the cloud names none."""
    flows: FlowTotals = field(default_factory=_no_flows)
    devices: Mapping[str, FlowTotals] = field(default_factory=dict)
    """Flows of single devices, by serial number."""


@dataclass(frozen=True, slots=True)
class EnergyAnswer:
    """One answer of the cloud's energy statistics: the days of the range that was asked for."""

    days: tuple[EnergyDay, ...] = ()


@dataclass(frozen=True, slots=True)
class DayTotals:
    """The energy of a site's day so far."""

    day: date
    start: datetime
    """First instant of the day at the site, UTC."""
    flows: FlowTotals = field(default_factory=_no_flows)
    devices: Mapping[str, FlowTotals] = field(default_factory=dict)

    @property
    def self_sufficiency_ratio(self) -> float | None:
        """Return the share of the home's energy that did not come from the grid, 0-1."""
        return _share_without(self.flows, Flow.HOME, Flow.GRID_IMPORT)

    @property
    def self_consumption_ratio(self) -> float | None:
        """Return the share of the PV energy that was not exported, 0-1."""
        return _share_without(self.flows, Flow.PV, Flow.GRID_EXPORT)


def _share_without(flows: FlowTotals, whole: Flow, part: Flow) -> float | None:
    whole_wh, part_wh = flows.get(whole), flows.get(part)
    if whole_wh is None or part_wh is None or whole_wh < LEAST_FOR_RATIO_WH:
        return None
    return round(min(1.0, max(0.0, (whole_wh - part_wh) / whole_wh)), 6)


@dataclass(frozen=True, slots=True)
class EnergyCounters:
    """The monotone sums of a site since its ledger began."""

    flows: FlowTotals = field(default_factory=_no_flows)
    devices: Mapping[str, FlowTotals] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SiteEnergy:
    """The energy part of a site."""

    today: DayTotals | None = None
    """None until it was read, and when the reading grew stale."""
    counters: EnergyCounters = EnergyCounters()
    yesterday: DayTotals | None = None
    """None where the ledger has nothing of it."""


@dataclass(frozen=True, slots=True)
class DeviceEnergy:
    """The energy part of a device."""

    today: FlowTotals = field(default_factory=_no_flows)
    counters: FlowTotals = field(default_factory=_no_flows)
